"""Two people chat, each on a screen."""

from world import Failed, Story

LINES = ["晚饭吃什么？", "noodles 🍜", "全家 👨‍👩‍👧 都来", "a flag 🇨🇳 and a sun ☀", "e\u0301 combining"]


class Talking(Story):
    def prepare(self):
        self.people, (self.chat,), _ = self.world.people(
            "Ann", "Bob", friends=[("Ann", "Bob")])

    def open(self):
        self.ann = self.ready(self.people["Ann"].screen(), "Bob")
        self.bob = self.ready(self.people["Bob"].screen(), "Ann")

    def check_marks(self):
        """A line goes from one screen to the other, and its mark to read"""
        self.ann.line("hello across")
        self.bob.wait("hello across")
        self.ann.wait("the mark of a line that was read", r"hello across ✓✓ read")
        self.bob.line("and back")
        self.ann.wait("and back")
        self.bob.wait("read", r"and back ✓✓ read")

    def check_text(self):
        """Chinese, a family, a flag, a heart and combining marks arrive whole"""
        for number, line in enumerate(LINES):
            writer, reader = (self.ann, self.bob) if number % 2 else (self.bob, self.ann)
            writer.line(line)
            reader.wait(line)
            writer.wait(f"{line} ✓")
        for screen in (self.ann, self.bob):
            bars = [line.find("│") for line in screen.lines()[1:-1]]
            if len(set(bars)) != 1:
                raise Failed(f"the sidebar's edge is not straight: {bars}\n{screen.picture()}")

    def check_order(self):
        """Both screens show the same lines in the same order"""
        for number in range(1, 9):
            (self.ann if number % 2 else self.bob).line(f"turn {number} of 8")
        for screen in (self.ann, self.bob):
            screen.wait("eight turns", lambda text: text.count("of 8") >= 8)
            screen.gone("⋯")
        orders = []
        for screen in (self.ann, self.bob):
            text = screen.text
            turns = [text.find(f"turn {number} of 8") for number in range(1, 9)]
            orders.append(sorted(range(8), key=lambda at: turns[at]))
            if text.count("of 8") != 8:
                raise Failed(f"a line is there twice:\n{screen.picture()}")
        if orders[0] != orders[1]:
            raise Failed(f"the orders differ: {orders}")

    def check_typing(self):
        """The other sees that somebody writes, and that they stopped"""
        self.bob.send("something long")
        self.ann.wait("Bob is writing")
        self.bob.keys("C-u")
        self.ann.gone("is writing")

    def check_editing(self):
        """Line editing: words, kill and yank, undo, a line in the middle"""
        self.ann.send("one two three")
        self.ann.keys("C-w", "C-a")
        self.ann.send("zero ")
        self.ann.keys("C-e", "C-y")
        self.ann.wait("› zero one two three")
        self.ann.keys("M-b")
        self.ann.keys("C-k")
        self.ann.wait("the end cut", r"› zero one two\s*$")
        self.ann.keys("C-_")
        self.ann.wait("› zero one two three")
        self.ann.keys("C-u")
        self.ann.keys("C-k")
        self.ann.gone("zero one")

    def check_paste(self):
        """Several pasted lines stay one draft, and become one message"""
        self.ann.paste("first pasted\nsecond pasted\nthird pasted")
        self.ann.wait("third pasted")
        if self.ann.row_of("› first pasted") is None:
            raise Failed(f"the paste was sent:\n{self.ann.picture()}")
        if "pasted" in self.bob.text:
            raise Failed("a pasted line was sent")
        self.ann.keys("Enter")
        self.bob.wait("third pasted")
        self.ann.wait("one message", r"third pasted ✓")
        rows = [self.bob.row_of(word) for word in ("first pasted", "second pasted", "third pas")]
        if rows != list(range(rows[0], rows[0] + 3)):
            raise Failed(f"the pasted lines are apart:\n{self.bob.picture()}")

    def check_many_lines(self):
        """Ctrl-J and Alt-Enter begin a new line; the composer grows to five rows and no more"""
        self.ann.send("row 1")
        for number in range(2, 9):
            self.ann.keys("C-j" if number % 2 else "M-Enter").send(f"row {number}")
        self.ann.wait("row 8")
        shown = [line for line in self.ann.lines() if "row " in line]
        if len(shown) != 5:
            raise Failed(f"{len(shown)} rows of the composer:\n{self.ann.picture()}")
        self.ann.keys("Enter")
        self.bob.wait("row 8")
        self.bob.wait("row 1")

    def check_long_line(self):
        """A long line without blanks wraps, and nothing of it is lost"""
        word = "".join(f"{number:03d}." for number in range(60))
        self.ann.line(word)
        self.bob.wait("059.")
        rows = "".join(line[17:].strip() for line in self.bob.lines()[1:-2])
        if word not in rows:
            raise Failed(f"the line is not whole:\n{self.bob.picture()}")

    def check_history(self):
        """Up calls back what was sent, Down returns to what was being written"""
        self.ann.line("to be called back")
        self.ann.wait("to be called back ✓")
        self.ann.send("unsent")
        self.ann.wait("› unsent")
        self.ann.keys("Up")
        self.ann.wait("› to be called back")
        self.ann.keys("Down")
        self.ann.wait("› unsent")
        self.ann.keys("C-u")

    def check_control_c(self):
        """Ctrl-C keeps the draft and points to /quit; Esc keeps it too"""
        self.ann.send("a precious draft")
        self.ann.wait("› a precious draft")
        self.ann.keys("C-c")
        self.ann.wait("/quit leaves")
        self.ann.wait("› a precious draft")
        self.ann.keys("Escape")
        self.ann.wait("BROWSE")
        self.ann.wait("› a precious draft")
        self.ann.keys("Escape")
        self.ann.gone("BROWSE")
        self.ann.wait("› a precious draft")
        self.ann.keys("C-u")

    def check_wrong_command(self):
        """A command that does not exist is not sent as a message"""
        self.ann.line("/nosuchthing now")
        self.ann.wait("an answer", lambda text: "nosuchthing" in text)
        if "nosuchthing" in self.bob.text:
            raise Failed("it was sent")
        self.ann.keys("C-e", "C-u")
        self.ann.line("//with two slashes")
        self.bob.wait(" /with two slashes")

    def check_mention(self):
        """A mention by completion rings the other's bell when their screen shows another chat"""
        self.calm(self.ann)
        self.ann.send("look @Bo")
        self.ann.keys("Tab")
        self.ann.wait("the name complete", r"› look @(Bob|bob\d+) ?")
        self.ann.send(" here")
        self.ann.keys("Enter")
        self.bob.wait("the mark of a mention", r"» look @")


class HostileText(Story):
    """A peer that sends what terminals obey."""

    ATTACKS = [
        "title \x1b]0;PWNED\x07 bell \x07",
        "clear \x1b[2J\x1b[H home",
        "leave \x1b[?1049l\x1b[?25h\x1bc",
        "colour \x1b[31;41mred\x9b31m",
        "copy \x1b]52;c;UFdORUQ=\x07 link \x1b]8;;http://evil/\x07here\x1b]8;;\x07",
        "dcs \x1bPtmux;\x1b\x1b]0;PWNED\x07\x1b\\ end",
        "return\rOVERWRITTEN\x08\x08\x7f",
        "bidi \u202eesrever\u202c done",
        "zalgo " + "z" + "\u0301" * 10_000 + " done",
        "zero\u200bwidth\u2060joiners\ufeff done",
    ]

    def prepare(self):
        self.people, (self.chat,), _ = self.world.people(
            "Hana", "Ivan", friends=[("Hana", "Ivan")])

    def open(self):
        self.hana = self.ready(self.people["Hana"].screen(), "Ivan")

    def check_attacks(self):
        """Control sequences in messages are shown, and do nothing"""
        for number, text in enumerate(self.ATTACKS):
            self.people["Ivan"].say(self.chat, f"{text} no.{number}")
        self.hana.wait("no.9")
        title, alternate = self.hana.ask("pane_title", "alternate_on")
        if "PWNED" in title or alternate != "1":
            raise Failed(f"the terminal obeyed: title {title}, alternate {alternate}")
        raw = self.hana.raw
        for bad in (b"\x1b]52;", b"\x07", b"\x1bc", b"\x1b[31;41m", b"\x1bPtmux", b"\x1b[?1049l"):
            if bad in raw:
                raise Failed(f"the screen wrote {bad!r}")
        text = self.hana.text
        if not text.split("\n")[0].startswith(" Ivan") or "␛[2J" not in text:
            raise Failed(f"the screen is not whole:\n{self.hana.picture()}")

    def check_still_works(self):
        """After that the screen still writes and is straight"""
        self.hana.line("still here")
        self.hana.wait("still here ✓")
        self.hana.keys("C-l")
        self.hana.wait("still here ✓")
        bars = {line[16:17] for line in self.hana.lines()[1:-1]}
        if bars != {"│"}:
            raise Failed(f"the sidebar's edge is not straight:\n{self.hana.picture()}")

    def check_long(self):
        """A line of 60 KiB comes and can be scrolled over"""
        self.people["Ivan"].say(self.chat, "long " + "x" * 60_000 + " tail")
        self.people["Ivan"].say(self.chat, "behind the long one")
        self.hana.wait("behind the long one")
        self.hana.keys("PageUp")
        self.hana.wait("the long line", r"x{40}")
        self.hana.keys("M-End")
        self.hana.wait("behind the long one")
