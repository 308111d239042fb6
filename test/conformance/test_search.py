"""Full-text search on the server: finds what the caller may read, and nothing else."""

import json
import time

from harness import Case
from wire import MESSAGE


class Search(Case):
    def search(self, world, short, query, **more):
        """What that user finds, once everything is in the index."""
        token = world.tokens[self.name(short), f"{short[0]}1"]
        deadline = time.monotonic() + 20
        while True:
            data = self.server.good("/message/search", {"query": query, **more}, token)
            if data["is_complete"] or time.monotonic() > deadline:
                self.assertTrue(data["is_complete"], "the index does not come after")
                return data

    def contents(self, *args, **more):
        return [item["content"] for item in self.search(*args, **more)["list"]]

    def say(self, world, short, chat, content, **more):
        token = world.tokens[self.name(short), f"{short[0]}1"]
        self.count = getattr(self, "count", 0) + 1
        return self.server.good("/message/send.message", {
            "chatroom_id": chat, "code": 1, "content": content, "id": f"s{self.count}", **more,
        }, token)

    def test_words_in_any_script_newest_first(self):
        world, chat = self.pair()
        for text in ("Grüße aus Köln", "we meet at Cologne station", "明天早上开会", "see 🍜 you"):
            self.say(world, "ann", chat, text)
        self.assertEqual(self.contents(world, "bob", "koln"), ["Grüße aus Köln"])
        self.assertEqual(
            self.contents(world, "bob", "COLOGNE stat"), ["we meet at Cologne station"])
        self.assertEqual(self.contents(world, "bob", "早上"), ["明天早上开会"])
        self.assertEqual(self.contents(world, "bob", "🍜"), ["see 🍜 you"])
        self.assertEqual(self.contents(world, "bob", "早开"), [])
        self.say(world, "bob", chat, "Köln again")
        self.assertEqual(self.contents(world, "ann", "köln"), ["Köln again", "Grüße aus Köln"])

    def test_only_what_the_caller_may_read(self):
        world = self.people(
            ann=["a1"], bob=["b1"], cid=["c1"], friends=[("ann", "bob")],
            groups=[["ann", "bob"]])
        chat, group, group_id = world.chats[0], world.groups[0], world.group_ids[0]
        self.say(world, "ann", chat, "the heron in the chat")
        self.say(world, "ann", group, "the heron in the group")
        self.assertEqual(len(self.contents(world, "bob", "heron")), 2)
        self.assertEqual(
            self.contents(world, "bob", "heron", chatroom_id=group), ["the heron in the group"])
        self.assertEqual(self.contents(world, "cid", "heron"), [])
        token = world.tokens[self.name("cid"), "c1"]
        for chatroom in (chat, group, 999_999):
            status, reply = self.server.call(
                "/message/search", {"query": "heron", "chatroom_id": chatroom}, token)
            self.assertEqual((status, reply["error"]), (403, "not_member"))
        ann = world.tokens[self.name("ann"), "a1"]
        self.server.good("/chatroom/add.group.member", {
            "group_id": group_id, "member_list": [world.ids[self.name("cid")]]}, ann)
        self.say(world, "ann", group, "another heron")
        self.assertEqual(
            self.contents(world, "cid", "heron"), ["another heron"],
            "who joined late finds what was before")
        self.server.good("/chatroom/out.group", {"group_id": group_id}, token)
        self.assertEqual(self.contents(world, "cid", "heron"), [])

    def test_recalls_and_edits(self):
        world, chat = self.pair()
        first = self.say(world, "ann", chat, "a kestrel")
        second = self.say(world, "ann", chat, "a buzzard")
        self.assertEqual(self.contents(world, "bob", "kestrel"), ["a kestrel"])
        self.say(world, "ann", chat, "", code=20, target_message_id=first["message_id"])
        self.say(world, "ann", chat, "a harrier", code=21,
                 target_message_id=second["message_id"])
        self.assertEqual(self.contents(world, "bob", "kestrel"), [])
        self.assertEqual(self.contents(world, "bob", "buzzard"), [])
        found = self.search(world, "bob", "harrier")["list"]
        self.assertEqual([item["message_id"] for item in found], [second["message_id"]])
        self.assertEqual(found[0]["content"], "a harrier")
        self.say(world, "ann", chat, "", code=20, target_message_id=second["message_id"])
        self.assertEqual(self.contents(world, "bob", "harrier"), [])

    def test_pages_and_files(self):
        world, chat = self.pair()
        for number in range(25):
            self.say(world, "ann", chat, f"wren {number}")
        seen = []
        for page in (1, 2, 3):
            data = self.search(world, "bob", "wren", page=page, perpage=10)
            seen += [item["content"] for item in data["list"]]
            self.assertEqual(data["has_more"], page < 3)
        self.assertEqual(seen, [f"wren {number}" for number in reversed(range(25))])
        self.say(world, "ann", chat, json.dumps(
            {"url": "/media/x", "name": "osprey nest.png", "size": 3, "type": "image/png"}),
            code=2)
        self.assertEqual(len(self.contents(world, "bob", "osprey")), 1)
        self.assertEqual(self.contents(world, "bob", "image/png"), [])

    def test_a_crash_and_another_start(self):
        world, chat = self.pair()
        self.say(world, "ann", chat, "before the crash: avocet")
        self.server.restart()
        self.say(world, "ann", chat, "behind the crash: avocet")
        self.assertEqual(len(self.contents(world, "bob", "avocet")), 2)

    def test_bad_queries(self):
        world, _ = self.pair()
        token = world.tokens[self.name("ann"), "a1"]
        for query in ("", "   ", "...", "x" * 257, "a\u0000b", 7, None, ["a"], {}):
            status, reply = self.server.call("/message/search", {"query": query}, token)
            self.assertEqual((status, reply["error"]), (400, "malformed_body"), query)
        for query in ('" OR 1', "a AND", "NEAR(", "a*b", "words:", "-a", "(a", "^a", "{a}:"):
            self.server.good("/message/search", {"query": query}, token)
        for page in (0, -1):
            self.server.good("/message/search", {"query": "a", "page": page}, token)
        status, reply = self.server.call(
            "/message/search", {"query": "a", "page": 10**9}, token)
        self.assertEqual((status, reply["error"]), (400, "malformed_body"))

    def test_live_messages_too(self):
        world, chat = self.pair()
        ann = self.login(world, "ann", "a1")
        ann.request(MESSAGE, {
            "ChatroomId": chat, "Code": 1, "Content": "a live plover", "ClientMessageId": "p"})
        self.assertEqual(self.contents(world, "bob", "plover"), ["a live plover"])


class Off(Case):
    flags = ("--search-index", "off")

    def test_says_so(self):
        world, _ = self.pair()
        status, reply = self.server.call(
            "/message/search", {"query": "a"}, world.tokens[self.name("ann"), "a1"])
        self.assertEqual((status, reply["error"]), (403, "forbidden"))
