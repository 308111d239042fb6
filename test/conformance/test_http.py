"""PROTOCOL.md §7: accounts, friends and chatrooms over HTTP."""

import os
import re

from harness import Case
from wire import AUTH, MESSAGE, QUIT, ROOT


class Web(Case):
    def register(self, short, password="correct horse"):
        data = self.server.good("/register", {
            "account": self.name(short), "password": password, "nickname": short})
        self.assertIsInstance(data["uid"], int)
        return data["uid"], data["access_token"]

    def refused(self, route, body, token, status, error=None, code=None, **more):
        got, reply = self.server.call(route, body, token, **more)
        self.assertEqual(got, status, (route, body, reply))
        self.assertIsInstance(reply, dict)
        self.assertLessEqual({"code", "msg", "data"}, set(reply))
        self.assertEqual(reply["code"], status if code is None else code, reply)
        self.assertTrue(reply["msg"], "a refusal without words")
        self.assertIsNone(reply["data"])
        if error:
            self.assertEqual(reply["error"], error)
        return reply

    def come(self, user_id, token, device="d"):
        client = self.connect()
        reply = client.auth(user_id, device, token)
        self.assertEqual(reply.action, AUTH, reply)
        return client

    def befriend(self, first, second):
        """Both (uid, token); the chatroom's ID."""
        self.server.good("/user/add.friend", {"friend_id": second[0], "remark": "hi"}, first[1])
        applies = self.server.good("/user/friend.apply.list", {}, second[1])["list"]
        mine = [item for item in applies
                if item["member_id"] == first[0] and item["status"] == 0]
        self.assertEqual(len(mine), 1, applies)
        self.server.good("/user/friend.apply.action", {"id": mine[0]["id"], "action": 1},
                         second[1])
        return self.server.good("/chatroom/friend_id.get.chatroom_id",
                                {"friend_id": second[0]}, first[1])["chatroom_id"]


class Accounts(Web):
    flags = ("--sign-in-attempts-per-minute-account", "5")

    def test_register_and_sign_in(self):
        uid, token = self.register("ann")
        self.assertEqual(self.server.good("/user/member.info", {}, token)["member_id"], uid)
        data = self.server.good("/login/password", {
            "account": self.name("ann"), "password": "correct horse"})
        self.assertEqual(data["uid"], uid)
        self.assertNotEqual(data["access_token"], token)
        self.come(uid, data["access_token"]).sync_point()
        self.come(uid, token, "another").sync_point()

    def test_registering_again(self):
        self.register("ann")
        self.refused("/register", {"account": self.name("ann"), "password": "something else",
                                   "nickname": "x"}, None, 409, "conflict")

    def test_wrong_passwords(self):
        self.register("ann")
        for account, password in ((self.name("ann"), "wrong"), (self.name("nobody"), "x" * 8)):
            self.refused("/login/password", {"account": account, "password": password}, None,
                         401, "bad_credentials")

    def test_too_many_attempts(self):
        self.register("ann")
        body = {"account": self.name("ann"), "password": "wrong"}
        statuses = [self.server.call("/login/password", body)[0] for _ in range(9)]
        self.assertEqual(statuses[:5], [401] * 5)
        self.refused("/login/password", body, None, 429, "rate_limited")

    def test_bad_bodies(self):
        _, token = self.register("ann")
        for raw in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 60_000, b"{}{}"):
            with self.subTest(raw=raw[:10]):
                self.refused("/register", None, None, 400, "malformed_body", raw=raw)
        for body in ({}, {"account": self.name("x")}, {"account": 5, "password": "long enough"},
                     {"account": self.name("x"), "password": ["a"]},
                     {"account": "", "password": "long enough"},
                     {"account": "a" * 5_000, "password": "long enough"},
                     {"account": self.name("x"), "password": "p" * 100_000}):
            with self.subTest(body=str(body)[:60]):
                self.refused("/register", body, None, 400, "malformed_body")
        status, _ = self.server.call("/register", raw=b"x" * (3 << 20))
        self.assertIn(status, (400, 413))
        self.assertEqual(self.server.call("/user/member.info", {}, token)[0], 200)

    def test_routes_and_methods(self):
        self.refused("/no/such/route", {}, None, 404, "not_found")
        self.refused("/register", None, None, 405, "method_not_allowed", code=4_050, method="GET")
        self.refused("/healthz", {}, None, 405, "method_not_allowed", code=4_050)

    def test_tokens(self):
        self.refused("/user/member.info", {}, None, 401)
        self.refused("/user/member.info", {}, "nonsense", 401, "bad_token")
        world = self.people(ann=["a1"])
        token = world.tokens[self.name("ann"), "a1"]
        self.assertEqual(
            self.server.call("/user/member.info", {}, token, device="a1")[0], 200)
        self.refused("/user/member.info", {}, token, 401, "bad_token", device="other")

    def test_tokens_bound_by_the_header(self):
        self.server.good("/register", {
            "account": self.name("ann"), "password": "correct horse", "nickname": "n"})
        data = self.server.good("/login/password", {
            "account": self.name("ann"), "password": "correct horse"}, device="phone")
        self.come(data["uid"], data["access_token"], "phone").sync_point()
        refused = self.connect().auth(data["uid"], "laptop", data["access_token"])
        self.assertError(refused, "bad_token")

    def test_logout(self):
        uid, token = self.register("ann")
        other = self.server.good("/login/password", {
            "account": self.name("ann"), "password": "correct horse"})["access_token"]
        gone, stays = self.come(uid, token, "d1"), self.come(uid, other, "d2")
        self.server.good("/logout", {}, token)
        frames = gone.rest()
        self.assertEqual((frames[-1].action, frames[-1].body["Reason"]), (QUIT, "token_revoked"))
        self.refused("/user/member.info", {}, token, 401, "bad_token")
        self.assertError(self.connect().auth(uid, "d1", token), "bad_token")
        stays.sync_point()

    def test_a_new_password_revokes_the_other_tokens(self):
        uid, token = self.register("ann")
        other = self.server.good("/login/password", {
            "account": self.name("ann"), "password": "correct horse"})["access_token"]
        mine, theirs = self.come(uid, token, "d1"), self.come(uid, other, "d2")
        self.refused("/account/password", {"old": "wrong one", "new": "battery staple"}, token,
                     401, "bad_credentials")
        self.server.good("/account/password", {"old": "correct horse", "new": "battery staple"},
                         token)
        self.assertEqual(theirs.rest()[-1].body["Reason"], "token_revoked")
        mine.sync_point()
        self.refused("/user/member.info", {}, other, 401, "bad_token")
        self.assertEqual(self.server.call("/user/member.info", {}, token)[0], 200)
        self.refused("/login/password", {"account": self.name("ann"), "password":
                                         "correct horse"}, None, 401, "bad_credentials")
        self.server.good("/login/password", {
            "account": self.name("ann"), "password": "battery staple"})

    def test_tokens_outlive_a_restart(self):
        uid, token = self.register("ann")
        self.server.restart()
        self.come(uid, token).sync_point()

    def test_the_profile(self):
        uid, token = self.register("ann")
        self.server.good("/user/update.member.info", {
            "nickname": "\u5b89\u5b89 \U0001F600", "gender": 2, "city": "Delft",
            "signature": "hi"}, token)
        info = self.server.good("/user/member.info", {}, token)
        self.assertEqual((info["nickname"], info["city"], info["signature"]),
                         ("\u5b89\u5b89 \U0001F600", "Delft", "hi"))
        self.assertLessEqual({"member_id", "nickname", "id", "gender", "birthdate", "avatar",
                              "signature", "city", "province"}, set(info))
        self.refused("/user/update.member.info", {"nickname": "n" * 10_000}, token, 400,
                     "malformed_body")
        self.refused("/user/update.member.info", {"nickname": 5}, token, 400, "malformed_body")
        self.assertEqual(self.server.good("/user/member.info", {}, token)["city"], "Delft")


class Friends(Web):
    def test_from_request_to_chat(self):
        ann, bob = self.register("ann"), self.register("bob")
        a, b = self.come(*ann), self.come(*bob)
        self.assertError(a.send(0, "too early", f"{self.prefix}-0", ToUserId=bob[0]), "not_friend")
        chat = self.befriend(ann, bob)
        for client in (a, b):
            first = client.find(lambda f: f.body["ChatroomId"] == chat and f.action in (2, 3))
            item = first.body if first.action == MESSAGE else first.body["Messages"][0]
            self.assertEqual((item["Seq"], item["Code"], item["ChatroomType"]), (1, 8, 1))
        ack = a.send(0, "hello", f"{self.prefix}-1", ToUserId=bob[0]).body
        self.assertEqual((ack["ChatroomId"], ack["Seq"]), (chat, 2))
        friends = self.server.good("/user/friend.list", {}, ann[1])["list"]
        self.assertEqual([(f["member_id"], f["chatroom_id"]) for f in friends], [(bob[0], chat)])
        self.assertEqual(self.server.good("/chatroom/friend_id.get.chatroom_id",
                                          {"friend_id": ann[0]}, bob[1])["chatroom_id"], chat)

    def test_rejecting(self):
        ann, bob = self.register("ann"), self.register("bob")
        self.server.good("/user/add.friend", {"friend_id": bob[0], "remark": "hi"}, ann[1])
        item = self.server.good("/user/friend.apply.list", {}, bob[1])["list"][0]
        status, _ = self.server.call(
            "/user/friend.apply.action", {"id": item["id"], "action": 1}, ann[1])
        self.assertIn(status, (403, 404), "one cannot accept one's own request")
        self.server.good("/user/friend.apply.action", {"id": item["id"], "action": 2}, bob[1])
        self.assertEqual(self.server.good("/user/friend.list", {}, ann[1])["list"], [])
        client = self.come(*ann)
        self.assertError(client.send(0, "x", f"{self.prefix}-1", ToUserId=bob[0]), "not_friend")

    def test_blocks_and_farewells(self):
        ann, bob = self.register("ann"), self.register("bob")
        chat = self.befriend(ann, bob)
        a, b = self.come(*ann), self.come(*bob)
        self.server.good("/user/block", {"friend_id": ann[0]}, bob[1])
        self.assertError(a.send(chat, "x", f"{self.prefix}-1"), "blocked")
        self.server.good("/user/unblock", {"friend_id": ann[0]}, bob[1])
        self.assertEqual(a.send(chat, "x", f"{self.prefix}-2").body["Seq"], 2)
        self.server.good("/user/del.friend", {"friend_id": bob[0]}, ann[1])
        for client in (a, b):
            refused = client.send(chat, "x", f"{self.prefix}-3")
            self.assertError(refused, "not_friend")
        self.assertEqual(a.sync(chat).body["HeadSeq"], 2)
        again = self.befriend(ann, bob)
        self.assertEqual(again, chat)
        self.assertEqual(b.send(chat, "back", f"{self.prefix}-4").body["Seq"], 4)

    def test_refusals(self):
        ann = self.register("ann")
        self.refused("/user/add.friend", {"friend_id": ann[0]}, ann[1], 403, "forbidden")
        self.refused("/user/add.friend", {"friend_id": 1 << 40}, ann[1], 404, "not_found")
        self.refused("/user/add.friend", {"friend_id": "x"}, ann[1], 400, "malformed_body")
        self.refused("/user/friend.apply.action", {"id": 1 << 40, "action": 1}, ann[1], 404,
                     "not_found")


class Groups(Web):
    def test_a_groups_life(self):
        ann, bob, cid = (self.register(short) for short in ("ann", "bob", "cid"))
        group = self.server.good("/chatroom/create.group", {
            "name": "walkers", "avatar": "", "desc": "d", "member_list": [bob[0]],
            "permissions": "public"}, ann[1])
        group = group.get("group", group)
        room, group_id = group["chatroom_id"], group["group_id"]
        a, b = self.come(*ann), self.come(*bob)
        first = a.sync(room, AfterSeq=0).body["Messages"][0]
        self.assertEqual((first["Seq"], first["Code"], first["ChatroomType"]), (1, 9, 2))
        seq = a.send(room, "hello", f"{self.prefix}-1").body["Seq"]
        b.message_with(Content="hello")
        self.server.good("/chatroom/add.group", {"group_id": group_id}, cid[1])
        joined = b.message_with(Code=10)
        self.assertEqual(joined["Seq"], seq + 1)
        c = self.come(*cid)
        self.assertEqual(c.sync(room, AfterSeq=0).body["FirstSeq"], seq + 1)
        self.assertEqual(c.send(room, "thanks", f"{self.prefix}-2").body["Seq"], seq + 2)
        self.server.good("/chatroom/out.group", {"group_id": group_id}, bob[1])
        left = a.message_with(Code=12)
        self.assertEqual(left["Seq"], seq + 3)
        self.assertError(b.send(room, "still?", f"{self.prefix}-3"), "not_member")
        self.assertError(b.sync(room), "not_member")
        listed = self.server.good("/chatroom/my.group.list", None, ann[1], method="GET")["list"]
        self.assertIn(group_id, [item["group_id"] for item in listed])
        members = self.server.good(f"/chatroom/group.member/{group_id}", None, ann[1],
                                   method="GET")["list"]
        self.assertEqual({m["member_id"] for m in members}, {ann[0], cid[0]})
        self.server.good("/chatroom/remove.group.member", {
            "group_id": group_id, "member_list": [cid[0]]}, ann[1])
        self.assertError(c.send(room, "x", f"{self.prefix}-4"), "not_member")

    def test_who_may_what(self):
        ann, bob, cid = (self.register(short) for short in ("ann", "bob", "cid"))
        data = self.server.good("/chatroom/create.group", {
            "name": "private", "avatar": "", "desc": "", "member_list": [bob[0]],
            "permissions": "private"}, ann[1])
        group_id = data.get("group", data)["group_id"]
        self.refused("/chatroom/add.group", {"group_id": group_id}, cid[1], 403)
        self.refused("/chatroom/remove.group.member", {
            "group_id": group_id, "member_list": [ann[0]]}, bob[1], 403, "forbidden")
        status, _ = self.server.call("/chatroom/add.group", {"group_id": 1 << 40}, cid[1])
        self.assertIn(status, (403, 404))
        self.refused("/chatroom/create.group", {"name": 5}, ann[1], 400, "malformed_body")


class Messages(Web):
    def test_sending_and_syncing(self):
        ann, bob = self.register("ann"), self.register("bob")
        chat = self.befriend(ann, bob)
        b = self.come(*bob)
        body = {"chatroom_id": chat, "chatroom_type": 1, "code": 1, "content": "over HTTP",
                "id": f"{self.prefix}-1"}
        sent = self.server.good("/message/send.message", body, ann[1], device="web-1")
        self.assertEqual((sent["seq"], sent["chatroom_id"], sent["user_id"]), (2, chat, ann[0]))
        pushed = b.message_with(Code=1)
        self.assertEqual((pushed["Content"], pushed["MessageId"], pushed["DeviceID"]),
                         ("over HTTP", sent["message_id"], "web-1"))
        again = self.server.good("/message/send.message", body, ann[1], device="web-1")
        self.assertEqual((again["seq"], again["message_id"]), (2, sent["message_id"]))
        page = self.server.good("/message/sync", {
            "chatroom_id": chat, "after_seq": 0, "limit": 1}, bob[1])
        self.assertEqual([m["seq"] for m in page["messages"]], [1])
        self.assertEqual((page["has_more"], page["head_seq"], page["first_seq"]), (True, 2, 1))
        self.refused("/message/send.message", dict(body, chatroom_id=1 << 40, id="new"), ann[1],
                     403, "not_member")
        self.refused("/message/send.message", dict(body, content="x" * 65_000, id="big"), ann[1],
                     413, "content_too_large")
        self.refused("/message/sync", {"chatroom_id": chat, "after_seq": 1, "before_seq": 2},
                     bob[1], 400, "malformed_body")


class Operations(Web):
    def test_health(self):
        self.assertEqual(self.server.call("/healthz", method="GET")[0], 200)
        self.assertEqual(self.server.call("/readyz", method="GET")[0], 200)
        status, text = self.server.call("/metrics", method="GET")
        self.assertEqual(status, 200)
        self.assertIn(b"# TYPE", text)
        status, api = self.server.call("/openapi.json", method="GET")
        self.assertEqual(status, 200)
        self.assertTrue(api["openapi"].startswith("3."))
        for route in ("/register", "/login/password", "/logout", "/account/password",
                      "/user/member.info", "/user/add.friend", "/chatroom/create.group",
                      "/message/send.message", "/message/sync", "/admin/provision", "/healthz"):
            self.assertIn(route, api["paths"])

    def test_the_page_names_every_route(self):
        """docs/PROTOCOL.md and the server list the same routes."""
        with open(os.path.join(ROOT, "docs", "PROTOCOL.md"), encoding="utf-8") as file:
            text = file.read()
        section = text[text.index("## 7. HTTP"):text.index("## 8.")]
        named = set(re.findall(r"`(?:GET )?(/[\w./:-]*)`", section))
        _, api = self.server.call("/openapi.json", method="GET")
        served = {re.sub(r"\{(\w+)\}", r":\1", path) for path in api["paths"]}
        self.assertEqual(named, served)

    def test_provisioning(self):
        body = {"users": [{"account": self.name("p"), "nickname": "P", "devices": [
            {"device_id": "d1", "device_type": "mobile"}]}], "friendships": [], "groups": []}
        self.refused("/admin/provision", body, None, 401)
        _, token = self.register("ann")
        status, _ = self.server.call("/admin/provision", body, token)
        self.assertIn(status, (401, 403))
        first = self.server.good("/admin/provision", body, self.server.admin_token)["users"][0]
        second = self.server.good("/admin/provision", body, self.server.admin_token)["users"][0]
        self.assertEqual(first["member_id"], second["member_id"])
        self.assertNotEqual(first["devices"], second["devices"])
        self.come(second["member_id"], second["devices"][0]["access_token"], "d1").sync_point()
        many = {"users": [{"account": f"{self.name('m')}{n}", "devices": []}
                          for n in range(10_001)]}
        self.refused("/admin/provision", many, self.server.admin_token, 400, "malformed_body")
        unknown = dict(body, friendships=[[self.name("p"), "nobody-at-all"]])
        self.assertIn(self.server.call(
            "/admin/provision", unknown, self.server.admin_token)[0], (400, 404))


class Devices(Web):
    def devices(self, token, **more):
        data = self.server.good("/account/devices", None, token, method="GET", **more)
        self.assertEqual(data["total"], len(data["list"]))
        return {item["device_id"]: item for item in data["list"]}

    def sign_in(self, device):
        return self.server.good("/login/password", {
            "account": self.name("ann"), "password": "correct horse"},
            device=device)["access_token"]

    def test_the_list(self):
        uid, loose = self.register("ann")
        phone, laptop = self.sign_in("phone"), self.sign_in("laptop")
        first, second = self.come(uid, phone, "phone"), self.come(uid, laptop, "laptop")
        for client in (first, second):
            client.sync_point()
        second.quit()
        second.rest()
        before = first.sync_point().body["ServerTime"]
        seen = self.devices(phone)
        self.assertEqual(set(seen), {"phone", "laptop"})
        self.assertEqual([seen[name]["is_this"] for name in ("phone", "laptop")], [True, False])
        self.assertEqual([seen[name]["is_online"] for name in ("phone", "laptop")],
                         [True, False])
        self.assertGreaterEqual(seen["phone"]["last_seen_time"], before - 1_000)
        self.assertGreaterEqual(seen["laptop"]["last_seen_time"],
                                seen["laptop"]["first_seen_time"])
        self.assertFalse(any(item["is_this"] for item in self.devices(loose).values()))
        self.assertTrue(self.devices(loose, device="laptop")["laptop"]["is_this"])

    def test_revoking(self):
        uid, loose = self.register("ann")
        phone, laptop = self.sign_in("phone"), self.sign_in("laptop")
        gone, stays = self.come(uid, phone, "phone"), self.come(uid, laptop, "laptop")
        self.assertIsNone(self.server.good(
            "/account/device.revoke", {"device_id": "phone"}, laptop))
        last = gone.rest()[-1]
        self.assertEqual((last.action, last.body["Reason"]), (QUIT, "token_revoked"))
        stays.sync_point()
        self.refused("/user/member.info", {}, phone, 401, "bad_token")
        for token in (phone, loose):
            self.assertError(self.connect().auth(uid, "phone", token), "bad_token")
            self.refused("/user/member.info", {}, token, 401, "bad_token", device="phone")
        self.come(uid, loose, "tablet").sync_point()
        self.assertEqual(set(self.devices(laptop)), {"laptop", "tablet"})
        again = self.sign_in("phone")
        self.come(uid, again, "phone").sync_point()
        self.assertEqual(set(self.devices(laptop)), {"phone", "laptop", "tablet"})

    def test_revoking_this_device_and_what_is_none(self):
        uid, _ = self.register("ann")
        phone = self.sign_in("phone")
        client = self.come(uid, phone, "phone")
        self.refused("/account/device.revoke", {"device_id": "nothing"}, phone, 404, "not_found")
        self.refused("/account/device.revoke", {}, phone, 400, "malformed_body")
        bob = self.register("bob")
        self.refused("/account/device.revoke", {"device_id": "phone"}, bob[1], 404, "not_found")
        client.sync_point()
        self.server.good("/account/device.revoke", {"device_id": "phone"}, phone)
        self.assertEqual(client.rest()[-1].body["Reason"], "token_revoked")
        self.refused("/user/member.info", {}, phone, 401, "bad_token")

    def test_a_revocation_outlives_a_restart(self):
        uid, loose = self.register("ann")
        self.come(uid, loose, "phone").sync_point()
        self.server.good("/account/device.revoke", {"device_id": "phone"}, loose)
        self.server.restart()
        self.assertError(self.connect().auth(uid, "phone", loose), "bad_token")
