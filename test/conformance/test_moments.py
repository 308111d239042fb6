"""PROTOCOL.md §7.2: moments, and who sees them."""

from harness import Case

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"


class Moments(Case):
    """ann and bob are friends; zoe is nobody's."""

    def setUp(self):
        super().setUp()
        self.world = self.people(
            ann=["a1"], bob=["b1"], cid=["c1"], zoe=["z1"],
            friends=[("ann", "bob"), ("ann", "cid")])
        self.ids = {short: self.world.ids[self.name(short)]
                    for short in ("ann", "bob", "cid", "zoe")}
        self.tokens = {short: self.world.tokens[self.name(short), f"{short[0]}1"]
                       for short in self.ids}

    def call(self, who, route, **body):
        return self.server.good(f"/dynamic/{route}", body, self.tokens[who])

    def refused(self, who, route, status, error, **body):
        got, reply = self.server.call(f"/dynamic/{route}", body, self.tokens[who])
        self.assertEqual((got, reply.get("error")), (status, error), reply)
        self.assertTrue(reply["msg"])

    def publish(self, who, text, **more):
        return self.call(who, "publish", text=text, **more)["id"]

    def seen(self, who, **body):
        """The IDs of this test's people's moments, as they come."""
        mine = set(self.ids.values())
        return [m["id"] for m in self.call(who, "list", limit=100, **body)["list"]
                if m["user_id"] in mine]

    def item(self, who, moment):
        return [m for m in self.call(who, "list", limit=100)["list"] if m["id"] == moment][0]

    def upload(self, who, data):
        token = self.tokens[who]
        ticket = self.server.good("/common/get.qiniu.upload.token", {"type": "file"}, token)
        return self.server.good("/media/x", token=token, method="PUT", raw=data,
                                headers={"upload-token": ticket["token"]})["url"]


class Visibility(Moments):
    def test_who_sees_what(self):
        public = self.publish("ann", "for all", visibility="public")
        friends = self.publish("ann", "for friends", visibility="friends")
        named = self.publish("ann", "for bob", visibility="users",
                             member_list=[self.ids["bob"], self.ids["ann"], self.ids["bob"]])
        default = self.publish("ann", "for friends too")
        for who, expected in (("ann", [default, named, friends, public]),
                              ("bob", [default, named, friends, public]),
                              ("cid", [default, friends, public]), ("zoe", [public])):
            with self.subTest(who):
                self.assertEqual(self.seen(who), expected)
                self.assertEqual(self.seen(who, member_id=self.ids["ann"]), expected)
                for moment in {default, named, friends, public} - set(expected):
                    for route, more in (("like", {}), ("comment", {"text": "x"}),
                                        ("delete", {})):
                        self.refused(who, route, 404, "not_found", id=moment, **more)
        self.assertEqual(self.item("ann", named)["visibility"], "users")
        self.assertEqual(self.seen("bob", member_id=self.ids["cid"]), [])
        self.assertEqual(self.seen("bob", member_id=1 << 40), [])

    def test_friendship_as_it_is_now(self):
        moment = self.publish("ann", "for friends")
        self.server.good("/user/del.friend", {"friend_id": self.ids["bob"]}, self.tokens["ann"])
        self.assertEqual(self.seen("bob"), [])
        self.refused("bob", "like", 404, "not_found", id=moment)
        self.assertEqual(self.seen("cid"), [moment])

    def test_blocks_hide_both_ways(self):
        moment = self.publish("ann", "public", visibility="public")
        theirs = self.publish("bob", "public", visibility="public")
        named = self.publish("ann", "to bob", visibility="users", member_list=[self.ids["bob"]])
        self.call("bob", "like", id=moment)
        self.call("bob", "comment", id=moment, text="nice")
        self.call("zoe", "comment", id=moment, text="indeed")
        self.server.good("/user/block", {"friend_id": self.ids["bob"]}, self.tokens["ann"])
        self.assertEqual(self.seen("bob"), [theirs])
        self.assertEqual(self.seen("ann"), [named, moment])
        self.refused("bob", "comment", 404, "not_found", id=moment, text="again")
        self.refused("ann", "like", 404, "not_found", id=theirs)
        item = self.item("ann", moment)
        self.assertEqual((item["like_count"], item["likes"], item["comment_count"]), (0, [], 1))
        self.assertEqual(self.item("zoe", moment)["comment_count"], 2)
        self.server.good("/user/unblock", {"friend_id": self.ids["bob"]}, self.tokens["ann"])
        self.assertEqual(self.seen("bob"), [named, theirs, moment])
        self.assertEqual(self.item("ann", moment)["likes"], [self.name("bob")])

    def test_nobody_without_a_token(self):
        for route in ("publish", "list", "like", "comment", "delete"):
            self.assertEqual(self.server.call(f"/dynamic/{route}", {"id": 1, "text": "x"})[0], 401)


class Publishing(Moments):
    def test_pictures_and_films(self):
        png, mp4 = self.upload("ann", PNG), self.upload("ann", MP4)
        moment = self.publish("ann", "nine", images=[png] * 9)
        item = self.item("bob", moment)
        self.assertEqual((item["images"], item["video"], item["text"]), ([png] * 9, "", "nine"))
        self.assertEqual((item["user_id"], item["nickname"], item["account"]),
                         (self.ids["ann"], self.name("ann"), self.name("ann")))
        self.assertGreater(item["time"], 1_600_000_000_000)
        film = self.call("ann", "publish", video=mp4, cover=png)["id"]
        item = self.item("bob", film)
        self.assertEqual((item["video"], item["cover"], item["images"]), (mp4, png, []))
        for body in ({}, {"text": ""}, {"images": []}, {"text": "x", "images": [png] * 10},
                     {"images": [png], "video": mp4}, {"images": [png], "cover": png},
                     {"images": [mp4]}, {"video": png}, {"video": mp4, "cover": mp4},
                     {"images": ["https://example.org/x.png"]}, {"images": [5]}, {"images": png},
                     {"images": ["/media/../admin.token"]},
                     {"images": ["/media/" + "0" * 64 + ".png"]},
                     {"text": "x", "visibility": "nobody"}, {"text": "x", "visibility": "users"},
                     {"text": "x", "member_list": [1]},
                     {"text": "x", "visibility": "users", "member_list": []},
                     {"text": "x" * 10_001}, {"text": 5}):
            with self.subTest(str(body)[:60]):
                self.refused("ann", "publish", 400, "malformed_body", **body)
        self.refused("ann", "publish", 404, "not_found", text="x", visibility="users",
                     member_list=[self.ids["bob"], 1 << 40])
        self.assertEqual(self.seen("ann"), [film, moment])
        self.assertEqual(len(self.item("ann", self.publish("ann", "\u957f" * 10_000))["text"]),
                         10_000)

    def test_where_it_was(self):
        here = {"name": "Boathouse", "latitude": 52.5, "longitude": -13}
        self.assertEqual(self.item("bob", self.publish("ann", "x", place=here))["place"],
                         {"name": "Boathouse", "latitude": 52.5, "longitude": -13})
        named = self.publish("ann", "x", place={"name": " 西湖 "})
        self.assertEqual(self.item("bob", named)["place"], {"name": "西湖"})
        self.assertIsNone(self.item("bob", self.publish("ann", "x"))["place"])
        for place in ("here", {}, {"name": ""}, {"name": "a\nb"}, {"name": "x" * 129},
                      {"name": "x", "latitude": 1}, {"name": "x", "longitude": 1},
                      {"name": "x", "latitude": 91, "longitude": 0},
                      {"name": "x", "latitude": 0, "longitude": -180.5},
                      {"name": "x", "latitude": "1", "longitude": 1}):
            self.refused("ann", "publish", 400, "malformed_body", text="x", place=place)

    def test_a_retry_publishes_once(self):
        first = self.publish("ann", "once", client_id="k1")
        self.assertEqual(self.publish("ann", "once", client_id="k1"), first)
        self.assertNotEqual(self.publish("bob", "once", client_id="k1"), first)
        comment = self.call("bob", "comment", id=first, text="a", client_id="k2")
        self.assertEqual(self.call("bob", "comment", id=first, text="a", client_id="k2"), comment)
        self.assertEqual(self.item("ann", first)["comment_count"], 1)
        self.assertEqual(len(self.seen("ann", member_id=self.ids["ann"])), 1)

    def test_pages(self):
        made = [self.publish(("ann", "bob")[n % 2], f"m{n}",
                             visibility=("public", "friends", "users")[n % 3],
                             **({"member_list": [self.ids["ann"]]} if n % 3 == 2 else {}))
                for n in range(24)]
        for member in (0, self.ids["bob"]):
            expected = [m for n, m in enumerate(made) if not member or n % 2][::-1]
            seen, cursor = [], ""
            while True:
                page = self.call("ann", "list", member_id=member, cursor=cursor, limit=5)
                self.assertLessEqual(len(page["list"]), 5)
                seen += [m["id"] for m in page["list"] if m["user_id"] in self.ids.values()]
                cursor = page["next_cursor"]
                if not cursor or len(seen) >= len(expected):
                    break
            self.assertEqual(seen[:len(expected)], expected)
        self.assertEqual(len(self.call("ann", "list")["list"]), 20)
        self.assertEqual(len(self.call("ann", "list", limit=-3)["list"]), 1)
        for cursor in ("x", "m", "m-1", "mm", "7"):
            self.refused("ann", "list", 400, "malformed_body", cursor=cursor)

    def test_they_outlive_a_restart(self):
        moment = self.publish("ann", "kept")
        self.server.restart()
        self.assertEqual(self.seen("bob"), [moment])


class Answers(Moments):
    def test_likes(self):
        moment = self.publish("ann", "like me", visibility="public")
        self.assertIsNone(self.call("bob", "like", id=moment, liked=True))
        self.call("bob", "like", id=moment)
        self.call("zoe", "like", id=moment, liked=True)
        item = self.item("bob", moment)
        self.assertEqual((item["like_count"], item["is_liked"], item["likes"]),
                         (2, True, [self.name("bob"), self.name("zoe")]))
        self.assertFalse(self.item("ann", moment)["is_liked"])
        self.call("bob", "like", id=moment, liked=False)
        self.call("bob", "like", id=moment, liked=False)
        item = self.item("bob", moment)
        self.assertEqual((item["like_count"], item["is_liked"]), (1, False))
        self.refused("bob", "like", 404, "not_found", id=1 << 40)
        self.refused("bob", "like", 400, "malformed_body")
        self.refused("bob", "like", 400, "malformed_body", id=moment, liked="perhaps")

    def test_comments(self):
        moment, other = self.publish("ann", "talk"), self.publish("ann", "else")
        ids = [self.call("bob", "comment", id=moment, text=f"c{n}")["id"] for n in range(12)]
        answer = self.call("ann", "comment", id=moment, text="why?", reply_to=ids[-1])["id"]
        item = self.item("cid", moment)
        self.assertEqual(item["comment_count"], 13)
        self.assertEqual([c["id"] for c in item["comments"]], ids[3:] + [answer])
        last = item["comments"][-1]
        self.assertEqual((last["user_id"], last["nickname"], last["text"], last["reply_to"]),
                         (self.ids["ann"], self.name("ann"), "why?", ids[-1]))
        self.assertGreater(last["time"], 1_600_000_000_000)
        self.assertEqual(item["comments"][0]["reply_to"], 0)
        for more in ({"id": other, "text": "x", "reply_to": ids[0]},
                     {"id": moment, "text": "x", "reply_to": 1 << 40}):
            self.refused("ann", "comment", 404, "not_found", **more)
        for more in ({"text": ""}, {}, {"text": "x" * 2_001}):
            self.refused("ann", "comment", 400, "malformed_body", id=moment, **more)

    def test_deleting(self):
        moment = self.publish("ann", "mine", visibility="public")
        kept = self.publish("ann", "kept", visibility="public")
        bobs, zoes, more = (self.call(who, "comment", id=moment, text="x")["id"]
                            for who in ("bob", "zoe", "zoe"))
        self.refused("bob", "delete", 403, "forbidden", id=moment)
        self.refused("bob", "delete", 403, "forbidden", comment_id=zoes)
        self.refused("bob", "delete", 400, "malformed_body")
        self.refused("bob", "delete", 400, "malformed_body", id=moment, comment_id=bobs)
        self.call("bob", "delete", comment_id=bobs)
        self.call("ann", "delete", comment_id=zoes)
        self.assertEqual([c["id"] for c in self.item("ann", moment)["comments"]], [more])
        self.refused("bob", "delete", 404, "not_found", comment_id=bobs)
        self.call("ann", "delete", id=moment)
        for who in ("ann", "bob", "zoe"):
            self.assertEqual(self.seen(who), [kept])
        self.refused("ann", "delete", 404, "not_found", id=moment)
        self.refused("zoe", "delete", 404, "not_found", comment_id=more)
        self.assertGreater(self.publish("ann", "next"), kept)

    def test_taking_words_back_after_a_block(self):
        moment = self.publish("ann", "public", visibility="public")
        comment = self.call("zoe", "comment", id=moment, text="oops")["id"]
        self.server.good("/user/block", {"friend_id": self.ids["zoe"]}, self.tokens["ann"])
        self.call("zoe", "delete", comment_id=comment)
        self.server.good("/user/unblock", {"friend_id": self.ids["zoe"]}, self.tokens["ann"])
        self.assertEqual(self.item("ann", moment)["comment_count"], 0)
