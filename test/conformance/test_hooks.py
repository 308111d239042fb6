"""docs/hooks.md: signed calls for users with no device on line."""

import os
import sqlite3
import threading

from harness import Server
from receiver import is_signed, key_of
from test_phones import Phones
from wire import MESSAGE

DAY_MS = 86_400_000


class Hooks(Phones):
    """A server that calls the receiver for pushes."""

    delay = "50"

    @classmethod
    def own_flags(cls, url):
        return "--push-webhook-url", url + "/push", "--push-delay-ms", cls.delay

    def setUp(self):
        super().setUp()
        mine = self.mine = set()
        self.receiver.is_awaited = lambda call: call.body.get(
            "user_id", call.body.get("bot_id")) in mine

    def someone(self, short):
        """A user with a bound phone that is not on line: (uid, token)."""
        uid, token = self.register(short)
        self.mine.add(uid)
        self.server.good(f"/account/bind.push_id/push-{self.name(short)}", {}, token,
                         device="phone")
        return uid, token

    def two(self):
        """Ann, who sends, bob, who is away, and their chat."""
        ann, bob = self.register("ann"), self.someone("bob")
        return ann, bob, self.befriend(ann, bob)

    def say(self, sender, chat, content, **more):
        Hooks.said = getattr(Hooks, "said", 0) + 1
        return self.server.good("/message/send.message", {
            "chatroom_id": chat, "chatroom_type": 1, "code": 1, "content": content,
            "id": f"{self.prefix}-{Hooks.said}", **more}, sender[1])

    def group(self, owner, *members):
        data = self.server.good("/chatroom/create.group", {
            "name": "g", "avatar": "", "desc": "", "permissions": "public",
            "member_list": [member[0] for member in members]}, owner[1])
        return data.get("group", data)["chatroom_id"]

    def calls_until(self, call_is_last):
        """The calls up to one."""
        calls = []
        while True:
            calls.append(self.receiver.next())
            if call_is_last(calls[-1]):
                return calls

    def seqs(self, call):
        return [message["seq"] for message in call.body["messages"]]

    def rows(self, sql, *values):
        db = sqlite3.connect(f"file:{self.server.data}/hooks.sqlite?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()


class Push(Hooks):
    def test_what_a_call_says(self):
        ann, bob, chat = self.two()
        sent = self.say(ann, chat, "the words themselves")
        call = self.receiver.next()
        self.assertEqual((call.path, call.kind), ("/push", "push"))
        self.assertTrue(is_signed(key_of(self.server), call.headers["freeim-signature"], call.raw))
        self.assertEqual(call.body, {
            "kind": "push", "user_id": bob[0], "push_ids": [f"push-{self.name('bob')}"],
            "omitted": 0, "messages": [{
                "chatroom_id": chat, "chatroom_type": 1, "message_id": sent["message_id"],
                "seq": sent["seq"], "user_id": ann[0], "code": 1, "mentioned": False,
                "message_send_time": sent["message_send_time"]}]})
        for suffix in ("", "-wal"):
            with open(os.path.join(self.server.data, "hooks.sqlite" + suffix), "rb") as file:
                self.assertNotIn(b"the words themselves", file.read())
        self.assertNotIn("the words themselves", self.server.log_text())

    def test_not_who_is_on_line(self):
        ann, bob, chat = self.two()
        cid = self.someone("cid")
        other = self.befriend(ann, cid)
        client = self.come(*bob, "another device")
        self.say(ann, chat, "x")
        client.message_with(Content="x")
        self.say(ann, other, "fence")
        self.assertEqual(self.receiver.next().body["user_id"], cid[0])
        client.close()

    def test_not_the_sender_and_not_without_a_push_id(self):
        ann, bob = self.someone("ann"), self.register("bob")
        cid, dan = self.someone("cid"), self.someone("dan")
        room = self.group(ann, bob, cid, dan)
        self.server.good("/account/bind.push_id/-", {}, dan[1], device="phone")
        self.say(ann, room, "x", chatroom_type=2)
        self.say(cid, room, "y", chatroom_type=2)
        calls = self.calls_until(lambda call: call.body["user_id"] == ann[0])
        self.assertLessEqual({call.body["user_id"] for call in calls}, {ann[0], cid[0]})

    def test_all_its_phones(self):
        ann, bob, chat = self.two()
        self.server.good("/account/bind.push_id/tablet", {}, bob[1], device="tablet")
        self.say(ann, chat, "x")
        self.assertEqual(self.receiver.next().body["push_ids"],
                         [f"push-{self.name('bob')}", "tablet"])

    def test_a_phone_signed_out_gets_nothing(self):
        ann, bob, chat = self.two()
        cid = self.someone("cid")
        other = self.befriend(ann, cid)
        self.server.good("/account/device.revoke", {"device_id": "phone"}, bob[1])
        self.say(ann, chat, "x")
        self.say(ann, other, "fence")
        self.assertEqual(self.receiver.next().body["user_id"], cid[0])

    def test_notify_levels(self):
        ann, bob, cid = self.register("ann"), self.someone("bob"), self.someone("cid")
        room = self.group(ann, bob, cid)
        for level, who in ((1, bob), (2, cid)):
            self.server.good("/chatroom/notify.level", {"chatroom_id": room, "notify_level": level},
                             who[1])
        a = self.come(*ann)
        a.send(room, "nobody", f"{self.prefix}-a")
        seqs = [a.send(room, text, f"{self.prefix}-{text}", Mentions=mentions).body["Seq"]
                for text, mentions in (("bob", [bob[0]]), ("cid", [cid[0]]), ("all", [-1]))]
        calls = self.calls_until(lambda call: seqs[2] in self.seqs(call))
        self.assertEqual({call.body["user_id"] for call in calls}, {bob[0]})
        messages = [message for call in calls for message in call.body["messages"]]
        self.assertEqual([message["seq"] for message in messages], [seqs[0], seqs[2]])
        self.assertTrue(all(message["mentioned"] for message in messages))

    def test_no_push_of_what_no_person_wrote(self):
        ann, bob, chat = self.two()
        a = self.come(*ann)
        one = a.send(chat, "one", f"{self.prefix}-1").body
        self.assertEqual(self.seqs(self.receiver.next()), [one["Seq"]])
        a.send(chat, "heart", f"{self.prefix}-2", 22, TargetMessageId=one["MessageId"])
        a.send(chat, "uno", f"{self.prefix}-3", 21, TargetMessageId=one["MessageId"])
        two = a.send(chat, "two", f"{self.prefix}-4").body
        self.assertEqual(self.seqs(self.receiver.next()), [two["Seq"]])
        self.assertTrue(bob)

    def test_read_meanwhile(self):
        ann, bob, chat = self.two()
        self.receiver.answers[:] = [503]
        first = self.say(ann, chat, "one")["seq"]
        self.assertEqual(self.seqs(self.receiver.next()), [first])
        with self.come(*bob, "laptop") as client:
            client.read(chat, first)
            client.sync_point()
            client.quit()
            client.rest()
        second = self.say(ann, chat, "two")["seq"]
        self.assertEqual(self.seqs(self.receiver.next()), [second])

    def test_recalled_meanwhile(self):
        ann, _, chat = self.two()
        self.receiver.answers[:] = [503]
        a = self.come(*ann)
        one = a.send(chat, "one", f"{self.prefix}-1").body
        self.receiver.next()
        a.send(chat, "", f"{self.prefix}-2", 20, TargetMessageId=one["MessageId"])
        two = a.send(chat, "two", f"{self.prefix}-3").body
        self.assertEqual(self.seqs(self.receiver.next()), [two["Seq"]])

    def test_it_tries_again(self):
        ann, _, chat = self.two()
        self.receiver.answers[:] = [500, 429]
        seq = self.say(ann, chat, "x")["seq"]
        calls = [self.receiver.next() for _ in range(3)]
        self.assertEqual([self.seqs(call) for call in calls], [[seq]] * 3)
        self.assertEqual(len({call.delivery for call in calls}), 1)
        self.assertEqual(self.seqs_of_next(ann, chat), [seq + 1])

    def seqs_of_next(self, sender, chat):
        self.say(sender, chat, "next")
        return self.seqs(self.receiver.next())

    def test_a_refusal_is_final(self):
        ann, bob, chat = self.two()
        self.receiver.answers[:] = [400]
        seq = self.say(ann, chat, "x")["seq"]
        self.receiver.next()
        self.assertEqual(self.seqs_of_next(ann, chat), [seq + 1])
        self.assertEqual(self.rows(
            "SELECT attempts, last_error FROM hook_call WHERE is_dead = 1 AND user_id = ?",
            bob[0]), [(1, "status 400")])

    def test_it_outlives_a_crash(self):
        ann, _, chat = self.two()
        never = threading.Event()
        self.addCleanup(never.set)
        self.receiver.answers[:] = [never]
        seq = self.say(ann, chat, "x")["seq"]
        self.receiver.next()
        self.server.restart()
        self.assertEqual(self.seqs(self.receiver.next()), [seq])

    def test_a_deleted_account_is_not_called_for(self):
        ann, bob, chat = self.two()
        cid = self.someone("cid")
        other = self.befriend(ann, cid)
        self.receiver.answers[:] = [503]
        self.say(ann, chat, "x")
        self.receiver.next()
        self.server.good("/account/delete", {"password": "correct horse"}, bob[1])
        self.assertEqual(
            self.rows("SELECT count(*) FROM hook_call WHERE user_id = ?", bob[0]), [(0,)])
        self.say(ann, other, "fence")
        self.assertEqual(self.receiver.next().body["user_id"], cid[0])


class Gathering(Hooks):
    delay = "400"

    def test_one_call_for_a_burst(self):
        ann, _, chat = self.two()
        a = self.come(*ann)
        a.send_raw(b"".join(
            a.bytes_of(MESSAGE, a.message(chat, "x", f"{self.prefix}-{n}"))[1]
            for n in range(150)))
        acked = [frame.body["Seq"] for frame in a.answers(150)]
        calls = self.calls_until(lambda call: acked[-1] in self.seqs(call))
        self.assertLessEqual(len(calls), 2)
        told = [seq for call in calls for seq in self.seqs(call)]
        self.assertEqual(len(told) + sum(call.body["omitted"] for call in calls), 150)
        self.assertLessEqual(max(len(self.seqs(call)) for call in calls), 100)
        self.assertEqual(told, sorted(told))


class ManyAtOnce(Hooks):
    def test_a_few_calls_at_a_time(self):
        ann = self.register("ann")
        others = [self.someone(f"other{n}") for n in range(24)]
        room = self.group(ann, *others)
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.receiver.always = gate
        self.say(ann, room, "x", chatroom_type=2)
        called = {self.receiver.next().body["user_id"] for _ in range(16)}
        gate.set()
        called |= {self.receiver.next().body["user_id"] for _ in range(8)}
        self.assertEqual(called, {other[0] for other in others})
        self.assertLessEqual(self.receiver.most_at_once, 16)


class LargeGroups(Hooks):
    @classmethod
    def own_flags(cls, url):
        return (*super().own_flags(url), "--push-group-members-max", "3")

    def test_only_those_mentioned_by_name(self):
        ann, bob, cid, dan = (self.register("ann"), self.someone("bob"), self.someone("cid"),
                              self.someone("dan"))
        room = self.group(ann, bob, cid, dan)
        a = self.come(*ann)
        a.send(room, "x", f"{self.prefix}-1")
        a.send(room, "all", f"{self.prefix}-2", Mentions=[-1])
        seq = a.send(room, "cid", f"{self.prefix}-3", Mentions=[cid[0]]).body["Seq"]
        call = self.receiver.next()
        self.assertEqual((call.body["user_id"], self.seqs(call)), (cid[0], [seq]))


class GivingUp(Hooks):
    @classmethod
    def own_flags(cls, url):
        return (*super().own_flags(url), "--hook-attempts-max", "2")

    def test_it_is_kept_for_the_operator(self):
        ann, bob, chat = self.two()
        self.receiver.answers[:] = [500, 500]
        seq = self.say(ann, chat, "x")["seq"]
        calls = [self.receiver.next() for _ in range(2)]
        self.assertEqual([self.seqs(call) for call in calls], [[seq]] * 2)
        self.say(ann, chat, "y")
        self.assertEqual(self.seqs(self.receiver.next()), [seq + 1])
        self.assertEqual(self.rows(
            "SELECT attempts, last_error FROM hook_call WHERE is_dead = 1 AND user_id = ?",
            bob[0]), [(2, "status 500")])


    def test_operators_see_and_retry_it(self):
        ann, bob, chat = self.two()
        self.receiver.answers[:] = [404]
        seq = self.say(ann, chat, "x")["seq"]
        self.receiver.next()
        self.assertEqual(self.seqs_of_next(ann, chat), [seq + 1])
        admin = self.server.admin_token
        data = self.server.good("/admin/hook.list", {"limit": 100}, admin)
        dead = next(item for item in data["list"] if item["member_id"] == bob[0])
        self.assertEqual((dead["kind"], dead["attempts"], dead["last_error"]),
                         ("push", 1, "status 404"))
        self.assertGreaterEqual(data["counts"]["dead"], 1)
        self.server.good("/admin/hook.retry", {"id": dead["id"]}, admin)
        self.assertEqual(self.seqs(self.receiver.next()), [seq])
        for body in ({"id": dead["id"]}, {"id": 0}, {"id": -1}, {"id": 1 << 62}):
            self.refused("/admin/hook.retry", body, admin, 404, "not_found")
        for body in ({}, {"id": "x"}, {"id": None}):
            self.refused("/admin/hook.retry", body, admin, 400, "malformed_body")
        for route in ("hook.list", "hook.retry"):
            for token in (None, ann[1], "nonsense"):
                self.refused(f"/admin/{route}", {"id": 1}, token, 401, "bad_token")

    def seqs_of_next(self, sender, chat):
        self.say(sender, chat, "next")
        return self.seqs(self.receiver.next())


class FullQueue(Hooks):
    @classmethod
    def own_flags(cls, url):
        return (*super().own_flags(url), "--hook-queue-max", "1")

    def test_the_log_is_read_later(self):
        ann, bob, chat = self.two()
        others = [self.someone(short) for short in ("cid", "dan", "eve")]
        chats = [self.befriend(ann, other) for other in others]
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.receiver.answers[:] = [gate]
        self.say(ann, chat, "x")
        self.assertEqual(self.receiver.next().body["user_id"], bob[0])
        for other in chats:
            self.say(ann, other, "x")
        self.say(ann, chat, "no send waits for it")
        gate.set()
        told = {self.receiver.next().body["user_id"] for _ in range(4)}
        self.assertEqual(told, {bob[0], *(other[0] for other in others)})


class TooOld(Hooks):
    def test_dropped_after_a_day(self):
        clock = os.path.join(self.server.data, "clock")
        shared, self.server = self.server, Server(
            *self.flags, environment={"FREEIM_TEST_CLOCK": clock})
        self.addCleanup(setattr, self, "server", shared)
        self.addCleanup(self.server.stop)
        ann, _, chat = self.two()
        self.receiver.answers[:] = [503]
        self.say(ann, chat, "x")
        self.receiver.next()
        with open(clock, "r+b") as file:
            file.write((DAY_MS + 60_000).to_bytes(8, "little"))
        seq = self.say(ann, chat, "y")["seq"]
        self.assertEqual(self.seqs(self.receiver.next()), [seq])


class TurnedOn(Hooks):
    def test_only_what_comes_after(self):
        server = Server("--push-webhook-url", self.receiver.url)
        self.addCleanup(server.stop)
        shared, self.server = self.server, server
        self.addCleanup(setattr, self, "server", shared)
        ann, _, chat = self.two()
        server.flags = ()
        server.restart(hard=False)
        self.say(ann, chat, "while it is off")
        server.restart(*self.own_flags(self.receiver.url), hard=False)
        seq = self.say(ann, chat, "now")["seq"]
        self.assertEqual(self.seqs(self.receiver.next()), [seq])
