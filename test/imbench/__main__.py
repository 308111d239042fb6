"""Runs imbench's suite from outside: `FREEIM_BIN=.build/debug python3 test/imbench [NAME…]`."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(HERE))

from suite import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(HERE))
