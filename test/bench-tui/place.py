"""A folder with a profile and a generated cache, so that imtui opens without a server."""

import json
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.abspath(os.path.join(ROOT, os.environ.get("FREEIM_BIN", ".build/release")))
IMTUI = os.path.join(BIN, "imtui")

USER_ID = 1


class Place:
    def __init__(self, folder, options):
        self.folder = folder
        self.is_quick, self.given = options.quick, options.cache
        self.size = (options.rows, options.columns)
        self.messages, self.chats = (20_000, 50) if options.quick else (1_000_000, 500)
        self.config = os.path.join(folder, "config")
        self.data = os.path.join(folder, "data")
        for path in (self.config, self.data):
            os.makedirs(os.path.join(path, "freeim"), mode=0o700)
        self.cache = self.cache_of("bench")
        # Nothing listens on port 9: the screen is off line.
        self.profile("bench", USER_ID, "none", "bench", "127.0.0.1:9", "127.0.0.1:9")

    def profile(self, name, user_id, token, device, tcp, http):
        path = os.path.join(self.config, "freeim", f"{name}.json")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            json.dump({"account": name, "nickname": name, "userID": user_id, "token": token,
                       "deviceID": device, "server": tcp, "http": f"http://{http}"}, file)

    def cache_of(self, name):
        return os.path.join(self.data, "freeim", f"{name}.sqlite")

    def make_cache(self):
        if self.given:
            shutil.copy(self.given, self.cache)
            return
        subprocess.run(
            [os.path.join(BIN, "imtui-bench"), "generate", self.cache, "--messages",
             str(self.messages), "--chats", str(self.chats), "--user-id", str(USER_ID)],
            check=True, stdout=subprocess.DEVNULL)

    def command(self, name="bench"):
        return [IMTUI, "--profile", name]

    @property
    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": self.folder, "TERM": "xterm-256color",
                "LC_ALL": "C.UTF-8", "TZ": "UTC", "XDG_CONFIG_HOME": self.config,
                "XDG_DATA_HOME": self.data}

    def start(self, program, name="bench"):
        return program(self.command(name), self.environment, *self.size)
