"""The other commands: help made from the table, verify, plain mode, two at once."""

import json
import os
import re
import shutil
import sqlite3
import subprocess

from harness import IMTUI, Case, Lines


class Descriptions(Case):
    @classmethod
    def setUpClass(cls):
        pass

    def imtui(self, *arguments, expect=0):
        done = subprocess.run([IMTUI, *arguments], capture_output=True, check=False, timeout=20)
        self.assertEqual(done.returncode, expect, done.stderr.decode())
        return done.stdout.decode()

    def test_the_man_page_is_read_without_a_warning(self):
        page = self.imtui("man")
        for name in ("send", "tail", "rpc", "export", "completions"):
            self.assertIn(f'.SS "imtui {name}', page)
        self.assertIn("/friend add", page)
        if not shutil.which("groff"):
            return
        done = subprocess.run(
            ["groff", "-k", "-Tutf8", "-man", "-ww"], input=page.encode(), capture_output=True,
            check=False, timeout=20)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
        shown = re.sub("\u001b\\[[0-9;]*m|.\b", "", done.stdout.decode())
        for words in ("EXIT STATUS", "imtui send CHAT", "/friend add @ACCOUNT"):
            self.assertIn(words, shown)

    def test_completions_are_taken_by_their_shells(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.imtui("completions", shell)
            self.assertIn("friend.add", script)
            if shutil.which(shell):
                done = subprocess.run(
                    [shell, "-n"], input=script.encode(), capture_output=True, check=False,
                    timeout=20)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.imtui("completions", "cmd", expect=4)

    def test_the_table_is_listed(self):
        listed = self.imtui("call")
        self.assertIn("friend.add user= [remark=]\task somebody", listed)
        self.assertEqual(json.loads(self.imtui("call", "--json"))["v"], 1)
        self.imtui("call", "dance", expect=4)
        self.imtui("call", "friend.add", "bob", expect=4)
        self.imtui("nonsense", expect=4)


class Table(Case):
    def test_words_of_the_command_line(self):
        ann, bob, chat = self.friends()
        self.assertIn(f"@{bob}\t{bob}", self.stage.run(ann, "friends"))
        self.stage.run(ann, "profile", "set", "signature", "more", "tea")
        self.assertIn("signature\tmore tea", self.stage.run(bob, "profile", f"@{ann}"))
        made = self.stage.objects(ann, "groups", "create", "Our tea", f"@{bob}")[0]
        self.assertIn("2 members", self.stage.run(bob, "groups"))
        self.stage.run(ann, "groups", "rename", f"chat={made['chatroom_id']}", "Your tea")
        self.stage.run(ann, "moments", "publish", "hello")
        self.assertIn(f"{ann}: hello", self.stage.run(bob, "moments"))
        self.stage.run(ann, "friends", "dance", expect=4)
        self.assertIn("write /friend list|", self.stage.complaint)
        self.stage.run(ann, "friends", "add", "@nobody-at-all", expect=4)
        self.stage.run(ann, "send", str(chat), "find me 在这里")
        self.assertIn("find me", self.stage.run(ann, "search", "在这"))
        self.assertIn("this one", self.stage.run(ann, "devices"))
        self.stage.run(ann, "compact")

    def test_verify_tells_a_hole(self):
        ann, bob, chat = self.friends()
        self.stage.run(ann, "send", str(chat), "-", stdin="line\n" * 250)
        self.stage.run(bob, "history", str(chat), "--limit", "300")
        self.stage.run(bob, "verify")
        path = os.path.join(self.stage.folder, "data", "freeim", f"{bob}.sqlite")
        database = sqlite3.connect(path)
        with database:
            database.execute("UPDATE held_range SET low_seq = 3 WHERE chatroom_id = ?", (chat,))
        database.close()
        said = self.stage.objects(bob, "verify", expect=2)
        self.assertEqual(said[0]["missing"], ["1-2"])
        self.stage.run(bob, "verify", "--repair")

    def test_plain_mode(self):
        ann, bob, chat = self.friends()
        plain = self.stage.start(bob, "plain")
        plain.wait_for(lambda line: "no chat is open" in line, "the beginning")
        plain.write("early\n")
        plain.wait_for(lambda line: "no chat is open" in line, "that no chat is open")
        plain.write(f"/chat @{ann}\n")
        plain.wait_for(lambda line: line == f"-- chat: {ann}", "that the chat is open")
        plain.write("hello\n//slash\n/react x\n/nonsense\n/help\n")
        plain.wait_for(lambda line: "has to be a number" in line, "what is wrong")
        plain.wait_for(lambda line: "there is no /nonsense" in line, "what there is not")
        plain.wait_for(lambda line: line.startswith("-- /friend add"), "the help")
        self.stage.run(ann, "send", str(chat), "so long \u001b[2J")
        line = plain.wait_for(lambda line: "so long" in line, "the answer")
        self.assertTrue(line.endswith(f"{ann}: so long ␛[2J"), line)
        plain.write("/quit\n")
        self.assertEqual(plain.end(None), 0)
        self.assertEqual(self.texts(ann, chat), ["hello", "/slash", "so long \u001b[2J"])
        also = Lines([IMTUI, "--plain", "--profile", bob], self.stage.environment, self.stage.log)
        self.stage.processes.append(also)
        also.write(f"/chats\n/chat {chat}\nlast words\n")
        also.wait_for(lambda line: ann in line, "the chats")
        also.process.stdin.close()
        also.wait_for(lambda line: line.endswith("me: last words"), "what was sent")
        self.assertEqual(also.end(None), 0)

    def test_two_processes_on_one_profile(self):
        ann, bob, chat = self.friends()
        tail = self.stage.start(ann, "tail", "--json", "--chat", str(chat), "--after", "0")
        tail.line()
        for number in range(3):
            self.stage.run(ann, "send", str(chat), f"own {number}")
            self.stage.run(bob, "send", str(chat), f"theirs {number}")
        got = [json.loads(tail.line())["content"] for _ in range(6)]
        self.assertEqual(got, [f"{who} {n}" for n in range(3) for who in ("own", "theirs")])
        second = self.stage.start(ann, "tail", "--json", "--chat", str(chat), "--after", "6")
        self.assertEqual(json.loads(second.line())["seq"], 7)
        self.stage.run(bob, "send", str(chat), "for both")
        for process in (tail, second):
            self.assertEqual(json.loads(process.line())["content"], "for both")
        self.assertEqual(tail.end(), 0)
        self.stage.run(bob, "send", str(chat), "for one")
        self.assertEqual(json.loads(second.line())["content"], "for one")
        self.assertEqual(second.end(), 0)
        self.stage.run(ann, "verify")
