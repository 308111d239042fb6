"""A real terminal emulator for the tests: tmux, driven through its control mode.

Control mode tells of every byte that a program writes, so waiting is for an event and never for
a time; each wait has a deadline.
"""

import os
import re
import select
import signal
import subprocess
import tempfile
import time
import unicodedata

WAIT = float(os.environ.get("FREEIM_SCREEN_SECONDS", "15"))
# Bytes kept of what a program wrote.
RAW_MAX = 4_000_000

PLAIN = re.compile(r"[A-Za-z0-9_./%@:=+-]+")
ESCAPED = re.compile(rb"\\([0-7]{3})")


class Failed(Exception):
    """What was to be on the screen did not come."""


class Tmux:
    """A tmux server of its own, without any configuration."""

    def __init__(self):
        self.socket = f"freeim-test-{os.getpid()}"
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/",
                       "TERM": "xterm-256color", "SHELL": "/bin/sh"}
        self.process = subprocess.Popen(
            ["tmux", "-u", "-L", self.socket, "-f", "/dev/null", "-C", "new-session", "cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, start_new_session=True)
        self.buffer = b""
        self.raw = {}
        self.fresh = set()
        self._until(lambda line: line.startswith(b"%session-changed"), WAIT)
        for name, value in (("status", "off"), ("escape-time", "0"), ("history-limit", "2000"),
                            ("automatic-rename", "off"), ("set-clipboard", "on")):
            self.command("set-option", "-g", name, value)

    # In

    def _fill(self, wait):
        """Reads what is there; False when nothing came in time."""
        if not select.select([self.process.stdout], [], [], max(0, wait))[0]:
            return False
        data = os.read(self.process.stdout.fileno(), 262_144)
        if not data:
            raise Failed("tmux ended")
        self.buffer += data
        return True

    def _line(self):
        end = self.buffer.find(b"\n")
        if end < 0:
            return None
        line, self.buffer = self.buffer[:end], self.buffer[end + 1:]
        return line

    def _note(self, line):
        if line.startswith(b"%output "):
            _, pane, data = line.split(b" ", 2)
            pane = pane.decode()
            self.fresh.add(pane)
            data = ESCAPED.sub(lambda found: bytes([int(found.group(1), 8)]), data)
            self.raw[pane] = (self.raw.get(pane, b"") + data)[-RAW_MAX:]

    def _until(self, test, wait):
        """The next line that `test` takes; what comes before it is noted."""
        deadline = time.monotonic() + wait
        while True:
            line = self._line()
            if line is None:
                if not self._fill(deadline - time.monotonic()):
                    raise Failed("tmux does not answer")
            elif test(line):
                return line
            else:
                self._note(line)

    # Out

    def command(self, *words):
        """Runs a tmux command; its lines. Raises Failed with its complaint."""
        line = " ".join(self._quoted(str(word)) for word in words)
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        begin = self._until(lambda line: line.startswith(b"%begin "), WAIT)
        number, lines = begin.split()[2], []
        deadline = time.monotonic() + WAIT
        while True:
            line = self._line()
            if line is None:
                if not self._fill(deadline - time.monotonic()):
                    raise Failed(f"tmux does not answer to {words[0]}")
                continue
            if line.startswith((b"%end ", b"%error ")) and line.split()[2:3] == [number]:
                text = [part.decode("utf-8", "replace") for part in lines]
                if line.startswith(b"%error"):
                    raise Failed(f"tmux {words[0]}: {' '.join(text)}")
                return text
            lines.append(line)

    @staticmethod
    def _quoted(word):
        if PLAIN.fullmatch(word):
            return word
        return "'" + word.replace("'", "'\\''").replace("\n", "'\"\\n\"'") + "'"

    def wait_output(self, pane, deadline):
        """Waits until that pane, or another one, writes something; False: nothing in time."""
        while True:
            line = self._line()
            if line is not None:
                self._note(line)
            elif pane in self.fresh:
                # What belongs together is looked at once.
                if not self._fill(0.004):
                    self.fresh.discard(pane)
                    return True
            elif not self._fill(deadline - time.monotonic()):
                return False

    def close(self):
        try:
            self.process.stdin.write(b"kill-server\n")
            self.process.stdin.flush()
            self.process.wait(WAIT)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()


class Screen:
    """A program in a pane of its own.

    A shell around it keeps what `stty` says before and behind, and the program's exit status.
    """

    AROUND = ('stty -a >"$0.before"; "$@"; echo "ended with $?"; stty -a >"$0.after"; '
              'echo "that was all"; exec cat')

    def __init__(self, tmux, command, environment, rows=24, columns=80, name="screen"):
        self.tmux, self.rows, self.columns, self.name = tmux, rows, columns, name
        handle, self.modes = tempfile.mkstemp(prefix="freeim-stty-")
        os.close(handle)
        pairs = [f"{key}={value}" for key, value in environment.items()]
        tmux.command("refresh-client", "-C", f"{columns}x{rows}")
        answer = tmux.command(
            "new-window", "-d", "-P", "-F", "#{pane_id} #{pane_pid}", "--", "env", "-i", *pairs,
            "/bin/sh", "-c", self.AROUND, self.modes, *command)
        self.pane, shell = answer[0].split()
        self.shell = int(shell)
        self.resize(rows, columns)
        self.is_open = True

    # Looking

    def lines(self, colours=False):
        """The rows as they are on screen."""
        more = ["-e", "-N"] if colours else []
        return self.tmux.command("capture-pane", "-p", *more, "-t", self.pane)

    @property
    def text(self):
        return "\n".join(self.lines())

    def ask(self, *names):
        """tmux's own variables of the pane: `cursor_x`, `alternate_on` …"""
        words = " ".join("#{" + name + "}" for name in names)
        answer = self.tmux.command("display-message", "-p", "-t", self.pane, words)
        return (answer[0] if answer else "").split(" ")

    @property
    def raw(self):
        """The bytes that the program wrote."""
        return self.tmux.raw.get(self.pane, b"")

    def row_of(self, text):
        """The first row that holds the text, from 0; None: it is not there."""
        for index, line in enumerate(self.lines()):
            if text in line:
                return index
        return None

    def place_of(self, text, last=False):
        """Row and column, from 0, of a text that is on screen; `last`: the lowest one."""
        found = None
        for index, line in enumerate(self.lines()):
            at = line.find(text)
            if at >= 0:
                found = (index, sum(columns_of(part) for part in line[:at]))
                if not last:
                    break
        if not found:
            raise Failed(f"'{text}' is not on {self.name}:\n{self.picture()}")
        return found

    def picture(self):
        edge = "+" + "-" * min(self.columns, 100) + "+"
        return "\n".join([edge, *("|" + line for line in self.lines()), edge])

    # Waiting

    def wait(self, what, test=None, wait=WAIT):
        """Waits until the screen shows `what`, or passes `test`; the text then.

        `test` takes the screen's text; without it `what` is the text to be there.
        """
        if test is None:
            test = lambda text: what in text  # noqa: E731
        elif isinstance(test, str):
            pattern = re.compile(test, re.M)
            test = lambda text: pattern.search(text)  # noqa: E731
        deadline = time.monotonic() + wait
        while True:
            text = self.text
            if test(text):
                return text
            if not self.tmux.wait_output(self.pane, deadline):
                text = self.text
                if test(text):
                    return text
                raise Failed(f"{self.name} does not show: {what}\n{self.picture()}")

    def gone(self, what, wait=WAIT):
        """Waits until a text is not on screen."""
        return self.wait(f"no '{what}'", lambda text: what not in text, wait)

    def until(self, what, test, wait=WAIT):
        """As `wait`, for a test of the screen itself."""
        return self.wait(what, lambda _: test(self), wait)

    def wait_raw(self, what, wanted, start=0, wait=WAIT):
        """Waits until the program wrote those bytes, from `start` of `raw` on."""
        deadline = time.monotonic() + wait
        while wanted not in self.raw[start:]:
            if not self.tmux.wait_output(self.pane, deadline):
                raise Failed(f"{self.name} did not write {what}")

    # Typing

    def keys(self, *names):
        """Keys by tmux's names: Enter, Escape, M-Up, C-u, F1, PageUp …"""
        self.tmux.command("send-keys", "-t", self.pane, *names)
        return self

    def send(self, data):
        """Bytes as a terminal would send them."""
        data = data.encode() if isinstance(data, str) else data
        for start in range(0, len(data), 400):
            part = [f"{byte:02x}" for byte in data[start:start + 400]]
            self.tmux.command("send-keys", "-t", self.pane, "-H", *part)
        return self

    def line(self, text):
        """Types a line and presses Enter."""
        return self.send(text.encode() + b"\r")

    def paste(self, text):
        """As a terminal pastes: bracketed if the program asked for that."""
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            self.tmux.command("load-buffer", file.name)
            self.tmux.command("paste-buffer", "-d", "-p", "-t", self.pane)

    def click(self, row, column, button=0):
        """A press and a release of a mouse button, from 0."""
        self.send(f"\x1b[<{button};{column + 1};{row + 1}M\x1b[<{button};{column + 1};{row + 1}m")

    def wheel(self, row, column, up=True, turns=1):
        self.send(f"\x1b[<{64 if up else 65};{column + 1};{row + 1}M" * turns)

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.tmux.command("resize-window", "-t", self.pane, "-x", columns, "-y", rows)

    # The process

    @property
    def pid(self):
        """The program's process: the child of the shell around it."""
        with open(f"/proc/{self.shell}/task/{self.shell}/children", encoding="ascii") as file:
            children = file.read().split()
        if not children:
            raise Failed(f"{self.name} has ended:\n{self.picture()}")
        return int(children[0])

    def signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        """kill -9, and the pane with it."""
        self.signal(signal.SIGKILL)
        self.ended(137)
        self.close()

    def ended(self, status=None, wait=WAIT):
        """Waits for the program's end; its exit status, which has to be `status`."""
        text = self.wait("that was all", wait=wait)
        found = re.search(r"ended with (\d+)", text)
        number = int(found.group(1)) if found else -1
        if status is not None and number != status:
            raise Failed(f"{self.name} ended with {number}, not {status}:\n{self.picture()}")
        return number

    def same_modes(self):
        """Whether the terminal's modes are as they were before the program."""
        modes = []
        for end in (".before", ".after"):
            with open(self.modes + end, encoding="ascii") as file:
                modes.append([line for line in file if "columns" not in line])
        return modes[0] == modes[1]

    def close(self):
        if not self.is_open:
            return
        self.is_open = False
        try:
            handle = os.pidfd_open(self.pid)
        except (Failed, OSError):
            handle = None
        self.tmux.command("kill-pane", "-t", self.pane)
        if handle is not None:
            if not select.select([handle], [], [], WAIT)[0]:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            os.close(handle)
        for path in (self.modes, self.modes + ".before", self.modes + ".after"):
            if os.path.exists(path):
                os.unlink(path)


def columns_of(character):
    """Columns of one character on a grid: 0, 1 or 2."""
    if unicodedata.combining(character) or character in "\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
