"""Browse mode: what can be done with a message, and where to."""

import base64

from world import Failed, Story


class Browsing(Story):
    def prepare(self):
        self.people, (self.chat,), _ = self.world.people(
            "Cleo", "Dan", friends=[("Cleo", "Dan")])
        for text in ("green tea", "black coffee", "see https://example.org/a/b?c=d now"):
            self.people["Dan"].say(self.chat, text)

    def open(self):
        self.cleo = self.ready(self.people["Cleo"].screen(), "Dan")
        self.dan = self.ready(self.people["Dan"].screen(), "Cleo")

    def check_reply(self):
        """r answers a message: quoted in one line on both screens"""
        self.browse(self.cleo, "green tea").keys("r")
        self.cleo.wait("↳ to Dan: green tea")
        self.cleo.line("with honey")
        for screen in (self.cleo, self.dan):
            screen.wait("the quote above the answer", r"┃ (Dan|me): green tea[^\n]*\n.*with honey")

    def check_reply_dropped(self):
        """Backspace at the start makes a reply a plain message again"""
        self.browse(self.cleo, "black coffee").keys("r")
        self.cleo.wait("↳ to Dan: black coffee")
        self.cleo.keys("BSpace")
        self.cleo.gone("↳ to Dan")

    def check_edit(self):
        """e edits an own message on both screens"""
        self.cleo.line("with suger")
        self.cleo.wait("with suger ✓")
        self.browse(self.cleo, "with suger").keys("e")
        self.cleo.wait("✎ instead of")
        self.cleo.keys("C-u")
        self.cleo.line("with sugar")
        for screen in (self.cleo, self.dan):
            screen.wait("with sugar [edited]")
            screen.gone("suger")

    def check_edit_of_others(self):
        """The others' messages cannot be edited"""
        self.browse(self.cleo, "black coffee").keys("e")
        self.cleo.wait("own")
        self.calm(self.cleo)

    def check_react(self):
        """+ reacts with an emoji that is found by name; a second time takes it back"""
        for is_there in (True, False):
            self.browse(self.cleo, "black coffee").keys("+")
            self.cleo.wait("React")
            self.cleo.send("thumb")
            self.cleo.wait("the name", r":thumbs_?up:|:\+1:")
            self.cleo.keys("Enter")
            for screen in (self.cleo, self.dan):
                screen.wait("the reaction" if is_there else "no reaction",
                            lambda text, want=is_there: ("👍" in text) == want)
            self.calm(self.cleo)

    def check_recall(self):
        """d recalls an own message, after a question"""
        self.cleo.line("a slip of the tongue")
        self.dan.wait("a slip of the tongue")
        self.cleo.wait("a slip of the tongue ✓")
        self.browse(self.cleo, "a slip of the tongue").keys("d")
        self.cleo.wait("Sure?")
        self.cleo.keys("n")
        self.cleo.gone("Sure?")
        self.calm(self.cleo)
        self.browse(self.cleo, "a slip of the tongue").keys("d")
        self.cleo.wait("Sure?")
        self.cleo.keys("y")
        for screen in (self.cleo, self.dan):
            screen.wait("[recalled]")
            screen.gone("a slip of the tongue")
        self.calm(self.cleo)

    def check_pin(self):
        """p pins a message; the pane on a wide screen lists it, and a click leads to it"""
        self.resize(self.cleo, 50, 160)
        self.cleo.wait("Pins")
        self.browse(self.cleo, "black coffee").keys("p")
        self.cleo.wait("black coffee [pinned]")
        self.calm(self.cleo)
        row = self.cleo.until("the pin in the pane", lambda screen: any(
            "Dan: black coffee" in line[130:] for line in screen.lines())) and next(
            index for index, line in enumerate(self.cleo.lines())
            if "Dan: black coffee" in line[130:])
        self.cleo.click(row, 145)
        self.cleo.wait("BROWSE")
        self.cleo.wait("the message that is pinned", r"▸.*black coffee|▸.*Dan")
        self.cleo.keys("p")
        self.cleo.gone("[pinned]")
        self.calm(self.cleo)
        self.resize(self.cleo, 24, 80)
        self.cleo.gone("Pins")

    def check_copy(self):
        """y copies the text by OSC 52"""
        self.browse(self.cleo, "black coffee")
        start = len(self.cleo.raw)
        self.cleo.keys("y")
        wanted = base64.b64encode(b"black coffee")
        self.cleo.wait_raw("the copy", b"]52;c;" + wanted, start)
        self.cleo.wait("copied")
        self.calm(self.cleo)

    def check_link(self):
        """A link is an OSC 8 link with its whole address"""
        self.cleo.wait("example.org")
        self.cleo.keys("C-l")
        self.cleo.wait("example.org")
        if b"https://example.org/a/b?c=d\x1b\\" not in self.cleo.raw:
            raise Failed("no OSC 8 link was written")

    def check_find(self):
        """/ finds text in this chat, n and N go on and back"""
        for text in ("needle one", "hay", "needle two", "more hay"):
            self.people["Dan"].say(self.chat, text)
        self.cleo.wait("more hay")
        self.cleo.keys("Escape")
        self.cleo.wait("BROWSE")
        self.cleo.keys("/")
        self.cleo.wait("find:")
        self.cleo.line("needle")
        self.cleo.until("needle two", lambda screen: self.stands_on(screen, "needle two"))
        self.cleo.keys("n")
        self.cleo.until("needle one", lambda screen: self.stands_on(screen, "needle one"))
        self.cleo.keys("N")
        self.cleo.until("needle two", lambda screen: self.stands_on(screen, "needle two"))
        self.calm(self.cleo)

    def stands_on(self, screen, text):
        return text in self.chosen(screen)[1]

    def check_click(self):
        """A click on a message begins browse mode there"""
        row, column = self.cleo.place_of("needle one", last=True)
        self.cleo.click(row, column)
        self.cleo.wait("BROWSE")
        self.cleo.until("the mark", lambda screen: self.stands_on(screen, "needle one"))
        self.calm(self.cleo)


class Scrolling(Story):
    """A chat longer than the screen, and more than this device was given."""

    COUNT = 330

    def prepare(self):
        self.people, (self.chat,), _ = self.world.people(
            "Kim", "Lou", friends=[("Kim", "Lou")])
        for number in range(1, self.COUNT + 1):
            self.people["Lou"].post(self.chat, f"entry {number:03d}.")
        self.people["Lou"].plain().sync_point()

    def open(self):
        self.kim = self.ready(self.people["Kim"].screen(), "Lou")
        self.kim.wait("entry 330.")

    def check_hole(self):
        """Off line, what is not loaded is a row that says how much; a click on line fills it"""
        world = self.world
        world.kill_server()
        self.kim.wait("off line")
        self.kim.keys("M-Home")
        self.kim.gone("entry 330.")
        self.kim.keys("PageUp")
        self.kim.wait("a hole", r"\d+ messages? not loaded")
        world.start_server()
        self.calm(self.kim)
        self.kim.line("/reconnect")
        self.kim.wait("● online", wait=30)
        self.kim.until("the first message", self.climb, wait=30)
        self.kim.wait("the beginning")

    @staticmethod
    def climb(screen):
        """One step towards the first message; whether it is there."""
        if screen.row_of("entry 001.") is not None:
            return True
        if screen.row_of("not loaded") is not None:
            screen.click(*screen.place_of("not loaded"))
        elif screen.row_of("loading") is None:
            screen.keys("PageUp")
        return False

    def check_pages(self):
        """PgUp passes over every message once, up to the beginning"""
        self.calm(self.kim)
        self.kim.keys("M-End")
        self.kim.wait("entry 330.")
        seen, last = set(), None
        for _ in range(60):
            numbers = [int(line.split("entry ")[1][:3]) for line in self.kim.lines()
                       if "entry " in line]
            if last and max(numbers) < last - 1:
                raise Failed(f"messages were jumped over between {max(numbers)} and {last}")
            seen.update(numbers)
            last = min(numbers)
            if last == 1:
                break
            before = self.kim.text
            self.kim.keys("PageUp")
            self.kim.wait("another page", lambda text, before=before: text != before)
        if seen != set(range(1, self.COUNT + 1)):
            raise Failed(f"not seen: {sorted(set(range(1, self.COUNT + 1)) - seen)}")
        self.kim.wait("the beginning")
        self.kim.keys("M-End")
        self.kim.wait("entry 330.")

    def check_wheel(self):
        """The wheel scrolls, and the status row says how much is below"""
        self.kim.wheel(8, 40, up=True, turns=4)
        self.kim.gone("entry 330.")
        self.kim.wait("below")
        self.kim.wheel(8, 40, up=False, turns=6)
        self.kim.wait("entry 330.")
        self.kim.gone("below")

    def check_scrolled_stays(self):
        """What comes while one reads above does not move the screen"""
        self.kim.keys("PageUp")
        self.kim.wait("lines below")
        before = self.kim.lines()[1:15]
        self.people["Lou"].say(self.chat, "came meanwhile")
        self.kim.wait("more below", r"below")
        if self.kim.lines()[1:15] != before:
            raise Failed(f"the screen moved:\n{self.kim.picture()}")
        self.kim.keys("M-End")
        self.kim.wait("came meanwhile")
