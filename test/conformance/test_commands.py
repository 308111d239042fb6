"""The commands of freeim-server beside serve: alone on a data folder and beside a server."""

import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
import threading

from certificates import Authority
from client import Client
from harness import BINARY, CLEAN, Case, Server
from wire import ACK, AUTH, QUIT

PASSWORD = "a-secret-that-nobody-prints"


def run(*arguments, given="", status=0):
    """Runs a command; its standard output, or its standard error when it has to fail."""
    result = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60,
                            env=CLEAN, check=False, input=given)
    assert result.returncode == status, (arguments, result.returncode, result.stderr)
    assert PASSWORD not in result.stdout + result.stderr
    if status:
        assert len(result.stderr.strip().split("\n")) == 1, result.stderr
        return result.stderr.strip()
    return result.stdout


class Commands(Case):
    def setUp(self):
        super().setUp()
        self.folders = tempfile.mkdtemp(prefix="freeim-commands-")
        self.addCleanup(shutil.rmtree, self.folders, True)

    def path(self, name):
        return os.path.join(self.folders, name)

    def cli(self, *arguments, **more):
        return run(*arguments, "--data", self.server.data, **more)


class Words(Commands):
    def test_every_command_has_help(self):
        everything = run("--help")
        for words in ("serve", "check-config", "migrate", "backup", "restore", "export",
                      "user list", "user show", "user add", "user password", "user rename",
                      "user delete", "ban", "token issue", "token list", "token revoke",
                      "doctor"):
            with self.subTest(words=words):
                self.assertIn(f"\n  {words}", everything)
                if words != "serve":
                    own = run(*words.split(), "--help")
                    self.assertTrue(own.startswith(f"usage: freeim-server {words}"), own)
                    self.assertEqual(own, run("help", *words.split()))
        self.assertIn("user add", run("user", "--help"))
        self.assertIn("token revoke", run("help", "token"))

    def test_what_is_not_understood(self):
        for arguments, part in (
                (["user"], "user add"), (["user", "frob"], "user add"),
                (["user", "show"], "ACCOUNT is missing"),
                (["user", "show", "ann", "bob"], "one word too many"),
                (["backup"], "--to is missing"), (["backup", "--to"], "missing behind it"),
                (["ban", "ann", "--no-such", "1"], "no such setting"),
                (["user", "delete", "ann"], "--yes is missing"),
                (["user", "delete", "ann", "--yes=1"], "takes no value")):
            with self.subTest(arguments=arguments):
                self.assertIn(part, run(*arguments, status=1))

    def test_a_folder_without_a_database(self):
        for arguments in (["user", "list"], ["migrate"], ["export", "--chatroom", "1"],
                          ["backup", "--to", self.path("b")]):
            with self.subTest(arguments=arguments):
                words = run(*arguments, "--data", self.path("none"), status=1)
                self.assertIn("no database", words)
                self.assertFalse(os.path.exists(self.path("none")))


class People(Commands):
    """Each step beside the server, then the same steps on the folder alone."""

    def test_beside_the_server(self):
        self.steps()

    def test_alone(self):
        with_server, self.server = self.server, Server()
        self.addCleanup(self.server.stop)
        self.assertEqual(self.server.terminate(), 0)
        self.assertFalse(os.path.exists(os.path.join(self.server.data, "server.json")))
        self.steps()
        self.server.start()
        self.assertEqual(self.sign_in(self.name("cy"))[0], 200)
        self.server = with_server

    def sign_in(self, account, password=PASSWORD):
        return self.server.call("/login/password", {"account": account, "password": password})

    def steps(self):
        ann, cy = self.name("ann"), self.name("cy")
        made = self.cli("user", "add", ann, "--nickname", "Ann A", given=PASSWORD + "\n")
        self.assertRegex(made, rf"^{ann} is user \d+\n$")
        self.assertIn("taken", self.cli("user", "add", ann, given=PASSWORD + "\n", status=1))
        self.assertIn("8 to 256", self.cli("user", "add", "x" + ann, given="short\n", status=1))
        self.assertIn("first line", self.cli("user", "add", "x" + ann, status=1))
        listed = [json.loads(line) for line in
                  self.cli("user", "list", "--search", ann, "--json").splitlines()]
        self.assertEqual([user["nickname"] for user in listed], ["Ann A"])
        self.assertTrue(listed[0]["has_password"])
        self.assertIn(f"{ann} \"Ann A\"", self.cli("user", "show", ann))
        self.assertIn("no such account", self.cli("user", "show", "nobody", status=1).lower())
        self.cli("user", "rename", ann, cy)
        self.assertIn("no such account", self.cli("user", "show", ann, status=1).lower())
        self.cli("user", "password", cy, given=PASSWORD + "\n")
        self.tokens(cy)
        self.bans(cy)
        self.cli("user", "add", ann, "--no-password")
        self.cli("user", "delete", ann, "--yes")
        self.assertIn("no such account", self.cli("user", "show", ann, status=1).lower())

    def tokens(self, account):
        token = self.cli("token", "issue", account, "--device", "d1", "--seconds", "60").strip()
        self.assertGreaterEqual(len(token), 40)
        listed = [json.loads(line) for line in
                  self.cli("token", "list", account, "--json").splitlines()]
        self.assertEqual([item["device_id"] for item in listed], ["d1"])
        self.assertNotIn(token, json.dumps(listed))
        self.assertIn("one of", self.cli("token", "revoke", account, status=1))
        self.assertIn("no such token",
                      self.cli("token", "revoke", account, "--id", "0" * 16, status=1))
        self.assertIn("1 tokens", self.cli(
            "token", "revoke", account, "--id", listed[0]["token_id"]))
        self.assertEqual(self.cli("token", "list", account), "")
        self.assertIn("--seconds", self.cli(
            "token", "issue", account, "--seconds", "-1", status=1))

    def bans(self, account):
        self.assertIn("until", self.cli("ban", account, "--days", "2", "--reason", "flooding"))
        self.assertIn("banned", self.cli("user", "list", "--search", account))
        self.assertIn("banned", self.cli("token", "issue", account, status=1))
        self.assertIn("for good", self.cli("ban", account))
        for days in ("0", "36501", "soon"):
            self.assertIn("--days", self.cli("ban", account, "--days", days, status=1))
        self.assertIn("alone", self.cli("ban", account, "--lift", "--days", "1", status=1))
        self.cli("ban", account, "--lift")
        self.assertIn("not banned", self.cli("ban", account, "--lift", status=1))

    def test_where_the_server_is(self):
        path = os.path.join(self.server.data, "server.json")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with open(path, encoding="utf-8") as file:
            facts = json.load(file)
        self.assertEqual((facts["pid"], facts["tcp"], facts["http"]),
                         (self.server.ready["pid"], self.server.tcp, self.server.http))

    def test_a_server_without_http_is_told(self):
        with tempfile.TemporaryDirectory() as data:
            process = subprocess.Popen(
                [BINARY, "--data", data, "--tcp", "127.0.0.1:0", "--ws", "none", "--http", "none"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=CLEAN)
            try:
                process.stdout.readline()
                self.assertIn("no HTTP listener", run("user", "list", "--data", data, status=1))
            finally:
                process.terminate()
                self.assertEqual(process.wait(20), 0)
                process.stdout.close()

    def test_over_tls_its_own_certificate_counts_and_no_other(self):
        authority = Authority(self.folders)
        certificate, key = authority.issue("mine", "DNS:chat.example")
        other, _ = authority.issue("other", "DNS:chat.example")
        server = Server("--tls-cert", certificate, "--tls-key", key, tls=authority.context())
        self.addCleanup(server.stop)
        self.assertEqual(run("user", "list", "--data", server.data), "")
        run("user", "add", "ann", "--no-password", "--data", server.data)
        self.assertIn("ann", run("user", "list", "--data", server.data))
        days = run("doctor", "--data", server.data, "--tls-cert", certificate, "--tls-key", key)
        self.assertRegex(days, r"certificate: .*days")
        shutil.copy(other, certificate)
        self.assertIn("does not answer",
                      run("user", "list", "--data", server.data, status=1))

    def test_what_a_crash_leaves_does_not_mislead(self):
        server = Server()
        self.addCleanup(server.stop)
        server.kill()
        self.assertTrue(os.path.exists(os.path.join(server.data, "server.json")))
        self.assertEqual(run("user", "list", "--data", server.data), "")
        self.assertIn("did not end in order", run("doctor", "--data", server.data))

    def test_a_password_change_closes_connections(self):
        world, _ = self.pair()
        ann = self.login(world, "ann", "a1")
        self.cli("user", "password", self.name("ann"), given=PASSWORD + "\n")
        self.assertEqual(ann.of_action(QUIT).body["Reason"], "token_revoked")


class Backups(Commands):
    def log(self, world, short, device, chat, server=None):
        """A conversation from its beginning to its head, by SYNC."""
        server = server or self.server
        with Client(server.tcp, self.version) as client:
            account = self.name(short)
            reply = client.auth(world.ids[account], device, world.tokens[account, device])
            self.assertEqual(reply.action, AUTH, reply)
            messages, after = [], 0
            while True:
                page = client.sync(chat, AfterSeq=after, Limit=500).body
                messages += page.get("Messages") or []
                if not page.get("HasMore"):
                    return messages
                after = messages[-1]["Seq"]

    def test_under_load(self):
        world = self.people(ann=["a1", "a2"], bob=["b1"], friends=[("ann", "bob")],
                            groups=[["ann", "bob"]])
        chats = [world.chats[0], world.groups[0]]
        ann = self.login(world, "ann", "a1")
        acked = {}
        for n in range(200):
            chat = chats[n % 2]
            ack = ann.send(chat, f"before {n}", f"{self.prefix}-{n}")
            self.assertEqual(ack.action, ACK, ack)
            acked[chat, ack.body["Seq"]] = (ack.body["MessageId"], f"before {n}")
        media = self.upload(world)
        bob = self.login(world, "bob", "b1")
        stop, sent = threading.Event(), []

        def flood():
            while not stop.is_set():
                reply = bob.send(chats[0], "during", f"{self.prefix}-b{len(sent)}")
                sent.append(reply.body["Seq"])

        flooding = threading.Thread(target=flood)
        flooding.start()
        try:
            made = self.server.good("/admin/backup", {"name": "under-load"},
                                    self.server.admin_token)
        finally:
            stop.set()
            flooding.join()
        self.assertGreater(len(sent), 1, "the server went on meanwhile")
        self.assertEqual(made["name"], "under-load")
        folder = os.path.join(self.server.data, "backups", "under-load")
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        live = {chat: self.log(world, "ann", "a2", chat) for chat in chats}
        restored = self.path("restored")
        self.assertIn("log entries", run("restore", "--from", folder, "--data", restored))
        again = Server(data=restored)
        self.addCleanup(again.stop)
        for chat in chats:
            log = self.log(world, "ann", "a2", chat, again)
            self.assertEqual(log, live[chat][:len(log)], "the same log up to the backup")
            found = {(chat, m["Seq"]): (m["MessageId"], m["Content"]) for m in log}
            for place, message in acked.items():
                if place[0] == chat:
                    self.assertEqual(found.get(place), message)
        self.assertEqual(again.call(media, token=world.tokens[self.name("ann"), "a1"],
                                    method="GET")[0], 200)
        self.assertEqual(again.terminate(), 0)
        self.assertIn("ok", run("doctor", "--data", restored))

    def upload(self, world):
        token = world.tokens[self.name("ann"), "a1"]
        ticket = self.server.good("/common/get.qiniu.upload.token", {"type": "image"}, token)
        png = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
        status, reply = self.server.call(
            "/media/p.png", token=token, method="PUT", raw=png,
            headers={"upload-token": ticket["token"]})
        self.assertEqual(status, 200, reply)
        return reply["data"]["url"]

    def test_by_command(self):
        world, chat = self.pair()
        self.login(world, "ann", "a1").send(chat, "hello", f"{self.prefix}-1")
        target = self.path("backup")
        self.assertIn("verified", self.cli("backup", "--to", target))
        self.assertIn("exists already", self.cli("backup", "--to", target, status=1))
        self.assertIn("does not exist", self.cli("backup", "--to", "/no/where/b", status=1))
        self.assertEqual(os.listdir(os.path.join(self.server.data, "backups")), [])
        with open(os.path.join(target, "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        self.assertIn("freeim.sqlite", [item["name"] for item in manifest["files"]])
        self.assertGreaterEqual(manifest["counts"]["entries"], 2)
        self.assertIn("is not empty",
                      run("restore", "--from", target, "--data", self.server.data, status=1))
        self.assertIn("is no backup",
                      run("restore", "--from", self.folders, "--data", self.path("x"), status=1))

    def test_a_damaged_backup_is_refused(self):
        self.people(ann=["a1"])
        target = self.path("backup")
        self.cli("backup", "--to", target)
        path = os.path.join(target, "freeim.sqlite")
        with open(path, "r+b") as file:
            file.seek(5_000)
            byte = file.read(1)
            file.seek(5_000)
            file.write(bytes([byte[0] ^ 1]))
        words = run("restore", "--from", target, "--data", self.path("x"), status=1)
        self.assertIn("is not what was backed up", words)
        self.assertFalse(os.path.exists(self.path("x")))

    def test_names_stay_inside(self):
        outside = os.path.join(self.server.data, "..", "stolen")
        for name in ("../stolen", "/tmp/stolen", "a/b", ".hidden", "", "a\\b", "x" * 65, "..",
                     "a.part"):
            with self.subTest(name=name):
                status, reply = self.server.call(
                    "/admin/backup", {"name": name}, self.server.admin_token)
                self.assertEqual((status, reply["error"]), (400, "malformed_body"))
        self.assertFalse(os.path.exists(outside))
        self.server.good("/admin/backup", {"name": "twice"}, self.server.admin_token)
        status, reply = self.server.call(
            "/admin/backup", {"name": "twice"}, self.server.admin_token)
        self.assertEqual((status, reply["error"]), (409, "conflict"))


class Exports(Commands):
    def test_a_user(self):
        world, chat = self.pair()
        ann = self.login(world, "ann", "a1")
        for n in range(3):
            ann.send(chat, f"mine {n}", f"{self.prefix}-{n}")
        self.login(world, "bob", "b1").send(chat, "theirs", f"{self.prefix}-b")
        self.server.good("/dynamic/publish", {"text": "a moment", "visibility": "public"},
                         world.tokens[self.name("ann"), "a1"])
        lines = [json.loads(line) for line in
                 self.cli("export", "--user", self.name("ann")).splitlines()]
        kinds = [line["kind"] for line in lines]
        self.assertEqual(kinds[0], "profile")
        self.assertEqual([line["content"] for line in lines if line["kind"] == "message"],
                         ["mine 0", "mine 1", "mine 2"])
        self.assertEqual([line["text"] for line in lines if line["kind"] == "moment"],
                         ["a moment"])
        self.assertEqual([line["account"] for line in lines if line["kind"] == "friend"],
                         [self.name("bob")])
        self.assertNotIn("password", "".join(lines[0]))

    def test_a_conversation(self):
        world, chat = self.pair()
        ann = self.login(world, "ann", "a1")
        for n in range(3):
            ann.send(chat, f"text {n}", f"{self.prefix}-{n}")
        lines = [json.loads(line) for line in
                 self.cli("export", "--chatroom", str(chat)).splitlines()]
        self.assertEqual([line["seq"] for line in lines], [1, 2, 3, 4])
        self.assertEqual([line["content"] for line in lines[1:]], ["text 0", "text 1", "text 2"])
        self.assertIn("no conversation", self.cli("export", "--chatroom", "999999", status=1))
        self.assertIn("no account", self.cli("export", "--user", "nobody", status=1))
        self.assertIn("one of", self.cli("export", status=1))
        self.assertIn("a number", self.cli("export", "--chatroom", "x", status=1))


class DoctorAndMigrate(Commands):
    def test_a_sound_folder(self):
        lines = [json.loads(line) for line in self.cli("doctor", "--json").splitlines()]
        self.assertEqual({line["subject"] for line in lines} & {
            "settings", "disk", "open files", "data folder", "secrets", "lock", "schema",
            "integrity", "logs", "rows", "clock", "backups"}, {
                "settings", "disk", "open files", "data folder", "secrets", "lock", "schema",
                "integrity", "logs", "rows", "clock", "backups"})
        self.assertEqual([line for line in lines if line["level"] == "problem"], [])

    def test_what_is_wrong_is_found(self):
        server = Server()
        self.addCleanup(server.stop)
        self.assertEqual(server.terminate(), 0)
        os.chmod(os.path.join(server.data, "admin.token"), 0o644)
        self.sql(server, "INSERT INTO member (chatroom_id, user_id, joined_time) "
                         "VALUES (77, 88, 0)",
                 "INSERT INTO message VALUES (5, 77, 2, 9223372036854775807, 1, 0, x'00')")
        result = subprocess.run([BINARY, "doctor", "--data", server.data], env=CLEAN, text=True,
                                capture_output=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 1)
        for words in ("problem  secrets", "members without their user", "problem  logs",
                      "problem  clock"):
            self.assertIn(words, result.stdout)

    def test_migrate(self):
        self.assertIn("already", self.cli("migrate"))
        server = Server()
        self.addCleanup(server.stop)
        server.terminate()
        self.sql(server, "PRAGMA user_version = 99")
        self.assertIn("newer", run("migrate", "--data", server.data, status=1))
        self.assertIn("newer", run("user", "list", "--data", server.data, status=1))

    def sql(self, server, *statements):
        import sqlite3
        base = sqlite3.connect(os.path.join(server.data, "freeim.sqlite"))
        for statement in statements:
            base.execute(statement)
        base.commit()
        base.close()

    def test_settings_that_contradict(self):
        words = subprocess.run(
            [BINARY, "doctor", "--data", self.path("none"), "--tcp", "0.0.0.0:2000",
             "--outbound-bytes-max", "2048"],
            env=CLEAN, text=True, capture_output=True, timeout=60, check=False).stdout
        self.assertRegex(words, re.compile(r"warning +settings: .*TLS", re.M))
        self.assertRegex(words, re.compile(r"warning +settings: outbound-bytes-max", re.M))
        self.assertRegex(words, re.compile(r"problem +data folder", re.M))
