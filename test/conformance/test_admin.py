"""/admin: what operators see and do, who may, and what is kept of it."""

import json
import subprocess

from harness import BINARY, CLEAN, Case, Server
from wire import ACK, MESSAGE, QUIT

PASSWORD = "quite-long-enough"
ROUTES = ("user.list", "user.show", "user.add", "user.password", "user.rename", "user.delete",
          "ban", "unban",
          "token.issue", "token.list", "token.revoke", "connections", "connection.close",
          "broadcast", "drain", "backup", "audit", "hook.list", "hook.retry")


class AdminCase(Case):
    def admin(self, route, body=None, **more):
        return self.server.good(f"/admin/{route}", body, self.server.admin_token, **more)

    def refused(self, route, body, status, error):
        found, reply = self.server.call(f"/admin/{route}", body, self.server.admin_token)
        self.assertEqual((found, reply.get("error")), (status, error), reply)
        self.assertTrue(reply["msg"])
        return reply["msg"]

    def audit(self, action):
        return self.admin("audit", {"action": action})["list"]


class Rights(AdminCase):
    def test_only_the_admin_token_opens(self):
        world = self.people(ann=["a1"])
        for route in ROUTES:
            for token in (None, "wrong", world.tokens[self.name("ann"), "a1"]):
                with self.subTest(route=route, token=token):
                    status, reply = self.server.call(f"/admin/{route}", {}, token)
                    self.assertEqual((status, reply["error"]), (401, "bad_token"))
        self.assertEqual(self.server.call("/healthz", method="GET")[0], 200, "not drained")

    def test_whom(self):
        for route in ("user.show", "user.rename", "user.delete",
          "ban", "unban", "token.issue", "token.list"):
            with self.subTest(route=route):
                more = {"new_account": "free"} if route == "user.rename" else {}
                self.refused(route, {**more}, 400, "malformed_body")
                self.refused(route, {"account": "nobody", **more}, 404, "not_found")
                self.refused(route, {"member_id": 10**9, **more}, 404, "not_found")


class Users(AdminCase):
    def test_list_and_search(self):
        self.people(ann=["a1"], bob=["b1"], cy=["c1"])
        found = self.admin("user.list", {"search": self.prefix, "perpage": 2})
        self.assertEqual(found["total"], 3)
        self.assertEqual([user["account"] for user in found["list"]],
                         [self.name("ann"), self.name("bob")])
        rest = self.admin("user.list", {"search": self.prefix, "perpage": 2, "page": 2})
        self.assertEqual([user["account"] for user in rest["list"]], [self.name("cy")])
        self.assertEqual(self.admin("user.list", {"search": "%"})["total"], 0, "no pattern")
        one = rest["list"][0]["member_id"]
        found = self.admin("user.list", {"search": str(one)})["list"]
        self.assertIn(one, [user["member_id"] for user in found])

    def test_show(self):
        world, _ = self.pair()
        self.login(world, "ann", "a1")
        shown = self.admin("user.show", {"account": self.name("ann")})
        self.assertEqual(shown["devices_online"], 1)
        self.assertEqual([(device["device_id"], device["is_online"])
                          for device in shown["devices"]], [("a1", True)])
        self.assertEqual((shown["holds"]["friends"], shown["holds"]["tokens"]), (1, 2))
        self.assertNotIn("password", json.dumps(list(shown)).replace("has_password", ""))

    def test_add_password_rename(self):
        account = self.name("new")
        made = self.admin("user.add", {"account": account, "password": PASSWORD})
        self.refused("user.add", {"account": account}, 409, "conflict")
        self.refused("user.add", {"account": "x", "password": "short"}, 400, "malformed_body")
        self.refused("user.add", {"account": "a\u0430"}, 400, "malformed_body")
        signed = self.server.good("/login/password", {"account": account, "password": PASSWORD})
        self.assertEqual(signed["uid"], made["member_id"])
        self.admin("user.password", {"member_id": made["member_id"], "password": PASSWORD + "2"})
        self.assertEqual(self.server.call(
            "/user/member.info", {}, signed["access_token"])[0], 401)
        self.admin("user.rename", {"account": account, "new_account": account + "r"})
        self.refused("user.rename", {"account": account + "r",
                                     "new_account": self.people(z=["z"]).accounts[0]},
                     409, "conflict")
        self.server.good("/login/password", {"account": account + "r",
                                             "password": PASSWORD + "2"})
        entries = [(entry["action"], entry["target"]) for entry in self.admin("audit")["list"]]
        for expected in (("user.add", account), ("user.password", account),
                         ("user.rename", account)):
            self.assertIn(expected, entries)
        self.assertNotIn(PASSWORD, json.dumps(self.admin("audit")))

    def test_delete(self):
        world, chat = self.pair()
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        ann.send(chat, "stays", f"{self.prefix}-1")
        self.admin("user.delete", {"account": self.name("ann")})
        self.assertEqual(ann.of_action(QUIT).body["Reason"], "account_deleted")
        self.refused("user.delete", {"account": self.name("ann")}, 404, "not_found")
        contents = [m["Content"] for m in bob.sync(chat).body["Messages"]]
        self.assertIn("stays", contents)
        self.assertIn(f"user {world.ids[self.name('ann')]}",
                      [entry["target"] for entry in self.audit("user.delete")])

    def test_tokens(self):
        world, _ = self.pair()
        account = self.name("ann")
        issued = self.admin("token.issue", {"account": account, "device_id": "a9"})
        ann = self.connect()
        reply = ann.auth(world.ids[account], "a9", issued["access_token"])
        self.assertNotIn("Code", reply.body)
        listed = self.admin("token.list", {"account": account})
        self.assertEqual(listed["total"], 3)
        self.assertIn(issued["token_id"], [item["token_id"] for item in listed["list"]])
        self.refused("token.revoke", {"account": account}, 400, "malformed_body")
        self.refused("token.revoke", {"account": account, "all": True,
                                      "token_id": issued["token_id"]}, 400, "malformed_body")
        self.refused("token.revoke", {"account": self.name("bob"),
                                      "token_id": issued["token_id"]}, 404, "not_found")
        self.admin("token.revoke", {"account": account, "token_id": issued["token_id"]})
        self.assertEqual(ann.of_action(QUIT).body["Reason"], "token_revoked")
        self.assertEqual(self.admin("token.revoke", {"account": account, "all": True}),
                         {"revoked": 2})
        self.assertNotIn(issued["access_token"], json.dumps(self.admin("audit")))


class Bans(AdminCase):
    def test_a_ban(self):
        world, chat = self.pair()
        account, token = self.name("ann"), world.tokens[self.name("ann"), "a1"]
        ann = self.login(world, "ann", "a1")
        banned = self.admin("ban", {"account": account, "days": 2, "reason": "flooding"})
        self.assertEqual(ann.of_action(QUIT).body["Reason"], "token_revoked")
        self.assertEqual(self.server.call("/user/member.info", {}, token)[0], 401)
        shown = self.admin("user.show", {"account": account})
        self.assertEqual((shown["banned_until"], shown["ban_reason"]),
                         (banned["banned_until"], "flooding"))
        self.refused("token.issue", {"account": account}, 409, "conflict")
        for days in (0, -1, 36_501, 10**12):
            self.refused("ban", {"account": account, "days": days}, 400, "malformed_body")
        self.admin("unban", {"account": account})
        self.refused("unban", {"account": account}, 409, "conflict")
        self.admin("token.issue", {"account": account})
        self.assertEqual(self.audit("ban")[0]["detail"]["reason"], "flooding")
        self.assertEqual(self.audit("unban")[0]["actor"], "admin")
        self.assertEqual(self.audit("unban")[0]["address"], "127.0.0.1")
        self.assertGreater(chat, 0)


class Connections(AdminCase):
    def test_pages_and_closing(self):
        world = self.people(**{f"u{n}": ["d"] for n in range(7)})
        clients = [self.login(world, f"u{n}", "d", device_type="desktop") for n in range(7)]
        seen, cursor = [], None
        while True:
            body = {"limit": 3, **({"cursor": cursor} if cursor else {})}
            page = self.admin("connections", body)
            seen += page["list"]
            cursor = page.get("next_cursor")
            if not cursor:
                break
        own = [item for item in seen if item["member_id"] in world.ids.values()]
        self.assertEqual(len(own), 7)
        self.assertEqual(len({item["connection_id"] for item in seen}), len(seen))
        self.assertEqual({(item["device_id"], item["device_type"], item["address"])
                          for item in own}, {("d", "desktop", "127.0.0.1")})
        self.assertTrue(all(item["opened_time"] > 0 for item in own))
        one = self.admin("connections", {"member_id": clients[3].user_id})["list"]
        self.assertEqual([item["member_id"] for item in one], [clients[3].user_id])
        self.admin("connection.close", {"connection_id": one[0]["connection_id"]})
        quit_frame = clients[3].of_action(QUIT)
        self.assertEqual(quit_frame.body["Reason"], "server_shutdown")
        self.assertGreater(quit_frame.body["ReconnectAfterMs"], 0)
        clients[3].rest()
        self.login(world, "u3", "d")
        for wrong in ("", "x", "99:1", "0:999999", "-1:2", "1:2:3"):
            status, _ = self.server.call(
                "/admin/connection.close", {"connection_id": wrong}, self.server.admin_token)
            self.assertIn(status, (400, 404), wrong)


class Broadcasts(AdminCase):
    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        self.server = Server("--messaging-policy", "open")
        self.addCleanup(self.server.stop)
        super().setUp()

    def test_to_everybody(self):
        world = self.people(ann=["a1", "a2"], bob=["b1"])
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1", version=2)
        first = self.admin("broadcast", {"content": "maintenance at noon"})
        for client in (ann, bob):
            pushed = client.of_action(MESSAGE).body
            self.assertEqual((pushed["ChatroomId"], pushed["Seq"], pushed["Content"]),
                             (first["chatroom_id"], first["seq"], "maintenance at noon"))
            self.assertEqual((pushed["ChatroomType"], pushed["MessageId"]),
                             (3, first["message_id"]))
        second = self.admin("broadcast", {"content": "it is over", "code": 1})
        self.assertEqual((second["chatroom_id"], second["seq"]),
                         (first["chatroom_id"], first["seq"] + 1))
        ann.ack(first["chatroom_id"], 2)
        ann.read(first["chatroom_id"], 1)
        ann.sync_point()
        page = self.login(world, "ann", "a2").sync(first["chatroom_id"], AfterSeq=0).body
        self.assertEqual([m["Content"] for m in page["Messages"]],
                         ["maintenance at noon", "it is over"])
        listed = ann.conversations().body["Items"]
        mine = next(c for c in listed if c["ChatroomId"] == first["chatroom_id"])
        self.assertEqual((mine["Title"], mine["HeadSeq"], mine["ReadSeq"]), ("System", 2, 1))
        self.assertError(ann.send(first["chatroom_id"], "me too", "k1"), "forbidden")
        self.newcomers(world, first["chatroom_id"])

    def newcomers(self, world, room):
        made = self.server.good("/register", {"account": "newcomer", "password": PASSWORD})
        world.ids[self.name("new")] = made["uid"]
        world.tokens[self.name("new"), "n1"] = made["access_token"]
        new = self.login(world, "new", "n1")
        third = self.admin("broadcast", {"content": "hello newcomers"})
        self.assertEqual(new.of_action(MESSAGE).body["Seq"], third["seq"])
        page = new.sync(room, AfterSeq=0).body
        self.assertEqual([m["Content"] for m in page["Messages"]], ["hello newcomers"])
        self.assertSeqs(page["Messages"], [3])
        self.server.restart()
        again = self.login(world, "bob", "b1")
        fourth = self.admin("broadcast", {"content": "after a crash"})
        self.assertEqual((fourth["chatroom_id"], fourth["seq"]), (room, 4))
        found = again.find(lambda f: f.action == MESSAGE and f.body["Seq"] == 4)
        self.assertEqual(found.body["Content"], "after a crash")

    def test_to_some(self):
        world = self.people(ann=["a1"], bob=["b1"], cy=["c1"])
        ids = [world.ids[self.name(short)] for short in ("ann", "bob")]
        clients = {short: self.login(world, short, short[0] + "1")
                   for short in ("ann", "bob", "cy")}
        sent = self.admin("broadcast", {"content": "to you", "member_list": ids + ids})
        self.assertEqual([item["member_id"] for item in sent["list"]], ids)
        for short, item in zip(("ann", "bob"), sent["list"]):
            pushed = clients[short].of_action(MESSAGE).body
            self.assertEqual((pushed["ChatroomId"], pushed["Content"]),
                             (item["chatroom_id"], "to you"))
        again = self.admin("broadcast", {"content": "and again", "member_list": ids[:1]})
        self.assertEqual((again["chatroom_id"], again["seq"]),
                         (sent["list"][0]["chatroom_id"], 2))
        self.assertEqual(
            [f for f in clients["cy"].pushed() if f.action == MESSAGE], [], "not to others")
        self.assertError(clients["cy"].sync(again["chatroom_id"]), "not_member")

    def test_refusals(self):
        world = self.people(ann=["a1"])
        for body, status, error in (
                ({}, 400, "malformed_body"), ({"content": ""}, 400, "malformed_body"),
                ({"content": "x" * 8_193}, 400, "malformed_body"),
                ({"content": "x", "code": 9}, 403, "forbidden"),
                ({"content": "x", "code": 20}, 403, "forbidden"),
                ({"content": "x", "code": 0}, 400, "malformed_body"),
                ({"content": "x", "code": 10**12}, 400, "malformed_body"),
                ({"content": "x", "member_list": []}, 400, "malformed_body"),
                ({"content": "x", "member_list": [10**9]}, 404, "not_found"),
                ({"content": "x", "member_list": list(range(1, 1_002))}, 400,
                 "malformed_body")):
            with self.subTest(body=str(body)[:60]):
                self.refused("broadcast", body, status, error)
        ann = self.login(world, "ann", "a1")
        self.assertEqual([f for f in ann.pushed() if f.action == MESSAGE], [])
        self.assertNotIn("x" * 20, json.dumps(self.admin("audit")))


class Draining(AdminCase):
    @classmethod
    def setUpClass(cls):
        pass

    def test_drain(self):
        self.server = Server("--drain-seconds", "1")
        self.addCleanup(self.server.stop)
        world, _ = self.pair()
        ann = self.login(world, "ann", "a1")
        self.admin("drain")
        self.assertEqual(ann.of_action(QUIT).body["Reason"], "server_shutdown")
        self.assertEqual(self.server.process.wait(20), 0)
        self.server.process.stdout.close()
        self.server.start()
        self.assertEqual(self.audit("drain")[0]["action"], "drain")


class AuditLog(AdminCase):
    def test_pages(self):
        account = self.name("audited")
        self.admin("user.add", {"account": account})
        for _ in range(3):
            self.admin("ban", {"account": account})
            self.admin("unban", {"account": account})
        first = self.admin("audit", {"limit": 4})
        second = self.admin("audit", {"limit": 4, "before": int(first["next_cursor"])})
        ids = [entry["id"] for entry in first["list"] + second["list"]]
        self.assertEqual(ids, sorted(ids, reverse=True))
        self.assertEqual(first["list"][0]["action"], "unban")
        self.assertTrue(all(e["action"] == "ban" for e in self.audit("ban")))

    def test_provisioning_is_kept(self):
        self.people(ann=["a1"], bob=["b1"], friends=[("ann", "bob")])
        self.assertEqual(self.audit("provision")[0]["detail"],
                         {"users": 2, "friendships": 1, "groups": 0})

    def test_a_command_is_kept_as_one(self):
        account = self.name("by-command")
        subprocess.run([BINARY, "user", "add", account, "--no-password", "--data",
                        self.server.data], env=CLEAN, check=True, capture_output=True)
        entry = self.audit("user.add")[0]
        self.assertEqual((entry["actor"], entry["target"]), ("cli", account))

    def test_a_refusal_leaves_nothing(self):
        before = len(self.audit("user.add"))
        self.refused("user.add", {"account": ""}, 400, "malformed_body")
        self.people(taken=["t"])
        self.refused("user.add", {"account": self.name("taken")}, 409, "conflict")
        self.assertEqual(len(self.audit("user.add")), before)
        world, chat = self.pair()
        self.assertEqual(self.login(world, "ann", "a1").send(chat, "x", "k").action, ACK)
