"""The demonstration's stage: a server that can be killed, people with devices, and a bot."""

import json
import os
import queue
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.abspath(os.path.join(ROOT, os.environ.get("FREEIM_BIN", ".build/debug")))
PASSWORD = "demo-demo-demo"
WAIT = 40.0


class Failed(Exception):
    """Something that the demonstration shows did not happen."""


def clean_environment(**more):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FREEIM_")}
    return {**kept, **more}


class Stage:
    """Everything that runs, in one folder; `close` ends it and removes what is to be removed."""

    def __init__(self, folder=None):
        self.is_temporary = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="freeim-demo-")
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self.processes = []
        self.server = None
        self.tcp = self.ws = self.http = "127.0.0.1:0"
        self.log = open(os.path.join(self.folder, "log.txt"), "a", encoding="utf-8")
        self.environment = clean_environment(
            XDG_CONFIG_HOME=os.path.join(self.folder, "config"),
            XDG_DATA_HOME=os.path.join(self.folder, "cache"), FREEIM_PASSWORD=PASSWORD)

    def start_server(self):
        """Starts the server: on free ports first, afterwards on the same ones."""
        self.server = subprocess.Popen(
            [os.path.join(BIN, "freeim-server"), "--data", os.path.join(self.folder, "data"),
             "--tcp", self.tcp, "--ws", self.ws, "--http", self.http],
            stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL,
            env=clean_environment(), start_new_session=True)
        self.processes.append(self.server)
        if not select.select([self.server.stdout], [], [], WAIT)[0]:
            raise Failed("the server is not ready in time")
        line = self.server.stdout.readline()
        if not line:
            raise Failed(f"the server did not start; see {self.log.name}:\n{self.log_tail()}")
        ready = json.loads(line)
        self.tcp, self.ws, self.http = ready["tcp"], ready["ws"], ready["http"]

    def kill_server(self):
        self.server.kill()
        self.server.wait()
        self.server.stdout.close()

    def log_tail(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-15:])

    def start(self, profile, *arguments, is_read=False):
        """Starts imtui for good; its standard output is a pipe, or goes to the log."""
        process = subprocess.Popen(
            self.command(profile, *arguments),
            stdout=subprocess.PIPE if is_read else self.log, stderr=self.log,
            stdin=subprocess.DEVNULL, env=self.environment, text=True, start_new_session=True)
        self.processes.append(process)
        return process

    def command(self, profile, *arguments):
        name, *rest = arguments
        return [os.path.join(BIN, "imtui"), name, "--profile", profile, "--server", self.tcp,
                "--http", f"http://{self.http}", *rest]

    def imtui(self, profile, *arguments, expect=(0,)):
        """Runs imtui to its end; (exit status, standard output)."""
        result = subprocess.run(
            self.command(profile, *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, env=self.environment, text=True, timeout=WAIT, check=False)
        if result.returncode not in expect:
            raise Failed(f"imtui {' '.join(arguments)} as {profile}: exit status "
                         f"{result.returncode}: {result.stderr.strip()}")
        return result.returncode, result.stdout

    def objects(self, profile, *arguments):
        """What an imtui command with --json prints."""
        _, text = self.imtui(profile, *arguments, "--json")
        return [json.loads(line) for line in text.splitlines()]

    def enter(self, profile, account):
        """Registers the account on that device, or signs in when it exists."""
        status, _ = self.imtui(profile, "register", account, expect=(0, 1))
        if status:
            self.imtui(profile, "login", account)

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 10
        for process in self.processes:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()
        self.log.close()
        if self.is_temporary:
            shutil.rmtree(self.folder, ignore_errors=True)


class Watcher:
    """A device that only looks: `imtui tail --json`, each line an event one can wait for."""

    def __init__(self, stage, profile):
        self.profile = profile
        self.process = stage.start(profile, "tail", "--json", is_read=True)
        self.lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def wait_for(self, test, what):
        deadline = time.monotonic() + WAIT
        for message in self.seen:
            if test(message):
                return message
        while True:
            try:
                message = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise Failed(f"{self.profile} did not see {what} in time") from None
            if message is None:
                raise Failed(f"{self.profile} ended before it saw {what}")
            self.seen.append(message)
            if test(message):
                return message

    def stop(self):
        """Ends it; everything it saw."""
        self.process.terminate()
        self.process.wait(WAIT)
        while True:
            try:
                message = self.lines.get(timeout=WAIT)
            except queue.Empty:
                return self.seen
            if message is None:
                return self.seen
            self.seen.append(message)
