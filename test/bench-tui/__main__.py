"""How fast the screen is: `FREEIM_BIN=.build/release python3 test/bench-tui [--quick]`.

imtui runs on a pseudo-terminal with a generated cache of 1,000,000 messages in 500 chats, and
with a server for the burst. Prints a table; the exit status is 0 whatever it says.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from burst import measure_burst  # noqa: E402
from emulator import Program  # noqa: E402
from figures import Table  # noqa: E402
from history import measure_history, measure_starts  # noqa: E402
from place import BIN, Place  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small cache and few rounds")
    parser.add_argument("--cache", help="a cache that imtui-bench generated, for user 1")
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--columns", type=int, default=80)
    return parser.parse_args()


def cache_table(place):
    """The cache's own calls, without a screen."""
    path = os.path.join(place.folder, "calls.sqlite")
    shutil.copy(place.cache, path)
    subprocess.run([os.path.join(BIN, "imtui-bench"), "cache", path], check=False)
    os.unlink(path)


def main():
    options = arguments()
    for program in ("imtui", "imtui-bench", "freeim-server"):
        if not os.access(os.path.join(BIN, program), os.X_OK):
            print(f"{BIN}/{program} is not there: make release", file=sys.stderr)
            return 0
    table = Table()
    folder = tempfile.mkdtemp(prefix="freeim-bench-tui-")
    try:
        place = Place(folder, options)
        print(f"{place.messages:,} messages in {place.chats} chats, a terminal of "
              f"{options.columns}×{options.rows}, {os.cpu_count()} processors", flush=True)
        began = time.monotonic()
        place.make_cache()
        print(f"cache: {os.path.getsize(place.cache) >> 20} MiB, ready after "
              f"{time.monotonic() - began:.0f} s", flush=True)
        for measure in (measure_starts, measure_history, measure_burst):
            try:
                measure(place, table, Program)
            except (TimeoutError, EOFError) as error:
                table.add(measure.__name__, "did not end", "", True, "")
                print(error, file=sys.stderr)
        table.show()
        if not options.quick:
            cache_table(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
