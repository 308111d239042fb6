"""Friends, groups, files, moments and devices, from the screen."""

import os
import re
import struct
import zlib

from world import Failed, Story


def png(width, height, colour):
    """A PNG of one colour with a light frame."""
    rows = b""
    for y in range(height):
        rows += b"\0"
        for x in range(width):
            is_edge = x in (0, width - 1) or y in (0, height - 1)
            rows += bytes((240, 240, 240) if is_edge else colour)

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Social(Story):
    def prepare(self):
        self.people, (self.chat,), _ = self.world.people(
            "Quin", "Rosa", "Sven", friends=[("Quin", "Rosa")])
        self.name = {name: person.account for name, person in self.people.items()}

    def open(self):
        self.quin = self.ready(self.people["Quin"].screen())
        self.rosa = self.ready(self.people["Rosa"].screen())
        self.sven = self.ready(self.people["Sven"].screen())

    def check_friend(self):
        """A friendship is asked for, shown and accepted on the screens"""
        self.quin.line(f"/friend add {self.name['Sven']} hi, it is me")
        self.quin.wait("an answer", r"(?i)asked|request|sent|waits")
        self.sven.line("/friend requests")
        self.sven.wait("Requests")
        self.sven.wait("Quin")
        self.sven.keys("Enter")
        self.sven.until("the chat", lambda screen: "Quin" in screen.lines()[0])
        self.quin.wait("Sven")

    def check_group(self):
        """A group is made with two members; its first line reaches them"""
        self.quin.line(f"/group create 登山 {self.name['Rosa']}")
        self.quin.until("the group", lambda screen: screen.lines()[0].startswith(" 登山"))
        self.quin.line("welcome to the hills")
        self.rosa.wait("one unread", r"登山 +1│")
        self.rosa.keys("M-a")
        self.rosa.wait("welcome to the hills")

    def check_group_invite(self):
        """/group invite brings in another, and the member count follows"""
        self.quin.line(f"/group invite {self.name['Sven']}")
        self.quin.until("three members", lambda screen: "3 members" in screen.lines()[0])
        self.sven.wait("登山")

    def check_group_members(self):
        """/group members lists them with their roles"""
        self.quin.line("/group members")
        self.quin.wait("Members")
        text = self.quin.wait("owner")
        if "Rosa" not in text or "Sven" not in text:
            raise Failed(f"somebody is missing:\n{self.quin.picture()}")
        self.quin.keys("Escape")
        self.quin.gone("Esc closes")

    def check_group_mute(self):
        """A muted member's line is refused, kept, and marked so"""
        self.quin.line(f"/group mute {self.name['Rosa']} 600")
        self.rosa.wait("the notice", r"(?i)muted|silenc")
        self.rosa.line("not now?")
        self.rosa.wait("not sent")
        self.quin.line(f"/group mute {self.name['Rosa']} 0")
        self.rosa.wait("unmuted")
        self.rosa.line("/retry")
        self.quin.wait("not now?")
        self.rosa.gone("not sent")

    def check_chat_mute(self):
        """/chat mute silent shows in the header"""
        self.go(self.sven, "登山")
        self.sven.line("/chat mute silent")
        self.sven.until("muted", lambda screen: "muted" in screen.lines()[0])

    def check_group_leave(self):
        """/group leave takes the group from the list, and the others see it"""
        self.sven.line("/group leave")
        self.sven.until("another chat", lambda screen: "登山" not in screen.lines()[0])
        self.quin.until("two members", lambda screen: "2 members" in screen.lines()[0])

    def check_picture(self):
        """A PNG is sent from the screen, and opened on the other as half-block cells"""
        path = os.path.join(self.world.folder, "red 红.png")
        with open(path, "wb") as file:
            file.write(png(64, 48, (200, 30, 40)))
        self.quin.line(f"/chat {self.name['Rosa']}")
        self.quin.until("the chat", lambda screen: screen.lines()[0].startswith(" Rosa"))
        self.quin.line(f'/file send "{path}"')
        self.quin.wait("the sent file", r"red 红\.png.* ✓")
        self.go(self.rosa, "Quin")
        self.rosa.wait("red 红.png")
        self.browse(self.rosa, "red 红.png").keys("o")
        self.rosa.wait("half blocks", r"[▀▄]{8}")
        self.rosa.wait("64×48")
        colours = "\n".join(self.rosa.lines(colours=True))
        if not re.search(r"\x1b\[[^m]*[34]8[;:](5|2)[;:]", colours):
            raise Failed("the picture has no colours")
        self.rosa.keys("Escape")
        self.rosa.gone("64×48")
        self.calm(self.rosa)

    def check_file_save(self):
        """s saves the file, with the bytes that were sent"""
        self.browse(self.rosa, "red 红.png").keys("s")
        text = self.rosa.wait("saved as")
        self.calm(self.rosa)
        found = []
        for folder, _, names in os.walk(self.world.folder):
            found += [os.path.join(folder, name) for name in names if name.endswith(".png")]
        wanted = png(64, 48, (200, 30, 40))
        saved = [path for path in found if os.path.dirname(path) != self.world.folder
                 and open(path, "rb").read() == wanted]
        if not saved:
            raise Failed(f"no such file was saved: {found}\n{text}")

    def check_missing_file(self):
        """A file that is not there is said so"""
        self.quin.line("/file send /no/such/file")
        self.quin.wait("why", r"(?i)no such|cannot|not (be )?(found|there|read)|does not exist")

    def check_moments(self):
        """A moment is published, liked and commented"""
        self.quin.line("/moment list")
        self.quin.wait("Moments")
        self.quin.keys("p")
        self.quin.wait("to friends")
        self.quin.line("first snow ❄ 下雪了")
        self.quin.wait("first snow")
        self.rosa.line("/moment list")
        self.rosa.wait("first snow")
        self.rosa.keys("l")
        self.rosa.wait("the like", r"(♥|❤|like).*\b(1|Rosa|you)")
        self.rosa.keys("c")
        self.rosa.wait("comment:")
        self.rosa.line("so beautiful")
        self.rosa.wait("the comment", r"Rosa.*so beautiful|me.*so beautiful")
        self.quin.keys("r")
        self.quin.wait("so beautiful")
        for screen in (self.quin, self.rosa):
            screen.keys("Escape")
            screen.gone("Moments")

    def check_devices(self):
        """/device list names this device, and another one can be signed out"""
        self.people["Quin"].plain()
        self.quin.line("/device list")
        self.quin.wait("Devices")
        self.quin.wait("this one")
        self.quin.wait("plain")
        self.quin.keys("Escape")
        self.quin.gone("Devices")
        self.quin.line("/device revoke plain")
        self.quin.wait("signed out")

    def check_profile(self):
        """/profile set changes the name that the other sees"""
        self.quin.line("/profile set nickname Quentin")
        self.quin.wait("Quentin")
        self.quin.line("/profile")
        self.quin.wait("Profile")
        self.quin.wait("nickname")
        self.quin.keys("Escape")
        self.quin.gone("Esc closes")
