"""PROTOCOL.md §4, §9: recalls, edits, forwards, receipts, replies and mentions."""

from clock import Clock
from harness import Case, Server
from wire import ACK


class TimeLimits(Case):
    """Own messages can be recalled for a minute and edited for two."""

    @classmethod
    def setUpClass(cls):
        cls.clock = Clock()
        cls.addClassCleanup(cls.clock.remove)
        cls.server = Server("--recall-seconds", "60", "--edit-seconds", "120",
                            environment=cls.clock.environment)
        cls.addClassCleanup(cls.server.stop)

    def act(self, client, code, target, key, content=""):
        return client.send(self.room, content, f"{self.prefix}-{key}", code=code,
                           TargetMessageId=target)

    def test_late_is_refused_with_the_limit(self):
        self.clock.set(0)
        world = self.people(ann=["a1"], bob=["b1"], cid=["c1"], groups=[["ann", "bob", "cid"]])
        self.room = world.groups[0]
        ann, bob, cid = (self.login(world, short, f"{short[0]}1")
                         for short in ("ann", "bob", "cid"))
        early, late, anns = (
            who.send(self.room, "secret", f"{self.prefix}-{n}").body["MessageId"]
            for n, who in enumerate((bob, bob, ann)))
        self.clock.set(59_000)
        self.assertEqual(self.act(bob, 20, early, "r1").action, ACK)
        self.clock.set(61_500)
        refused = self.act(bob, 20, late, "r2")
        self.assertError(refused, "forbidden")
        self.assertIn("60 seconds", refused.body["Message"])
        self.assertEqual(self.act(bob, 21, late, "e1", "said better").action, ACK)
        self.assertError(self.act(bob, 21, anns, "e2", "x"), "forbidden")
        self.assertError(self.act(cid, 20, late, "r3"), "forbidden")
        self.clock.set(125_000)
        refused = self.act(bob, 21, late, "e3", "too late")
        self.assertError(refused, "forbidden")
        self.assertIn("120 seconds", refused.body["Message"])
        self.assertEqual(self.act(ann, 20, late, "r4").action, ACK, "the owner, at any time")
        self.assertEqual(self.act(ann, 20, anns, "r5").action, ACK)
        contents = [m["Content"] for m in bob.sync(self.room, AfterSeq=1).body["Messages"]]
        self.assertEqual(set(contents), {""})
        self.clock.set(0)


class References(Case):
    def test_replies_and_mentions_are_kept_as_sent(self):
        world, chat = self.pair()
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        first = ann.send(chat, "hello", f"{self.prefix}-1").body["MessageId"]
        bob.send(chat, "hi", f"{self.prefix}-2", ReplyTo=first,
                 Mentions=[ann.user_id, -1, 1 << 40])
        got = ann.message_with(Content="hi")
        self.assertEqual((got["ReplyTo"], got["Mentions"]), (first, [ann.user_id, -1, 1 << 40]))
        self.assertEqual(
            ann.send(chat, "x", f"{self.prefix}-3", ReplyTo="mine-42").action, ACK)
        self.assertError(
            ann.send(chat, "x", f"{self.prefix}-4", ReplyTo="x" * 65), "malformed_body")
        self.assertEqual(
            ann.send(chat, "x", f"{self.prefix}-5", Mentions=list(range(1_000))).action, ACK)
        self.assertError(
            ann.send(chat, "x", f"{self.prefix}-6", Mentions=list(range(1_001))),
            "malformed_body")

    def test_reactions(self):
        world, chat = self.pair()
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        said = ann.send(chat, "hello", f"{self.prefix}-1").body["MessageId"]
        self.assertEqual(bob.send(chat, "+1", f"{self.prefix}-2", code=22,
                                  TargetMessageId=said).action, ACK)
        entry = ann.message_with(Code=22)
        self.assertEqual((entry["Content"], entry["TargetMessageId"]), ("+1", said))
        self.assertError(bob.send(chat, "+1", f"{self.prefix}-3", code=22,
                                  TargetMessageId=entry["MessageId"]), "forbidden")
        ann.send(chat, "", f"{self.prefix}-4", code=20, TargetMessageId=said)
        self.assertError(bob.send(chat, "+1", f"{self.prefix}-5", code=22,
                                  TargetMessageId=said), "conflict")


class Forwarding(Case):
    def setUp(self):
        super().setUp()
        self.world = self.people(
            ann=["a1"], bob=["b1"], cid=["c1"], zoe=["z1"],
            friends=[("ann", "bob"), ("ann", "cid")], groups=[["ann", "bob", "cid"]])
        self.bobs, self.cids = self.world.chats
        self.room = self.world.groups[0]
        self.tokens = {short: self.world.tokens[self.name(short), f"{short[0]}1"]
                       for short in ("ann", "bob", "cid", "zoe")}
        self.ann, self.bob, self.cid = (
            self.login(self.world, short, f"{short[0]}1") for short in ("ann", "bob", "cid"))

    def forward(self, who, message, source, places, ids=None):
        ids = ids or [f"{self.prefix}-{who}-f{n}" for n in range(len(places))]
        status, reply = self.server.call("/message/forward", {
            "message_id": message, "chatroom_id": source, "to_chatroom_ids": places,
            "ids": ids}, self.tokens[who])
        return status, reply.get("error") or reply["data"]["list"]

    def said(self, content="picture", code=2):
        return self.bob.send(self.bobs, content, f"{self.prefix}-{content}", code=code,
                             ReplyTo="x", Mentions=[1]).body["MessageId"]

    def test_to_several_places(self):
        message = self.said()
        status, sent = self.forward("ann", message, self.bobs, [self.cids, self.room])
        self.assertEqual(status, 200, sent)
        self.assertEqual([item["chatroom_id"] for item in sent], [self.cids, self.room])
        self.assertEqual([item["error"] for item in sent], ["", ""])
        for room, item in zip((self.cids, self.room), sent):
            got = self.cid.message_with(ChatroomId=room, Code=2)
            self.assertEqual((got["Content"], got["UserId"], got["MessageId"], got["Seq"]),
                             ("picture", self.ann.user_id, item["message_id"], item["seq"]))
            self.assertEqual((got["ReplyTo"], got["Mentions"]), ("", []))
        again = self.forward("ann", message, self.bobs, [self.cids, self.room])[1]
        self.assertEqual([(i["message_id"], i["duplicate"]) for i in again],
                         [(i["message_id"], True) for i in sent])

    def test_what_was_edited_and_what_was_recalled(self):
        message = self.said("first", code=1)
        for n, text in enumerate(("second", "third")):
            self.bob.send(self.bobs, text, f"{self.prefix}-e{n}", code=21,
                          TargetMessageId=message)
        sent = self.forward("ann", message, self.bobs, [self.cids])[1]
        self.assertEqual(self.cid.message_with(Code=1)["Content"], "third")
        self.bob.send(self.bobs, "", f"{self.prefix}-r", code=20, TargetMessageId=message)
        self.assertEqual(self.forward("ann", message, self.bobs, [self.cids], ["n"]),
                         (409, "conflict"))
        self.assertEqual(
            self.forward("cid", sent[0]["message_id"], self.cids, [self.room])[0], 200)

    def test_only_what_one_may_read_and_where_one_may_send(self):
        message = self.said()
        for who, source, places, expected in (
                ("cid", self.bobs, [self.cids], (403, "not_member")),
                ("zoe", 1 << 40, [self.cids], (403, "not_member")),
                ("ann", self.cids, [self.cids], (404, "not_found")),
                ("ann", self.bobs, [1 << 40], (403, "not_member")),
                ("ann", self.bobs, [], (400, "malformed_body")),
                ("ann", self.bobs, [self.cids] * 21, (400, "malformed_body"))):
            with self.subTest(f"{who} {places[:2]}"):
                self.assertEqual(self.forward(who, message, source, places), expected)
        self.assertEqual(self.forward("ann", message, self.bobs, [self.cids], ["a", "b"]),
                         (400, "malformed_body"))
        self.assertEqual(self.forward("ann", "x" * 16, self.bobs, [self.cids]),
                         (404, "not_found"))
        added = self.ann.sync(self.bobs, AfterSeq=0).body["Messages"][0]["MessageId"]
        self.assertEqual(self.forward("ann", added, self.bobs, [self.cids]), (403, "forbidden"))
        status, sent = self.forward("ann", message, self.bobs, [1 << 40, self.cids])
        self.assertEqual((status, [item["error"] for item in sent]), (200, ["not_member", ""]))
        self.assertEqual((sent[0]["message_id"], sent[0]["seq"]), ("", 0))

    def test_not_what_came_before_one_joined(self):
        self.ann.send(self.room, "before", f"{self.prefix}-b")
        before = self.ann.sync(self.room).body["Messages"][-1]["MessageId"]
        self.server.good("/chatroom/add.group", {"group_id": self.world.group_ids[0]},
                         self.tokens["zoe"])
        self.assertEqual(self.forward("zoe", before, self.room, [self.room]),
                         (404, "not_found"))


class Receipts(Case):
    def test_in_pages(self):
        people = {f"m{n}": [] for n in range(11)}
        world = self.people(own=["o1"], out=["o2"], **people, groups=[["own", *people]])
        token = world.tokens[self.name("own"), "o1"]
        own = self.login(world, "own", "o1")
        own.ack(world.groups[0], 1)
        own.read(world.groups[0], 1)
        own.sync_point()
        body = {"chatroom_id": world.groups[0], "seq": 1}
        whole = self.server.good("/message/receipts", body, token)
        self.assertEqual((len(whole["list"]), whole["total"], whole["next_cursor"]), (12, 12, ""))
        self.assertEqual(
            [item["read_seq"] for item in whole["list"] if item["member_id"] == own.user_id], [1])
        seen, cursor = [], ""
        while True:
            page = self.server.good(
                "/message/receipts", dict(body, perpage=5, cursor=cursor), token)
            seen += page["list"]
            cursor = page["next_cursor"]
            if not cursor:
                break
        self.assertEqual(seen, whole["list"])
        self.assertEqual(self.server.good(
            "/message/receipts", dict(body, page=2, perpage=5), token)["list"], seen[5:10])
        for more, status in (({"cursor": "x1"}, 400), ({"cursor": "u0"}, 400),
                             ({"page": 10**9}, 200), ({"perpage": -1}, 200)):
            self.assertEqual(
                self.server.call("/message/receipts", {**body, **more}, token)[0], status)
        status, reply = self.server.call(
            "/message/receipts", body, world.tokens[self.name("out"), "o2"])
        self.assertEqual((status, reply["error"]), (403, "not_member"))
