"""PROTOCOL.md §7, §9: finding people, asking for friendship, and blocks."""

import os
import sqlite3
import threading

from harness import Case


class People(Case):
    """ann, bob, cid: strangers."""

    def setUp(self):
        super().setUp()
        self.world = self.people(ann=["a1"], bob=["b1"], cid=["c1"])
        self.ids = {short: self.world.ids[self.name(short)] for short in ("ann", "bob", "cid")}
        self.tokens = {short: self.world.tokens[self.name(short), f"{short[0]}1"]
                       for short in self.ids}

    def do(self, who, route, **body):
        return self.server.good(f"/user/{route}", body, self.tokens[who])

    def call(self, who, route, **body):
        status, reply = self.server.call(route, body, self.tokens[who])
        return status, reply.get("error"), reply["msg"]

    def found(self, who, search):
        return [u["member_id"] for u in self.server.good(
            "/search/friend", {"search": search}, self.tokens[who])["list"]]

    def requests(self, who):
        return self.do(who, "friend.apply.list", perpage=100)["list"]


class Asking(People):
    def test_a_remark_and_an_answer(self):
        self.assertEqual(self.do("ann", "add.friend", friend_id=self.ids["bob"], remark="hi"),
                         {"chatroom_id": None})
        self.do("ann", "add.friend", friend_id=self.ids["bob"], remark="it is me")
        asked = self.requests("bob")
        self.assertEqual([(a["member_id"], a["remark"], a["status"]) for a in asked],
                         [(self.ids["ann"], "it is me", 0)])
        for who in ("ann", "cid"):
            foreign = self.call(who, "/user/friend.apply.action", id=asked[0]["id"], action=1)
            unknown = self.call(who, "/user/friend.apply.action", id=1 << 40, action=1)
            self.assertEqual(foreign, unknown)
            self.assertEqual(foreign[:2], (404, "not_found"))
        chat = self.do("bob", "friend.apply.action", id=asked[0]["id"], action=1)["chatroom_id"]
        self.assertEqual(
            self.do("bob", "friend.apply.action", id=asked[0]["id"], action=1)["chatroom_id"],
            chat)
        self.assertEqual(self.call("bob", "/user/friend.apply.action", id=asked[0]["id"],
                                   action=2)[:2], (409, "conflict"))

    def test_accepting_at_the_same_time_is_one_chat(self):
        self.do("ann", "add.friend", friend_id=self.ids["bob"])
        number = self.requests("bob")[0]["id"]
        calls = [("bob", "friend.apply.action", {"id": number, "action": 1})] * 4 + [
            ("bob", "add.friend", {"friend_id": self.ids["ann"]})] * 2
        chats, gate = [], threading.Barrier(len(calls))

        def run(who, route, body):
            gate.wait(10)
            chats.append(self.do(who, route, **body)["chatroom_id"])

        threads = [threading.Thread(target=run, args=call) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual((len(chats), len(set(chats))), (6, 1))
        page = self.server.good("/message/sync", {"chatroom_id": chats[0], "after_seq": 0},
                                self.tokens["ann"])
        self.assertEqual([m["code"] for m in page["messages"]], [8])

    def test_both_ask_at_the_same_time(self):
        gate = threading.Barrier(2)
        answers = []

        def run(who, whom):
            gate.wait(10)
            answers.append(self.do(who, "add.friend", friend_id=self.ids[whom])["chatroom_id"])

        threads = [threading.Thread(target=run, args=pair)
                   for pair in (("ann", "bob"), ("bob", "ann"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual(sum(chat is None for chat in answers), 1)
        self.assertEqual([a["status"] for a in self.requests("ann") + self.requests("bob")], [1])

    def test_asking_again_has_a_rate(self):
        for _ in range(5):
            self.do("ann", "add.friend", friend_id=self.ids["bob"])
            self.do("bob", "friend.apply.action", id=self.requests("bob")[0]["id"], action=2)
        status, error, _ = self.call("ann", "/user/add.friend", friend_id=self.ids["bob"])
        self.assertEqual((status, error), (429, "rate_limited"))
        self.do("ann", "add.friend", friend_id=self.ids["cid"])
        self.assertIsNotNone(self.do("cid", "add.friend", friend_id=self.ids["ann"])[
            "chatroom_id"])

    def test_lists_in_pages(self):
        world = self.people(own=["o1"], **{f"f{n}": [] for n in range(7)},
                            friends=[("own", f"f{n}") for n in range(7)])
        token = world.tokens[self.name("own"), "o1"]
        whole = self.server.good("/user/friend.list", {}, token)
        self.assertEqual((len(whole["list"]), whole["total"]), (7, 7))
        pages = [self.server.good("/user/friend.list", {"page": page, "perpage": 3}, token)
                 for page in (1, 2, 3, 4)]
        self.assertEqual([len(page["list"]) for page in pages], [3, 3, 1, 0])
        self.assertEqual(sum((page["list"] for page in pages), []), whole["list"])


class Finding(People):
    def test_by_account_and_id(self):
        for search in (self.name("bob"), str(self.ids["bob"]), f" {self.name('bob')} "):
            self.assertIn(self.ids["bob"], self.found("ann", search))
        for search in (self.name("bo"), self.name("bob") + "x", "%", str(1 << 40), "-1", "0"):
            self.assertEqual(self.found("ann", search), [])

    def test_by_phone(self):
        phone = f"+86138{self.ids['bob']:08}"
        with sqlite3.connect(os.path.join(self.server.data, "freeim.sqlite")) as db:
            db.execute("UPDATE user SET phone = ? WHERE id = ?", (phone, self.ids["bob"]))
        for search in (phone, f"{phone[:3]} {phone[3:6]}-{phone[6:]}"):
            self.assertEqual(self.found("ann", search), [self.ids["bob"]])
        for search in (phone[:-1], phone + "0", phone[1:], phone[3:]):
            self.assertEqual(self.found("ann", search), [], "the whole number, as it is kept")
        self.do("bob", "block", friend_id=self.ids["ann"])
        self.assertEqual(self.found("ann", phone), [])

    def test_a_card(self):
        """A recommendation names a member; others.home.info tells who that is."""
        home = self.server.good("/user/others.home.info", {"member_id": self.ids["cid"]},
                                self.tokens["ann"])
        self.assertEqual((home["account"], home["is_friend"], home["chatroom_id"]),
                         (self.name("cid"), False, None))


class Blocks(People):
    def test_the_list(self):
        for short in ("bob", "cid"):
            self.do("ann", "block", friend_id=self.ids[short])
        self.do("ann", "block", friend_id=self.ids["bob"])
        listed = self.do("ann", "block.list")
        self.assertEqual(([u["member_id"] for u in listed["list"]], listed["total"]),
                         (sorted([self.ids["bob"], self.ids["cid"]]), 2))
        self.assertEqual(self.do("ann", "block.list", page=2, perpage=1)["list"],
                         listed["list"][1:])
        self.assertEqual(self.do("bob", "block.list"), {"list": [], "total": 0})
        self.do("ann", "unblock", friend_id=self.ids["bob"])
        self.assertEqual(self.do("ann", "block.list")["total"], 1)

    def test_who_blocked_one_is_as_nobody(self):
        self.do("bob", "block", friend_id=self.ids["ann"])
        nobody = 1 << 40
        for route, field, more in (("/user/add.friend", "friend_id", {}),
                                   ("/user/others.home.info", "member_id", {})):
            blocked = self.call("ann", route, **{field: self.ids["bob"], **more})
            self.assertEqual(blocked, self.call("ann", route, **{field: nobody, **more}))
            self.assertEqual(blocked[:2], (404, "not_found"))
        self.assertEqual(self.found("ann", self.name("bob")), [])
        self.assertEqual(self.found("cid", self.name("bob")), [self.ids["bob"]])
        group = self.server.good("/chatroom/create.group", {"name": "g"},
                                 self.tokens["ann"])["group_id"]
        for member in (self.ids["bob"], nobody):
            status, error, msg = self.call("ann", "/chatroom/add.group.member", group_id=group,
                                           member_list=[member])
            self.assertEqual((status, error, msg),
                             (404, "not_found", f"member_list: there is no user {member}."))
        self.assertEqual(self.call("bob", "/user/add.friend", friend_id=self.ids["ann"])[:2],
                         (403, "blocked"))

    def test_a_block_takes_requests_back(self):
        self.do("ann", "add.friend", friend_id=self.ids["bob"])
        self.do("cid", "add.friend", friend_id=self.ids["ann"])
        self.do("bob", "block", friend_id=self.ids["ann"])
        self.assertEqual([a["status"] for a in self.requests("bob")], [2])
        self.do("ann", "block", friend_id=self.ids["cid"])
        self.assertEqual([a["status"] for a in self.requests("ann")], [2])


class OpenMessaging(People):
    flags = ("--messaging-policy", "open")

    def test_no_chat_with_who_blocked_one(self):
        self.do("bob", "block", friend_id=self.ids["ann"])
        route = "/chatroom/friend_id.get.chatroom_id"
        blocked = self.call("ann", route, friend_id=self.ids["bob"])
        self.assertEqual(blocked, self.call("ann", route, friend_id=1 << 40))
        self.assertEqual(blocked[:2], (404, "not_found"))
        self.assertEqual(self.call("ann", route, friend_id=self.ids["cid"])[0], 200)
