"""Runs the tests of a folder, or those named: what `python3 test/FOLDER [NAME…]` does."""

import sys
import unittest


def main(folder):
    sys.path.insert(0, folder)
    loader = unittest.TestLoader()
    names = sys.argv[1:]
    suite = loader.loadTestsFromNames(names) if names else loader.discover(folder)
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1
