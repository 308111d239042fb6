"""Makes the kept files of a schema: `python3 test/upgrade/make.py BINARY`.

BINARY is a freeim-server built from a commit of that schema (git worktree; swift build --product
freeim-server). It is started, lives through `story.py`, says what it holds, and ends; what is
kept is its database (schema-N.sqlite.gz) and what it said (schema-N.json).
"""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "conformance")]

import story  # noqa: E402
from client import Client  # noqa: E402
from harness import CLEAN, Server  # noqa: E402
from wire import AUTH  # noqa: E402


class EarlierServer(Server):
    """A server that knows few flags."""

    binary = None

    def start(self, *more):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--data", self.data, "--tcp", "127.0.0.1:0", "--ws", "none",
             "--http", "127.0.0.1:0", *more], stdout=subprocess.PIPE, stderr=self.log,
            stdin=subprocess.DEVNULL, env=CLEAN)
        self.ready = json.loads(self._ready_line())
        self.tcp, self.http = self.ready["tcp"], self.ready["http"]
        return self

    def hold_to_description(self, *_):
        """Its own version's business."""


def connect_to(server):
    def connect(world, account, device):
        client = Client(server.tcp)
        reply = client.auth(world.ids[account], device, world.tokens[account, device])
        assert reply.action == AUTH, reply
        return client
    return connect


def main():
    EarlierServer.binary = os.path.abspath(sys.argv[1])
    server = EarlierServer()
    try:
        story.fill(server, connect_to(server))
        server.restart(hard=False)
        seen = story.facts(server, connect_to(server))
        assert server.terminate() == 0
        path = os.path.join(server.data, "freeim.sqlite")
        base = sqlite3.connect(path, isolation_level=None)
        version = base.execute("PRAGMA user_version").fetchone()[0]
        base.execute("DELETE FROM access_token")
        base.execute("PRAGMA journal_mode = DELETE")
        base.execute("VACUUM")
        base.close()
        name = os.path.join(HERE, f"schema-{version}")
        with open(path, "rb") as whole, open(name + ".sqlite.gz", "wb") as raw:
            with gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
                shutil.copyfileobj(whole, packed)
        with open(name + ".json", "w", encoding="utf-8") as file:
            json.dump(seen, file, indent=1, sort_keys=True, ensure_ascii=False)
            file.write("\n")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
