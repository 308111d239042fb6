"""Disks that fill, databases that cannot be written, and what is acknowledged all the same."""

import glob
import os
import resource
import shutil
import sqlite3
import subprocess
import tempfile

from client import Closed
from harness import Case, Server
from wire import ACK, ERROR, MESSAGE


class Fault(Case):
    @classmethod
    def setUpClass(cls):
        pass

    def send_until_refused(self, client, chat, round_name, most=4_000):
        """Sends until an Error comes; the ACKs by Seq, and the Error."""
        acked = {}
        for n in range(most):
            key = f"{self.prefix}-{round_name}-{n}"
            reply = client.send(chat, "x" * 20_000, key)
            if reply.action == ERROR:
                return acked, reply, key
            acked[reply.body["Seq"]] = reply.body["MessageId"]
        self.fail("the disk was never full")

    def log_of(self, client, chat):
        held, after = [], 0
        while True:
            page = client.sync(chat, AfterSeq=after, Limit=500).body
            held += page["Messages"]
            if not page["HasMore"]:
                return held
            after = held[-1]["Seq"]

    def check_log(self, client, chat, acked):
        held = self.log_of(client, chat)
        self.assertSeqs(held, range(1, len(held) + 1))
        by_seq = {message["Seq"]: message["MessageId"] for message in held}
        for seq, message_id in acked.items():
            self.assertEqual(by_seq.get(seq), message_id)

    def send_until_taken(self, client, chat, key):
        """Retries one send while the server says busy or internal."""
        while True:
            reply = client.send(chat, "after", key)
            if reply.action == ACK:
                return reply.body
            self.assertError(reply, "busy", "internal")

    def run_full(self, make_room):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        acked, refused, key = self.send_until_refused(client, chat, "fill")
        self.assertGreater(len(acked), 10)
        self.assertError(refused, "busy", "internal", action=MESSAGE)
        for n in range(20):
            again = client.send(chat, "x" * 20_000, f"{self.prefix}-more-{n}")
            if again.action == ACK:
                acked[again.body["Seq"]] = again.body["MessageId"]
            else:
                self.assertError(again, "busy", "internal")
        self.assertIsNone(self.server.process.poll(), "the server stays up")
        self.check_log(client, chat, acked)
        make_room()
        ack = self.send_until_taken(client, chat, key)
        acked[ack["Seq"]] = ack["MessageId"]
        self.check_log(client, chat, acked)
        self.server.restart()
        again = self.login(world, "ann", "a1")
        self.check_log(again, chat, acked)
        self.assertTrue(again.send(chat, "after", key).body["Duplicate"])


class FullDisk(Fault):
    def test_a_small_file_system(self):
        if os.geteuid() != 0 and subprocess.run(
                ["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
            self.skipTest("no mount namespaces here")
        unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        if subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                          capture_output=True, check=False).returncode:
            self.skipTest("tmpfs cannot be mounted here")
        data = tempfile.mkdtemp(prefix="freeim-full-")
        self.addCleanup(shutil.rmtree, data, True)
        script = ('mount -t tmpfs -o size=24m tmpfs "$0" && '
                  'head -c 12m /dev/zero > "$0/ballast" && exec "$@"')
        mount = ["sh", "-c", script, data]

        class InOwnMount(Server):
            @property
            def admin_token(inner):
                path = f"/proc/{inner.process.pid}/root{data}/admin.token"
                with open(path, encoding="utf-8") as file:
                    return file.read().strip()

            def restart(inner, *more, hard=True):
                copy = tempfile.mkdtemp(prefix="freeim-full-copy-")
                self.addCleanup(shutil.rmtree, copy, True)
                inner.process.send_signal(19)  # SIGSTOP: the copy is one moment's
                subprocess.run(["cp", "-a", f"/proc/{inner.process.pid}/root{data}/.", copy],
                               check=True)
                inner.kill()
                inner.launcher, inner.data = (), copy
                return inner.start()

        self.server = InOwnMount(data=data, launcher=[*unshare, *mount])
        self.addCleanup(self.server.stop)
        inside = f"/proc/{self.server.process.pid}/root{data}"
        self.run_full(lambda: os.unlink(os.path.join(inside, "ballast")))

    def test_a_limit_on_file_sizes(self):
        self.server = Server(limit_file_bytes=6 << 20)
        self.addCleanup(self.server.stop)
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

        def make_room():
            self.server.limit_file_bytes = None
            resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, unlimited)

        self.run_full(make_room)


class Databases(Fault):
    def database(self):
        """The log's; the others can be made again, or wait."""
        return os.path.join(self.server.data, "freeim.sqlite")

    def failure(self, *flags, data):
        """Starts a server that has to refuse; its one line."""
        with self.assertRaises(AssertionError) as caught:
            Server(*flags, data=data).stop()
        text = str(caught.exception)
        self.assertIn("ended with 1 before it was ready", text)
        lines = [line for line in text.split("\n")[1:] if line]
        self.assertEqual(len(lines), 1, text)
        return lines[0]

    def test_a_newer_schema_is_refused(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        client.send(chat, "kept", f"{self.prefix}-1")
        self.assertEqual(self.server.terminate(), 0)
        path = self.database()
        database = sqlite3.connect(path)
        version = database.execute("PRAGMA user_version").fetchone()[0]
        self.assertGreater(version, 0, "the schema's version stands in user_version")
        database.execute(f"PRAGMA user_version = {version + 900}")
        database.commit()
        database.close()
        before = open(path, "rb").read()
        line = self.failure(data=self.server.data)
        self.assertIn("newer", line)
        self.assertEqual(open(path, "rb").read(), before, "and not touched")
        database = sqlite3.connect(path)
        database.execute(f"PRAGMA user_version = {version}")
        database.commit()
        database.close()
        self.server.start()
        self.assertEqual(self.login(world, "ann", "a1").sync(chat).body["HeadSeq"], 2)

    def test_something_else_than_a_database(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.server.terminate()
        path = self.database()
        for rest in glob.glob(path + "-*"):
            os.unlink(rest)
        with open(path, "wb") as file:
            file.write(b"not a database at all" * 1_000)
        self.failure(data=self.server.data)

    def test_a_folder_that_cannot_be_made(self):
        with tempfile.NamedTemporaryFile() as file:
            self.failure(data=os.path.join(file.name, "data"))

    def test_a_database_that_cannot_be_written(self):
        """Read-only from below: another process holds the write lock."""
        self.server = Server()
        self.addCleanup(self.server.stop)
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        first = client.send(chat, "before", f"{self.prefix}-1").body
        lock = sqlite3.connect(self.database(), isolation_level=None, timeout=0)
        try:
            lock.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            self.skipTest("the server keeps the database to itself")
        refused = client.send(chat, "meanwhile", f"{self.prefix}-2")
        if refused.action == ERROR:
            self.assertError(refused, "busy", "internal")
        lock.execute("ROLLBACK")
        lock.close()
        ack = self.send_until_taken(client, chat, f"{self.prefix}-2")
        self.check_log(client, chat, {
            first["Seq"]: first["MessageId"], ack["Seq"]: ack["MessageId"]})

    def test_two_servers_on_one_folder(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.failure(data=self.server.data)
        world, chat = self.pair()
        self.assertEqual(
            self.login(world, "ann", "a1").send(chat, "x", f"{self.prefix}-1").body["Seq"], 2)

    def test_a_connection_reset_at_any_moment(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        world, chat = self.pair()
        acked = {}
        for round_number in range(30):
            client = self.login(world, "ann", "a1")
            for n in range(20):
                client.post(MESSAGE, client.message(
                    chat, "x" * 500, f"{self.prefix}-{round_number}-{n}"))
            try:
                for _ in range(round_number % 20):
                    ack = client.find(lambda f: f.action == ACK).body
                    acked[ack["Seq"]] = ack["MessageId"]
            except Closed:
                pass
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            client.socket.setsockopt(1, 13, linger)  # SO_LINGER 0: a reset
            client.close()
        self.check_log(self.login(world, "ann", "a2"), chat, acked)
