"""PROTOCOL.md §9: old messages go, seqs stay honest, FirstSeq moves."""

import os
import sqlite3
import subprocess

from clock import DAY, Clock, until
from harness import BINARY, CLEAN, Case, Server
from wire import ACK, GAP, SYNC


class Retention(Case):
    """Groups keep messages for 30 days, single chats for 60."""

    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.addCleanup(self.clock.remove)
        self.server = Server(
            "--retention-days-group", "30", "--retention-days-single", "60",
            environment=self.clock.environment)
        self.addCleanup(self.server.stop)
        # Tokens and devices outlive the days that pass here.
        self.world = self.people(ann=["a1", "a2"], bob=["b1"], friends=[("ann", "bob")],
                                 groups=[["ann", "bob"]])
        self.chat, self.room = self.world.chats[0], self.world.groups[0]
        self.group = self.world.group_ids[0]
        self.count = 0

    def login(self, short, device):
        """Signs in with a token of today."""
        self.world = self.server.provision(
            {self.name("ann"): ["a1", "a2"], self.name("bob"): ["b1"]})
        return super().login(self.world, short, device)

    def say(self, client, room, count, text="x"):
        for _ in range(count):
            self.count += 1
            answer = client.send(room, f"{text}{self.count}", f"{self.prefix}-{self.count}")
            self.assertEqual(answer.action, ACK, answer)
        return answer.body["Seq"]

    def first_seq(self, client, room):
        return client.sync(room).body["FirstSeq"]

    def moves_to(self, client, room, seq):
        until(lambda: self.first_seq(client, room) == seq)

    def log(self, client, room):
        return [m["Seq"] for m in client.sync(room, AfterSeq=0, Limit=500).body["Messages"]]

    def item(self, client, room):
        return [i for i in client.conversations().body["Items"] if i["ChatroomId"] == room][0]

    def rows(self):
        path = os.path.join(self.server.data, "freeim.sqlite")
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for table in ("message", "message_seq", "message_stamp", "message_key",
                                  "recalled_message", "message_edit")}

    def test_the_old_go_and_the_young_stay(self):
        ann = self.login("ann", "a1")
        old = self.say(ann, self.room, 8, "old")
        said = ann.sync(self.room).body["Messages"][-1]["MessageId"]
        ann.send(self.room, "edited", f"{self.prefix}-e", code=21, TargetMessageId=said)
        ann.send(self.room, "", f"{self.prefix}-r", code=20, TargetMessageId=said)
        single = self.say(ann, self.chat, 5, "single")
        self.clock.set(20 * DAY)
        ann = self.login("ann", "a1")
        young = self.say(ann, self.room, 3, "young")
        self.clock.set(31 * DAY)
        ann = self.login("ann", "a1")
        self.moves_to(ann, self.room, old + 3)
        self.assertEqual(self.log(ann, self.room), list(range(old + 3, young + 1)))
        self.assertEqual(self.log(ann, self.chat), list(range(1, single + 1)))
        self.assertEqual(ann.sync(self.room, BeforeSeq=old + 3).body["Messages"], [])
        page = ann.sync(self.room, AfterSeq=2).body
        self.assertEqual((page["Messages"][0]["Seq"], page["HasMore"]), (old + 3, False))
        item = self.item(ann, self.room)
        self.assertEqual((item["FirstSeq"], item["HeadSeq"]), (old + 3, young))
        self.assertGreaterEqual(item["ReadSeq"], old + 2)
        self.assertGreaterEqual(item["AckSeq"], old + 2)
        refused = ann.send(self.room, "", f"{self.prefix}-r2", code=20, TargetMessageId=said)
        self.assertError(refused, "not_found")
        left = self.rows()
        self.assertEqual(left["message"], left["message_seq"])
        self.assertEqual(left["message"], left["message_stamp"])
        self.assertEqual((left["recalled_message"], left["message_edit"]), (0, 0))
        self.assertEqual(self.say(ann, self.room, 1), young + 1)

    def test_nothing_is_left_and_the_head_stays(self):
        ann = self.login("ann", "a1")
        bob = self.login("bob", "b1")
        head = self.say(ann, self.room, 5)
        bob.messages(1, self.room)
        newest = ann.sync(self.room).body["Messages"][-1]["MessageId"]
        self.clock.set(40 * DAY)
        ann = self.login("ann", "a1")
        self.moves_to(ann, self.room, head + 1)
        for _ in range(2):
            page = ann.sync(self.room, AfterSeq=0).body
            self.assertEqual((page["HeadSeq"], page["FirstSeq"], page["Messages"]),
                             (head, head + 1, []))
            item = self.item(ann, self.room)
            self.assertEqual((item["HeadSeq"], item["FirstSeq"], item["ReadSeq"]),
                             (head, head + 1, head))
            # The clock steps back over the restart: neither rows nor IDs are given twice.
            self.clock.set(0)
            self.server.restart()
            ann = self.login("ann", "a1")
        seq = self.say(ann, self.room, 1, "next")
        self.assertEqual(seq, head + 1)
        page = ann.sync(self.room, AfterSeq=0).body
        self.assertEqual([m["Seq"] for m in page["Messages"]], [head + 1])
        self.assertGreater(page["Messages"][0]["MessageId"], newest)

    def test_a_device_that_was_away_gets_no_gap_for_what_is_gone(self):
        ann, bob = self.login("ann", "a1"), self.login("bob", "b1")
        self.say(ann, self.room, 4, "seen")
        bob.message_with(Content="seen4")
        bob.ack(self.room, 3)
        bob.sync_point()
        bob.close()
        gone = self.say(ann, self.room, 6, "gone")
        self.clock.set(25 * DAY)
        ann = self.login("ann", "a1")
        head = self.say(ann, self.room, 2, "kept")
        self.clock.set(31 * DAY)
        ann = self.login("ann", "a1")
        self.moves_to(ann, self.room, gone + 1)
        bob = self.login("bob", "b1")
        bob.message_with(Content=f"kept{self.count}")
        frames = bob.pushed()
        self.assertEqual([f for f in frames if f.action == GAP], [])
        self.assertEqual([f for f in frames if f.action == SYNC
                          and f.body["ChatroomId"] == self.room], [])
        self.assertEqual(self.log(bob, self.room), list(range(gone + 1, head + 1)))
        new = self.login("ann", "a2")
        new.message_with(Content=f"kept{self.count}")

    def test_who_joins_a_group_with_open_history(self):
        ann = self.login("ann", "a1")
        token = self.world.tokens[self.name("ann"), "a1"]
        self.server.good("/chatroom/update.group", {
            "group_id": self.group, "history_open": True}, token)
        gone = self.say(ann, self.room, 4)
        self.clock.set(25 * DAY)
        ann = self.login("ann", "a1")
        kept = self.say(ann, self.room, 2)
        self.clock.set(31 * DAY)
        ann = self.login("ann", "a1")
        self.moves_to(ann, self.room, gone + 1)
        zoe = self.server.provision({self.name("zoe"): ["z1"]})
        self.server.good("/chatroom/add.group", {"group_id": self.group},
                         zoe.tokens[self.name("zoe"), "z1"])
        client = Case.login(self, zoe, "zoe", "z1")
        page = client.sync(self.room, AfterSeq=0).body
        self.assertEqual((page["FirstSeq"], [m["Seq"] for m in page["Messages"]]),
                         (gone + 1, list(range(gone + 1, kept + 2))))
        self.assertEqual([f for f in client.pushed() if f.action == GAP], [])

    def test_the_doctor_finds_nothing_wrong(self):
        ann = self.login("ann", "a1")
        self.say(ann, self.chat, 3)
        gone = self.say(ann, self.room, 5)
        self.clock.set(31 * DAY)
        ann = self.login("ann", "a1")
        self.moves_to(ann, self.room, gone + 1)
        done = subprocess.run([BINARY, "doctor", "--data", self.server.data], env=CLEAN,
                              capture_output=True, text=True, timeout=60, check=False)
        told = [line for line in (done.stdout + done.stderr).splitlines()
                if "logs" in line or "rows" in line]
        self.assertEqual(len(told), 2, done)
        for line in told:
            self.assertNotIn("problem", line)

    def test_a_key_is_forgotten_with_its_message(self):
        ann = self.login("ann", "a1")
        first = ann.send(self.room, "a", f"{self.prefix}-k").body
        again = ann.send(self.room, "a", f"{self.prefix}-k").body
        self.assertTrue(again["Duplicate"])
        self.clock.set(31 * DAY)
        ann = self.login("ann", "a1")
        self.moves_to(ann, self.room, first["Seq"] + 1)
        later = ann.send(self.room, "a", f"{self.prefix}-k").body
        self.assertEqual((later["Duplicate"], later["Seq"]), (False, first["Seq"] + 1))

    def test_a_crash_in_between_leaves_no_hole(self):
        ann = self.login("ann", "a1")
        head = self.say(ann, self.room, 700)
        self.clock.set(31 * DAY)
        self.server.restart()
        for _ in range(3):
            self.server.restart()
            ann = self.login("ann", "a1")
            page = ann.sync(self.room, AfterSeq=0, Limit=500).body
            self.assertEqual(page["HeadSeq"], head)
            first = page["FirstSeq"]
            seqs = [m["Seq"] for m in page["Messages"]]
            self.assertEqual(seqs, list(range(first, first + len(seqs))))
        self.moves_to(ann, self.room, head + 1)


class ForEver(Case):
    def test_without_a_limit_everything_stays(self):
        clock = Clock()
        self.addCleanup(clock.remove)
        server = Server("--retention-days-group", "30", environment=clock.environment)
        self.addCleanup(server.stop)
        self.server = server
        world, chat = self.pair()
        token = world.tokens[self.name("ann"), "a1"]
        room = server.good("/chatroom/create.group", {"name": "g"}, token)["chatroom_id"]
        for n, place in enumerate((chat, room)):
            server.good("/message/send.message", {
                "chatroom_id": place, "code": 1, "content": "x", "id": f"k{n}"}, token)
        clock.set(400 * DAY)
        token = server.provision({self.name("ann"): ["a1"]}).tokens[self.name("ann"), "a1"]
        until(lambda: server.good("/message/sync", {"chatroom_id": room}, token)[
            "first_seq"] == 3)
        page = server.good("/message/sync", {"chatroom_id": chat}, token)
        self.assertEqual((page["first_seq"], [m["seq"] for m in page["messages"]]), (1, [1, 2]))
