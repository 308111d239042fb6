"""Runs the screens: `FREEIM_BIN=.build/debug python3 test/screen [STORY…]`; needs tmux.

Every check is one line; the exit status is 0 when all of them passed.
"""

import os
import signal
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from world import IMTUI, Story, World  # noqa: E402

MODULES = ["story_entering", "story_talking", "story_browsing", "story_finding", "story_social",
           "story_terminal", "story_faults"]


def stories(names):
    """Every story of the modules, or those that are named."""
    for module in MODULES:
        for value in list(vars(__import__(module)).values()):
            is_story = isinstance(value, type) and issubclass(value, Story)
            if not is_story or value is Story or value.__module__ != module:
                continue
            if not names or any(name in (module, value.__name__) for name in names):
                yield value


def run(world, kind):
    """One story; how many checks passed, and how many did not."""
    story, counts, is_open = kind(world), [0, 0], False
    story.prepare()
    for name in kind.checks():
        began = time.monotonic()
        try:
            if not is_open:
                story.open()
                is_open = True
            getattr(story, name)()
        except Exception as error:  # noqa: BLE001 - a check may fail in any way
            counts[1] += 1
            print(f"FAILED  {kind.__name__}: {getattr(kind, name).__doc__}", flush=True)
            trace = traceback.extract_tb(error.__traceback__)
            place = [f"{os.path.basename(step.filename)}:{step.lineno}" for step in trace]
            print(f"        {' '.join(place)}\n{type(error).__name__}: {error}", flush=True)
            world.close_screens()
            world.mend_server()
            is_open = False
        else:
            counts[0] += 1
            seconds = time.monotonic() - began
            print(f"ok      {kind.__name__}: {getattr(kind, name).__doc__} ({seconds:.1f} s)",
                  flush=True)
    world.close_screens()
    return counts


def main():
    if not os.access(IMTUI, os.X_OK):
        print(f"{IMTUI} is not there: make build", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    passed = failed = 0
    world = World()
    try:
        for kind in stories(sys.argv[1:]):
            good, bad = run(world, kind)
            passed, failed = passed + good, failed + bad
    finally:
        world.close()
    print(f"{passed} passed, {failed} failed, in {time.monotonic() - began:.0f} s")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
