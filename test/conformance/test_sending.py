"""PROTOCOL.md §4: sending, and what an ACK means."""

import threading

from harness import Case, both_versions
from wire import ACK, GET_MESSAGE_ID, MESSAGE

ALPHABET = set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")


@both_versions
class Sending(Case):
    def test_the_ack_and_the_push(self):
        world, chat = self.pair()
        sender = self.login(world, "ann", "a1", "desktop")
        own, peer = self.login(world, "ann", "a2"), self.login(world, "bob", "b1")
        before = sender.sync_point().body["ServerTime"]
        reply = sender.request(MESSAGE, sender.message(
            chat, "hello", f"{self.prefix}-1", MessageId="3333333333333333", Seq=99,
            ChatroomType=2, UserId=5, DeviceID="other", ClientType="web", MessageSendTime=7))
        self.assertEqual(reply.action, ACK)
        ack = reply.body
        self.assertEqual((ack["Seq"], ack["ChatroomId"]), (2, chat))
        self.assertEqual(ack["ClientMessageId"], f"{self.prefix}-1")
        self.assertFalse(ack["Duplicate"])
        self.assertEqual(len(ack["MessageId"]), 16)
        self.assertLessEqual(set(ack["MessageId"]), ALPHABET)
        self.assertNotEqual(ack["MessageId"], "3333333333333333")
        self.assertGreaterEqual(ack["MessageSendTime"], before)
        for client in (own, peer):
            item = client.messages(1)[0]
            self.assertEqual(item["Content"], "hello")
            self.assertEqual((item["Seq"], item["MessageId"]), (2, ack["MessageId"]))
            self.assertEqual((item["UserId"], item["DeviceID"]), (sender.user_id, "a1"))
            self.assertEqual((item["ChatroomType"], item["ClientType"]), (1, "linux"))
            self.assertEqual(item["MessageSendTime"], ack["MessageSendTime"])
            self.assertEqual(item["ClientMessageId"], f"{self.prefix}-1")
        self.assertFalse([f for f in sender.pushed() if f.action == MESSAGE])
        self.assertEqual(self.time_of(ack["MessageId"]), ack["MessageSendTime"])

    @staticmethod
    def time_of(message_id):
        value = 0
        for character in message_id:
            value = value << 5 | "23456789ABCDEFGHJKLMNPQRSTUVWXYZ".index(character)
        return value >> 38

    def test_to_a_user(self):
        world, chat = self.pair()
        sender, peer = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        ack = sender.send(0, "by name", f"{self.prefix}-1", ToUserId=peer.user_id).body
        self.assertEqual((ack["ChatroomId"], ack["Seq"]), (chat, 2))
        self.assertEqual(peer.messages(1)[0]["Content"], "by name")
        both = sender.send(chat, "room wins", f"{self.prefix}-2", ToUserId=sender.user_id).body
        self.assertEqual((both["ChatroomId"], both["Seq"]), (chat, 3))
        self.assertError(
            sender.send(0, "me", f"{self.prefix}-3", ToUserId=sender.user_id), "forbidden")

    def test_strangers(self):
        world = self.people(ann=["a1"], bob=["b1"], cid=["c1"], friends=[("ann", "bob")])
        stranger = self.login(world, "cid", "c1")
        first = stranger.send(world.chats[0], "x", f"{self.prefix}-1")
        second = stranger.send(1 << 45, "x", f"{self.prefix}-2")
        self.assertError(first, "not_member", action=MESSAGE)
        self.assertError(second, "not_member", action=MESSAGE)
        self.assertEqual(first.body["Message"], second.body["Message"])
        to = stranger.send(0, "x", f"{self.prefix}-3", ToUserId=world.ids[self.name("ann")])
        self.assertError(to, "not_friend")
        ann = self.login(world, "ann", "a1")
        self.assertEqual(ann.sync(world.chats[0]).body["HeadSeq"], 1)

    def test_keys(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        self.assertError(client.send(chat, "x", ""), "malformed_body")
        self.assertError(client.send(chat, "x", "k" * 65), "malformed_body")
        self.assertError(client.send(chat, "x", "\u4f60" * 22), "malformed_body")
        self.assertEqual(client.send(chat, "x", f"{self.prefix:k<64}").body["Seq"], 2)
        self.assertEqual(client.send(chat, "x", "\u4f60" * 21).body["Seq"], 3)

    def test_a_retry_is_not_stored_again(self):
        world, chat = self.pair()
        other = self.people(dan=["d1"], eve=["e1"], friends=[("dan", "eve")])
        sender, peer = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        second = self.login(world, "ann", "a2")
        first = sender.send(chat, "once", f"{self.prefix}-k").body
        for client, room, text in (
                (sender, chat, "once"), (sender, chat, "other text"), (second, chat, "once"),
                (sender, other.chats[0], "elsewhere"), (sender, 1 << 40, "nowhere")):
            again = client.send(room, text, f"{self.prefix}-k").body
            self.assertTrue(again["Duplicate"], (room, again))
            for name in ("ChatroomId", "MessageId", "Seq"):
                self.assertEqual(again[name], first[name])
        own_key = peer.send(chat, "mine", f"{self.prefix}-k").body
        self.assertEqual((own_key["Seq"], own_key["Duplicate"]), (3, False))
        sender.send(chat, "last", f"{self.prefix}-l")
        self.assertSeqs(peer.messages(2), [2, 4])
        self.assertEqual(sender.sync(chat).body["HeadSeq"], 4)

    def test_retries_in_one_breath(self):
        world, chat = self.pair()
        sender, peer = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        keys = [f"{self.prefix}-{n % 5}" for n in range(40)]
        data = b"".join(sender.bytes_of(MESSAGE, sender.message(chat, "x", key), 100 + n)[1]
                        for n, key in enumerate(keys))
        sender.send_raw(data)
        acks = [sender.reply(100 + n).body for n in range(40)]
        self.assertEqual([ack["Seq"] for ack in acks], [n % 5 + 2 for n in range(40)])
        self.assertEqual([ack["Duplicate"] for ack in acks], [False] * 5 + [True] * 35)
        self.assertSeqs(peer.messages(5), range(2, 7))
        self.assertFalse([f for f in peer.pushed() if f.action == MESSAGE])

    def test_reserved_ids(self):
        world, chat = self.pair()
        sender, peer = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        reserved = sender.reserve(chat)
        self.assertEqual(reserved.action, GET_MESSAGE_ID)
        message_id = reserved.body["MessageId"]
        self.assertEqual(len(message_id), 16)
        self.assertNotEqual(sender.reserve(chat).body["MessageId"], message_id)
        ack = sender.send(chat, "reserved", "", MessageId=message_id).body
        self.assertEqual((ack["MessageId"], ack["Seq"]), (message_id, 2))
        again = sender.send(chat, "reserved", "", MessageId=message_id).body
        self.assertTrue(again["Duplicate"])
        self.assertEqual((again["MessageId"], again["Seq"]), (message_id, 2))
        self.assertEqual(peer.messages(1)[0]["MessageId"], message_id)
        self.assertError(sender.reserve(1 << 40), "not_member", action=GET_MESSAGE_ID)
        with_key = sender.send(chat, "y", f"{self.prefix}-y", MessageId=message_id).body
        self.assertEqual((with_key["Seq"], with_key["Duplicate"]), (3, False))
        self.assertNotEqual(with_key["MessageId"], message_id)

    def test_ids_that_nobody_reserved(self):
        world, chat = self.pair()
        sender, peer = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        foreign = peer.reserve(chat).body["MessageId"]
        for message_id in ("4444444444444444", "nonsense", foreign):
            reply = sender.send(chat, "x", "", MessageId=message_id)
            self.assertError(reply, "malformed_body", "not_found", "forbidden", "conflict")
        self.assertEqual(sender.sync(chat).body["HeadSeq"], 1)

    def test_codes(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        for code in range(8, 13):
            refused = client.send(chat, "{}", f"{self.prefix}-{code}", code)
            self.assertError(refused, "forbidden")
        codes = [0, 1, 2, 7, 13, 19, 23, 4_711, -3, (1 << 31) - 1]
        for code in codes:
            ack = client.send(chat, f"c{code}", f"{self.prefix}-{code}", code)
            self.assertEqual(ack.action, ACK, ack)
        page = client.sync(chat).body["Messages"][1:]
        self.assertEqual([message["Code"] for message in page], codes)

    def test_dense_order(self):
        world, chat = self.pair()
        watcher = self.login(world, "bob", "b2")
        senders = [self.login(world, "ann", "a1"), self.login(world, "ann", "a2"),
                   self.login(world, "bob", "b1")]
        results = [[] for _ in senders]

        def run(index):
            client = senders[index]
            client.send_raw(b"".join(client.bytes_of(MESSAGE, client.message(
                chat, f"{index}-{n}", f"{self.prefix}-{index}-{n}"), 1_000 + n)[1]
                for n in range(150)))
            for n in range(150):
                results[index].append(client.reply(1_000 + n).body)

        threads = [threading.Thread(target=run, args=(index,)) for index in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        seqs = [[ack["Seq"] for ack in acks] for acks in results]
        for own in seqs:
            self.assertEqual(own, sorted(own))
        self.assertEqual(sorted(sum(seqs, [])), list(range(2, 452)))
        self.assertSeqs(watcher.messages(450), range(2, 452))
        ids = [message["MessageId"] for message in watcher.sync(chat, Limit=500).body["Messages"]]
        self.assertEqual(ids, sorted(set(ids)))

    def test_content_that_is_too_large_in_either_encoding(self):
        world, chat = self.pair()
        client, peer = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        for name, text in (("long", "x" * 64_520), ("quotes", '"' * 40_000)):
            body = client.message(chat, text, f"{self.prefix}-{name}")
            sequence, data = client.bytes_of(MESSAGE, body)
            if len(data) > 13 + 65_536:
                continue  # such a frame is refused before its content
            client.send_raw(data)
            self.assertError(client.reply(sequence), "content_too_large", action=MESSAGE)
        ack = client.send(chat, "x" * 64_000, f"{self.prefix}-fits")
        self.assertEqual(ack.body["Seq"], 2, ack)
        self.assertEqual(len(peer.messages(1)[0]["Content"]), 64_000)
        self.assertEqual(len(client.sync(chat).body["Messages"][-1]["Content"]), 64_000)

    def test_recall_and_edit(self):
        world = self.people(ann=["a1", "a2"], bob=["b1"], cid=["c1"],
                            groups=[["ann", "bob", "cid"]])
        room = world.groups[0]
        owner, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        cid = self.login(world, "cid", "c1")
        target = bob.send(room, "secret", f"{self.prefix}-1").body
        refused = cid.send(room, "", f"{self.prefix}-2", 20, TargetMessageId=target["MessageId"])
        self.assertError(refused, "forbidden")
        for client in (cid, owner):
            refused = client.send(
                room, "changed", f"{self.prefix}-3", 21, TargetMessageId=target["MessageId"])
            self.assertError(refused, "forbidden")
        edit = bob.send(room, "better", f"{self.prefix}-4", 21,
                        TargetMessageId=target["MessageId"])
        self.assertEqual(edit.action, ACK, edit)
        reaction = cid.send(room, "\U0001F44D", f"{self.prefix}-6", 22,
                            TargetMessageId=target["MessageId"])
        self.assertEqual(reaction.action, ACK, reaction)
        recall = owner.send(room, "", f"{self.prefix}-5", 20,
                            TargetMessageId=target["MessageId"])
        self.assertEqual(recall.action, ACK, recall)
        for position in ({}, {"AfterSeq": target["Seq"] - 1}):
            messages = cid.sync(room, **position).body["Messages"]
            found = [m for m in messages if m["MessageId"] == target["MessageId"]]
            self.assertEqual(found[0]["Content"], "")
        recalls = [m for m in cid.sync(room).body["Messages"] if m["Code"] == 20]
        self.assertEqual(recalls[0]["TargetMessageId"], target["MessageId"])

    def test_reactions(self):
        world, chat = self.pair()
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        target = ann.send(chat, "x", f"{self.prefix}-1").body["MessageId"]
        for n, content in enumerate(("\U0001F44D", "\u2764\uFE0F", "")):
            for client in (ann, bob):
                ack = client.send(chat, content, f"{self.prefix}-{client.device_id}-{n}", 22,
                                  TargetMessageId=target)
                self.assertEqual(ack.action, ACK, ack)
            got = bob.message_with(Code=22, UserId=ann.user_id, Content=content)
            self.assertEqual(got["TargetMessageId"], target)
        held = [m for m in ann.sync(chat).body["Messages"] if m["Code"] == 22]
        self.assertEqual([m["Content"] for m in held if m["UserId"] == bob.user_id],
                         ["\U0001F44D", "\u2764\uFE0F", ""])
        refused = bob.send(chat, "", f"{self.prefix}-9", 22, TargetMessageId=held[0]["MessageId"])
        self.assertError(refused, "forbidden")

    def test_mentions_are_kept(self):
        world = self.people(ann=["a1"], bob=["b1", "b2"], groups=[["ann", "bob"]])
        room = world.groups[0]
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        for n, mentions in enumerate(([bob.user_id], [-1], [bob.user_id, 1 << 50, -1], [])):
            ann.send(room, f"m{n}", f"{self.prefix}-{n}", Mentions=mentions)
            self.assertEqual(bob.message_with(Content=f"m{n}").get("Mentions", []), mentions)
            held = bob.sync(room).body["Messages"][-1]
            self.assertEqual(held.get("Mentions", []), mentions)

    def test_targets_that_are_not_there(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        for index, target in enumerate(("", "nonsense", "4444444444444444")):
            for code in (20, 21):
                refused = client.send(
                    chat, "x", f"{self.prefix}-{index}-{code}", code, TargetMessageId=target)
                self.assertError(refused, "not_found", "malformed_body", "forbidden")
        self.assertEqual(client.sync(chat).body["HeadSeq"], 1)


class Durability(Case):
    def test_keys_and_order_outlive_restarts(self):
        world, chat = self.pair()
        sender = self.login(world, "ann", "a1")
        reserved = sender.reserve(chat).body["MessageId"]
        first = [sender.send(chat, f"m{n}", f"{self.prefix}-{n}").body for n in range(20)]
        for hard in (False, True):
            self.server.restart(hard=hard)
            sender = self.login(world, "ann", "a1")
            for n, ack in enumerate(first):
                again = sender.send(chat, f"m{n}", f"{self.prefix}-{n}").body
                self.assertTrue(again["Duplicate"], f"after hard={hard}: {again}")
                self.assertEqual((again["Seq"], again["MessageId"], again["ChatroomId"]),
                                 (ack["Seq"], ack["MessageId"], ack["ChatroomId"]))
            page = sender.sync(chat, AfterSeq=0, Limit=500).body
            self.assertSeqs(page["Messages"], range(1, 22))
        ack = sender.send(chat, "reserved before", "", MessageId=reserved).body
        self.assertEqual((ack["Seq"], ack["MessageId"]), (22, reserved))
        newest = sender.send(chat, "later", f"{self.prefix}-later").body
        self.assertEqual(newest["Seq"], 23)
        self.assertGreater(newest["MessageId"], max(ack["MessageId"] for ack in first))

    def test_killed_in_the_middle(self):
        world, chat = self.pair()
        for round_number in range(4):
            sender = self.login(world, "ann", "a1")
            known = {}
            data = [sender.bytes_of(MESSAGE, sender.message(
                chat, "x" * 200, f"{self.prefix}-{round_number}-{n}"), 1_000 + n)[1]
                for n in range(3_000)]
            sender.send_raw(b"".join(data[:1_500]))
            for _ in range(200):
                reply = sender.find(lambda f: f.action == ACK)
                known[reply.sequence] = reply.body
            sender.send_raw(b"".join(data[1_500:]))
            self.server.kill()
            for reply in sender.rest():
                if reply.action == ACK:
                    known[reply.sequence] = reply.body
            self.server.restart()
            sender = self.login(world, "ann", "a1")
            held, after = [], 0
            while True:
                page = sender.sync(chat, AfterSeq=after, Limit=500).body
                held += page["Messages"]
                if not page["HasMore"]:
                    break
                after = held[-1]["Seq"]
            self.assertSeqs(held, range(1, len(held) + 1))
            by_seq = {message["Seq"]: message for message in held}
            for ack in known.values():
                self.assertEqual(by_seq[ack["Seq"]]["MessageId"], ack["MessageId"])
            keys = [message["ClientMessageId"] for message in held[1:]]
            self.assertEqual(len(keys), len(set(keys)))
