"""A server, people with devices, and imtui as a process that one writes to and reads from."""

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.abspath(os.path.join(ROOT, os.environ.get("FREEIM_BIN", ".build/debug")))
IMTUI = os.path.join(BIN, "imtui")
PASSWORD = "tea-tea-tea-tea"
WAIT = 20.0

CLEAN = {key: value for key, value in os.environ.items()
         if not key.startswith(("FREEIM_", "XDG_"))}


class Lines:
    """A process whose standard output is read line by line, each within a time."""

    def __init__(self, arguments, environment, log, stdin=subprocess.PIPE):
        self.process = subprocess.Popen(
            arguments, stdin=stdin, stdout=subprocess.PIPE, stderr=log, env=environment,
            start_new_session=True)
        self.rest = b""

    def write(self, text):
        self.process.stdin.write(text.encode() if isinstance(text, str) else text)
        self.process.stdin.flush()

    def line(self, wait=WAIT):
        """The next line; None at the end of the output."""
        deadline = time.monotonic() + wait
        while b"\n" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise AssertionError(f"no line in time; so far {self.rest!r}")
            data = os.read(self.process.stdout.fileno(), 65_536)
            if not data:
                return None
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode()

    def wait_for(self, test, what):
        """The first line that the test takes."""
        seen = []
        while True:
            line = self.line()
            if line is None:
                raise AssertionError(f"ended before {what}; it said {seen}")
            if test(line):
                return line
            seen.append(line)

    def end(self, number=signal.SIGTERM):
        """Ends it; the exit status."""
        if self.process.poll() is None and number:
            self.process.send_signal(number)
        return self.process.wait(WAIT)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass


class Stage:
    """One server in a folder of its own, and everybody's profiles and caches beside it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="freeim-cli-")
        self.log = open(os.path.join(self.folder, "log.txt"), "w+", encoding="utf-8")
        self.tcp = self.http = "127.0.0.1:0"
        self.environment = {
            **CLEAN, "FREEIM_PASSWORD": PASSWORD, "TZ": "UTC", "TERM": "dumb",
            "HOME": self.folder,
            **{f"XDG_{name}_HOME": os.path.join(self.folder, name.lower())
               for name in ("CONFIG", "DATA", "CACHE")},
            "XDG_DOWNLOAD_DIR": os.path.join(self.folder, "downloads"),
            "FREEIM_OPENER": "true"}
        self.processes = []
        # Flags of the server beyond the usual ones.
        self.more = []
        self.prepare()
        self.start_server()

    def prepare(self):
        """For stages that need something before the server starts."""

    def start_server(self):
        self.server = Lines(
            [os.path.join(BIN, "freeim-server"), "--data", os.path.join(self.folder, "server"),
             "--tcp", self.tcp, "--ws", "none", "--http", self.http, "--scrypt-log-n", "4",
             "--log-level", "warning", *self.more],
            CLEAN, self.log, subprocess.DEVNULL)
        self.processes.append(self.server)
        ready = json.loads(self.server.line())
        self.tcp, self.http = ready["tcp"], ready["http"]

    def kill_server(self):
        self.server.close()

    def command(self, profile, *arguments):
        name, *rest = arguments
        return [IMTUI, name, "--profile", profile, "--server", self.tcp,
                "--http", f"http://{self.http}", *rest]

    def start(self, profile, *arguments):
        lines = Lines(self.command(profile, *arguments), self.environment, self.log)
        self.processes.append(lines)
        return lines

    def run(self, profile, *arguments, stdin="", expect=0):
        """Runs imtui to its end; its standard output."""
        done = subprocess.run(
            self.command(profile, *arguments), input=stdin.encode(), capture_output=True,
            env=self.environment, timeout=WAIT * 2, check=False)
        said = done.stderr.decode()
        if done.returncode != expect:
            raise AssertionError(
                f"imtui {' '.join(arguments)} as {profile} ended with {done.returncode}, not "
                f"{expect}: {said}{done.stdout.decode()}")
        self.complaint = said
        return done.stdout.decode()

    def objects(self, profile, *arguments, **more):
        text = self.run(profile, *arguments, "--json", **more)
        return [json.loads(line) for line in text.splitlines()]

    def close(self):
        for process in reversed(self.processes):
            process.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Case(unittest.TestCase):
    """Two friends, each on a device; every test has its own."""

    number = 0
    stage_type = Stage

    @classmethod
    def setUpClass(cls):
        cls.stage = cls.stage_type()
        cls.addClassCleanup(cls.stage.close)

    def friends(self):
        """Registers two people and makes them friends; their profiles and the chat's number."""
        Case.number += 1
        names = [f"ann{Case.number}", f"bob{Case.number}"]
        for name in names:
            self.stage.run(name, "register", name)
        ann, bob = names
        self.stage.run(ann, "friends", "add", f"@{bob}")
        made = self.stage.objects(bob, "friends", "accept", f"@{ann}")
        return ann, bob, made[0]["chatroom_id"]

    def texts(self, profile, chat):
        return [m["content"] for m in self.stage.objects(profile, "history", str(chat))
                if m["code"] == 1]
