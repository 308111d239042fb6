"""A server that goes away, a client that is killed: nothing is lost, nothing is doubled."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess

from world import IMTUI, Failed, Story


class ServerFaults(Story):
    def prepare(self):
        self.people, (self.chat,), _ = self.world.people(
            "Xena", "Yuri", friends=[("Xena", "Yuri")])

    def open(self):
        self.xena = self.ready(self.people["Xena"].screen(rows=60), "Yuri")
        self.yuri = self.ready(self.people["Yuri"].screen(rows=60), "Xena")

    def back(self):
        for screen in (self.xena, self.yuri):
            screen.line("/reconnect")
        for screen in (self.xena, self.yuri):
            screen.wait("● online", wait=40)

    def check_kill(self):
        """kill -9 of the server while both write: every line once on both screens"""
        for number in range(1, 4):
            self.xena.line(f"x{number} before")
            self.yuri.line(f"y{number} before")
        self.world.kill_server()
        for number in range(1, 4):
            self.xena.line(f"x{number} behind")
            self.yuri.line(f"y{number} behind")
        for screen in (self.xena, self.yuri):
            screen.wait("off line")
            screen.wait("the lines that wait", r"behind ⋯")
            screen.wait("queued")
        self.world.start_server()
        self.back()
        wanted = [f"{who}{number} {when}" for who in "xy" for number in (1, 2, 3)
                  for when in ("before", "behind")]
        for screen in (self.xena, self.yuri):
            screen.gone("⋯")
            text = screen.wait("all lines", lambda text: all(line in text for line in wanted))
            double = [line for line in wanted if text.count(line) != 1]
            if double:
                raise Failed(f"not once: {double}\n{screen.picture()}")

    def check_same_log(self):
        """The log of the server holds each of them once, and imtui verify agrees"""
        for name in ("Xena", "Yuri"):
            account = self.people[name].account
            for words in (["history", str(self.chat), "--json"], ["verify"]):
                result = subprocess.run(
                    [IMTUI, *words, "--profile", account], env=self.world.environment(),
                    capture_output=True, text=True, timeout=60, check=False)
                if result.returncode:
                    raise Failed(f"imtui {words[0]}: {result.returncode} {result.stderr}")
                if words[0] == "history":
                    said = [json.loads(line)["content"] for line in result.stdout.splitlines()
                            if json.loads(line)["code"] == 1]
                    if len(said) != len(set(said)):
                        raise Failed(f"{name} has lines twice: {said}")

    def check_draft_over_restart(self):
        """What is being written stays while the server goes and comes"""
        self.xena.send("still writing")
        self.xena.wait("› still writing")
        self.world.kill_server()
        self.xena.wait("off line")
        self.xena.send(" on")
        self.xena.wait("› still writing on")
        self.world.start_server()
        self.back_alone()
        self.xena.wait("› still writing on")
        self.xena.keys("C-u")

    def back_alone(self):
        for screen in (self.xena, self.yuri):
            screen.wait("● online", wait=60)

    def check_away_at_start(self):
        """The server is away at the start: the cache is shown, and what is typed waits"""
        self.world.kill_server()
        self.xena.close()
        self.xena = self.people["Xena"].screen(rows=60)
        self.xena.wait("y3 behind")
        self.xena.wait("off line|connecting", r"off line|connecting")
        self.xena.line("typed without a server")
        self.xena.wait("typed without a server ⋯")
        self.world.start_server()
        self.back()
        self.xena.wait("typed without a server ✓")
        self.yuri.wait("typed without a server")
        if self.yuri.text.count("typed without a server") != 1:
            raise Failed(f"it came twice:\n{self.yuri.picture()}")


class ClientFaults(Story):
    def prepare(self):
        self.people, (self.chat,), _ = self.world.people(
            "Zoe", "Abe", friends=[("Zoe", "Abe")])

    def open(self):
        self.abe = self.ready(self.people["Abe"].screen(), "Zoe")
        self.zoe = self.ready(self.people["Zoe"].screen(), "Abe")

    def restart(self):
        self.zoe = self.ready(self.people["Zoe"].screen(), "Abe")

    def check_kill_mid_draft(self):
        """kill -9 while writing: the draft is there again"""
        self.zoe.send("not yet sent 未完")
        self.zoe.wait("› not yet sent 未完")
        self.zoe.kill()
        self.restart()
        self.zoe.wait("› not yet sent 未完")
        self.zoe.keys("C-u")
        self.zoe.gone("not yet sent")

    def check_kill_before_ack(self):
        """kill -9 between Enter and the acknowledgement: sent once"""
        self.world.stop_server_clock()
        try:
            self.zoe.line("between enter and ack")
            self.zoe.wait("between enter and ack ⋯")
            self.zoe.kill()
        finally:
            self.world.go_on()
        self.restart()
        self.zoe.wait("between enter and ack ✓")
        self.abe.wait("between enter and ack")
        self.zoe.line("and one behind it")
        self.abe.wait("and one behind it")
        for screen in (self.zoe, self.abe):
            if screen.text.count("between enter and ack") != 1:
                raise Failed(f"it is there twice:\n{screen.picture()}")

    def check_kill_in_burst(self):
        """kill -9 while many messages come in: all of them are there after the start"""
        for number in range(60):
            self.people["Abe"].post(self.chat, f"flood {number:02d}.")
            if number == 30:
                self.zoe.signal(signal.SIGKILL)
        self.zoe.ended(137)
        self.zoe.close()
        self.restart()
        self.zoe.wait("flood 59.")
        seen = set()
        for _ in range(10):
            seen.update(line.split("flood ")[1][:2] for line in self.zoe.lines()
                        if "flood " in line and "│" in line and line.index("flood ") > 16)
            if len(seen) == 60:
                break
            before = self.zoe.text
            self.zoe.keys("PageUp")
            self.zoe.wait("a page", lambda text, before=before: text != before)
        if len(seen) != 60:
            raise Failed(f"{len(seen)} of 60 are there")
        self.zoe.keys("M-End")
        self.zoe.wait("flood 59.")

    def check_broken_cache(self):
        """A cache that is no database is said so in words, and the terminal is given back"""
        self.zoe.line("/quit")
        self.zoe.ended(0)
        cache = self.people["Zoe"].cache
        kept = cache + ".kept"
        for end in ("-wal", "-shm"):
            if os.path.exists(cache + end):
                os.unlink(cache + end)
        shutil.move(cache, kept)
        with open(cache, "wb") as file:
            file.write(b"this is no database" * 1_000)
        try:
            screen = self.people["Zoe"].screen()
            screen.wait("what is wrong", r"(?i)cache|database|damaged")
            screen.keys("Escape")
            screen.ended()
            if not screen.same_modes():
                raise Failed("the terminal's modes are not as before")
        finally:
            os.unlink(cache)
            shutil.move(kept, cache)
        self.restart()
        self.zoe.wait("flood 59.")

    def check_newer_cache(self):
        """A cache of a newer imtui is left alone, and said so"""
        self.zoe.line("/quit")
        self.zoe.ended(0)
        cache = self.people["Zoe"].cache
        shutil.copy(cache, cache + ".kept")
        with sqlite3.connect(cache) as base:
            base.execute("PRAGMA user_version = 9999")
        base.close()
        try:
            screen = self.people["Zoe"].screen()
            screen.wait("what is wrong", r"(?i)newer|version")
            screen.keys("Escape")
            screen.ended()
        finally:
            for end in ("-wal", "-shm"):
                if os.path.exists(cache + end):
                    os.unlink(cache + end)
            shutil.move(cache + ".kept", cache)
        self.restart()
        self.zoe.wait("flood 59.")

    def check_two_at_once(self):
        """Two screens on one profile: both show what comes, both can send"""
        other = self.people["Zoe"].screen()
        other.wait("flood 59.")
        other.line("from the second screen")
        self.abe.wait("from the second screen")
        self.zoe.wait("from the second screen")
        self.abe.line("to both of you")
        for screen in (self.zoe, other):
            screen.wait("to both of you")
        self.zoe.line("/quit")
        self.zoe.ended(0)
        self.abe.line("to the one that is left")
        other.wait("to the one that is left", wait=30)
