"""imtui send: from the command line, from standard input, with files, and off line."""

import os

from harness import Case


class Sending(Case):
    def test_lines_of_standard_input(self):
        ann, bob, chat = self.friends()
        lines = "one\n\ntwo 你好\n\u001b[31mred\nlast without an end"
        said = self.stage.objects(ann, "send", f"@{bob}", "-", stdin=lines)
        self.assertEqual([m["seq"] for m in said], [2, 3, 4, 5])
        wanted = [line for line in lines.split("\n") if line]
        self.assertEqual(self.texts(bob, chat), wanted)
        shown = self.stage.run(bob, "history", str(chat))
        self.assertNotIn("\u001b", shown)

    def test_the_whole_input_is_one_message(self):
        ann, bob, chat = self.friends()
        self.stage.run(ann, "send", str(chat), "-", "--whole", stdin="a\n\nb\n")
        self.assertEqual(self.texts(bob, chat)[0].rstrip("\n"), "a\n\nb")
        self.stage.run(ann, "send", str(chat), "words", "--whole", expect=4)

    def test_a_reply_shows_what_it_answers(self):
        ann, bob, chat = self.friends()
        self.stage.run(ann, "send", str(chat), "tea?")
        self.stage.run(bob, "send", f"@{ann}", "yes", "--reply", "2")
        self.assertIn("(to #2): yes", self.stage.run(ann, "history", str(chat)))
        self.stage.run(bob, "send", str(chat), "no", "--reply", "99", expect=4)

    def test_a_line_too_long_is_refused_and_the_rest_goes(self):
        ann, bob, chat = self.friends()
        lines = "x" * (2 * 1024 * 1024) + "\nafter\n" + "y" * 70_000 + "\nend\n"
        self.stage.run(ann, "send", str(chat), "-", stdin=lines, expect=1)
        self.assertIn("not sent", self.stage.complaint)
        self.assertEqual(self.texts(bob, chat), ["after", "end"])

    def test_a_file_goes_and_comes_back(self):
        ann, bob, chat = self.friends()
        path = os.path.join(self.stage.folder, "tea.txt")
        with open(path, "wb") as file:
            file.write(b"leaves " * 20_000)
        self.stage.run(ann, "send", str(chat), "--file", path)
        self.assertIn("[file] tea.txt (140 KB)", self.stage.run(bob, "history", str(chat)))
        saved = self.stage.objects(
            bob, "call", "file.save", f"chat={chat}", "seq=2", f"path={self.stage.folder}/got/")
        with open(saved[0]["path"], "rb") as file:
            self.assertEqual(file.read(), b"leaves " * 20_000)
        self.assertEqual(os.path.basename(saved[0]["path"]), "tea.txt")

    def test_what_cannot_be_sent_has_its_exit_code(self):
        ann, _, chat = self.friends()
        self.stage.run(ann, "send", "nobody at all", "x", expect=4)
        self.stage.run(ann, "send", "99999999", "x", expect=1)
        self.stage.run(ann, "send", str(chat), expect=4)
        self.stage.run(ann, "send", str(chat), "x", "--file", "/does/not/exist", expect=4)
        self.stage.run("stranger", "send", str(chat), "x", expect=5)

    def test_off_line_it_is_kept_and_goes_out_later(self):
        ann, bob, chat = self.friends()
        self.stage.run(ann, "chats")
        self.stage.kill_server()
        said = self.stage.objects(ann, "send", str(chat), "-", stdin="a\nb\n", expect=3)
        self.assertEqual([list(m) for m in said], [["queued", "v"]] * 2)
        self.stage.run(ann, "send", f"@{bob}", "c", expect=3)
        self.stage.run(ann, "chats", expect=3)
        self.stage.run(ann, "chats", "--offline")
        self.stage.start_server()
        tail = self.stage.start(ann, "tail", "--count", "3")
        tail.wait_for(lambda line: line.endswith("me: c"), "the last of them")
        self.assertEqual(tail.end(None), 0)
        self.assertEqual(self.texts(bob, chat), ["a", "b", "c"])
