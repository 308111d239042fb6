"""PROTOCOL.md §6: SYNC in all its forms."""

from harness import Case, both_versions
from wire import SYNC


@both_versions
class Sync(Case):
    def filled(self, count=25):
        """A chat of `count` entries, FRIEND_ADDED among them, and their IDs."""
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        ids = [client.sync(chat).body["Messages"][0]["MessageId"]]
        ids += [client.send(chat, f"m{n + 1}", f"{self.prefix}-{n}").body["MessageId"]
                for n in range(1, count)]
        return world, chat, client, ids

    def check(self, page, seqs, has_more, head=25):
        self.assertEqual(page.action, SYNC, page)
        self.assertSeqs(page.body["Messages"], seqs)
        self.assertEqual(page.body["HasMore"], has_more)
        self.assertEqual(page.body["HeadSeq"], head)
        self.assertEqual(page.body["FirstSeq"], 1)

    def test_positions(self):
        _, chat, client, ids = self.filled()
        self.check(client.sync(chat), range(1, 26), False)
        self.check(client.sync(chat, Limit=10), range(16, 26), True)
        self.check(client.sync(chat, AfterSeq=0, Limit=10), range(1, 11), True)
        self.check(client.sync(chat, AfterSeq=0), range(1, 26), False)
        self.check(client.sync(chat, AfterSeq=20), range(21, 26), False)
        self.check(client.sync(chat, AfterSeq=20, Limit=5), range(21, 26), False)
        self.check(client.sync(chat, AfterSeq=20, Limit=4), range(21, 25), True)
        self.check(client.sync(chat, AfterSeq=25), [], False)
        self.check(client.sync(chat, AfterSeq=1_000), [], False)
        self.check(client.sync(chat, AfterSeq=-7, Limit=2), [1, 2], True)
        self.check(client.sync(chat, BeforeSeq=5), range(1, 5), False)
        self.check(client.sync(chat, BeforeSeq=15, Limit=5), range(10, 15), True)
        self.check(client.sync(chat, BeforeSeq=6, Limit=5), range(1, 6), False)
        self.check(client.sync(chat, BeforeSeq=0), [], False)
        self.check(client.sync(chat, BeforeSeq=1), [], False)
        self.check(client.sync(chat, BeforeSeq=1_000, Limit=3), [23, 24, 25], True)
        self.check(client.sync(chat, AfterMessageId=ids[9], Limit=3), [11, 12, 13], True)
        self.check(client.sync(chat, AfterMessageId=ids[24]), [], False)
        self.check(client.sync(chat, BeforeMessageId=ids[9], Limit=3), [7, 8, 9], True)
        self.check(client.sync(chat, BeforeMessageId=ids[0]), [], False)

    def test_ids_that_are_not_there(self):
        _, chat, client, ids = self.filled()
        last = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
        tail = ids[9][-1]
        if tail != "Z":
            between = ids[9][:-1] + last[last.index(tail) + 1]
            self.assertTrue(ids[9] < between < ids[10])
            self.check(client.sync(chat, AfterMessageId=between, Limit=2), [11, 12], True)
            self.check(client.sync(chat, BeforeMessageId=between, Limit=2), [9, 10], True)
        self.check(client.sync(chat, AfterMessageId="2" * 16, Limit=2), [1, 2], True)
        self.check(client.sync(chat, BeforeMessageId="2" * 16), [], False)
        self.check(client.sync(chat, AfterMessageId="Z" * 16), [], False)
        self.check(client.sync(chat, BeforeMessageId="Z" * 16, Limit=2), [24, 25], True)

    def test_refusals(self):
        world, chat, client, ids = self.filled(3)
        for positions in (
                {"AfterSeq": 0, "BeforeSeq": 3}, {"AfterSeq": 1, "AfterMessageId": ids[0]},
                {"AfterMessageId": ids[0], "BeforeMessageId": ids[2]},
                {"AfterSeq": 0, "BeforeSeq": 3, "AfterMessageId": ids[0]}):
            refused = client.sync(chat, **positions)
            self.assertError(refused, "malformed_body", action=SYNC)
        self.assertError(client.sync(chat, AfterMessageId="nonsense"), "malformed_body")
        self.assertError(client.sync(1 << 40), "not_member", action=SYNC)
        self.assertError(client.sync(0), "not_member", "malformed_body")
        stranger = self.people(zoe=["z1"])
        foreign = self.login(stranger, "zoe", "z1")
        self.assertError(foreign.sync(chat), "not_member")

    def test_limits_are_clamped(self):
        _, chat, client, _ = self.filled(3)
        sent = [client.post(3, client.message(chat, "x", f"{self.prefix}-{n}"))
                for n in range(3, 510)]
        for sequence in sent:
            client.reply(sequence)
        for limit, expected in (
                (0, 100), (1, 1), (-5, 1), (499, 499), (500, 500), (501, 500), (1 << 30, 500)):
            page = client.sync(chat, Limit=limit)
            if page.body["HasMore"] and len(page.raw) < 65_536 - 2_000:
                self.assertEqual(len(page.body["Messages"]), expected, limit)
            self.assertLessEqual(len(page.body["Messages"]), expected)

    def test_pages_fit_a_frame(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        for n in range(11):
            client.send(chat, str(n % 10) * 20_000, f"{self.prefix}-{n}")
        client.send(chat, "x" * 64_000, f"{self.prefix}-big")
        seqs, after = [], 0
        while True:
            page = client.sync(chat, AfterSeq=after)
            self.assertLessEqual(len(page.raw), 65_536)
            self.assertGreaterEqual(len(page.body["Messages"]), 1)
            seqs += [message["Seq"] for message in page.body["Messages"]]
            after = seqs[-1]
            if not page.body["HasMore"]:
                break
        self.assertEqual(seqs, list(range(1, 14)))
        seqs, before = [], 14
        while True:
            page = client.sync(chat, BeforeSeq=before)
            seqs = [message["Seq"] for message in page.body["Messages"]] + seqs
            before = seqs[0]
            if not page.body["HasMore"]:
                break
        self.assertEqual(seqs, list(range(1, 14)))
        newest = client.sync(chat)
        self.assertEqual(newest.body["Messages"][-1]["Seq"], 13)
        self.assertTrue(newest.body["HasMore"])

    def test_the_first_entry(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        for position in ({}, {"AfterSeq": 0}, {"BeforeSeq": 5}):
            page = client.sync(chat, **position)
            self.check(page, [1], False, head=1)
            self.assertEqual(page.body["Messages"][0]["Code"], 8)

    def test_who_joined_late(self):
        world = self.people(ann=["a1"], bob=["b1"], groups=[["ann"]])
        room, group = world.groups[0], world.group_ids[0]
        owner = self.login(world, "ann", "a1")
        for n in range(5):
            owner.send(room, f"before {n}", f"{self.prefix}-{n}")
        head = owner.sync(room).body["HeadSeq"]
        late = self.login(world, "bob", "b1")
        self.assertError(late.sync(room), "not_member")
        self.server.good("/chatroom/add.group.member", {
            "group_id": group, "member_list": [late.user_id]}, world.tokens[self.name("ann"), "a1"],
            device="a1")
        owner.send(room, "welcome", f"{self.prefix}-w")
        late.find(lambda f: f.action == 3 and f.body["Content"] == "welcome")
        page = late.sync(room, AfterSeq=0)
        self.assertEqual(page.body["FirstSeq"], head + 1)
        self.assertSeqs(page.body["Messages"], [head + 1, head + 2])
        self.assertEqual(page.body["Messages"][0]["Code"], 10)
        self.assertFalse(page.body["HasMore"])
        older = late.sync(room, BeforeSeq=head + 1)
        self.assertSeqs(older.body["Messages"], [])
        self.assertFalse(older.body["HasMore"])
        self.assertEqual(owner.sync(room).body["FirstSeq"], 1)
