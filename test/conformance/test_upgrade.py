"""Databases that earlier versions left, opened by today's server (test/upgrade keeps them)."""

import glob
import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from client import Client
from harness import BINARY, CLEAN, Case, Server
from wire import ACK, AUTH, MESSAGE, ROOT, SYNC

KEPT = os.path.join(ROOT, "test", "upgrade")
sys.path.insert(0, KEPT)

import story  # noqa: E402


class Upgrades(Case):
    @classmethod
    def setUpClass(cls):
        pass

    def kept(self):
        """(schema version, path of the packed database, what the earlier server said)"""
        for path in sorted(glob.glob(os.path.join(KEPT, "schema-*.sqlite.gz"))):
            version = int(os.path.basename(path).split("-")[1].split(".")[0])
            with open(path.replace(".sqlite.gz", ".json"), encoding="utf-8") as file:
                yield version, path, json.load(file)

    def unpacked(self, path):
        data = tempfile.mkdtemp(prefix="freeim-upgrade-")
        self.addCleanup(shutil.rmtree, data, True)
        os.chmod(data, 0o700)
        with gzip.open(path) as packed, open(os.path.join(data, "freeim.sqlite"), "wb") as file:
            shutil.copyfileobj(packed, file)
        return data

    def connect_to(self, server):
        def connect(world, account, device):
            client = Client(server.tcp)
            self.addCleanup(client.close)
            reply = client.auth(world.ids[account], device, world.tokens[account, device])
            self.assertEqual(reply.action, AUTH, reply)
            return client
        return connect

    def test_every_earlier_schema_is_kept(self):
        newest = max(int(name.split("_")[1]) for name in os.listdir(
            os.path.join(ROOT, "sql", "server")) if name.startswith("server_"))
        self.assertEqual([version for version, _, _ in self.kept()], list(range(1, newest)))

    def test_nothing_is_lost(self):
        for version, path, said in self.kept():
            with self.subTest(schema=version):
                self.server = Server("--recall-seconds", "0", data=self.unpacked(path))
                self.addCleanup(self.server.stop)
                seen = story.facts(self.server, self.connect_to(self.server))
                self.assertIsNone(story.missing(said, seen))
                self.goes_on(said)
                self.assertEqual(self.server.terminate(), 0)
                self.is_sound(self.server.data)
                self.server.start()
                again = story.facts(self.server, self.connect_to(self.server))
                for place, facts in seen.items():
                    for chat, log in facts.get("logs", {}).items():
                        self.assertLessEqual(log["seqs"][1], again[place]["logs"][chat]["seqs"][1])

    def goes_on(self, said):
        """Sends, pushes, retries, and acts on old entries."""
        connect = self.connect_to(self.server)
        world = self.server.provision(story.DEVICES)
        ann, bob = connect(world, "ann", "a2"), connect(world, "bob", "b1")
        chats = said["ann/a1"]["conversations"]
        chat = next(int(name) for name, facts in chats.items() if facts.get("Title") == "Bobby")
        head = chats[str(chat)]["HeadSeq"]
        again = ann.send(chat, "hello 3", "a3").body
        self.assertTrue(again["Duplicate"], "keys of old messages are known")
        ack = ann.send(chat, "after the upgrade", "new")
        self.assertEqual((ack.action, ack.body["Seq"]), (ACK, head + 1))
        bob.find(lambda f: self.holds(f, chat, head + 1, "after the upgrade"))
        old = ann.send(chat, "hello 7", "a7").body
        self.assertEqual(ann.send(chat, "", "recall", code=20,
                                  TargetMessageId=old["MessageId"]).action, ACK)
        page = bob.sync(chat, AfterSeq=old["Seq"] - 1, Limit=1).body["Messages"][0]
        self.assertEqual(page.get("Content", ""), "")

    def holds(self, frame, chat, seq, content):
        """Whether a push, or a page of what was missed, brings that message."""
        if frame.sequence or frame.action not in (MESSAGE, SYNC):
            return False
        messages = [frame.body] if frame.action == MESSAGE else frame.body.get("Messages") or []
        return any((m["ChatroomId"], m["Seq"], m["Content"]) == (chat, seq, content)
                   for m in messages)

    def is_sound(self, data):
        result = subprocess.run([BINARY, "doctor", "--data", data], env=CLEAN, text=True,
                                capture_output=True, timeout=120, check=False)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_by_command(self):
        for version, path, _ in self.kept():
            with self.subTest(schema=version):
                data = self.unpacked(path)
                refused = subprocess.run(
                    [BINARY, "user", "list", "--data", data], env=CLEAN, text=True,
                    capture_output=True, timeout=60, check=False)
                self.assertEqual(refused.returncode, 1)
                self.assertIn("migrate", refused.stderr)
                made = subprocess.run(
                    [BINARY, "migrate", "--data", data], env=CLEAN, text=True,
                    capture_output=True, timeout=60, check=False)
                self.assertEqual(made.returncode, 0, made.stderr)
                self.assertIn(f"schema version {version} -> ", made.stdout)
                self.is_sound(data)
                base = sqlite3.connect(os.path.join(data, "freeim.sqlite"))
                self.assertGreater(base.execute("PRAGMA user_version").fetchone()[0], version)
                base.close()
