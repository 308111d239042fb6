"""imtui tail: in order, once, resumed behind a place, and how it ends."""

import json
import os
import signal

from harness import Case


class Tail(Case):
    def send(self, profile, chat, *texts):
        self.stage.run(profile, "send", str(chat), "-", stdin="\n".join(texts) + "\n")

    def numbers(self, tail, count):
        return [json.loads(tail.line()) for _ in range(count)]

    def test_resumes_behind_a_seq_with_a_kill_in_the_middle(self):
        ann, bob, chat = self.friends()
        self.send(ann, chat, *[f"n{i}" for i in range(1, 21)])
        tail = self.stage.start(bob, "tail", "--json", "--chat", str(chat), "--after", "0")
        got = self.numbers(tail, 9)
        tail.end(signal.SIGKILL)
        self.assertEqual([m["seq"] for m in got], list(range(1, 10)))
        self.assertEqual(got[-1]["after"], f"{chat}:9")
        self.assertEqual({m["v"] for m in got}, {1})
        self.send(ann, chat, "n21", "n22")
        again = self.stage.start(bob, "tail", "--json", "--after", got[-1]["after"])
        rest = self.numbers(again, 14)
        self.assertEqual([m["seq"] for m in rest], list(range(10, 24)))
        self.send(ann, chat, "live")
        self.assertEqual(self.numbers(again, 1)[0]["content"], "live")
        self.assertEqual(again.end(), 0)

    def test_pulls_what_this_device_never_had(self):
        ann, bob, chat = self.friends()
        self.send(ann, chat, *[f"n{i}" for i in range(30)])
        second = bob + "-second"
        self.stage.run(second, "login", bob)
        tail = self.stage.start(second, "tail", "--json", "--chat", f"@{ann}", "--after", "3")
        self.assertEqual([m["seq"] for m in self.numbers(tail, 28)], list(range(4, 32)))
        self.assertEqual(tail.end(signal.SIGINT), 0)

    def test_a_file_of_places(self):
        ann, bob, chat = self.friends()
        path = os.path.join(self.stage.folder, f"places-{chat}")
        self.send(ann, chat, "before")
        self.stage.run(bob, "history", str(chat))
        tail = self.stage.start(bob, "tail", "--json", "--after", path)
        self.send(ann, chat, "one", "two")
        got = self.numbers(tail, 2)
        self.assertEqual([m["content"] for m in got], ["one", "two"])
        tail.end(signal.SIGKILL)
        with open(path, "a", encoding="utf-8") as file:
            file.write(got[0]["after"] + "\n" + got[1]["after"][:-1])
        again = self.stage.start(bob, "tail", "--json", "--after", path)
        self.assertEqual(self.numbers(again, 1)[0]["content"], "two")
        self.assertEqual(again.end(), 0)
        with open(path, encoding="utf-8") as file:
            self.assertIn(f"{chat}:3\n", file.read())

    def test_edits_and_recalls_are_lines_too(self):
        ann, bob, chat = self.friends()
        self.send(ann, chat, "tee", "oops")
        self.stage.run(ann, "call", "message.edit", f"chat={chat}", "seq=2", "text=tea")
        self.stage.run(ann, "call", "message.recall", f"chat={chat}", "seq=3")
        tail = self.stage.start(bob, "tail", "--json", "--chat", str(chat), "--after", "1")
        got = self.numbers(tail, 4)
        self.assertEqual([(m["seq"], m["code"]) for m in got], [(2, 1), (3, 1), (4, 21), (5, 20)])
        self.assertEqual(got[2]["target_message_id"], got[0]["message_id"])
        tail.end()

    def test_ends_when_nobody_reads_any_more(self):
        ann, _, _ = self.friends()
        tail = self.stage.start(ann, "tail", "--json", "--after", "1:0")
        tail.process.stdout.close()
        self.assertEqual(tail.process.wait(10), 0)

    def test_says_what_is_wrong_with_a_place(self):
        ann, _, _ = self.friends()
        self.stage.run(ann, "tail", "--after", "12", expect=4)
        path = os.path.join(self.stage.folder, "no-places")
        with open(path, "w", encoding="utf-8") as file:
            file.write("words\n")
        self.stage.run(ann, "tail", "--after", path, expect=4)
