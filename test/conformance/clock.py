"""The clock of a server under test, which a test moves (FREEIM_TEST_CLOCK)."""

import mmap
import os
import select
import struct
import tempfile
import time

DAY = 86_400_000


class Clock:
    """A file with the milliseconds that the server adds to its wall clock."""

    def __init__(self):
        handle, self.path = tempfile.mkstemp(prefix="freeim-clock-")
        os.write(handle, bytes(8))
        self.memory = mmap.mmap(handle, 8)
        os.close(handle)

    @property
    def environment(self):
        return {"FREEIM_TEST_CLOCK": self.path}

    def set(self, milliseconds):
        struct.pack_into("<q", self.memory, 0, milliseconds)

    def remove(self):
        self.memory.close()
        os.unlink(self.path)


def until(test, seconds=30):
    """The first true answer of `test`, asked again and again; fails when none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = test()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not in {seconds} s")
        select.select([], [], [], 0.05)
