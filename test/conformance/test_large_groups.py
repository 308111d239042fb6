"""Groups with more connections than one event loop serves at once: order, joins and leaves, and
that a flood there keeps nobody else waiting."""

import unittest

from harness import Case
from wire import MESSAGE, QUIT, RECEIPT, SYNC

JOINED, LEFT = 10, 12
USERS, DEVICES = 60, 11  # 660 connections on one event loop: more than the 512 served at once


class Large(Case):
    flags = ("--event-loops", "1", "--offline-group-messages-max", "5000")
    version = 2

    def crowd(self, users=USERS, devices=DEVICES, more=()):
        """A group whose members are all on line with all their devices, in that order."""
        names = [f"m{number}" for number in range(users)]
        people = {name: [f"d{number}" for number in range(devices)] for name in names}
        people.update({name: ["d0"] for name in more})
        self.world = self.people(groups=[names], **people)
        self.chat = self.world.groups[0]
        self.group = self.world.group_ids[0]
        self.clients = [
            self.login(self.world, name, device) for name in names for device in people[name]]
        self.names = names
        for client in self.clients:
            client.messages(1, self.chat, entries=True)  # GROUP_CREATED, pushed after Auth

    def token(self, short):
        return self.world.tokens[self.name(short), "d0"]

    def flood(self, clients, each, start=0, size=10):
        """Sends at once from several connections; returns what waits for the ACKs."""
        waiting = []
        for client in clients:
            data = b""
            for number in range(start, start + each):
                sequence, frame = client.bytes_of(MESSAGE, client.message(
                    self.chat, "x" * size, f"{self.prefix}-{id(client)}-{number}"))
                data += frame
                waiting.append((client, sequence))
            client.send_raw(data)

        def acknowledged():
            return [client.reply(sequence).body["Seq"] for client, sequence in waiting]
        return acknowledged

    @staticmethod
    def seqs(client, chat, last):
        """The seqs that reached a client, pushed or in pages, up to `last`."""
        found = []
        while not found or found[-1] < last:
            frame = client.find(lambda f: f.sequence == 0 and f.action in (MESSAGE, SYNC))
            items = frame.body["Messages"] if frame.action == SYNC else [frame.body]
            found += [item["Seq"] for item in items if item["ChatroomId"] == chat]
        return found


class Flood(Large):
    def test_everybody_gets_everything_in_order_once(self):
        self.crowd()
        senders = self.clients[::110]
        before = self.clients[0].sync(self.chat).body["HeadSeq"]
        acks = self.flood(senders, 25)
        own = {}
        for (client, seq) in zip([c for c in senders for _ in range(25)], acks()):
            own.setdefault(client, set()).add(seq)
        last = max(max(seqs) for seqs in own.values())
        self.assertEqual(last, before + 25 * len(senders))
        for client in self.clients:
            expected = [seq for seq in range(before + 1, last + 1)
                        if seq not in own.get(client, ())]
            self.assertEqual(self.seqs(client, self.chat, expected[-1]), expected)

    def test_a_single_chat_does_not_wait_for_a_flood(self):
        """The last of all connections is in the group and in a single chat. MessageIds tell the
        order of the commits; what is sent in the chat overtakes the flood on its way."""
        names = [f"m{number}" for number in range(USERS)]
        people = {name: [f"d{number}" for number in range(DEVICES)] for name in names}
        self.world = self.people(
            groups=[names], friends=[("friend", names[-1])], friend=["d0"], **people)
        self.chat, chat = self.world.groups[0], self.world.chats[0]
        self.clients = [
            self.login(self.world, name, device) for name in names for device in people[name]]
        friend = self.login(self.world, "friend", "d0")
        last = self.clients[-1]
        last.messages(2, entries=True)
        acks = self.flood(self.clients[:1], 200)
        friend.send_raw(b"".join(
            friend.bytes_of(MESSAGE, friend.message(chat, "urgent", f"{self.prefix}-{n}"))[1]
            for n in range(20)))
        came = last.messages(220)
        flooded = [item for item in came if item["ChatroomId"] == self.chat]
        self.assertEqual([item["Seq"] for item in flooded], acks())
        self.assertSeqs([item for item in came if item["ChatroomId"] == chat], range(2, 22))
        newest, overtaken = "", 0
        for item in came:
            if item["ChatroomId"] == chat:
                newest = item["MessageId"]
            elif item["MessageId"] < newest:
                overtaken += 1
        self.assertGreater(overtaken, 0, "everything came in the order of the commits")


class Membership(Large):
    def test_joins_and_leaves_in_a_flood(self):
        self.crowd(more=("late",))
        late = self.login(self.world, "late", "d0")
        leaver = self.clients[DEVICES * (USERS - 1):]
        name = self.names[-1]
        first = self.flood(self.clients[:1], 40)
        self.server.good(
            "/chatroom/out.group", {"group_id": self.group}, token=self.token(name))
        second = self.flood(self.clients[1:2], 40)
        self.server.good(
            "/chatroom/add.group", {"group_id": self.group}, token=self.token("late"))
        third = self.flood(self.clients[2:3], 40)
        newest = max(first() + second() + third())

        # Whoever left has everything up to the entry that says so, and nothing behind it.
        left = None
        for client in leaver:
            client.sync_point()
            items = []
            while not items or items[-1]["Code"] != LEFT:
                items += client.messages(1, self.chat, entries=True)
            self.assertEqual(
                [item["Seq"] for item in items],
                list(range(items[0]["Seq"], items[-1]["Seq"] + 1)))
            left = left or items[-1]["Seq"]
            self.assertEqual(items[-1]["Seq"], left)
            client.sync_point()
            more = [f for f in client.inbox if f.action in (MESSAGE, SYNC) and f.sequence == 0
                    and f.body["ChatroomId"] == self.chat]
            self.assertEqual(more, [])

        # Whoever joined has everything from the entry that says so.
        items = []
        while not items or items[-1]["Seq"] < newest:
            items += late.messages(1, self.chat, entries=True)
        self.assertEqual(items[0]["Code"], JOINED)
        self.assertEqual(
            [item["Seq"] for item in items], list(range(items[0]["Seq"], newest + 1)))

        # Nobody else missed anything.
        for client in self.clients[3:len(self.clients) - DEVICES]:
            seqs = self.seqs(client, self.chat, newest)
            self.assertEqual(seqs, list(range(seqs[0], newest + 1)))

    def test_connections_that_come_and_go_in_a_flood(self):
        self.crowd(users=52)
        before = self.clients[0].sync(self.chat).body["HeadSeq"]
        acks = self.flood(self.clients[:2], 60)
        gone = set()
        for index in range(20, len(self.clients), 9):
            self.clients[index].close()
            gone.add(index)
        back = {}
        for index in sorted(gone)[::4]:
            short, device = self.names[index // DEVICES], f"d{index % DEVICES}"
            back[index] = self.login(self.world, short, device)
        newest = max(acks())
        for index, client in enumerate(self.clients):
            if index > 1 and index not in gone:
                self.assertEqual(
                    self.seqs(client, self.chat, newest), list(range(before + 1, newest + 1)))
        for client in back.values():
            seqs = self.seqs(client, self.chat, newest)
            self.assertEqual(seqs, list(range(seqs[0], newest + 1)))

    def test_dissolving_in_a_flood(self):
        self.crowd(users=50)
        acks = self.flood(self.clients[1:2], 40)
        self.server.good(
            "/chatroom/dissolve.group", {"group_id": self.group}, token=self.token("m0"))
        for client in self.clients:
            self.assertEqual(client.message_with(Code=LEFT, ChatroomId=self.chat)["Code"], LEFT)
        for client in self.clients[::25]:
            self.assertError(
                client.send(self.chat, "too late", f"{self.prefix}-{id(client)}-late"),
                "not_member")
            client.sync_point()
            more = [f for f in client.inbox if f.action == MESSAGE and f.sequence == 0]
            self.assertEqual(more, [])
        acks()


class Receipts(Large):
    def test_only_ones_own_devices_are_told(self):
        """Beyond 100 members the others ask for receipts."""
        names = [f"m{number}" for number in range(101)]
        self.world = self.people(groups=[names], **{name: ["d0", "d1"] for name in names})
        chat = self.world.groups[0]
        reader, other = (self.login(self.world, "m1", device) for device in ("d0", "d1"))
        sender = self.login(self.world, "m0", "d0")
        seq = sender.send(chat, "read me", f"{self.prefix}-1").body["Seq"]
        reader.read(chat, seq)
        told = other.of_action(RECEIPT)
        self.assertEqual(
            (told.body["UserId"], told.body["ReadSeq"]), (reader.user_id, seq))
        self.assertEqual(
            [f for f in sender.pushed() if f.action in (RECEIPT, QUIT)], [])


if __name__ == "__main__":
    unittest.main()
