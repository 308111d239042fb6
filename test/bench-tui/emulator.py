"""imtui on a pseudo-terminal that answers nothing, and what is on its screen, with times.

Enough of a terminal to read imtui's frames: the cursor is set absolutely, so only the sequences
that its painter writes are known here.
"""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unicodedata

FRAME_END = b"\x1b[?2026l"
TOKEN = re.compile(
    r"\x1b\[(?P<private>[?>=!]?)(?P<numbers>[\d;:]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[_P^X][^\x1b]*\x1b\\|\x1b[()][A-Za-z0-9]"
    r"|\x1b[^\[\]_P^X()]|(?P<text>[^\x00-\x1f\x7f]+)|[\x00-\x1a\x1c-\x1f\x7f]", re.S)


class Emulator:
    """The cells that the bytes leave behind."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rest = ""
        self.cells = []
        self.row = self.column = 0
        self.clear()

    def clear(self):
        self.cells = [[" "] * self.columns for _ in range(self.rows)]

    def feed(self, data):
        text = self.rest + self.decoder.decode(data)
        at = 0
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                break
            at = token.end()
            if token.group("text"):
                self.write(token.group("text"))
            elif token.group("final") and not token.group("private"):
                self.control(token.group("final"), token.group("numbers"))
        self.rest = text[at:]

    def write(self, text):
        for character in text:
            if character in "\u200d\ufe0f" or unicodedata.combining(character):
                continue
            if self.column < self.columns:
                self.cells[self.row][self.column] = character
            if unicodedata.east_asian_width(character) in "WF":
                self.column += 1
                if self.column < self.columns:
                    self.cells[self.row][self.column] = ""
            self.column += 1

    def control(self, final, numbers):
        values = [int(value) if value.isdigit() else 0 for value in numbers.split(";")]
        if final == "H":
            values += [1] * (2 - len(values))
            self.row = min(max(values[0], 1), self.rows) - 1
            self.column = min(max(values[1], 1), self.columns) - 1
        elif final == "G":
            self.column = min(max(values[0], 1), self.columns) - 1
        elif final == "J" and values[0] == 2:
            self.clear()
        elif final == "K":
            first = 0 if values[0] == 2 else self.column
            self.cells[self.row][first:] = [" "] * (self.columns - first)

    def lines(self):
        return ["".join(row) for row in self.cells]


class Program:
    """A program on a pseudo-terminal. Times are those of `time.monotonic`."""

    def __init__(self, command, environment, rows=24, columns=80):
        self.screen = Emulator(rows, columns)
        self.frames = []
        self.pending = b""
        self.bytes = 0
        self.started = time.monotonic()
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(command[0], command, environment)
        os.set_blocking(self.file, False)
        self.has_ended = False

    def send(self, data):
        """Writes keys; the time right before."""
        now = time.monotonic()
        os.write(self.file, data)
        return now

    def read(self, wait):
        """Reads what is there into `pending`; the times of frames that ended with it.

        None: nothing came in time.
        """
        if not select.select([self.file], [], [], max(0, wait))[0]:
            return None
        try:
            data = os.read(self.file, 1 << 20)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        now = time.monotonic()
        if not data:
            self.has_ended = True
            raise EOFError("the program ended")
        self.bytes += len(data)
        tail = self.pending[-len(FRAME_END) + 1:] if self.pending else b""
        count = (tail + data).count(FRAME_END)
        self.pending += data
        self.frames += [now] * count
        return [now] * count

    def look(self):
        """Takes what was read onto the screen; its lines."""
        data, self.pending = self.pending, b""
        self.screen.feed(data)
        return self.screen.lines()

    def until(self, test, seconds=20.0):
        """The time of the first frame whose lines pass the test."""
        deadline = time.monotonic() + seconds
        while True:
            times = self.read(deadline - time.monotonic())
            if times is None:
                raise TimeoutError("\n".join(self.screen.lines()))
            if times and test(self.look()):
                return times[-1]

    def settle(self, quiet=0.03, seconds=10.0):
        """Reads until nothing comes for `quiet` seconds; the lines then."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.read(quiet) is not None:
            pass
        return self.look()

    def drain(self, seconds):
        """Lets time pass, and reads what comes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read(deadline - time.monotonic())
        return self.look()

    # What the system says of it

    def status(self, *keys):
        """Numbers of /proc/PID/status: kB, or counts."""
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as file:
            values = dict(line.split(":", 1) for line in file if ":" in line)
        return [int(values[key].split()[0]) for key in keys]

    def resident(self):
        """Resident and proportional memory in MiB."""
        (resident,) = self.status("VmRSS")
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as file:
            shared = next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        return resident / 1024, shared / 1024

    def ticks(self):
        """Clock ticks of CPU, user and system, of all threads."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def switches(self):
        """Context switches by thread."""
        counts = {}
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            path = f"/proc/{self.pid}/task/{thread}/status"
            with open(path, encoding="ascii", errors="replace") as file:
                counts[thread] = sum(
                    int(line.split()[1]) for line in file if "ctxt_switches" in line)
        return counts

    def close(self):
        """kill -9: what is measured is over."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.file)
