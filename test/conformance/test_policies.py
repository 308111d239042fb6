"""Policies and limits that one turns on: open messaging, send rates, a full mailbox, muting."""

import threading

from harness import Case
from wire import ACK, ERROR, MESSAGE


class OpenMessaging(Case):
    flags = ("--messaging-policy", "open")

    def test_strangers_may_write(self):
        world = self.people(ann=["a1"], bob=["b1"])
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        ack = ann.send(0, "hello stranger", f"{self.prefix}-1", ToUserId=bob.user_id)
        self.assertEqual(ack.action, ACK, ack)
        got = bob.messages(1)[0]
        self.assertEqual((got["Content"], got["ChatroomId"]),
                         ("hello stranger", ack.body["ChatroomId"]))
        back = bob.send(0, "hello", f"{self.prefix}-2", ToUserId=ann.user_id).body
        self.assertEqual((back["ChatroomId"], back["Seq"]),
                         (ack.body["ChatroomId"], ack.body["Seq"] + 1))
        self.assertError(
            ann.send(0, "x", f"{self.prefix}-3", ToUserId=ann.user_id), "forbidden")

    def test_both_at_once_open_one_chat(self):
        world = self.people(ann=["a1"], bob=["b1"])
        clients = [self.login(world, "ann", "a1"), self.login(world, "bob", "b1")]
        acks = [None, None]

        def write(index):
            other = clients[1 - index].user_id
            acks[index] = clients[index].send(0, "hi", f"{self.prefix}-{index}", ToUserId=other)

        threads = [threading.Thread(target=write, args=(index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual(len({ack.body["ChatroomId"] for ack in acks}), 1)
        self.assertEqual(len({ack.body["Seq"] for ack in acks}), 2)

    def test_blocks_hold(self):
        world = self.people(ann=["a1"], bob=["b1"])
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        token = world.tokens[self.name("bob"), "b1"]
        self.server.good("/user/block", {"friend_id": ann.user_id}, token, device="b1")
        refused = ann.send(0, "x", f"{self.prefix}-1", ToUserId=bob.user_id)
        self.assertError(refused, "blocked", action=MESSAGE)


class SendRate(Case):
    flags = ("--send-rate-per-second", "5")

    def test_who_sends_too_often(self):
        world, chat = self.pair()
        client, other = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        for n in range(60):
            client.post(MESSAGE, client.message(chat, "x", f"{self.prefix}-{n}"), 1_000 + n)
        answers = [client.reply(1_000 + n) for n in range(60)]
        refused = [answer for answer in answers if answer.action == ERROR]
        self.assertGreater(len(refused), 30)
        self.assertLess(len(refused), 60)
        for answer in refused:
            self.assertError(answer, "rate_limited", action=MESSAGE)
            self.assertGreater(answer.body["RetryAfterMs"], 0)
        self.assertEqual(other.send(chat, "mine", f"{self.prefix}-o").action, ACK)
        head = client.sync(chat).body["HeadSeq"]
        self.assertEqual(head, 1 + 60 - len(refused) + 1)


class FullMailbox(Case):
    flags = ("--store-mailbox-max", "4", "--store-batch-max", "2")

    def test_busy_is_definite_and_passes(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        waiting = {n: f"{self.prefix}-{n}" for n in range(2_000)}
        seqs, busy = {}, 0
        while waiting:
            client.send_raw(b"".join(
                client.bytes_of(MESSAGE, client.message(chat, "x", key), 10_000 + n)[1]
                for n, key in waiting.items()))
            again = {}
            for n, key in waiting.items():
                answer = client.reply(10_000 + n)
                if answer.action == ERROR:
                    self.assertError(answer, "busy", action=MESSAGE)
                    self.assertEqual(answer.body["ClientMessageId"], key)
                    again[n] = key
                else:
                    self.assertFalse(answer.body["Duplicate"], "busy said that it did not happen")
                    seqs[answer.body["Seq"]] = key
            busy += len(again)
            waiting = again
        self.assertGreater(busy, 0, "a mailbox of four was never full")
        self.assertEqual(sorted(seqs), list(range(2, 2_002)))


class Muting(Case):
    def test_a_muted_member(self):
        world = self.people(ann=["a1"], bob=["b1"], groups=[["ann", "bob"]])
        room, group = world.groups[0], world.group_ids[0]
        _, api = self.server.call("/openapi.json", method="GET")
        if "/chatroom/group.mute" not in api["paths"]:
            self.skipTest("this server does not mute")
        bob = self.login(world, "bob", "b1")
        token = world.tokens[self.name("ann"), "a1"]
        self.assertEqual(bob.send(room, "x", f"{self.prefix}-1").action, ACK)
        self.server.good("/chatroom/group.mute", {
            "group_id": group, "member_id": bob.user_id, "seconds": 600}, token, device="a1")
        self.assertError(bob.send(room, "x", f"{self.prefix}-2"), "muted", action=MESSAGE)
        self.server.good("/chatroom/group.mute", {
            "group_id": group, "member_id": bob.user_id, "seconds": 0}, token, device="a1")
        self.assertEqual(bob.send(room, "x", f"{self.prefix}-3").action, ACK)
