"""PROTOCOL.md §7: deletion of accounts, devices, push IDs, bans, the app's version."""

import concurrent.futures
import sqlite3
import time

from harness import Server
from test_http import Web
from test_phones import LIMITLESS, Phones
from wire import QUIT

PASSWORD = "correct horse"


class People(Phones):
    """Accounts with friends, groups, moments, over HTTP."""

    def delete(self, token, password=PASSWORD):
        return self.server.good("/account/delete", {"password": password}, token)

    def group(self, owner, *members, name="walkers"):
        data = self.server.good("/chatroom/create.group", {
            "name": name, "avatar": "", "desc": "", "permissions": "public",
            "member_list": [member[0] for member in members]}, owner[1])
        data = data.get("group", data)
        return data["group_id"], data["chatroom_id"]

    def log(self, client, room):
        return client.sync(room, AfterSeq=0).body["Messages"]

    def rows(self, sql, *values):
        path = f"file:{self.server.data}/freeim.sqlite?mode=ro"
        db = sqlite3.connect(path, uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()


class Deletion(People):
    def test_what_goes_and_what_stays(self):
        ann, bob = self.register("ann"), self.register("bob")
        chat = self.befriend(ann, bob)
        a, b = self.come(*ann), self.come(*bob)
        a.send(chat, "from ann", f"{self.prefix}-1")
        moment = self.server.good("/dynamic/publish", {"text": "hi", "visibility": "public"},
                                  ann[1])["id"]
        of_bob = self.server.good("/dynamic/publish", {"text": "yo", "visibility": "public"},
                                  bob[1])["id"]
        self.server.good("/dynamic/comment", {"id": of_bob, "text": "nice"}, ann[1])
        self.server.good("/dynamic/like", {"id": of_bob}, ann[1])
        self.server.good("/dynamic/like", {"id": moment}, bob[1])
        self.assertIsNone(self.delete(ann[1]))
        frames = a.rest()
        self.assertEqual((frames[-1].action, frames[-1].body["Reason"]), (QUIT, "account_deleted"))
        self.refused("/user/member.info", {}, ann[1], 401, "bad_token")
        self.assertError(self.connect().auth(ann[0], "d", ann[1]), "bad_token")
        self.refused("/login/password", {"account": self.name("ann"), "password": PASSWORD}, None,
                     401, "bad_credentials")
        self.assertEqual([m["Content"] for m in self.log(b, chat)][1:], ["from ann"])
        self.assertError(b.send(chat, "still there?", f"{self.prefix}-2"), "not_found")
        self.assertError(b.send(0, "hello?", f"{self.prefix}-3", ToUserId=ann[0]), "not_found")
        self.refused("/user/add.friend", {"friend_id": ann[0]}, bob[1], 404, "not_found")
        self.assertEqual(self.server.good("/user/friend.list", {}, bob[1])["list"], [])
        seen = self.server.good("/user/others.home.info", {"member_id": ann[0]}, bob[1])
        self.assertEqual((seen["nickname"], seen["is_friend"]), ("Deleted user", False))
        self.assertNotIn(self.name("ann"), str(seen))
        listed = [item for item in b.conversations().body["Items"] if item["ChatroomId"] == chat]
        self.assertEqual([item["Title"] for item in listed], ["Deleted user"])
        self.assertEqual(
            self.server.good("/search/friend", {"search": self.name("ann")}, bob[1])["list"], [])
        feed = self.server.good("/dynamic/list", {}, bob[1])["list"]
        self.assertEqual([item["id"] for item in feed if item["id"] in (moment, of_bob)], [of_bob])
        mine = next(item for item in feed if item["id"] == of_bob)
        self.assertEqual((mine["like_count"], mine["comment_count"]), (0, 0))

    def test_nothing_personal_is_kept(self):
        ann, bob = self.register("ann"), self.register("bob")
        self.befriend(ann, bob)
        self.server.good("/user/update.member.info", {
            "signature": "sig-of-ann", "city": "Delft", "avatar": "/media/a.png"}, ann[1])
        self.come(*ann).sync_point()
        self.server.good("/account/bind.push_id/push-of-ann", {}, ann[1], device="d")
        self.delete(ann[1])
        for table, column in (("access_token", "user_id"), ("friendship", "user_id"),
                              ("friendship", "friend_id"), ("friend_apply", "from_user_id"),
                              ("moment", "user_id"), ("media_owner", "user_id"),
                              ("outside_identity", "user_id")):
            self.assertEqual(
                self.rows(f"SELECT count(*) FROM {table} WHERE {column} = ?", ann[0]), [(0,)])
        rows = str(self.rows("SELECT * FROM user WHERE id = ?", ann[0])
                   + self.rows("SELECT * FROM device WHERE user_id = ?", ann[0]))
        for word in (self.name("ann"), "sig-of-ann", "Delft", "a.png", "scrypt", "push-of-ann"):
            self.assertNotIn(word, rows)

    def test_the_name_is_free_again(self):
        ann = self.register("ann")
        self.delete(ann[1])
        again = self.register("ann")
        self.assertNotEqual(again[0], ann[0])
        self.delete(again[1])
        self.register("ann")

    def test_a_new_device_gets_nothing_of_a_deleted_one(self):
        ann, bob, cid = (self.register(short) for short in ("ann", "bob", "cid"))
        _, room = self.group(bob, ann, cid)
        a, b = self.come(*ann, "newest"), self.come(*bob)
        seq = b.send(room, "one", f"{self.prefix}-1").body["Seq"]
        a.message_with(Content="one")
        a.ack(room, seq)
        a.sync_point()
        self.delete(ann[1])
        a.rest()
        c = self.come(*cid, "its first")
        self.assertEqual([m["Content"] for m in c.messages(1, room)], ["one"])

    def test_groups(self):
        ann, bob, cid, dan = (self.register(short) for short in ("ann", "bob", "cid", "dan"))
        owned, owned_room = self.group(ann, bob, cid, dan)
        _, plain_room = self.group(bob, ann, name="plain")
        alone, _ = self.group(ann, name="alone")
        self.server.good("/chatroom/group.role", {
            "group_id": owned, "member_id": dan[0], "member_identity": "admin"}, ann[1])
        b = self.come(*bob)
        self.delete(ann[1])
        log = self.log(b, owned_room)
        self.assertEqual([m["Code"] for m in log[-2:]], [11, 12])
        self.assertIn(str(dan[0]), log[-2]["Content"])
        self.assertIn(str(ann[0]), log[-1]["Content"])
        self.assertEqual(self.log(b, plain_room)[-1]["Code"], 12)
        self.assertSeqs(log, range(1, len(log) + 1))
        b.message_with(Code=12, ChatroomId=owned_room)
        roles = {member["member_id"]: member["member_identity"] for member in self.server.good(
            f"/chatroom/group.member/{owned}", None, dan[1], method="GET")["list"]}
        self.assertEqual(roles, {dan[0]: "root", bob[0]: "common", cid[0]: "common"})
        self.server.good("/chatroom/dissolve.group", {"group_id": owned}, dan[1])
        self.assertEqual(self.rows(
            "SELECT dissolved_time IS NULL FROM chat_group WHERE id = ?", alone), [(0,)])

    def test_the_eldest_member_inherits_without_admins(self):
        ann, bob, cid = (self.register(short) for short in ("ann", "bob", "cid"))
        group, _ = self.group(ann, cid)
        self.server.good("/chatroom/add.group", {"group_id": group}, bob[1])
        self.delete(ann[1])
        self.server.good("/chatroom/dissolve.group", {"group_id": group}, cid[1])

    def test_passwords(self):
        ann = self.register("ann")
        for body in ({}, {"password": ""}, {"password": 5}, {"password": "p" * 600},
                     {"password": None}, {"verify_code": "123456"}):
            with self.subTest(body=str(body)[:40]):
                self.refused("/account/delete", body, ann[1], 400, "malformed_body")
        self.refused("/account/delete", {"password": "wrong one"}, ann[1], 401, "bad_credentials")
        self.refused("/account/delete", {"password": PASSWORD}, None, 401, "unauthenticated")
        self.refused("/account/delete", {"password": PASSWORD}, "nonsense", 401, "bad_token")
        self.assertEqual(self.server.call("/user/member.info", {}, ann[1])[0], 200)

    def test_two_at_once(self):
        ann, bob = self.register("ann"), self.register("bob")
        chat = self.befriend(ann, bob)
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            statuses = list(pool.map(lambda _: self.server.call(
                "/account/delete", {"password": PASSWORD}, ann[1])[0], range(6)))
        self.assertEqual(sorted(statuses), [200] + [401] * 5)
        b = self.come(*bob)
        self.assertEqual(b.sync(chat).body["HeadSeq"], 1)

    def test_joining_meanwhile_leaves_nobody_behind(self):
        bob = self.register("bob")
        group, room = self.group(bob)
        gone = [self.register(f"gone{n}") for n in range(12)]
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            for user in gone:
                for _ in range(3):
                    pool.submit(self.server.call, "/chatroom/add.group", {"group_id": group},
                                user[1])
                    pool.submit(self.server.call, "/user/add.friend", {"friend_id": bob[0]},
                                user[1])
                pool.submit(self.delete, user[1])
        left = self.rows("SELECT m.user_id FROM member m JOIN user u ON u.id = m.user_id"
                         " WHERE m.chatroom_id = ? AND u.deleted_time IS NOT NULL", room)
        self.assertEqual(left, [])
        self.assertEqual(self.rows(
            "SELECT count(*) FROM user WHERE id >= ? AND deleted_time IS NULL", gone[0][0]), [(0,)])
        self.assertEqual(self.rows(
            "SELECT member_count FROM chat_group WHERE id = ?", group), [(1,)])

    def test_by_code_when_there_is_no_password(self):
        phone = self.new_phone()
        data = self.enter(phone, self.ask(phone))
        token = data["access_token"]
        self.refused("/account/delete", {}, token, 400, "malformed_body")
        code = self.ask(phone, "login")
        self.refused("/account/delete", {"verify_code": code}, token, 400, "bad_credentials",
                     code=405)
        code = self.ask(phone, "delete")
        self.refused("/account/delete", {"verify_code": self.other(code)}, token, 400,
                     "bad_credentials", code=405)
        self.server.good("/account/delete", {"verify_code": code}, token)
        again = self.enter(phone, self.ask(phone))
        self.assertNotEqual(again["uid"], data["uid"])

    def test_by_token_when_there_is_nothing_else(self):
        world = self.people(ann=["a1"])
        self.server.good("/account/delete", {}, world.tokens[self.name("ann"), "a1"])

    def test_it_outlives_a_crash(self):
        ann = self.register("ann")
        self.delete(ann[1])
        self.server.restart()
        self.refused("/user/member.info", {}, ann[1], 401, "bad_token")


class OpenMessaging(People):
    flags = (*LIMITLESS, "--messaging-policy", "open")

    def test_nobody_writes_to_a_deleted_user(self):
        ann, bob, cid = (self.register(short) for short in ("ann", "bob", "cid"))
        b, c = self.come(*bob), self.come(*cid)
        chat = b.send(0, "hi", f"{self.prefix}-1", ToUserId=ann[0]).body["ChatroomId"]
        self.delete(ann[1])
        self.assertError(b.send(chat, "hi", f"{self.prefix}-2"), "not_found")
        self.assertError(c.send(0, "hi", f"{self.prefix}-3", ToUserId=ann[0]), "not_found")


class Passwords(Web):
    flags = LIMITLESS

    def test_two_changes_at_once(self):
        ann = self.register("ann")
        news = [f"battery staple {n}" for n in range(4)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            statuses = list(pool.map(lambda new: self.server.call(
                "/account/password", {"old": PASSWORD, "new": new}, ann[1])[0], news))
        self.assertEqual(sorted(statuses), [200] + [401] * 3)
        new = news[statuses.index(200)]
        self.server.good("/login/password", {"account": self.name("ann"), "password": new})

    def test_a_sign_in_meanwhile_opens_nothing(self):
        ann = self.register("ann")
        body = {"account": self.name("ann"), "password": PASSWORD}
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            before = [pool.submit(self.server.call, "/login/password", body) for _ in range(6)]
            change = pool.submit(self.server.good, "/account/password", {
                "old": PASSWORD, "new": "battery staple"}, ann[1])
            after = [pool.submit(self.server.call, "/login/password", body) for _ in range(6)]
            change.result()
            replies = [call.result() for call in before + after]
        for status, reply in replies:
            self.assertIn(status, (200, 401))
            if status == 200:
                self.refused("/user/member.info", {}, reply["data"]["access_token"], 401,
                             "bad_token")

    def test_bad_requests(self):
        _, token = self.register("ann")
        for body in ({}, {"old": PASSWORD}, {"new": "battery staple"},
                     {"old": PASSWORD, "new": "short"}, {"old": PASSWORD, "new": "p" * 257},
                     {"old": 5, "new": "battery staple"}, {"old": "", "new": "battery staple"}):
            with self.subTest(body=str(body)[:40]):
                self.refused("/account/password", body, token, 400, "malformed_body")


class Devices(Web):
    def sign_in(self, short, device):
        return self.server.good("/login/password", {
            "account": self.name(short), "password": PASSWORD}, device=device)["access_token"]

    def test_revoking_twice_at_once(self):
        uid, token = self.register("ann")
        phone = self.sign_in("ann", "phone")
        client = self.come(uid, phone, "phone")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            statuses = list(pool.map(lambda _: self.server.call(
                "/account/device.revoke", {"device_id": "phone"}, token)[0], range(4)))
        self.assertEqual(set(statuses), {200})
        self.assertEqual(client.rest()[-1].body["Reason"], "token_revoked")
        self.refused("/user/member.info", {}, phone, 401, "bad_token")

    def test_anothers_device(self):
        uid, _ = self.register("ann")
        phone = self.sign_in("ann", "phone")
        self.come(uid, phone, "phone").sync_point()
        _, other = self.register("bob")
        self.refused("/account/device.revoke", {"device_id": "phone"}, other, 404, "not_found")
        self.assertEqual(self.server.call("/user/member.info", {}, phone)[0], 200)

    def test_bad_requests(self):
        _, token = self.register("ann")
        for body in ({}, {"device_id": ""}, {"device_id": 5}, {"device_id": "d" * 129},
                     {"device_id": ["d"]}):
            with self.subTest(body=str(body)[:40]):
                self.refused("/account/device.revoke", body, token, 400, "malformed_body")
        self.refused("/account/device.revoke", {"device_id": "d"}, None, 401, "unauthenticated")


class PushIDs(People):
    def bound(self, uid):
        return dict(self.rows("SELECT device_id, push_id FROM device WHERE user_id = ?", uid))

    def bind(self, push_id, token, device=None):
        return self.server.good(f"/account/bind.push_id/{push_id}", {}, token, device=device)

    def test_binding(self):
        uid, token = self.register("ann")
        self.come(uid, token, "d1").sync_point()
        self.bind("push%2D1", token, "d1")
        self.assertEqual(self.bound(uid), {"d1": "push-1"})
        self.bind("push-2", token, "d1")
        self.bind("not-connected-yet", token, "d2")
        self.assertEqual(self.bound(uid), {"d1": "push-2", "d2": "not-connected-yet"})
        self.bind("-", token, "d1")
        self.assertEqual(self.bound(uid)["d1"], "")

    def test_it_is_one_phones(self):
        ann, bob = self.register("ann"), self.register("bob")
        self.bind("the-phone", ann[1], "d")
        self.bind("the-phone", bob[1], "d")
        self.assertEqual((self.bound(ann[0]), self.bound(bob[0])), ({"d": ""}, {"d": "the-phone"}))

    def test_it_goes_with_the_token(self):
        uid, token = self.register("ann")
        phone = self.server.good("/login/password", {
            "account": self.name("ann"), "password": PASSWORD}, device="phone")["access_token"]
        self.bind("a", phone)
        self.bind("b", token, "tablet")
        self.server.good("/logout", {}, phone)
        self.assertEqual(self.bound(uid), {"phone": "", "tablet": "b"})
        self.server.good("/account/device.revoke", {"device_id": "tablet"}, token)
        self.assertEqual(self.bound(uid)["tablet"], "")

    def test_a_device_bound_before_it_connects_begins_like_any(self):
        ann, bob = self.register("ann"), self.register("bob")
        chat = self.befriend(ann, bob)
        b = self.come(*bob)
        for n in range(60):
            b.send(chat, f"m{n}", f"{self.prefix}-{n}")
        self.bind("p", ann[1], "d9")
        client = self.come(*ann, "d9")
        self.assertEqual([m["Content"] for m in client.messages(50, chat)],
                         [f"m{n}" for n in range(10, 60)])

    def test_bad_requests(self):
        _, token = self.register("ann")
        self.refused("/account/bind.push_id/p", {}, None, 401, "unauthenticated", device="d")
        self.refused("/account/bind.push_id/p", {}, token, 400, "malformed_body")
        self.refused("/account/bind.push_id/", {}, token, 404, "not_found", device="d")
        self.refused("/account/bind.push_id/a/b", {}, token, 404, "not_found", device="d")
        for push_id in ("%00", "%20", "a%0Ab", "%E2%80%AE", "p" * 513):
            with self.subTest(push_id=push_id[:9]):
                self.refused(f"/account/bind.push_id/{push_id}", {}, token, 400, "malformed_body",
                             device="d")
        self.refused("/account/bind.push_id/p", {}, token, 400, "malformed_body", device="d" * 129)


class Bans(People):
    def ban(self, uid, until, reason=""):
        """As an operator does it; on a server that is down, for want of another way in."""
        self.server.kill()
        db = sqlite3.connect(f"{self.server.data}/freeim.sqlite")
        db.execute("UPDATE user SET banned_until = ?, ban_reason = ? WHERE id = ?",
                   (until, reason, uid))
        db.commit()
        db.close()
        self.server.restart()

    def test_signing_in(self):
        uid, _ = self.register("ann")
        phone = self.new_phone()
        by_phone = self.enter(phone, self.ask(phone))["uid"]
        until = int(time.time() * 1_000) + 86_400_000
        self.ban(uid, until, "spam")
        body = {"account": self.name("ann"), "password": PASSWORD}
        reply = self.refused("/login/password", body, None, 403, "forbidden")
        day = time.strftime("%Y-%m-%d", time.gmtime(until // 1_000 + 1))
        self.assertIn("spam", reply["msg"])
        self.assertIn(day, reply["msg"])
        self.refused("/login/password", {**body, "password": "wrong one"}, None, 401,
                     "bad_credentials")
        refused = self.connect().sign_in(self.name("ann"), PASSWORD, "d")
        self.assertError(refused, "bad_credentials")
        self.assertEqual(refused.body["Message"], reply["msg"])
        self.ban(by_phone, 1 << 60)
        reply = self.refused("/login", {"phone": phone, "verify_code": self.ask(phone)}, None, 403,
                             "forbidden")
        self.assertEqual(reply["msg"], "This account is banned.")
        self.ban(uid, until - 2 * 86_400_000, "over")
        self.server.good("/login/password", body)


class Version(Web):
    flags = ("--app-version-code", "7", "--app-version-must", "on", "--app-version-name", "2.1.0",
             "--app-version-download", "https://example.org/a.apk",
             "--app-version-download-page", "https://example.org/",
             "--app-version-description", "Quicker.")

    def test_the_newest(self):
        self.assertEqual(self.server.good("/app/new.version.get"), {
            "version_code": 7, "is_must": 1, "version_name": "2.1.0",
            "version_download": "https://example.org/a.apk",
            "version_download_page": "https://example.org/", "version_description": "Quicker."})

    def test_none_is_known(self):
        server = Server()
        self.addCleanup(server.stop)
        data = server.good("/app/new.version.get", {})
        self.assertEqual((data["version_code"], data["is_must"], data["version_name"]), (0, 0, ""))
