"""PROTOCOL.md §5: receipts, typing, presence; and the conversation list."""

from harness import Case, both_versions
from wire import CONVERSATIONS, MESSAGE, PRESENCE, RECEIPT, TYPING


@both_versions
class Receipts(Case):
    def receipt(self, client, test):
        return client.find(lambda f: f.action == RECEIPT and test(f.body)).body

    def test_delivered_and_read_reach_the_peer(self):
        world, chat = self.pair()
        ann, ann2 = self.login(world, "ann", "a1"), self.login(world, "ann", "a2")
        bob, bob2 = self.login(world, "bob", "b1"), self.login(world, "bob", "b2")
        for n in range(5):
            ann.send(chat, f"m{n}", f"{self.prefix}-{n}")
        bob.messages(5)
        bob.ack(chat, 3)
        for client in (ann, ann2):
            got = self.receipt(client, lambda body: body["DeliveredSeq"] == 3)
            self.assertEqual((got["ChatroomId"], got["UserId"]), (chat, bob.user_id))
        bob.read(chat, 4)
        for client in (ann, ann2, bob2):
            got = self.receipt(client, lambda body: body["ReadSeq"] == 4)
            self.assertEqual((got["ChatroomId"], got["UserId"]), (chat, bob.user_id))
        bob.read(chat, 2)
        bob.ack(chat, 1)
        bob.read(chat, 5)
        self.receipt(ann, lambda body: body["ReadSeq"] == 5)
        stale = [f for f in ann.pushed() if f.action == RECEIPT and 0 < f.body["ReadSeq"] < 5]
        self.assertEqual(stale, [])
        page = ann.conversations().body["Items"]
        mine = [item for item in page if item["ChatroomId"] == chat][0]
        self.assertEqual(mine["PeerReadSeq"], 5)
        self.assertGreaterEqual(mine["PeerDeliveredSeq"], 3)

    def test_a_device_that_is_behind_takes_nothing_back(self):
        world = self.people(ann=["a1"], bob=["b1", "b2"], cid=["c1"],
                            friends=[("ann", "bob"), ("ann", "cid")])
        chat, fence = world.chats
        ann, cid = self.login(world, "ann", "a1"), self.login(world, "cid", "c1")
        bob, bob2 = self.login(world, "bob", "b1"), self.login(world, "bob", "b2")
        for n in range(5):
            ann.send(chat, f"m{n}", f"{self.prefix}-{n}")
            ann.send(fence, f"f{n}", f"{self.prefix}-f{n}")
        bob.messages(5)
        bob2.messages(5)
        told = []
        for step, (device, seq) in enumerate(((bob, 4), (bob2, 2), (bob, 5), (bob2, 3)), 1):
            device.ack(chat, seq)
            device.sync_point()
            # Receipts leave together: once this one is here, the other is, or never comes.
            cid.ack(fence, step + 1)
            while True:
                body = self.receipt(ann, lambda body: True)
                if body["ChatroomId"] == fence and body["DeliveredSeq"] == step + 1:
                    break
                told.append((body["ChatroomId"], body["DeliveredSeq"]))
        self.assertEqual([seq for room, seq in told if room == chat], [4, 5])

    def test_nothing_is_taken_back_when_everybody_was_away(self):
        world = self.people(ann=["a1"], bob=["b1", "b2"], cid=["c1"],
                            friends=[("ann", "bob"), ("ann", "cid")])
        chat, fence = world.chats
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        for n in range(5):
            ann.send(chat, f"m{n}", f"{self.prefix}-{n}")
        bob.messages(5)
        bob.ack(chat, 5)
        self.receipt(ann, lambda body: body["DeliveredSeq"] == 5)
        for client in (ann, bob):
            client.quit()
            client.rest()
        ann, cid = self.login(world, "ann", "a1"), self.login(world, "cid", "c1")
        bob2 = self.login(world, "bob", "b2")
        bob2.messages(5)
        bob2.ack(chat, 3)
        bob2.sync_point()
        cid.ack(fence, 1)
        first = self.receipt(ann, lambda body: body["DeliveredSeq"] > 0)
        self.assertEqual((first["ChatroomId"], first["DeliveredSeq"]), (fence, 1))

    def test_read_beyond_the_head_counts_as_the_head(self):
        world, chat = self.pair()
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        ann.send(chat, "x", f"{self.prefix}-1")
        bob.read(chat, 1 << 40)
        self.assertEqual(self.receipt(ann, lambda body: body["ReadSeq"] > 0)["ReadSeq"], 2)
        ann.send(chat, "y", f"{self.prefix}-2")
        item = [i for i in bob.conversations().body["Items"] if i["ChatroomId"] == chat][0]
        self.assertEqual((item["HeadSeq"], item["ReadSeq"]), (3, 2))

    def test_groups_hear_of_reading(self):
        world = self.people(ann=["a1"], bob=["b1"], cid=["c1"], groups=[["ann", "bob", "cid"]])
        room = world.groups[0]
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        cid = self.login(world, "cid", "c1")
        head = ann.send(room, "x", f"{self.prefix}-1").body["Seq"]
        bob.read(room, head)
        for client in (ann, cid):
            got = self.receipt(client, lambda body: body["ReadSeq"] == head)
            self.assertEqual((got["ChatroomId"], got["UserId"]), (room, bob.user_id))

    def test_sending_does_not_mark_as_read(self):
        world, chat = self.pair()
        ann = self.login(world, "ann", "a1")
        ann.send(chat, "x", f"{self.prefix}-1")
        item = [i for i in ann.conversations().body["Items"] if i["ChatroomId"] == chat][0]
        self.assertEqual((item["HeadSeq"], item["ReadSeq"]), (2, 0))

    def test_foreign_conversations(self):
        _, chat = self.pair()
        strangers = self.people(zoe=["z1"])
        zoe = self.login(strangers, "zoe", "z1")
        for action, body in ((RECEIPT, {"ReadSeq": 1}), (4, {"Seq": 1}),
                             (TYPING, {"Typing": True})):
            sequence = zoe.post(action, dict(body, ChatroomId=chat))
            beat = zoe.post(100)
            first = zoe.find(lambda f: f.sequence in (sequence, beat))
            if first.sequence == sequence:
                self.assertError(first, "not_member", action=action)


@both_versions
class TypingNotes(Case):
    def test_typing_reaches_the_other_members_and_is_not_kept(self):
        world, chat = self.pair()
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        for typing in (True, False):
            ann.post(TYPING, {"ChatroomId": chat, "Typing": typing, "UserId": 4})
            got = bob.of_action(TYPING).body
            self.assertEqual((got["ChatroomId"], got["UserId"], got["Typing"]),
                             (chat, ann.user_id, typing))
        self.assertFalse([f for f in ann.pushed() if f.action == TYPING])
        self.assertEqual(ann.sync(chat).body["HeadSeq"], 1)


@both_versions
class PresenceNews(Case):
    def states(self, frame):
        return {item["UserId"]: item["Online"] for item in frame.body["Items"]}

    def test_friends_come_and_go(self):
        world, _ = self.pair()
        ann = self.login(world, "ann", "a1")
        bob_id = world.ids[self.name("bob")]
        reply = ann.presence([bob_id])
        self.assertEqual(reply.action, PRESENCE)
        self.assertEqual(self.states(reply), {bob_id: False})
        bob = self.login(world, "bob", "b1", "desktop")
        news = ann.find(lambda f: f.action == PRESENCE and self.states(f).get(bob_id))
        self.assertEqual(news.sequence, 0)
        self.assertEqual(news.body["Items"][0]["DeviceTypes"], ["desktop"])
        before = ann.sync_point().body["ServerTime"]
        bob.quit()
        bob.rest()
        gone = ann.find(lambda f: f.action == PRESENCE and self.states(f).get(bob_id) is False)
        self.assertGreaterEqual(gone.body["Items"][0]["LastSeenTime"], before - 1_000)

    def test_a_query_replaces_the_one_before(self):
        world = self.people(ann=["a1"], bob=["b1"], cid=["c1"],
                            friends=[("ann", "bob"), ("ann", "cid")])
        ann = self.login(world, "ann", "a1")
        bob_id, cid_id = world.ids[self.name("bob")], world.ids[self.name("cid")]
        ann.presence([bob_id])
        ann.presence([cid_id])
        self.login(world, "bob", "b1")
        self.login(world, "cid", "c1")
        ann.find(lambda f: f.action == PRESENCE and f.sequence == 0 and
                 self.states(f).get(cid_id))
        self.assertFalse([f for f in ann.inbox + ann.pushed()
                          if f.action == PRESENCE and bob_id in self.states(f)])

    def test_strangers_are_not_told(self):
        world, _ = self.pair()
        self.login(world, "ann", "a1")
        strangers = self.people(zoe=["z1"])
        zoe = self.login(strangers, "zoe", "z1")
        reply = zoe.presence([world.ids[self.name("ann")], 1 << 40])
        self.assertEqual(reply.action, PRESENCE, reply)
        self.assertNotIn(True, self.states(reply).values())

    def test_at_most_five_hundred(self):
        world, _ = self.pair()
        ann = self.login(world, "ann", "a1")
        self.assertEqual(ann.presence(list(range(1, 501))).action, PRESENCE)
        self.assertError(ann.presence(list(range(1, 502))), "malformed_body", action=PRESENCE)


@both_versions
class Conversations(Case):
    def test_the_list_in_pages(self):
        people = {f"f{n}": ["d"] for n in range(7)}
        world = self.people(ann=["a1"], **people, friends=[("ann", name) for name in people],
                            groups=[["ann", "f0", "f1"]])
        ann = self.login(world, "ann", "a1")
        order = [3, 0, 6, 1, 5, 2, 4]
        for n in order:
            ann.send(world.chats[n], f"to {n}", f"{self.prefix}-{n}", Mentions=[1])
        newest = ann.send(world.groups[0], "to all", f"{self.prefix}-g").body
        items, cursor, pages = [], "", 0
        while True:
            page = ann.conversations(Cursor=cursor, Limit=3)
            self.assertEqual(page.action, CONVERSATIONS)
            self.assertLessEqual(len(page.body["Items"]), 3)
            items += page.body["Items"]
            pages += 1
            cursor = page.body["NextCursor"]
            if not cursor:
                break
        self.assertEqual(pages, 3)
        expected = [world.groups[0]] + [world.chats[n] for n in reversed(order)]
        self.assertEqual([item["ChatroomId"] for item in items], expected)
        group, single = items[0], items[1]
        self.assertEqual((group["ChatroomType"], group["PeerId"]), (2, world.group_ids[0]))
        self.assertEqual((group["Title"], group["MemberCount"]), ("g0", 3))
        self.assertEqual(group["HeadSeq"], newest["Seq"])
        self.assertEqual(group["LastMessage"]["Content"], "to all")
        self.assertEqual(single["ChatroomType"], 1)
        self.assertEqual(single["PeerId"], world.ids[self.name("f4")])
        self.assertEqual(single["Title"], self.name("f4"))
        self.assertEqual((single["HeadSeq"], single["FirstSeq"]), (2, 1))
        self.assertEqual(single["LastMessage"]["Seq"], 2)
        self.assertGreater(single["UpdatedTime"], 1_600_000_000_000)
        self.assertEqual(len(ann.conversations().body["Items"]), 8)

    def test_cursors_of_this_device_and_this_user(self):
        world, chat = self.pair()
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        for n in range(4):
            ann.send(chat, f"m{n}", f"{self.prefix}-{n}")
        bob.messages(4)
        bob.ack(chat, 3)
        bob.read(chat, 2)
        bob.sync_point()
        item = bob.conversations().body["Items"][0]
        self.assertEqual((item["AckSeq"], item["ReadSeq"], item["HeadSeq"]), (3, 2, 5))
        other = self.login(world, "bob", "b2")
        item = other.conversations().body["Items"][0]
        self.assertEqual((item["ReadSeq"], item["HeadSeq"]), (2, 5))

    def test_bad_cursors(self):
        world, _ = self.pair()
        ann = self.login(world, "ann", "a1")
        self.assertError(ann.conversations(Cursor="nonsense"), "malformed_body")
        self.assertEqual(ann.conversations(Limit=-4).action, CONVERSATIONS)
        self.assertEqual(ann.conversations(Limit=1 << 20).action, CONVERSATIONS)
        self.assertFalse([f for f in ann.pushed() if f.action == MESSAGE])
