"""PROTOCOL.md §7: what members, admins and owners do with groups, and with their own settings."""

from harness import Case
from wire import ACK


class GroupCase(Case):
    """A group of ann (owner), bob and cid; zoe is outside."""

    def setUp(self):
        super().setUp()
        self.world = self.people(ann=["a1"], bob=["b1"], cid=["c1"], zoe=["z1"],
                                 groups=[["ann", "bob", "cid"]])
        self.room, self.group = self.world.groups[0], self.world.group_ids[0]
        self.ids = {short: self.world.ids[self.name(short)]
                    for short in ("ann", "bob", "cid", "zoe")}
        self.tokens = {short: self.world.tokens[self.name(short), f"{short[0]}1"]
                       for short in self.ids}

    def do(self, who, route, **body):
        return self.server.good(f"/chatroom/{route}", body, self.tokens[who])

    def refused(self, who, route, error, **body):
        status, reply = self.server.call(f"/chatroom/{route}", body, self.tokens[who])
        self.assertEqual(reply["error"], error, (status, reply))
        self.assertTrue(reply["msg"])

    def roles(self, who="ann"):
        data = self.server.good(f"/chatroom/group.member/{self.group}", None, self.tokens[who],
                                method="GET")
        self.assertEqual(data["total"], len(data["list"]))
        return {item["member_id"]: item["member_identity"] for item in data["list"]}

    def item(self, client):
        return [i for i in client.conversations().body["Items"]
                if i["ChatroomId"] == self.room][0]


class Administration(GroupCase):
    def test_roles(self):
        change = {"group_id": self.group, "member_id": self.ids["bob"]}
        self.refused("bob", "group.role", "forbidden", member_identity="admin", **change)
        self.refused("ann", "group.role", "malformed_body", member_identity="king", **change)
        self.refused("ann", "group.role", "not_found", group_id=self.group,
                     member_id=self.ids["zoe"], member_identity="admin")
        self.refused("zoe", "group.role", "not_member", member_identity="admin", **change)
        ann = self.login(self.world, "ann", "a1")
        self.do("ann", "group.role", member_identity="admin", **change)
        self.assertIn('"role":"admin"', ann.message_with(Code=11)["Content"])
        self.assertEqual(self.roles()[self.ids["bob"]], "admin")
        self.do("bob", "remove.group.member", group_id=self.group,
                member_list=[self.ids["cid"]])
        self.refused("bob", "remove.group.member", "forbidden", group_id=self.group,
                     member_list=[self.ids["ann"]])
        self.do("ann", "group.role", member_identity="common", **change)
        self.do("ann", "group.role", member_identity="root", **change)
        self.assertEqual(self.roles(), {self.ids["bob"]: "root", self.ids["ann"]: "common"})
        self.refused("ann", "dissolve.group", "forbidden", group_id=self.group)
        self.refused("bob", "out.group", "conflict", group_id=self.group)
        self.assertEqual(self.do("ann", "group.info", group_id=self.group)["owner_id"],
                         self.ids["bob"])

    def test_muting_everybody(self):
        ann, bob = self.login(self.world, "ann", "a1"), self.login(self.world, "bob", "b1")
        self.do("ann", "group.mute", group_id=self.group, member_id=0, seconds=600)
        self.assertError(bob.send(self.room, "x", f"{self.prefix}-1"), "muted")
        self.assertEqual(ann.send(self.room, "x", f"{self.prefix}-2").action, ACK)
        until = self.do("bob", "group.info", group_id=self.group)["muted_until"]
        self.assertGreater(until, ann.sync_point().body["ServerTime"])
        self.do("ann", "group.mute", group_id=self.group, member_id=0, seconds=0)
        self.assertEqual(bob.send(self.room, "x", f"{self.prefix}-3").action, ACK)
        self.refused("bob", "group.mute", "forbidden", group_id=self.group, member_id=0,
                     seconds=5)

    def test_updating(self):
        self.refused("bob", "update.group", "forbidden", group_id=self.group, name="x")
        for body in ({"name": ""}, {"name": "  "}, {"permissions": "secret"}, {"name": 5}):
            self.refused("ann", "update.group", "malformed_body", group_id=self.group, **body)
        ann = self.login(self.world, "ann", "a1")
        self.do("ann", "update.group", group_id=self.group, name=" walkers ", desc="d",
                avatar="/a", permissions="protected")
        info = self.do("cid", "group.info", group_id=self.group)
        self.assertEqual((info["name"], info["desc"], info["avatar"], info["permissions"]),
                         ("walkers", "d", "/a", "protected"))
        self.assertEqual((info["member_identity"], info["member_count"]), ("common", 3))
        self.assertEqual(self.item(ann)["Title"], "walkers")
        self.refused("zoe", "group.info", "not_member", group_id=self.group)

    def test_asking_to_join(self):
        self.do("ann", "update.group", group_id=self.group, permissions="protected")
        self.refused("bob", "add.group.member", "forbidden", group_id=self.group,
                     member_list=[self.ids["zoe"]])
        for remark in ("please", "pretty please"):
            self.assertEqual(self.do("zoe", "add.group", group_id=self.group, remark=remark),
                             {"joined": False})
        self.refused("bob", "group.apply.list", "forbidden", group_id=self.group)
        apply = self.do("ann", "group.apply.list", group_id=self.group)["list"]
        self.assertEqual([(a["member_id"], a["remark"], a["status"], a["nickname"])
                          for a in apply],
                         [(self.ids["zoe"], "pretty please", 0, self.name("zoe"))])
        number = apply[0]["id"]
        for who in ("bob", "zoe"):
            status, reply = self.server.call(
                "/chatroom/group.apply.action", {"id": number, "action": 1}, self.tokens[who])
            unknown = self.server.call(
                "/chatroom/group.apply.action", {"id": 1 << 40, "action": 1}, self.tokens[who])
            self.assertEqual((status, reply), unknown, "a foreign request is as one that is not")
            self.assertEqual((status, reply["error"]), (404, "not_found"))
        self.refused("ann", "group.apply.action", "malformed_body", id=number, action=3)
        self.do("ann", "group.apply.action", id=number, action=2)
        self.refused("ann", "group.apply.action", "conflict", id=number, action=1)
        self.do("zoe", "add.group", group_id=self.group, remark="again")
        number = self.do("ann", "group.apply.list", group_id=self.group)["list"][0]["id"]
        self.do("ann", "group.apply.action", id=number, action=1)
        self.do("ann", "group.apply.action", id=number, action=1)
        self.assertEqual(self.roles()[self.ids["zoe"]], "common")

    def test_dissolving(self):
        ann, bob = self.login(self.world, "ann", "a1"), self.login(self.world, "bob", "b1")
        self.refused("bob", "dissolve.group", "forbidden", group_id=self.group)
        self.do("ann", "dissolve.group", group_id=self.group)
        self.assertIn("dissolved", bob.message_with(Code=12)["Content"])
        for client in (ann, bob):
            self.assertError(client.send(self.room, "x", f"{self.prefix}-1"), "not_member")
        self.refused("ann", "group.info", "not_member", group_id=self.group)
        self.assertEqual(self.server.good("/chatroom/my.group.list", None, self.tokens["ann"],
                                          method="GET")["list"], [])

    def test_members_in_pages(self):
        people = {f"m{n}": [] for n in range(45)}
        world = self.people(own=["o1"], **people, groups=[["own", *people]])
        token, group = world.tokens[self.name("own"), "o1"], world.group_ids[0]
        seen = []
        for page in range(1, 5):
            data = self.server.good(f"/chatroom/group.member/{group}?page={page}&perpage=20",
                                    None, token, method="GET")
            self.assertEqual(data["total"], 46)
            seen += [item["member_id"] for item in data["list"]]
        self.assertEqual(len(seen), 46)
        self.assertEqual(set(seen), set(world.ids.values()))
        self.assertEqual(seen[0], world.ids[self.name("own")])

    def test_finding_groups(self):
        self.do("ann", "update.group", group_id=self.group, name=self.name("find me"))
        for search in (str(self.group), self.name("find me")):
            found = self.server.good("/search/group", {"search": search}, self.tokens["zoe"])
            self.assertEqual([g["group_id"] for g in found["list"]], [self.group])
            self.assertIsNone(found["list"][0]["member_identity"])
        self.do("ann", "update.group", group_id=self.group, permissions="private")
        found = self.server.good("/search/group", {"search": str(self.group)},
                                 self.tokens["zoe"])
        self.assertEqual(found["list"], [])


class OwnSettings(GroupCase):
    def test_pins_and_notes(self):
        ann, bob = self.login(self.world, "ann", "a1"), self.login(self.world, "bob", "b1")
        self.do("ann", "pin", chatroom_id=self.room, pinned=True)
        self.do("ann", "notify.level", chatroom_id=self.room, notify_level=1)
        self.assertEqual((self.item(ann)["Pinned"], self.item(ann)["NotifyLevel"]), (True, 1))
        self.assertFalse(self.item(bob).get("Pinned", False))
        info = self.do("ann", "get.chatroom.info", chatroom_id=self.room)
        self.assertEqual((info["pinned"], info["notify_level"], info["title"]), (True, 1, "g0"))
        self.do("ann", "pin", chatroom_id=self.room, pinned=False)
        self.assertFalse(self.item(ann).get("Pinned", False))
        self.refused("ann", "notify.level", "malformed_body", chatroom_id=self.room,
                     notify_level=3)
        self.refused("ann", "pin", "malformed_body", chatroom_id=self.room)
        for route, more in (("pin", {"pinned": True}), ("notify.level", {"notify_level": 1}),
                            ("get.chatroom.info", {})):
            self.refused("zoe", route, "not_member", chatroom_id=self.room, **more)

    def test_remarks_and_finding_people(self):
        world, chat = self.pair()
        ann_id, bob_id = world.ids[self.name("ann")], world.ids[self.name("bob")]
        token = world.tokens[self.name("ann"), "a1"]
        ann = self.login(world, "ann", "a1")
        self.server.good("/user/friend.remark", {"friend_id": bob_id, "remark": "Bobby"}, token)
        friends = self.server.good("/user/friend.list", {}, token)["list"]
        self.assertEqual([(f["member_id"], f["remark"], f["account"], f["chatroom_id"])
                          for f in friends], [(bob_id, "Bobby", self.name("bob"), chat)])
        title = [i["Title"] for i in ann.conversations().body["Items"] if i["ChatroomId"] == chat]
        self.assertEqual(title, ["Bobby"])
        status, reply = self.server.call(
            "/user/friend.remark", {"friend_id": self.ids["zoe"], "remark": "x"}, token)
        self.assertEqual((status, reply["error"]), (403, "not_friend"))
        for search in (self.name("bob"), str(bob_id)):
            found = self.server.good("/search/friend", {"search": search}, token)["list"]
            self.assertIn(bob_id, [user["member_id"] for user in found])
        self.assertEqual(
            self.server.good("/search/friend", {"search": "nobody at all"}, token)["list"], [])
        home = self.server.good("/user/others.home.info", {"member_id": bob_id}, token)
        self.assertEqual((home["is_friend"], home["chatroom_id"]), (True, chat))
        self.assertEqual(self.server.good("/user/others.home.info", {
            "member_id": self.ids["zoe"]}, token)["is_friend"], False)
        self.assertNotEqual(ann_id, bob_id)
