"""The first screen: signing in, making an account, and where there is no screen at all."""

import json
import os

from world import IMTUI, PASSWORD, Failed, Story


class Entering(Story):
    def prepare(self):
        self.name = f"eve{os.getpid()}"

    def form(self, profile, **more):
        world = self.world
        screen = world.screen(
            [IMTUI, "--profile", profile, "--server", world.server.tcp, "--http",
             f"http://{world.server.http}"], name=profile, **more)
        screen.wait("account")
        return screen

    def check_register(self):
        """An account is made by the form, and the screen opens"""
        screen = self.form("new")
        screen.keys("F2")
        screen.wait("nickname")
        screen.line(self.name).line(PASSWORD)
        text = screen.wait(self.name)
        if PASSWORD in text:
            raise Failed(f"the password can be read:\n{screen.picture()}")
        screen.line("Eve 你好")
        screen.wait("● online")
        text = screen.wait("Welcome")
        if "Eve 你好" not in text.split("\n")[0]:
            raise Failed(f"the header does not say who is signed in:\n{screen.picture()}")
        with open(os.path.join(self.world.config, "freeim", "new.json"), encoding="utf-8") as file:
            if json.load(file)["account"] != self.name:
                raise Failed("the profile is another one")
        if os.stat(file.name).st_mode & 0o077:
            raise Failed("the profile can be read by others")
        screen.line("/quit")
        screen.ended(0)

    def check_profile_stays(self):
        """The next start opens the chats at once, without the form"""
        screen = self.world.screen([IMTUI, "--profile", "new"])
        screen.wait("Welcome")
        self.ready(screen)
        screen.line("/quit")
        screen.ended(0)

    def check_wrong_password(self):
        """A wrong password is refused in words, and the form stays"""
        screen = self.form("second")
        screen.line(self.name).line("not-the-password")
        screen.wait("why", r"(?i)(password|account).*(wrong|not|match|right)|wrong")
        screen.wait("password")
        screen.keys("C-u")
        screen.line(PASSWORD)
        screen.wait("● online")
        screen.line("/quit")
        screen.ended(0)

    def check_no_server(self):
        """Signing in without a server says so"""
        screen = self.world.screen(
            [IMTUI, "--profile", "third", "--server", "127.0.0.1:9", "--http",
             "http://127.0.0.1:9"])
        screen.wait("account")
        screen.line("somebody").line(PASSWORD)
        screen.wait("why", r"(?i)refused|connect|reach")
        screen.keys("Escape")
        screen.ended(0)

    @staticmethod
    def names_plain(screen):
        """The words may be wrapped anywhere."""
        screen.wait("imtui plain", lambda text: "imtui plain" in text.replace("\n", ""))

    def check_dumb(self):
        """TERM=dumb: the exit status is 4, and the words name imtui plain"""
        screen = self.world.screen([IMTUI, "--profile", "new"], TERM="dumb")
        screen.ended(4)
        self.names_plain(screen)
        if not screen.same_modes():
            raise Failed("the terminal's modes are not as before")

    def check_unknown_terminal(self):
        """A terminal that nobody knows: the same"""
        screen = self.world.screen([IMTUI, "--profile", "new"], TERM="no-such-terminal")
        screen.ended(4)
        self.names_plain(screen)

    def check_no_terminal(self):
        """No terminal at all: the same"""
        screen = self.world.screen(
            ["/bin/sh", "-c", '"$0" --profile new </dev/null', IMTUI])
        screen.ended(4)
        self.names_plain(screen)
