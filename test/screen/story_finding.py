"""Finding one's way: chats, completion, help, search, layouts."""

import re

from terminal import columns_of
from world import Failed, Story


class Finding(Story):
    def prepare(self):
        names = ("Mia", "Noa", "Oli", "Pia")
        self.people, self.chats, self.groups = self.world.people(
            *names, friends=[("Mia", name) for name in names[1:]],
            groups=[("茶 Tea club", "Mia", "Noa", "Oli")])
        for name, chat in zip(names[1:], self.chats):
            self.people[name].say(chat, f"first words of {name}")
            self.people[name].say(chat, "今天天气很好，我们去公园")

    def open(self):
        self.mia = self.ready(self.people["Mia"].screen())
        self.mia.wait("Pia")

    def check_switcher(self):
        """Alt-K finds a chat by a few letters, Alt-/ goes back to the one before"""
        self.go(self.mia, "Oli")
        self.go(self.mia, "Pia")
        self.mia.keys("M-/")
        self.mia.until("Oli again", lambda screen: screen.lines()[0].startswith(" Oli"))

    def check_alt_arrows(self):
        """Alt-Down and Alt-Up walk through the chats, Alt-1 opens the first"""
        for name in ("Noa", "Oli", "Pia"):
            self.go(self.mia, name)
        self.people["Pia"].say(self.chats[2], "the newest of all")
        self.mia.wait("the order by recency", r"^1 Pia[^\n]*\n2 Oli[^\n]*\n3 Noa")
        names = [re.split(r"  |│", line[2:])[0] for line in self.mia.lines()[1:5]]
        titled = lambda name: self.mia.until(  # noqa: E731
            name, lambda screen: screen.lines()[0].startswith(f" {name}"))
        self.mia.keys("M-1")
        titled(names[0])
        for name in names[1:]:
            self.mia.keys("M-Down")
            titled(name)
        self.mia.keys("M-Up")
        titled(names[2])
        self.mia.keys("M-1")
        titled(names[0])

    def check_click_chat(self):
        """A click on a chat in the sidebar opens it"""
        rows = [index for index, line in enumerate(self.mia.lines())
                if "Noa" in line[:16] and index]
        self.mia.click(rows[0], 4)
        self.mia.until("Noa", lambda screen: screen.lines()[0].startswith(" Noa"))

    def check_drafts(self):
        """A draft stays with its chat while another one is open"""
        self.go(self.mia, "Noa")
        self.mia.send("draft for Noa")
        self.mia.wait("› draft for Noa")
        self.go(self.mia, "Pia")
        self.mia.gone("draft for Noa")
        self.go(self.mia, "Noa")
        self.mia.wait("› draft for Noa")
        self.mia.keys("C-u")

    def check_unread(self):
        """A message in another chat counts beside it; Alt-A goes there; the rule says new"""
        self.go(self.mia, "Noa")
        self.people["Pia"].say(self.chats[2], "psst, over here")
        self.mia.wait("the number of unread messages", r"Pia +\d+│")
        self.mia.keys("M-a")
        self.mia.wait("psst, over here")
        self.mia.wait("the unread rule", r"─ new ─")
        self.mia.gone("Pia              1")

    def check_command_completion(self):
        """Tab completes a /command"""
        self.mia.keys("C-u")
        self.mia.send("/frie")
        self.mia.keys("Tab")
        self.mia.wait("a command", r"› /friend")
        self.calm(self.mia)

    def check_emoji_completion(self):
        """Tab completes an :emoji:"""
        self.mia.send("hot :coff")
        self.mia.keys("Tab")
        self.mia.wait("the emoji", r"› hot ☕")
        self.calm(self.mia)

    def check_name_completion(self):
        """Tab completes a name in a group; Tab again goes on to the next"""
        self.go(self.mia, "茶 Tea")
        for _ in range(50):
            # The members of a group that was never open are on their way.
            self.mia.send("dear @N")
            self.mia.wait("dear @N")
            self.mia.keys("Tab")
            text = self.mia.wait("an answer", r"nothing to complete|dear @(Noa|noa\d+)")
            self.mia.keys("C-u")
            self.mia.gone("dear")
            if "nothing to complete" not in text:
                return
        raise Failed(f"no name is completed:\n{self.mia.picture()}")

    def check_help(self):
        """F1 shows the keys and the commands, and can be scrolled"""
        self.mia.keys("F1")
        self.mia.wait("Writing")
        text = self.mia.wait("Alt-Enter")
        self.mia.keys("End")
        self.mia.wait("the end", lambda now: "/quit" in now and now != text)
        self.mia.keys("Escape")
        self.mia.wait("Esc browse")

    def check_search(self):
        """Alt-S finds Chinese and English text in all chats while one types, Enter goes there"""
        self.go(self.mia, "Pia")
        self.mia.keys("M-s")
        self.mia.wait("Search all chats")
        self.mia.send("天气")
        self.mia.wait("three hits", lambda text: text.count("今天天气很好") >= 3)
        self.mia.keys("C-u")
        self.mia.send("words of Oli")
        self.mia.wait("one hit", r"first words of Oli")
        self.mia.keys("Enter")
        self.mia.until("the chat", lambda screen: screen.lines()[0].startswith(" Oli"))
        self.mia.wait("BROWSE")
        self.mia.wait("the message", r"▸.*words of Oli|▸.*Oli\n.*words of Oli")
        self.calm(self.mia)

    def check_search_nothing(self):
        """A search without a hit says so"""
        self.mia.keys("M-s")
        self.mia.wait("Search all chats")
        self.mia.send("xylophone")
        self.mia.wait("nothing found")
        self.mia.keys("Escape")
        self.mia.gone("Search all chats")

    def check_chat_pin(self):
        """/chat pin keeps a chat at the top of the list"""
        self.go(self.mia, "Oli")
        self.mia.line("/chat pin")
        self.mia.wait("the sign of a pinned chat", r"^1\^Oli")
        self.mia.line("/chat unpin")
        self.mia.gone("^Oli")

    def check_panes(self):
        """F7 hides the sidebar and shows it again, F8 the pane on the right"""
        self.mia.keys("F7")
        self.mia.until("no sidebar", lambda screen: "│" not in screen.text)
        self.mia.keys("F7")
        self.mia.wait("│")
        self.resize(self.mia, 50, 160)
        self.mia.wait("Pins")
        self.mia.keys("F8")
        self.mia.gone("Pins")
        self.mia.keys("F8")
        self.mia.wait("Pins")

    def check_wide(self):
        """160×50: a sidebar of 24, the pane of 22, two rules"""
        self.resize(self.mia, 50, 160)
        self.mia.wait("Pins")
        self.go(self.mia, "茶 Tea")
        self.mia.wait("Members 3")
        for line in self.mia.lines()[1:-1]:
            bars = [sum(columns_of(part) for part in line[:found.start()])
                    for found in re.finditer("│", line)]
            if bars != [24, 137]:
                raise Failed(f"the panes are not straight:\n{self.mia.picture()}")

    def check_narrow(self):
        """60 columns: no sidebar, and it works"""
        self.resize(self.mia, 20, 60)
        self.mia.until("no sidebar", lambda screen: "│" not in screen.text)
        self.go(self.mia, "Noa")
        self.mia.line("from a narrow screen")
        self.mia.wait("from a narrow screen ✓")

    def check_tiny(self):
        """20×5: a line can be read and written"""
        self.mia.resize(5, 20)
        self.mia.until("five rows", lambda screen: len(screen.lines()) == 5)
        self.mia.line("tiny")
        self.mia.wait("tiny ✓")

    def check_absurd(self):
        """8×2 says that it is too small, and comes back"""
        self.mia.resize(2, 8)
        self.mia.wait("imtui")
        self.resize(self.mia, 24, 80)
        self.mia.wait("tiny ✓")

    def check_huge(self):
        """500×200 is drawn whole"""
        self.mia.resize(200, 500)
        self.mia.until("the pane far right", lambda screen: any(
            "Pins" in line[470:] for line in screen.lines()))
        self.mia.line("from a huge screen")
        self.mia.wait("from a huge screen ✓")
        self.resize(self.mia, 24, 80)
        self.mia.wait("Esc browse")
