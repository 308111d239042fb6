"""PROTOCOL.md §7.2: a moment's comments and likes in pages, and review by operators."""

import threading

from test_moments import MP4, PNG, Moments


class Pages(Moments):
    def all_of(self, who, route, moment, limit):
        seen, cursor = [], ""
        while True:
            page = self.call(who, route, id=moment, cursor=cursor, limit=limit)
            self.assertLessEqual(len(page["list"]), limit)
            seen += page["list"]
            cursor = page["next_cursor"]
            if not cursor:
                return seen

    def test_comments(self):
        moment = self.publish("ann", "talk", visibility="public")
        ids = [self.call(("bob", "zoe")[n % 2], "comment", id=moment, text=f"c{n}")["id"]
               for n in range(13)]
        seen = self.all_of("cid", "comments", moment, 5)
        self.assertEqual([c["id"] for c in seen], ids[::-1])
        self.assertEqual((seen[0]["text"], seen[0]["user_id"], seen[0]["nickname"]),
                         ("c12", self.ids["bob"], self.name("bob")))
        # A comment that comes while one pages moves nothing.
        first = self.call("cid", "comments", id=moment, limit=5)
        self.call("bob", "comment", id=moment, text="late")
        rest = self.call("cid", "comments", id=moment, cursor=first["next_cursor"], limit=100)
        self.assertEqual([c["id"] for c in rest["list"]], ids[::-1][5:])
        self.server.good("/user/block", {"friend_id": self.ids["zoe"]}, self.tokens["cid"])
        seen = self.all_of("cid", "comments", moment, 3)
        self.assertEqual({c["user_id"] for c in seen}, {self.ids["bob"]})
        self.assertEqual(len(seen), 8)

    def test_likes(self):
        moment = self.publish("ann", "like me", visibility="public")
        for who in ("zoe", "bob", "cid", "ann"):
            self.call(who, "like", id=moment)
        seen = self.all_of("bob", "likes", moment, 1)
        self.assertEqual([like["user_id"] for like in seen], sorted(self.ids.values()))
        self.assertGreater(seen[0]["time"], 1_600_000_000_000)
        self.server.good("/user/block", {"friend_id": self.ids["bob"]}, self.tokens["zoe"])
        self.assertNotIn(self.ids["zoe"],
                         [like["user_id"] for like in self.all_of("bob", "likes", moment, 2)])

    def test_only_of_what_one_may_see(self):
        moment = self.publish("ann", "for friends")
        for route in ("comments", "likes"):
            for who, number in (("zoe", moment), ("bob", 1 << 40), ("bob", -1)):
                self.refused(who, route, 404, "not_found", id=number)
            for cursor in ("x", "m5", "c", "c0", "l-1", "5"):
                self.refused("bob", route, 400, "malformed_body", id=moment, cursor=cursor)
            self.refused("bob", route, 400, "malformed_body")
            for limit in (0, -1, 10**9):
                self.call("bob", route, id=moment, limit=limit)

    def test_publishing_twice_at_the_same_time(self):
        gate, ids = threading.Barrier(4), []

        def publish():
            gate.wait(10)
            ids.append(self.publish("ann", "once", client_id="same"))

        threads = [threading.Thread(target=publish) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual((len(ids), len(set(ids))), (4, 1))


class Review(Moments):
    flags = ("--moment-review", "before")

    def admin(self, route, **body):
        return self.server.good(f"/admin/{route}", body, self.server.admin_token)

    def waiting(self, review="waiting"):
        return [m["id"] for m in self.admin("moment.list", review=review, limit=100)["list"]
                if m["user_id"] in self.ids.values()]

    def test_others_see_what_passed(self):
        png, mp4 = self.upload("ann", PNG), self.upload("ann", MP4)
        shown = self.publish("ann", "kind", visibility="public", images=[png])
        bad = self.publish("ann", "unkind", visibility="public", images=[])
        film = self.call("ann", "publish", video=mp4, cover=png, visibility="users",
                         member_list=[self.ids["bob"]])["id"]
        self.assertEqual(self.waiting(), [film, bad, shown])
        listed = self.admin("moment.list", limit=1)
        self.assertEqual((len(listed["list"]), listed["list"][0]["review"]), (1, "waiting"))
        self.assertEqual(self.admin("moment.list", limit=1, cursor=listed["next_cursor"])[
            "list"][0]["id"], bad)
        self.assertEqual(self.seen("ann"), [film, bad, shown])
        self.assertEqual(self.item("ann", shown)["review"], "waiting")
        for who in ("bob", "zoe"):
            self.assertEqual(self.seen(who), [])
            self.assertEqual(self.seen(who, member_id=self.ids["ann"]), [])
            for route, more in (("like", {}), ("comment", {"text": "x"}), ("comments", {})):
                self.refused(who, route, 404, "not_found", id=shown, **more)
        for number, action in ((shown, "pass"), (shown, "pass"), (bad, "refuse"),
                               (film, "pass")):
            self.assertIsNone(self.admin("moment.review", id=number, action=action))
        self.assertEqual((self.seen("bob"), self.seen("zoe")), ([film, shown], [shown]))
        self.assertEqual((self.waiting(), self.waiting("refused")), ([], [bad]))
        self.assertEqual(self.item("ann", bad)["review"], "refused")
        self.admin("moment.review", id=shown, action="refuse")
        self.assertEqual(self.seen("zoe"), [])
        self.call("ann", "delete", id=bad)
        self.assertEqual(self.waiting("refused"), [shown])
        noted = self.admin("audit", action="moment.review", limit=5)["list"]
        self.assertEqual([(entry["target"], entry["detail"]["action"]) for entry in noted[:2]],
                         [(f"moment {shown}", "refuse"), (f"moment {film}", "pass")])

    def test_operators_alone(self):
        moment = self.publish("ann", "x", visibility="public")
        for route, body in (("moment.list", {}),
                            ("moment.review", {"id": moment, "action": "pass"})):
            for token in (None, self.tokens["ann"]):
                status, reply = self.server.call(f"/admin/{route}", body, token)
                self.assertEqual((status, reply["error"]), (401, "bad_token"))
        for body, expected in (({"id": 1 << 40, "action": "pass"}, (404, "not_found")),
                               ({"id": moment, "action": "eat"}, (400, "malformed_body")),
                               ({"id": moment}, (400, "malformed_body")),
                               ({"action": "pass"}, (400, "malformed_body"))):
            status, reply = self.server.call(
                "/admin/moment.review", body, self.server.admin_token)
            self.assertEqual((status, reply["error"]), expected)
        for body in ({"review": "x"}, {"cursor": "c1"}, {"limit": "many"}):
            self.assertEqual(self.server.call(
                "/admin/moment.list", body, self.server.admin_token)[0], 400)
        self.assertEqual(self.seen("bob"), [])
