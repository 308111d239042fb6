"""A server, people on it, and the screens and plain connections that they have."""

import itertools
import json
import os
import re
import shutil
import signal
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BIN = os.path.abspath(os.path.join(ROOT, os.environ.get("FREEIM_BIN", ".build/debug")))
os.environ["FREEIM_SERVER"] = os.path.join(BIN, "freeim-server")
sys.path.append(os.path.join(ROOT, "test", "conformance"))

from client import Client  # noqa: E402
from harness import Server  # noqa: E402
from wire import MESSAGE  # noqa: E402
from terminal import Failed, Screen, Tmux  # noqa: E402

IMTUI = os.path.join(BIN, "imtui")
PASSWORD = "screen-screen"
# Where the next message of a timeline begins: its time, or a rule.
ITEM = re.compile(r"(^|│)\d\d:\d\d[ ▸]|─{4}")

__all__ = ["BIN", "Client", "Failed", "IMTUI", "PASSWORD", "Person", "Screen", "Story", "World"]


class Person:
    """Somebody with two devices: one for a screen, one for a plain connection."""

    def __init__(self, world, account, nickname, user_id, tokens):
        self.world, self.account, self.nickname = world, account, nickname
        self.user_id, self.tokens = user_id, tokens
        self.keys = itertools.count(1)
        self.line = None

    def write_profile(self):
        """What signing in leaves behind, so that imtui opens as this person."""
        self.world.write_profile(self.account, {
            "account": self.account, "nickname": self.nickname, "userID": self.user_id,
            "token": self.tokens["screen"], "deviceID": "screen",
            "server": self.world.server.tcp, "http": f"http://{self.world.server.http}"})

    def screen(self, rows=24, columns=80, **environment):
        """Starts imtui as this person; everything else it knows is on its disk."""
        self.write_profile()
        return self.world.screen([IMTUI, "--profile", self.account], rows, columns,
                                 self.nickname, **environment)

    def connect(self):
        """A connection without imtui, that did Auth."""
        client = Client(self.world.server.tcp)
        self.world.clients.append(client)
        reply = client.auth(self.user_id, "plain", self.tokens["plain"])
        if "Code" in reply.body and reply.body["Code"]:
            raise Failed(f"{self.account} cannot sign in: {reply}")
        return client

    def plain(self):
        """The plain connection of this person, made when it is not there."""
        if self.line is None or self.line not in self.world.clients:
            self.line = self.connect()
        return self.line

    def say(self, chat, text, **more):
        """Sends a message without a screen; the acknowledgement."""
        key = f"{self.account}-{os.getpid()}-{next(self.keys)}"
        reply = self.plain().send(chat, text, key, **more)
        if "MessageId" not in reply.body:
            raise Failed(f"{self.account} could not say '{text[:40]}': {reply}")
        return reply

    def post(self, chat, text):
        """Sends a message and waits for nothing."""
        key = f"{self.account}-{os.getpid()}-{next(self.keys)}"
        client = self.plain()
        client.post(MESSAGE, client.message(chat, text, key))

    @property
    def cache(self):
        return os.path.join(self.world.data, "freeim", f"{self.account}.sqlite")


class World:
    """Everything that runs; `close` ends it all and removes it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="freeim-scr-")
        self.config = os.path.join(self.folder, "c")
        self.data = os.path.join(self.folder, "d")
        self.clients, self.screens = [], []
        self.cast_number = 0
        self.server = Server()
        try:
            self.tmux = Tmux()
        except BaseException:
            self.server.stop()
            raise

    # People

    def people(self, *names, friends=(), groups=()):
        """people("Ann", "Bob", friends=[("Ann", "Bob")], groups=[("Tea", "Ann", "Bob")]).

        Their accounts are new each time; gives {name: Person}, [chat of each pair],
        [chat of each group].
        """
        self.cast_number += 1
        number = "" if self.cast_number == 1 else self.cast_number
        accounts = {name: f"{name.lower()}{number}" for name in names}
        request = {
            "users": [{"account": accounts[name], "nickname": name, "devices": [
                {"device_id": device, "device_type": "mobile"} for device in ("screen", "plain")]}
                for name in names],
            "friendships": [[accounts[name] for name in pair] for pair in friends],
            "groups": [{"name": title, "owner": accounts[owner],
                        "members": [accounts[name] for name in members]}
                       for title, owner, *members in groups]}
        reply = self.server.good("/admin/provision", request, self.server.admin_token)
        people = {}
        for name, user in zip(names, reply["users"]):
            tokens = {item["device_id"]: item["access_token"] for item in user["devices"]}
            people[name] = Person(self, accounts[name], name, user["member_id"], tokens)
        chats = [item["chatroom_id"] for item in reply.get("friendships") or []]
        return people, chats, [item["chatroom_id"] for item in reply.get("groups") or []]

    def write_profile(self, name, values):
        folder = os.path.join(self.config, "freeim")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, f"{name}.json")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(values, file)

    # Screens

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "HOME": self.folder, "TERM": "tmux-256color",
                "LC_ALL": "C.UTF-8", "TZ": "UTC", "XDG_CONFIG_HOME": self.config,
                "XDG_DATA_HOME": self.data, **more}

    def screen(self, command, rows=24, columns=80, name="imtui", **environment):
        screen = Screen(self.tmux, command, self.environment(**environment), rows, columns, name)
        self.screens.append(screen)
        return screen

    def close_screens(self):
        for screen in self.screens:
            screen.close()
        self.screens = []
        self.hang_up()

    def hang_up(self):
        for client in self.clients:
            client.close()
        self.clients = []

    # The server

    def kill_server(self):
        """kill -9; the plain connections are of no more use."""
        self.server.kill()
        self.hang_up()

    def start_server(self):
        """Starts it again where it was."""
        self.server.restart("--tcp", self.server.tcp, "--http", self.server.http)

    def mend_server(self):
        """After a check that failed: the server runs, whatever was done to it."""
        if self.server.process.poll() is None:
            self.go_on()
        else:
            self.start_server()

    def stop_server_clock(self):
        """The server takes nothing and says nothing, but its connections stay."""
        self.server.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.server.process.send_signal(signal.SIGCONT)

    def close(self):
        try:
            self.close_screens()
        finally:
            self.tmux.close()
            self.server.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


class Story:
    """Checks that follow one another on the same screens.

    Each method `check_…` is one line of the report, its docstring the words. After one that
    failed the screens are closed and opened again, so that the next one has its chance.
    """

    def __init__(self, world):
        self.world = world

    def prepare(self):
        """People and chats: once."""

    def open(self):
        """Screens: before the first check, and after one that failed."""

    @classmethod
    def checks(cls):
        return [name for name in vars(cls) if name.startswith("check_")]

    @staticmethod
    def ready(screen, title=None):
        """Waits until the screen is connected, and shows that chat."""
        screen.wait("online", lambda text: "● online" in text.split("\n")[0]
                    and (title is None or title in text.split("\n")[0]))
        return screen

    @staticmethod
    def calm(screen):
        """Back to an empty composer, wherever the check before left it."""
        for _ in range(4):
            text = screen.text.replace("Esc browse", "")
            if "BROWSE" in text.split("\n")[-1]:
                leaves = lambda now: "BROWSE" not in now.split("\n")[-1]  # noqa: E731
            elif "Esc " in text:
                leaves = lambda now, before=text.count("Esc "): (  # noqa: E731
                    now.replace("Esc browse", "").count("Esc ") != before)
            else:
                break
            screen.keys("Escape")
            screen.wait("what Escape leads to", leaves, 5)
        screen.keys("C-e", "C-u")
        return screen

    @staticmethod
    def go(screen, name):
        """Opens a chat by the switcher."""
        screen.keys("M-k")
        screen.wait("Go to a chat")
        screen.send(name)
        screen.wait(f"{name} typed", lambda text: text.count(name) >= 2)
        screen.keys("Enter")
        screen.until(f"the chat {name}", lambda here: here.lines()[0].startswith(f" {name}"))

    @staticmethod
    def resize(screen, rows, columns):
        """Resizes the terminal and waits for the whole screen in that size.

        tmux tells a program of its new size up to a quarter of a second late.
        """
        screen.resize(rows, columns)
        screen.until(f"{columns}×{rows}", lambda here: (
            len(here.lines()) == rows and re.search("F1 help|BROWSE", here.lines()[-1])
            and (columns < 40 or here.lines()[0].rstrip().endswith("line"))))

    @staticmethod
    def chosen(screen):
        """The first row, and the text, of what browse mode stands on; (None, "")."""
        lines = screen.lines()
        first = next((row for row, line in enumerate(lines[1:-2], 1) if "▸" in line), None)
        if first is None:
            return None, ""
        rows = [lines[first]]
        for line in lines[first + 1:-2]:
            if ITEM.search(line):
                break
            rows.append(line)
        return first, "\n".join(rows)

    @classmethod
    def browse(cls, screen, text):
        """Browse mode, standing on the message with that text."""
        screen.keys("Escape")
        screen.wait("BROWSE")
        for _ in range(40):
            first, item = cls.chosen(screen)
            if text in item:
                return screen
            at = screen.row_of(text)
            if at is None or first is None:
                break
            before = screen.text
            screen.keys("k" if first > at else "j")
            screen.wait("the mark moves", lambda now, before=before: now != before)
        raise Failed(f"browse mode does not reach '{text}':\n{screen.picture()}")
