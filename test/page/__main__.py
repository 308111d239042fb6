"""Uses the page at `/` in headless Chromium against a running server.

`FREEIM_SERVER=… python3 test/page [NAME…]`; FREEIM_PICTURES names a folder for pictures.
"""

import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(FOLDER), os.path.join(os.path.dirname(FOLDER), "conformance")]
sys.dont_write_bytecode = True

import suite  # noqa: E402

sys.exit(suite.main(FOLDER))
