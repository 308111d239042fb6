"""PROTOCOL.md §7, §9: who may do what in a group, limits, and requests that race."""

import threading

from harness import Case
from test_groups import GroupCase
from wire import ACK


class Rules(GroupCase):
    def admin(self, *names):
        for short in names:
            self.do("ann", "group.role", group_id=self.group, member_id=self.ids[short],
                    member_identity="admin")

    def mute(self, who, whom, seconds=600):
        return self.server.call("/chatroom/group.mute", {
            "group_id": self.group, "member_id": self.ids[whom] if whom else 0,
            "seconds": seconds}, self.tokens[who])

    def test_rank_decides(self):
        self.admin("bob")
        self.do("ann", "add.group.member", group_id=self.group, member_list=[self.ids["zoe"]])
        self.admin("zoe")
        for who, whom, status in (("bob", "ann", 403), ("bob", "zoe", 403), ("bob", "bob", 403),
                                  ("ann", "ann", 403), ("cid", "bob", 403), ("bob", "cid", 200),
                                  ("ann", "zoe", 200)):
            with self.subTest(f"{who} mutes {whom}"):
                self.assertEqual(self.mute(who, whom)[0], status)
        zoe, cid = self.login(self.world, "zoe", "z1"), self.login(self.world, "cid", "c1")
        self.assertError(zoe.send(self.room, "x", f"{self.prefix}-1"), "muted")
        self.assertError(cid.send(self.room, "x", f"{self.prefix}-2"), "muted")
        self.refused("cid", "group.alias", "muted", group_id=self.group, alias="I speak")
        self.refused("bob", "remove.group.member", "forbidden", group_id=self.group,
                     member_list=[self.ids["zoe"]])
        self.do("ann", "group.mute", group_id=self.group, member_id=self.ids["zoe"], seconds=0)
        self.mute("ann", None)
        self.assertEqual(zoe.send(self.room, "x", f"{self.prefix}-3").action, ACK)
        self.admin("cid")
        self.assertEqual(cid.send(self.room, "promoted", f"{self.prefix}-4").action, ACK)
        self.do("ann", "remove.group.member", group_id=self.group, member_list=[self.ids["zoe"]])
        self.assertError(zoe.send(self.room, "x", f"{self.prefix}-5"), "not_member")

    def test_an_alias(self):
        bob = self.login(self.world, "bob", "b1")
        self.do("ann", "group.alias", group_id=self.group, alias=" the boss ")
        entry = bob.message_with(Code=11)
        self.assertEqual(entry["UserId"], self.ids["ann"])
        self.assertIn('"alias":"the boss"', entry["Content"])
        head = bob.sync(self.room).body["HeadSeq"]
        self.do("ann", "group.alias", group_id=self.group, alias="the boss")
        self.assertEqual(bob.sync(self.room).body["HeadSeq"], head, "nothing changed")
        members = self.server.good(f"/chatroom/group.member/{self.group}", None,
                                   self.tokens["bob"], method="GET")["list"]
        self.assertEqual({m["member_id"]: m["alias"] for m in members}, {
            self.ids["ann"]: "the boss", self.ids["bob"]: "", self.ids["cid"]: ""})
        self.do("ann", "group.alias", group_id=self.group, alias="")
        for alias in ("x" * 65, "a\nb", "a\u202eb", 5):
            self.refused("ann", "group.alias", "malformed_body", group_id=self.group, alias=alias)
        self.refused("zoe", "group.alias", "not_member", group_id=self.group, alias="z")

    def test_history_for_those_who_come_late(self):
        bob = self.login(self.world, "bob", "b1")
        before = bob.send(self.room, "before", f"{self.prefix}-1").body["Seq"]
        self.assertFalse(self.do("bob", "group.info", group_id=self.group)["history_open"])
        self.do("zoe", "add.group", group_id=self.group)
        zoe = self.login(self.world, "zoe", "z1")
        page = zoe.sync(self.room, AfterSeq=0).body
        self.assertEqual((page["FirstSeq"], page["Messages"][0]["Seq"]), (before + 1, before + 1))
        self.refused("bob", "update.group", "forbidden", group_id=self.group, history_open=True)
        self.do("ann", "update.group", group_id=self.group, history_open=True)
        self.assertTrue(self.do("bob", "group.info", group_id=self.group)["history_open"])
        self.assertEqual(zoe.sync(self.room).body["FirstSeq"], before + 1)
        self.do("zoe", "out.group", group_id=self.group)
        self.do("zoe", "add.group", group_id=self.group)
        page = zoe.sync(self.room, AfterSeq=0).body
        self.assertEqual((page["FirstSeq"], page["Messages"][0]["Seq"]), (1, 1))
        made = self.server.good("/chatroom/create.group", {
            "name": "open", "history_open": True}, self.tokens["ann"])
        self.assertTrue(made["history_open"])

    def test_changing_nothing_writes_nothing(self):
        ann = self.login(self.world, "ann", "a1")
        head = ann.sync(self.room).body["HeadSeq"]
        self.do("ann", "update.group", group_id=self.group)
        self.do("ann", "group.role", group_id=self.group, member_id=self.ids["bob"],
                member_identity="common")
        self.assertEqual(ann.sync(self.room).body["HeadSeq"], head)

    def test_many_in_one_call(self):
        for route in ("add.group.member", "remove.group.member"):
            self.refused("ann", route, "malformed_body", group_id=self.group,
                         member_list=list(range(1, 2_002)))
        self.do("ann", "add.group.member", group_id=self.group,
                member_list=[self.ids["zoe"]] * 3_000)
        self.refused("ann", "add.group.member", "not_found", group_id=self.group,
                     member_list=[1 << 40])


class Requests(GroupCase):
    def setUp(self):
        super().setUp()
        self.do("ann", "update.group", group_id=self.group, permissions="protected")

    def ask(self, remark="please"):
        self.assertEqual(self.do("zoe", "add.group", group_id=self.group, remark=remark),
                         {"joined": False})
        return self.do("ann", "group.apply.list", group_id=self.group)["list"][0]["id"]

    def test_joining_otherwise_settles_it(self):
        number = self.ask()
        self.do("ann", "add.group.member", group_id=self.group, member_list=[self.ids["zoe"]])
        listed = self.do("ann", "group.apply.list", group_id=self.group)["list"]
        self.assertEqual([(a["id"], a["status"]) for a in listed], [(number, 1)])
        self.refused("ann", "group.apply.action", "conflict", id=number, action=2)

    def test_pages_and_how_often_one_may_ask(self):
        for _ in range(5):
            self.do("ann", "group.apply.action", id=self.ask(), action=2)
        status, reply = self.server.call(
            "/chatroom/add.group", {"group_id": self.group}, self.tokens["zoe"])
        self.assertEqual((status, reply["error"]), (429, "rate_limited"))
        self.assertGreater(reply["retry_after_ms"], 80_000_000)
        seen = [[a["id"] for a in self.do("ann", "group.apply.list", group_id=self.group,
                                          page=page, perpage=2)["list"]] for page in (1, 2, 3, 4)]
        self.assertEqual([len(page) for page in seen], [2, 2, 1, 0])
        ids = sum(seen, [])
        self.assertEqual(ids, sorted(set(ids), reverse=True))

    def test_foreign_and_unknown_requests_are_alike(self):
        number = self.ask()
        answers = []
        for who, wanted in (("bob", number), ("zoe", number), ("ann", 1 << 40)):
            answers.append(self.server.call("/chatroom/group.apply.action", {
                "id": wanted, "action": 1}, self.tokens[who]))
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0], answers[2])
        self.assertEqual(answers[0][1]["error"], "not_found")

    def test_a_dissolved_group_is_as_one_that_never_was(self):
        number = self.ask()
        self.do("ann", "dissolve.group", group_id=self.group)
        answers = {}
        for group in (self.group, 1 << 40):
            answers[group] = [
                self.server.call(f"/chatroom/{route}", {"group_id": group, **more},
                                 self.tokens[who])
                for who, route, more in (
                    ("ann", "group.info", {}), ("zoe", "add.group", {}),
                    ("bob", "out.group", {}), ("ann", "update.group", {"name": "x"}),
                    ("ann", "dissolve.group", {}), ("ann", "group.alias", {"alias": "x"}),
                    ("ann", "group.mute", {"member_id": 0, "seconds": 1}),
                    ("ann", "remove.group.member", {"member_list": [1]}),
                    ("ann", "group.apply.list", {}))]
        self.assertEqual(answers[self.group], answers[1 << 40])
        for status, reply in answers[self.group]:
            self.assertEqual((status, reply["error"]), (403, "not_member"))
        for body in ({"chatroom_id": self.room}, {"chatroom_id": 1 << 40}):
            for route, more in (("/chatroom/get.chatroom.info", {}), ("/message/sync", {}),
                                ("/message/receipts", {"seq": 1}), ("/common/get.message.id", {}),
                                ("/chatroom/pin", {"pinned": True})):
                status, reply = self.server.call(route, {**body, **more}, self.tokens["bob"])
                self.assertEqual((status, reply["error"]), (403, "not_member"), route)
        status, reply = self.server.call("/chatroom/group.apply.action", {
            "id": number, "action": 1}, self.tokens["ann"])
        self.assertEqual((status, reply["error"]), (404, "not_found"))


class Races(GroupCase):
    def together(self, *calls):
        """Each (who, route, body) at the same time; their (status, error)."""
        answers, gate = [None] * len(calls), threading.Barrier(len(calls))

        def call(index, who, route, body):
            gate.wait(10)
            status, reply = self.server.call(f"/chatroom/{route}", body, self.tokens[who])
            answers[index] = (status, reply.get("error"))

        threads = [threading.Thread(target=call, args=(index, *one))
                   for index, one in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        return answers

    def entries(self, code, client):
        return [m for m in client.sync(self.room, AfterSeq=0, Limit=500).body["Messages"]
                if m["Code"] == code]

    def test_two_dissolves(self):
        body = {"group_id": self.group}
        answers = self.together(*[("ann", "dissolve.group", body)] * 4)
        self.assertEqual(sorted(answers), [(200, None)] + [(403, "not_member")] * 3)

    def test_two_ways_in_are_one_entry(self):
        ann = self.login(self.world, "ann", "a1")
        self.do("ann", "update.group", group_id=self.group, permissions="protected")
        self.do("zoe", "add.group", group_id=self.group)
        number = self.do("ann", "group.apply.list", group_id=self.group)["list"][0]["id"]
        answers = self.together(
            *[("ann", "group.apply.action", {"id": number, "action": 1})] * 3,
            *[("ann", "add.group.member", {"group_id": self.group,
                                           "member_list": [self.ids["zoe"]]})] * 3)
        self.assertEqual(set(answers), {(200, None)})
        self.assertEqual(len(self.entries(10, ann)), 1)
        self.assertEqual(self.do("ann", "group.info", group_id=self.group)["member_count"], 4)

    def test_joining_while_being_removed(self):
        ann = self.login(self.world, "ann", "a1")
        for _ in range(5):
            self.together(
                ("ann", "remove.group.member", {"group_id": self.group,
                                                "member_list": [self.ids["bob"]]}),
                ("bob", "add.group", {"group_id": self.group}),
                ("bob", "out.group", {"group_id": self.group}))
        changes = [m for m in ann.sync(self.room, AfterSeq=0, Limit=500).body["Messages"]
                   if m["Code"] in (10, 12)]
        # Leaves and joins take turns, whatever came first.
        self.assertEqual([m["Code"] for m in changes],
                         [12 if n % 2 == 0 else 10 for n in range(len(changes))])
        members = self.roles()
        info = self.do("ann", "group.info", group_id=self.group)
        self.assertEqual(info["member_count"], len(members))
        self.assertEqual(self.ids["bob"] in members, changes[-1]["Code"] == 10)

    def test_two_transfers(self):
        answers = self.together(*[
            ("ann", "group.role", {"group_id": self.group, "member_id": self.ids[short],
                                   "member_identity": "root"}) for short in ("bob", "cid")])
        self.assertEqual(sorted(answers), [(200, None), (403, "forbidden")])
        self.assertEqual(sorted(self.roles().values()), ["common", "common", "root"])
        owner = self.do("ann", "group.info", group_id=self.group)["owner_id"]
        self.assertEqual(self.roles()[owner], "root")


    def test_joining_and_being_banned(self):
        for _ in range(5):
            gate = threading.Barrier(2)

            def ban():
                gate.wait(10)
                self.server.good("/admin/ban", {"account": self.name("zoe"), "days": 1},
                                 self.server.admin_token)

            thread = threading.Thread(target=ban)
            thread.start()
            gate.wait(10)
            status, reply = self.server.call(
                "/chatroom/add.group", {"group_id": self.group}, self.tokens["zoe"])
            thread.join(20)
            self.assertIn(status, (200, 401, 403), reply)
            later = self.server.call(
                "/chatroom/out.group", {"group_id": self.group}, self.tokens["zoe"])
            self.assertIn(later[0], (401, 403), "the banned act no more")
            members = self.roles()
            self.assertEqual(self.ids["zoe"] in members, status == 200)
            info = self.do("ann", "group.info", group_id=self.group)
            self.assertEqual(info["member_count"], len(members))
            self.server.good("/admin/unban", {"account": self.name("zoe")},
                             self.server.admin_token)
            self.tokens["zoe"] = self.server.provision({self.name("zoe"): ["z1"]}).tokens[
                self.name("zoe"), "z1"]
            self.do("ann", "remove.group.member", group_id=self.group,
                    member_list=[self.ids["zoe"]])


class Full(Case):
    flags = ("--group-members-max", "3")

    def test_a_group_that_is_full(self):
        world = self.people(ann=["a1"], bob=["b1"], cid=["c1"], dan=["d1"],
                            groups=[["ann", "bob"]])
        tokens = {short: world.tokens[self.name(short), f"{short[0]}1"]
                  for short in ("ann", "bob", "cid", "dan")}
        body = {"group_id": world.group_ids[0]}
        self.server.good("/chatroom/add.group", body, tokens["cid"])
        for route, who, more in (("add.group", "dan", {}), (
                "add.group.member", "ann", {"member_list": [world.ids[self.name("dan")]]})):
            status, reply = self.server.call(f"/chatroom/{route}", {**body, **more}, tokens[who])
            self.assertEqual((status, reply["error"]), (409, "conflict"))
            self.assertIn("3", reply["msg"])
        self.server.good("/chatroom/out.group", body, tokens["cid"])
        self.server.good("/chatroom/add.group", body, tokens["dan"])
        status, reply = self.server.call("/chatroom/create.group", {
            "name": "x", "member_list": [world.ids[self.name(short)]
                                         for short in ("bob", "cid", "dan")]}, tokens["ann"])
        self.assertEqual((status, reply["error"]), (409, "conflict"))


class Finding(GroupCase):
    def test_by_the_beginning_of_the_name(self):
        base = self.name("Walk")
        made = [self.server.good("/chatroom/create.group", {
            "name": f"{base}{n}", "permissions": kind}, self.tokens["ann"])["group_id"]
            for n, kind in enumerate(("public", "protected", "private"))]

        def found(text, **more):
            return [g["group_id"] for g in self.server.good(
                "/search/group", {"search": text, **more}, self.tokens["zoe"])["list"]]

        for text in (base, base.upper(), base.lower()):
            self.assertEqual(found(text), made[:2])
        self.assertEqual(found(base, perpage=1, page=2), made[1:2])
        self.assertEqual(found(base, page=10**9), [])
        self.assertEqual(found(f"{base}2"), [])
        self.assertEqual(found(str(made[0])), made[:1])
        self.assertEqual(found(str(made[2])), [])
        for text in ("%", "_", "\\", "'", '"'):
            self.assertEqual(found(text), [])
        self.do("ann", "dissolve.group", group_id=made[0])
        self.assertEqual(found(base), made[1:2])

    def test_members_behind_a_cursor(self):
        people = {f"m{n}": [] for n in range(25)}
        world = self.people(own=["o1"], **people, groups=[["own", *people]])
        token, group = world.tokens[self.name("own"), "o1"], world.group_ids[0]
        for n in (3, 7, 9):
            self.server.good("/chatroom/group.role", {
                "group_id": group, "member_id": world.ids[self.name(f"m{n}")],
                "member_identity": "admin"}, token)
        seen, cursor = [], ""
        while True:
            data = self.server.good(
                f"/chatroom/group.member/{group}?perpage=2&cursor={cursor}", None, token,
                method="GET")
            self.assertEqual(data["total"], 26)
            seen += data["list"]
            cursor = data["next_cursor"]
            if not cursor:
                break
        ranks = [{"root": 0, "admin": 1, "common": 2}[m["member_identity"]] for m in seen]
        self.assertEqual(ranks, [0] + [1] * 3 + [2] * 22)
        self.assertEqual({m["member_id"] for m in seen}, set(world.ids.values()))
        self.assertEqual(len(seen), 26)
        for cursor in ("x", "3.1", "1", "1.x", "-1.5", "1.0"):
            status, reply = self.server.call(
                f"/chatroom/group.member/{group}?cursor={cursor}", None, token, method="GET")
            self.assertEqual((status, reply["error"]), (400, "malformed_body"), cursor)
        for page, most in ((0, 20), (-1, 20), (10**9, 0)):
            data = self.server.good(f"/chatroom/group.member/{group}?page={page}", None, token,
                                    method="GET")
            self.assertEqual(len(data["list"]), most)
