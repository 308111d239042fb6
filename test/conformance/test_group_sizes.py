"""Super-large groups: made, sent to, listed and dissolved in small jobs.

FREEIM_GROUP_MEMBERS sets their size; 100000 is what the server promises. What each step took goes
to standard error.
"""

import os
import sqlite3
import sys
import threading
import time

from clock import until
from harness import Case
from wire import ACK

MEMBERS = int(os.environ.get("FREEIM_GROUP_MEMBERS", "3000"))
USERS_PER_CALL = 10_000
# A job of the writer; the slowest send beside it waits for one of them, and for the machine.
SEND_SECONDS_MAX = 2.0


class SuperLarge(Case):
    def setUp(self):
        super().setUp()
        self.times = []
        accounts = [self.name(f"m{n}") for n in range(MEMBERS)]
        self.world = self.people(own=["o1"], ann=["a1"], bob=["b1"], friends=[("ann", "bob")])
        self.token = self.world.tokens[self.name("own"), "o1"]
        self.timed("users made", lambda: [
            self.server.provision({account: [] for account in accounts[n:n + USERS_PER_CALL]})
            for n in range(0, MEMBERS, USERS_PER_CALL)])
        self.members = accounts

    def timed(self, what, work):
        began = time.monotonic()
        result = work()
        self.times.append(f"{what}: {time.monotonic() - began:.3f} s")
        return result

    def tearDown(self):
        print(f"\n{MEMBERS} members: " + ", ".join(self.times), file=sys.stderr)

    def provision(self, members):
        data = self.server.good("/admin/provision", {"groups": [{
            "name": "large", "owner": self.name("own"), "members": members}]},
            self.server.admin_token)
        return data["groups"][0]["group_id"], data["groups"][0]["chatroom_id"]

    def sending_meanwhile(self, work):
        """Does the work while a single chat is sent to; the slowest send in seconds."""
        ann = self.login(self.world, "ann", "a1")
        chat, is_over, waits = self.world.chats[0], threading.Event(), []

        def send():
            count = 0
            while not is_over.is_set():
                count += 1
                began = time.monotonic()
                answer = ann.send(chat, "x", f"{self.prefix}-{len(self.times)}-{count}")
                waits.append(time.monotonic() - began)
                if answer.action != ACK:
                    waits.append(1_000.0)
                    return

        thread = threading.Thread(target=send)
        thread.start()
        try:
            return work(), max(waits, default=0.0)
        finally:
            is_over.set()
            thread.join(20)

    def test_a_life(self):
        half = self.members[:MEMBERS // 2]
        self.timed("half of it made", lambda: self.provision(half))
        (group, room), slowest = self.sending_meanwhile(
            lambda: self.timed("all of it made", lambda: self.provision(self.members)))
        self.times.append(f"slowest send meanwhile: {slowest:.3f} s")
        self.assertLess(slowest, SEND_SECONDS_MAX)
        self.assertEqual(self.timed("made again", lambda: self.provision(self.members)),
                         (group, room))
        info = self.server.good("/chatroom/group.info", {"group_id": group}, self.token)
        self.assertEqual(info["member_count"], MEMBERS + 1)
        own = self.login(self.world, "own", "o1")
        log = own.sync(room, AfterSeq=0).body
        self.assertEqual((log["HeadSeq"], log["Messages"][0]["Code"]), (1, 9))
        self.assertLess(len(log["Messages"][0]["Content"]), 16_384)
        sent = self.timed("sent to", lambda: own.send(room, "hello", f"{self.prefix}-hello"))
        self.assertEqual((sent.action, sent.body["Seq"]), (ACK, 2))
        self.list_all(group, room)
        self.dissolve(group, room, own)

    def list_all(self, group, room):
        def members():
            seen, cursor = 0, ""
            while True:
                page = self.server.good(
                    f"/chatroom/group.member/{group}?perpage=100&cursor={cursor}", None,
                    self.token, method="GET")
                seen += len(page["list"])
                cursor = page["next_cursor"]
                if not cursor:
                    return seen, page["total"]

        self.assertEqual(self.timed("listed", members), (MEMBERS + 1, MEMBERS + 1))
        last = self.timed("last page by number", lambda: self.server.good(
            f"/chatroom/group.member/{group}?perpage=100&page={MEMBERS // 100 + 1}", None,
            self.token, method="GET"))
        self.assertEqual(len(last["list"]), MEMBERS % 100 + 1)
        receipts = self.timed("a page of receipts", lambda: self.server.good(
            "/message/receipts", {"chatroom_id": room, "seq": 2}, self.token))
        self.assertEqual((len(receipts["list"]), receipts["total"]), (100, MEMBERS + 1))

    def dissolve(self, group, room, own):
        def end():
            self.timed("dissolved", lambda: self.server.good(
                "/chatroom/dissolve.group", {"group_id": group}, self.token))
            self.assertError(own.send(room, "x", f"{self.prefix}-late"), "not_member")
            self.timed("members' rows gone", lambda: until(lambda: self.count(room) == 0, 110))

        _, slowest = self.sending_meanwhile(end)
        self.times.append(f"slowest send meanwhile: {slowest:.3f} s")
        self.assertLess(slowest, SEND_SECONDS_MAX)

    def count(self, room):
        path = os.path.join(self.server.data, "freeim.sqlite")
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return db.execute(
                "SELECT count(*) FROM member WHERE chatroom_id = ?", (room,)).fetchone()[0]
