"""PROTOCOL.md §5: cursors, offline push, quotas and gaps."""

import threading

from harness import Case, both_versions
from wire import GAP, MESSAGE, SYNC


@both_versions
class OfflinePush(Case):
    def come(self, world, short, device, **more):
        """Connects, and gives the client and what it is pushed until all is there."""
        client = self.login(world, short, device, **more)
        return client

    def fill(self, client, chat, first, last):
        sent = [client.post(MESSAGE, client.message(chat, f"m{n}", f"{self.prefix}-{chat}-{n}"))
                for n in range(max(first, 2), last + 1)]  # the chat opened with Seq 1
        for sequence in sent:
            client.reply(sequence)

    def test_a_returning_device_gets_what_it_missed(self):
        world, chat = self.pair()
        sender = self.login(world, "ann", "a1")
        device = self.login(world, "bob", "b1")
        self.fill(sender, chat, 1, 10)
        self.assertSeqs(device.messages(10, entries=True), range(1, 11))
        device.ack(chat, 10)
        device.quit()
        device.rest()
        self.fill(sender, chat, 11, 130)
        device = self.login(world, "bob", "b1")
        pages = []
        seqs = []
        while len(seqs) < 120:
            frame = device.next()
            self.assertEqual((frame.action, frame.sequence), (SYNC, 0), frame)
            self.assertLessEqual(len(frame.raw), 65_536)
            self.assertEqual(frame.body["HeadSeq"], 130)
            pages.append(frame)
            seqs += [message["Seq"] for message in frame.body["Messages"]]
        self.assertEqual(seqs, list(range(11, 131)))
        self.assertFalse(pages[-1].body["HasMore"])
        self.assertEqual(device.pushed(), [])

    def test_what_was_not_acknowledged_comes_again(self):
        world, chat = self.pair()
        sender, device = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        self.fill(sender, chat, 1, 10)
        device.messages(9)
        device.ack(chat, 4)
        device.ack(chat, 2)
        device.quit()
        device.rest()
        again = self.login(world, "bob", "b1")
        self.assertSeqs(again.messages(6), range(5, 11))
        again.ack(chat, 1_000_000)
        again.quit()
        again.rest()
        self.fill(sender, chat, 11, 12)
        third = self.login(world, "bob", "b1")
        self.assertSeqs(third.messages(2), [11, 12])
        self.assertEqual(third.pushed(), [])

    def test_the_own_messages_are_in_the_pages(self):
        world, chat = self.pair()
        device = self.login(world, "ann", "a1")
        self.fill(device, chat, 1, 3)
        device.ack(chat, 0)
        device.quit()
        device.rest()
        other = self.login(world, "ann", "a2")
        self.fill(other, chat, 4, 5)
        back = self.login(world, "ann", "a1")
        seqs = [message["Seq"] for message in back.messages(2)]
        self.assertEqual(seqs[-1] if seqs[-1] == 5 else back.messages(3)[-1]["Seq"], 5)

    def test_a_new_device(self):
        world = self.people(ann=["a1"], bob=["b1"], cid=["c1"],
                            friends=[("ann", "bob"), ("cid", "bob")])
        quiet, busy = world.chats
        self.fill(self.login(world, "ann", "a1"), quiet, 1, 5)
        self.fill(self.login(world, "cid", "c1"), busy, 1, 70)
        device = self.login(world, "bob", "b1")
        order, seqs = [], {quiet: [], busy: []}
        while len(seqs[quiet]) < 5 or len(seqs[busy]) < 50:
            frame = device.next()
            self.assertEqual((frame.action, frame.sequence), (SYNC, 0), frame)
            chat = frame.body["ChatroomId"]
            if chat not in order:
                order.append(chat)
            seqs[chat] += [message["Seq"] for message in frame.body["Messages"]]
        self.assertEqual(order, [busy, quiet])
        self.assertEqual(seqs, {quiet: list(range(1, 6)), busy: list(range(21, 71))})
        self.assertEqual(device.pushed(), [])
        device.quit()
        device.rest()
        again = self.login(world, "bob", "b1")
        seqs = {quiet: [], busy: []}
        while len(seqs[quiet]) < 5 or len(seqs[busy]) < 50:
            frame = again.next()
            self.assertEqual(frame.action, SYNC, "no Gap: the cursors start below what was pushed")
            seqs[frame.body["ChatroomId"]] += [m["Seq"] for m in frame.body["Messages"]]
        self.assertEqual(seqs[busy], list(range(21, 71)))

    def test_acknowledgements_outlive_an_orderly_restart(self):
        world, chat = self.pair()
        sender, device = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        self.fill(sender, chat, 1, 10)
        device.messages(9)
        device.ack(chat, 8)
        device.sync_point()
        self.server.restart(hard=False)
        device = self.login(world, "bob", "b1")
        self.assertSeqs(device.messages(2), [9, 10])
        self.assertEqual(device.pushed(), [])

    def test_coming_while_messages_flow(self):
        world, chat = self.pair()
        sender = self.login(world, "ann", "a1")
        first = self.login(world, "bob", "b1")
        self.fill(sender, chat, 1, 1)
        first.messages(1, entries=True)
        first.ack(chat, 1)
        first.quit()
        first.rest()
        total = 600
        data = [sender.bytes_of(MESSAGE, sender.message(
            chat, f"m{n}", f"{self.prefix}-f{n}"), 5_000 + n)[1] for n in range(2, total + 1)]
        thread = threading.Thread(target=lambda: [sender.send_raw(d) for d in data])
        thread.start()
        for _ in range(5):
            device = self.login(world, "bob", "b1")
            self.assertSeqs(device.messages(20)[:20], range(2, 22))
            device.close()
        device = self.login(world, "bob", "b1")
        self.assertSeqs(device.messages(total - 1), range(2, total + 1))
        thread.join(30)
        self.assertEqual([f for f in device.pushed() if f.action in (MESSAGE, SYNC)], [])


class Quotas(Case):
    flags = ("--offline-single-messages-max", "20", "--offline-group-messages-max", "5",
             "--new-device-messages-max", "3")

    def test_gaps(self):
        world = self.people(ann=["a1"], bob=["b1"], friends=[("ann", "bob")],
                            groups=[["ann", "bob"]])
        chat, room = world.chats[0], world.groups[0]
        sender, device = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        device.sync_point()
        start = {}
        for place in (chat, room):
            head = sender.send(place, "first", f"{self.prefix}-{place}").body["Seq"]
            device.messages(1, place)
            device.ack(place, head)
            start[place] = head
        device.quit()
        device.rest()
        for place in (chat, room):
            for n in range(30):
                sender.send(place, f"m{n}", f"{self.prefix}-{place}-{n}")
        device = self.login(world, "bob", "b1")
        frames = device.pushed()
        while sum(len(f.body["Messages"]) for f in frames if f.action == SYNC) < 25:
            frames.append(device.next())
        for place, quota in ((chat, 20), (room, 5)):
            mine = [f for f in frames if f.body["ChatroomId"] == place]
            head = start[place] + 30
            self.assertEqual(mine[0].action, GAP, mine)
            self.assertEqual((mine[0].body["FromSeq"], mine[0].body["ToSeq"]),
                             (start[place] + 1, head - quota))
            self.assertEqual(mine[0].sequence, 0)
            seqs = [m["Seq"] for f in mine[1:] for m in f.body["Messages"]]
            self.assertEqual(seqs, list(range(head - quota + 1, head + 1)))
            pulled = device.sync(place, AfterSeq=start[place], Limit=30 - quota).body["Messages"]
            self.assertSeqs(pulled, range(start[place] + 1, head - quota + 1))

    def test_a_new_device_gets_no_gap(self):
        world = self.people(ann=["a1"], bob=["b1"], friends=[("ann", "bob")])
        sender = self.login(world, "ann", "a1")
        for n in range(7):
            sender.send(world.chats[0], f"m{n}", f"{self.prefix}-{n}")
        device = self.login(world, "bob", "b1")
        self.assertSeqs(device.messages(3), [6, 7, 8])
        self.assertEqual(device.pushed(), [])
