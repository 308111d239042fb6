"""imtui rpc: every method, bad input, order, events, and how it ends."""

import json
import os
import signal

from harness import Case


class Session:
    """An `imtui rpc` that requests are sent to one after the other."""

    def __init__(self, stage, profile):
        self.lines = stage.start(profile, "rpc")
        self.number = 0
        self.events = []

    def ask(self, method, params=None):
        self.number += 1
        request = {"id": self.number, "method": method}
        if params is not None:
            request["params"] = params
        self.lines.write(json.dumps(request) + "\n")
        return self.number

    def answer(self, number):
        while True:
            line = self.lines.line()
            assert line is not None, "rpc ended"
            answer = json.loads(line)
            if "event" in answer:
                self.events.append(answer)
            elif answer["id"] == number:
                return answer

    def call(self, method, **params):
        answer = self.answer(self.ask(method, params))
        assert "result" in answer, f"{method} {params}: {answer}"
        return answer["result"]

    def refused(self, method, **params):
        answer = self.answer(self.ask(method, params))
        assert "error" in answer, f"{method} {params}: {answer}"
        return answer["error"]

    def event(self, test):
        for event in self.events:
            if test(event):
                return event
        while True:
            event = json.loads(self.lines.line())
            if event.get("event") and test(event):
                return event


class EveryMethod(Case):
    """Two people use everything that there is; at the end, no method was left out."""

    def test_every_method(self):
        stage = self.stage
        for name in ("una", "tom", "eve"):
            stage.run(name, "register", name)
        self.una, self.tom = Session(stage, "una"), Session(stage, "tom")
        self.called = set()
        self.meet()
        self.talk()
        self.files()
        self.group()
        self.moments()
        self.account()
        table = self.una.call("rpc.describe")
        self.assertEqual(table["v"], 1)
        names = {method["name"] for method in table["methods"]}
        self.assertEqual(names - self.called, {"rpc.describe", "session.logout"})
        self.leave()

    def did(self, session, method, **params):
        self.called.add(method)
        return session.call(method, **params)

    def meet(self):
        una, tom, did = self.una, self.tom, self.did
        did(una, "subscribe", events=["message", "connection", "conversations"])
        self.assertEqual(
            una.event(lambda e: e["event"] == "connection" and e["state"] == "online")["v"], 1)
        did(una, "friend.add", user="@tom", remark="hello")
        self.assertEqual(did(tom, "friend.requests")["list"][0]["account"], "una")
        did(tom, "friend.reject", user="@una")
        did(una, "friend.add", user="tom")
        self.chat = did(tom, "friend.accept")["chatroom_id"]
        self.assertEqual(did(una, "friend.list")["list"][0]["account"], "tom")
        did(una, "friend.remark", user="@tom", remark="Tommy")
        did(una, "friend.block", user="@tom")
        did(una, "friend.unblock", user="@tom")
        una.event(lambda e: e["event"] == "message" and e["code"] == 8)

    def talk(self):
        una, tom, did, chat = self.una, self.tom, self.did, self.chat
        sent = did(una, "message.send", chat="@tom", text="good tea")
        una.event(lambda e: e["event"] == "message" and e["content"] == "good tea")
        self.assertEqual(did(una, "chat.open", chat="@tom"), {"chatroom_id": chat})
        reply = did(tom, "message.reply", chat=chat, seq=sent["seq"], text="very good")
        did(tom, "message.edit", chat=chat, seq=reply["seq"], text="very good indeed")
        did(una, "message.react", chat=chat, seq=reply["seq"], emoji="👍")
        did(una, "message.pin", chat=chat, seq=reply["seq"])
        history = did(una, "chat.history", chat=chat, limit=10)["list"]
        found = [m for m in history if m["seq"] == reply["seq"]][0]
        self.assertEqual((found["content"], found["is_edited"], found["is_pinned"],
                          found["reactions"][0]["emoji"]),
                         ("very good indeed", True, True, "👍"))
        did(una, "message.unpin", chat=chat, seq=reply["seq"])
        found = did(una, "message.search", text="indeed")["list"]
        self.assertEqual([m["seq"] for m in found], [reply["seq"]])
        did(una, "message.recall", chat=chat, seq=sent["seq"])
        self.assertEqual(
            una.refused("message.edit", chat=chat, seq=reply["seq"], text="not mine")["definite"],
            True)
        did(una, "chat.read", chat=chat)
        for act in ("chat.pin", "chat.unpin"):
            did(una, act, chat=chat)
        did(una, "chat.mute", chat=chat, level="silent")
        self.assertEqual(did(una, "chat.list")["list"][0]["chatroom_id"], chat)
        did(una, "notify.set", chat=chat, way="bell")

    def files(self):
        una, tom, did, chat = self.una, self.tom, self.did, self.chat
        path = os.path.join(self.stage.folder, "leaf.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("green\n")
        sent = did(una, "file.send", chat=chat, path=path)
        saved = did(tom, "file.save", chat=chat, seq=sent["seq"])["path"]
        again = did(tom, "file.save", chat=chat, seq=sent["seq"])["path"]
        self.assertNotEqual(saved, again)
        self.assertTrue(saved.startswith(self.stage.environment["XDG_DOWNLOAD_DIR"]))
        with open(did(tom, "file.open", chat=chat, seq=sent["seq"])["path"]) as file:
            self.assertEqual(file.read(), "green\n")
        self.assertEqual(
            tom.refused("file.save", chat=chat, seq=sent["seq"], path=saved)["code"], "unknown")

    def group(self):
        una, tom, did = self.una, self.tom, self.did
        made = did(una, "group.create", name="Tea", users=["@tom"], access="protected")
        group = made["chatroom_id"]
        self.assertEqual(did(tom, "group.list")["list"][0]["name"], "Tea")
        did(una, "group.rename", chat=group, name="Green tea")
        self.assertEqual(did(una, "group.info", chat=group)["name"], "Green tea")
        eve = Session(self.stage, "eve")
        self.assertEqual(did(eve, "group.join", group=str(made["group_id"]))["joined"], False)
        self.assertEqual(len(did(una, "group.requests", chat=group)["list"]), 1)
        did(una, "group.deny", chat=group)
        did(eve, "group.join", group="Green tea", remark="please")
        did(una, "group.approve", chat=group, user="@eve")
        self.assertEqual(len(did(una, "group.members", chat=group)["list"]), 3)
        did(una, "group.mute", chat=group, user="@eve", seconds=60)
        self.assertEqual(eve.refused("message.send", chat=group, text="x")["definite"], True)
        did(una, "group.mute", chat=group, user="everyone", seconds=0)
        did(una, "group.role", chat=group, user="@tom", role="admin")
        did(tom, "group.remove", chat=group, users=["@eve"])
        did(tom, "group.invite", chat=group, users="@eve")
        sent = did(una, "message.send", chat=group, text="@tom and @all: tea")
        line = una.call("chat.history", chat=group, limit=3)["list"][-1]
        self.assertEqual(line["seq"], sent["seq"])
        self.assertEqual(len(line["mentions"]), 2, line)
        did(eve, "group.leave", chat=group)
        eve.lines.process.stdin.close()
        self.assertEqual(eve.lines.end(None), 0)
        did(una, "group.dissolve", chat=group)

    def moments(self):
        una, tom, did = self.una, self.tom, self.did
        path = os.path.join(self.stage.folder, "leaf.png")
        with open(path, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
        moment = did(una, "moment.publish", text="first flush", images=path)["id"]
        did(tom, "moment.like", id=moment)
        did(tom, "moment.comment", id=moment, text="lovely")
        shown = did(una, "moment.list")["list"][0]
        self.assertEqual((shown["like_count"], shown["comments"][0]["text"], len(shown["images"])),
                         (1, "lovely", 1))
        did(tom, "moment.unlike", id=moment)
        did(una, "moment.delete", id=moment)
        self.assertEqual(una.call("moment.list")["list"], [])

    def account(self):
        una, tom, did = self.una, self.tom, self.did
        did(una, "profile.set", field="signature", value="one more cup")
        self.assertEqual(did(tom, "profile.show", user="@una")["signature"], "one more cup")
        self.stage.run("una-second", "login", "una")
        self.stage.run("una-second", "chats")
        devices = did(una, "device.list")["list"]
        self.assertEqual(len(devices), 2)
        with open(os.path.join(self.stage.folder, "config", "freeim", "una-second.json")) as file:
            second = json.load(file)["deviceID"]
        did(una, "device.revoke", device=second)
        self.stage.run("una-second", "friends", expect=5)
        self.assertEqual(did(una, "cache.verify", repair=True)["whole"], True)
        self.assertGreater(did(una, "cache.compact")["before"], 0)
        did(una, "account.password", old="tea-tea-tea-tea", new="more-tea-more-tea")
        did(una, "friend.remove", user="@tom")
        did(una, "unsubscribe")
        for name in ("help", "quit", "retry", "reconnect"):
            self.called.add(name)
            self.assertEqual(una.refused(name)["code"], "needs_screen")

    def leave(self):
        self.did(self.una, "session.logout")
        self.una.lines.process.stdin.close()
        self.assertEqual(self.una.lines.end(None), 0)
        self.stage.run("una", "friends", expect=5)


class Requests(Case):
    def test_bad_lines_are_answered_and_the_loop_lives_on(self):
        ann, _, _ = self.friends()
        session = Session(self.stage, ann)
        cases = [
            ("nonsense", None, "bad_json"), ("[1]", None, "bad_request"),
            ('{"id":1}', 1, "bad_request"), ('{"id":{},"method":"x"}', None, "bad_request"),
            ('{"id":"a","method":"dance"}', "a", "unknown_method"),
            ('{"id":2,"method":"friend.add"}', 2, "wrong_params"),
            ('{"id":3,"method":"friend.add","params":[]}', 3, "bad_request"),
            ('{"id":4,"method":"friend.add","params":{"user":7,"more":1}}', 4, "wrong_params"),
            ('{"id":5,"method":"subscribe","params":{"events":["x"]}}', 5, "wrong_params"),
            ("[" * 100_000, None, "bad_json"), ("\u0000\u00ff", None, "bad_json"),
            ("x" * (1024 * 1024 + 1), None, "too_long"),
        ]
        for line, number, code in cases:
            session.lines.write(line + "\n\n")
            answer = json.loads(session.lines.line())
            self.assertEqual((answer["id"], answer["error"]["code"]), (number, code), line[:60])
            self.assertIs(answer["error"]["definite"], True)
            self.assertNotEqual(answer["error"]["message"], "")
        self.assertEqual(session.call("friend.list")["total"], 1)

    def test_a_line_of_a_hundred_megabytes_takes_no_memory(self):
        ann, _, _ = self.friends()
        session = Session(self.stage, ann)
        session.call("chat.list")
        for _ in range(100):
            session.lines.write(b"x" * 1_000_000)
        session.lines.write("\n")
        self.assertEqual(json.loads(session.lines.line())["error"]["code"], "too_long")
        with open(f"/proc/{session.lines.process.pid}/status", encoding="ascii") as file:
            peak = [line.split()[1] for line in file if line.startswith("VmHWM")][0]
        self.assertLess(int(peak), 120_000)

    def test_sends_of_a_chat_keep_their_order(self):
        ann, bob, chat = self.friends()
        session = Session(self.stage, ann)
        names = [str(chat), chat, f"@{bob}"]
        numbers = [session.ask("message.send", {"chat": names[i % 3], "text": f"n{i}"})
                   for i in range(100)]
        session.lines.process.stdin.close()
        answers = {}
        while (line := session.lines.line()) is not None:
            answer = json.loads(line)
            answers[answer["id"]] = answer["result"]["seq"]
        self.assertEqual([answers[n] for n in numbers], list(range(2, 102)))
        self.assertEqual(session.lines.end(None), 0)

    def test_events_begin_behind_a_place(self):
        ann, bob, chat = self.friends()
        self.stage.run(ann, "send", str(chat), "-", stdin="a\nb\nc\n")
        session = Session(self.stage, bob)
        session.call("subscribe", events=["message"], after={str(chat): 2})
        first = session.event(lambda e: True)
        self.assertEqual((first["event"], first["seq"], first["after"], first["v"]),
                         ("message", 3, f"{chat}:3", 1))
        session.event(lambda e: e["content"] == "c")
        session.call("unsubscribe")

    def test_ends_on_a_closed_pipe_and_on_sigterm(self):
        ann, bob, _ = self.friends()
        session = Session(self.stage, ann)
        session.call("chat.list")
        session.lines.process.stdout.close()
        self.assertEqual(session.lines.process.wait(10), 0)
        other = Session(self.stage, bob)
        other.call("chat.list")
        self.assertEqual(other.lines.end(signal.SIGTERM), 0)

    def test_off_line_says_so(self):
        ann, _, chat = self.friends()
        self.stage.run(ann, "chats")
        self.stage.kill_server()
        session = Session(self.stage, ann)
        error = session.refused("friend.list")
        self.assertEqual((error["code"], error["definite"]), ("offline", False))
        self.assertIn("queued", session.call("message.send", chat=chat, text="later"))
        self.assertEqual(len(session.call("chat.list")["list"]), 1)
        self.stage.start_server()
