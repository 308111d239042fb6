"""PROTOCOL.md §9: whom a group's admins keep out, and races with joining."""

import threading

from test_groups import GroupCase


class Bans(GroupCase):
    def ban(self, who, whom, banned=True):
        return self.server.call("/chatroom/group.ban", {
            "group_id": self.group, "member_id": self.ids[whom], "banned": banned},
            self.tokens[who])

    def test_kept_out_until_it_is_lifted(self):
        bob = self.login(self.world, "bob", "b1")
        self.assertEqual(self.ban("ann", "bob")[0], 200)
        self.assertEqual(bob.message_with(Code=12)["UserId"], self.ids["ann"])
        self.assertError(bob.send(self.room, "still there", f"{self.prefix}-1"), "not_member")
        self.refused("bob", "add.group", "forbidden", group_id=self.group)
        self.refused("cid", "add.group.member", "forbidden", group_id=self.group,
                     member_list=[self.ids["bob"]])
        self.refused("ann", "add.group.member", "forbidden", group_id=self.group,
                     member_list=[self.ids["bob"]])
        listed = self.do("ann", "group.ban.list", group_id=self.group)["list"]
        self.assertEqual([(one["member_id"], one["banned_by"]) for one in listed],
                         [(self.ids["bob"], self.ids["ann"])])
        self.refused("cid", "group.ban.list", "forbidden", group_id=self.group)
        self.refused("zoe", "group.ban.list", "not_member", group_id=self.group)
        self.assertEqual(self.ban("ann", "bob")[0], 200)
        self.assertEqual(self.ban("ann", "bob", banned=False)[0], 200)
        self.assertEqual(self.do("bob", "add.group", group_id=self.group), {"joined": True})

    def test_rank_decides(self):
        self.do("ann", "group.role", group_id=self.group, member_id=self.ids["bob"],
                member_identity="admin")
        for who, whom, error in (("cid", "zoe", "forbidden"), ("bob", "ann", "forbidden"),
                                 ("bob", "bob", "forbidden"), ("zoe", "cid", "not_member")):
            status, reply = self.ban(who, whom)
            self.assertEqual((status, reply["error"]), (403, error), (who, whom))
        self.assertEqual(self.ban("bob", "zoe")[0], 200)
        status, reply = self.server.call("/chatroom/group.ban", {
            "group_id": self.group, "member_id": 1 << 40}, self.tokens["ann"])
        self.assertEqual((status, reply["error"]), (404, "not_found"))

    def test_a_request_that_waits_is_rejected(self):
        self.do("ann", "update.group", group_id=self.group, permissions="protected")
        self.do("zoe", "add.group", group_id=self.group, remark="please")
        self.ban("ann", "zoe")
        listed = self.do("ann", "group.apply.list", group_id=self.group)["list"]
        self.assertEqual([one["status"] for one in listed], [2])
        self.refused("ann", "group.apply.action", "conflict", id=listed[0]["id"], action=1)
        self.refused("zoe", "add.group", "forbidden", group_id=self.group)

    def test_joining_and_being_banned_at_once(self):
        for _ in range(10):
            done = []
            calls = [
                ("/chatroom/add.group", {"group_id": self.group}, self.tokens["zoe"]),
                ("/chatroom/group.ban", {"group_id": self.group, "member_id": self.ids["zoe"]},
                 self.tokens["ann"]),
            ]
            threads = [threading.Thread(target=lambda call=call: done.append(
                self.server.call(*call)[0])) for call in calls]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertIn(sorted(done), ([200, 200], [200, 403]))
            self.assertNotIn(self.ids["zoe"], self.roles())
            self.ban("ann", "zoe", banned=False)
