"""PROTOCOL.md §5: devices that do not read."""

import threading

from client import Closed
from harness import Case
from wire import MESSAGE, PRESENCE, QUIT, SYNC


class Slow(Case):
    def flood(self, sender, chat, count, size=20_000):
        """Sends with a window, so that only the slow device is slow."""
        acked = 0
        for n in range(count):
            sender.post(MESSAGE, sender.message(chat, "x" * size, f"{self.prefix}-{n}"), 9_000 + n)
            if n - acked >= 8:
                sender.reply(9_000 + acked)
                acked += 1
        while acked < count:
            sender.reply(9_000 + acked)
            acked += 1


class NeverReading(Slow):
    flags = ("--outbound-bytes-max", "65536", "--slow-consumer-seconds", "2")

    def test_one_that_never_reads(self):
        world, chat = self.pair()
        sender = self.login(world, "ann", "a1")
        slow = self.login(world, "bob", "b1", receive_buffer=4_096)
        reader = self.login(world, "bob", "b2")
        sender.presence([slow.user_id])
        count = 600
        thread = threading.Thread(target=self.flood, args=(sender, chat, count))
        thread.start()
        self.assertSeqs(reader.messages(count), range(2, count + 2))
        thread.join(60)
        reader.quit()
        reader.rest()
        sender.find(lambda f: f.action == PRESENCE and f.sequence == 0 and any(
            item["UserId"] == slow.user_id and not item["Online"] for item in f.body["Items"]))
        seqs, quit_reason = [], None
        try:
            while True:
                frame = slow.next()
                if frame.action == QUIT:
                    quit_reason = frame.body["Reason"]
                elif frame.action == MESSAGE:
                    seqs.append(frame.body["Seq"])
                else:
                    seqs += [message["Seq"] for message in frame.body["Messages"]]
        except Closed:
            pass
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
        self.assertLess(len(seqs), count)
        self.assertIn(quit_reason, ("slow_consumer", None))
        back = self.login(world, "bob", "b1")
        self.assertSeqs(back.messages(count), range(2, count + 2))


class ReadingAgain(Slow):
    # How long the flood takes depends on the machine; what is in time must not.
    flags = ("--outbound-bytes-max", "65536", "--slow-consumer-seconds", "120")

    def test_one_that_reads_again_in_time(self):
        world, chat = self.pair()
        sender = self.login(world, "ann", "a1")
        slow = self.login(world, "bob", "b1", receive_buffer=4_096)
        count = 400
        self.flood(sender, chat, count)
        kinds, seqs = set(), []
        while len(seqs) < count + 1:
            frame = slow.next()
            kinds.add(frame.action)
            if frame.action == MESSAGE:
                seqs.append(frame.body["Seq"])
            else:
                self.assertEqual((frame.action, frame.sequence), (SYNC, 0), frame)
                seqs += [message["Seq"] for message in frame.body["Messages"]]
        self.assertEqual(seqs, list(range(1, count + 2)))
        # Whether some came live first depends on how fast the offline page was taken.
        self.assertIn(SYNC, kinds)
        sender.send(chat, "live again", f"{self.prefix}-live")
        self.assertEqual(slow.messages(1)[0]["Seq"], count + 2)


class PromptQuit(Case):
    flags = ("--outbound-bytes-max", "4096", "--slow-consumer-seconds", "1")

    def test_who_asks_for_much_and_reads_nothing(self):
        """Replies count too: a device that only asks cannot fill the server's memory."""
        world, chat = self.pair()
        sender = self.login(world, "ann", "a1")
        for n in range(60):
            sender.send(chat, "x" * 50_000, f"{self.prefix}-{n}")
        greedy = self.login(world, "bob", "b1", receive_buffer=4_096)
        sender.presence([greedy.user_id])
        for _ in range(2_000):
            greedy.socket.settimeout(0.5)
            try:
                greedy.post(SYNC, {"ChatroomId": chat, "AfterSeq": 0})
            except TimeoutError:
                break
        sender.find(lambda f: f.action == PRESENCE and f.sequence == 0 and any(
            not item["Online"] for item in f.body["Items"]))
        sender.send(chat, "others go on", f"{self.prefix}-last")
