"""The terminal is always given back as it was."""

import os
import re
import signal

from world import IMTUI, Failed, Story


class GivingBack(Story):
    def prepare(self):
        self.people, (self.chat,), _ = self.world.people(
            "Tom", "Uma", friends=[("Tom", "Uma")])

    def start(self, **more):
        self.tom = self.ready(self.people["Tom"].screen(**more), "Uma")
        return self.tom

    def given_back(self, screen):
        names = ("cursor_flag", "alternate_on", "mouse_any_flag", "mouse_sgr_flag",
                 "keypad_cursor_flag", "wrap_flag")
        values = dict(zip(names, screen.ask(*names)))
        wanted = dict(zip(names, ("1", "0", "0", "0", "0", "1")))
        if values != wanted:
            raise Failed(f"the terminal is not as before: {values}")
        if not screen.same_modes():
            raise Failed("stty says other modes than before")

    def check_quit(self):
        """/quit: exit status 0, and the terminal as before"""
        screen = self.start()
        screen.line("/quit")
        screen.ended(0)
        self.given_back(screen)

    def check_sigterm(self):
        """SIGTERM: the terminal as before, and the draft is kept"""
        screen = self.start()
        screen.send("half a thou")
        screen.wait("› half a thou")
        screen.signal(signal.SIGTERM)
        screen.ended()
        self.given_back(screen)
        screen = self.start()
        screen.wait("› half a thou")
        screen.keys("C-u")
        screen.gone("half a thou")
        screen.line("/quit")
        screen.ended(0)

    def check_sighup(self):
        """SIGHUP: it ends in order"""
        screen = self.start()
        screen.signal(signal.SIGHUP)
        screen.ended()
        self.given_back(screen)

    def check_crash(self):
        """A crash (SIGSEGV, SIGABRT): the terminal as before"""
        for number in (signal.SIGSEGV, signal.SIGABRT):
            screen = self.start()
            screen.signal(number)
            screen.ended(128 + number)
            self.given_back(screen)

    def check_suspend(self):
        """Ctrl-Z under a shell gives the terminal back, fg draws the screen again"""
        self.people["Tom"].write_profile()
        screen = self.world.screen(
            ["bash", "--norc", "--noprofile", "-i"], name="shell", PS1="shell> ", HISTFILE="")
        screen.wait("shell>")
        screen.line(f"stty -a; {IMTUI} --profile {self.people['Tom'].account}")
        self.ready(screen, "Uma")
        screen.send("before the stop")
        screen.wait("› before the stop")
        for _ in range(2):
            screen.keys("C-z")
            screen.wait("Stopped")
            if screen.ask("alternate_on", "cursor_flag", "mouse_any_flag") != ["0", "1", "0"]:
                raise Failed("the stopped screen keeps the terminal")
            screen.line("clear; echo $((6 * 7)) shell")
            screen.wait("42 shell")
            screen.line("fg")
            screen.wait("› before the stop")
            screen.wait("● online")
        screen.keys("C-u")
        screen.line("after the stop")
        screen.wait("after the stop ✓")
        screen.line("/quit")
        screen.wait("shell>")
        screen.line("clear; stty -a; echo $((6 * 9)) there")
        screen.wait("54 there")
        if not re.search(r" icanon.* echo ", screen.text, re.S):
            raise Failed(f"the shell's modes are others:\n{screen.picture()}")

    def check_editor(self):
        """Alt-E opens the editor with the draft, and takes what it made of it"""
        editor = os.path.join(self.world.folder, "ed.sh")
        with open(editor, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nprintf "%s" "$(cat "$1") improved" >"$1"\n')
        os.chmod(editor, 0o700)
        screen = self.start(EDITOR=editor)
        screen.keys("C-e", "C-u")
        screen.send("a text")
        screen.wait("› a text")
        screen.keys("M-e")
        screen.wait("› a text improved")
        screen.keys("C-u")
        screen.line("/quit")
        screen.ended(0)

    def check_ascii(self):
        """Without UTF-8 (LC_ALL=C) it can be used, in ASCII alone"""
        self.people["Uma"].say(self.chat, "你好 plain words")
        screen = self.people["Tom"].screen(LC_ALL="C")
        screen.wait("online", lambda text: "online" in text.split("\n")[0])
        screen.wait("plain words")
        screen.line("typed in C")
        screen.wait("typed in C ")
        wild = sorted({character for character in screen.text if ord(character) > 126})
        if wild or any(byte > 126 for byte in screen.raw):
            raise Failed(f"not ASCII: {wild}\n{screen.picture()}")
        screen.line("/quit")
        screen.ended(0)

    def check_no_colour(self):
        """NO_COLOR: no colours are written"""
        screen = self.start(NO_COLOR="1")
        screen.line("without colours")
        screen.wait("without colours ✓")
        found = re.search(rb"\x1b\[[0-9;]*\b(3[0-7]|4[0-7]|9[0-7]|[34]8;[25])[;m]", screen.raw)
        if found:
            raise Failed(f"a colour was written: {found.group(0)!r}")
        screen.line("/quit")
        screen.ended(0)

    def check_many_terms(self):
        """It opens on linux, vt100, screen and xterm too"""
        for term in ("linux", "vt100", "screen", "xterm"):
            screen = self.start(TERM=term)
            screen.line(f"on {term}")
            screen.wait(f"on {term} ✓")
            screen.line("/quit")
            screen.ended(0)
            self.given_back(screen)


class Resizing(Story):
    SIZES = [(24, 80), (5, 20), (50, 160), (200, 500), (3, 10), (30, 69), (24, 70), (1, 1),
             (40, 139), (40, 141), (10, 300), (60, 30)]

    def prepare(self):
        self.people, (self.chat,), _ = self.world.people(
            "Vera", "Will", friends=[("Vera", "Will")])

    def open(self):
        self.vera = self.ready(self.people["Vera"].screen(), "Will")

    def check_burst(self):
        """Resized all the time while 300 messages come in: it ends whole"""
        self.vera.send("a draft meanwhile")
        for number in range(300):
            self.people["Will"].post(self.chat, f"burst {number:03d} 爆发 🎆")
            if number % 6 == 0:
                self.vera.resize(*self.SIZES[number // 6 % len(self.SIZES)])
        self.vera.resize(24, 80)
        self.vera.wait("burst 299")
        self.vera.wait("› a draft meanwhile")
        lines = self.vera.lines()
        if not lines[0].startswith(" Will") or "Esc browse" not in lines[-1]:
            raise Failed(f"the screen is not whole:\n{self.vera.picture()}")
        bars = {line[16:17] for line in lines[1:-1]}
        if bars != {"│"}:
            raise Failed(f"the sidebar's edge is not straight:\n{self.vera.picture()}")

    def check_walk(self):
        """Every size on the way is drawn, and the same size is the same screen again"""
        self.vera.keys("C-l")
        before = self.vera.wait("burst 299")
        for rows, columns in self.SIZES:
            self.vera.resize(rows, columns)
            self.vera.until(f"{columns}×{rows}", lambda screen, rows=rows: (
                len(screen.lines()) == rows and any(line.strip() for line in screen.lines())))
        self.vera.resize(24, 80)
        self.vera.wait("the same screen", lambda text: text == before)
