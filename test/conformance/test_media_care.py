"""PROTOCOL.md §7.1: quotas, what nobody shows, and files that are two things at once."""

import os
import threading

from clock import Clock, until
from harness import Server
from test_media import Media

HOUR = 3_600_000


class Polyglots(Media):
    def test_a_picture_that_is_also_something_else(self):
        for name, data, kind in (
                ("a.js", b"GIF89a=1;alert(1)//", "image/gif"),
                ("a.html", b"GIF89a<script>alert(1)</script>", "image/gif"),
                ("a.html", b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", "image/png"),
                ("a.html", b"\xff\xd8\xff\xe0<svg onload=alert(1)>", "image/jpeg"),
                ("a.html", b"BM<script>alert(1)</script>", "text/plain; charset=utf-8"),
                ("a.html", b"%PDF-1.4<script>alert(1)</script>", "application/pdf"),
                ("a.html", b"PK\x03\x04<script>alert(1)</script>", "application/zip"),
                ("a.html", b"\xef\xbb\xbf<!doctype html><script>", "text/plain; charset=utf-8"),
                ("a.html", b"<\0h\0t\0m\0l\0", "application/octet-stream"),
                ("a.svg", b"<?xml version='1.0'?><svg/>", "text/plain; charset=utf-8"),
                ("a.html", b"RIFF<<<<WEBP<script>", "image/webp"),
                ("a.swf", b"CWS\x09\0\0\0\0", "application/octet-stream")):
            with self.subTest(data[:20]):
                url = self.stored(name, data)["url"]
                status, headers, body = self.get(url)
                self.assertEqual((status, body, headers["Content-Type"]), (200, data, kind))
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertIn("sandbox", headers["Content-Security-Policy"])
                self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
                if not kind.startswith("image/"):
                    self.assertEqual(headers["Content-Disposition"], "attachment")


class Quota(Media):
    flags = ("--media-bytes-per-user-max", "100000")

    def test_each_file_counts_once(self):
        data = b"x" * 60_000
        first = self.stored("a.bin", data)["url"]
        self.assertEqual(self.stored("again.bin", data)["url"], first)
        answer = self.put("b.bin", b"y" * 60_000)
        self.refused(answer, 413, "content_too_large")
        self.assertIn("60000 of 100000", answer[1]["msg"])
        until(lambda: not any(name.startswith(".upload-") for name in self.files()))
        self.assertEqual(len([n for n in self.files() if n.endswith(".txt")]), 1)
        self.stored("c.bin", b"z" * 40_000)
        self.refused(self.put("d.bin", b"small"), 413, "content_too_large")
        self.assertEqual(self.stored("a.bin", data)["url"], first)
        self.assertEqual(self.get(first)[2], data)
        status, reply = self.put("b.bin", b"y" * 60_000, self.ticket(token=self.bob), self.bob)
        self.assertEqual(status, 200, reply)
        status, reply = self.put("a.bin", data, self.ticket(token=self.bob), self.bob)
        self.refused((status, reply), 413, "content_too_large")

    def test_small_files_count_as_a_block(self):
        answers = [self.put(f"{n}", b"%d" % n)[0] for n in range(26)]
        self.assertEqual(answers, [200] * 24 + [413] * 2)

    def test_parallel_uploads_do_not_slip_through(self):
        tickets, statuses = [self.ticket() for _ in range(6)], []
        gate = threading.Barrier(6)

        def upload(n):
            gate.wait(10)
            statuses.append(self.put("p.bin", b"%d" % n * 40_000, tickets[n])[0])

        threads = [threading.Thread(target=upload, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual(sorted(statuses), [200] * 2 + [413] * 4)


class Orphans(Media):
    @classmethod
    def setUpClass(cls):
        cls.clock = Clock()
        cls.addClassCleanup(cls.clock.remove)
        cls.server = Server("--media-orphan-hours", "24", "--retention-days-group", "7",
                            "--retention-days-single", "7", environment=cls.clock.environment)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.clock.set(0)
        super().setUp()

    def renew(self):
        world = self.server.provision({self.name("ann"): ["a1"], self.name("bob"): ["b1"]})
        self.ann = world.tokens[self.name("ann"), "a1"]
        self.bob = world.tokens[self.name("bob"), "b1"]

    def at(self, hours):
        self.clock.set(hours * HOUR)
        self.renew()

    def there(self, url):
        return os.path.basename(url) in self.files()

    def test_what_nobody_shows_goes(self):
        group = self.server.good("/chatroom/create.group", {"name": "g"}, self.ann)
        urls = {name: self.stored(name, b"\x89PNG\r\n\x1a\n" + self.name(name).encode())["url"]
                for name in ("moment", "avatar", "group", "message", "recalled", "gone",
                             "again")}
        moment = self.server.good("/dynamic/publish", {
            "images": [urls["moment"]], "visibility": "public"}, self.ann)["id"]
        self.server.good("/user/update.member.info", {
            "avatar": f"http://example.org{urls['avatar']}"}, self.ann)
        self.server.good("/chatroom/update.group", {
            "group_id": group["group_id"], "avatar": urls["group"]}, self.ann)
        sent = {}
        for name in ("message", "recalled"):
            sent[name] = self.server.good("/message/send.message", {
                "chatroom_id": group["chatroom_id"], "code": 2, "id": self.name(name),
                "content": '{"url":"%s"}' % urls[name]}, self.ann)["message_id"]
        self.server.good("/message/send.message", {
            "chatroom_id": group["chatroom_id"], "code": 20, "id": self.name("r"),
            "target_message_id": sent["recalled"]}, self.ann)
        self.at(20)
        self.assertEqual(self.stored("again", b"\x89PNG\r\n\x1a\n" +
                                     self.name("again").encode())["url"], urls["again"])
        self.at(25)
        until(lambda: not self.there(urls["gone"]) and not self.there(urls["recalled"]))
        for name in ("moment", "avatar", "group", "message", "again"):
            self.assertTrue(self.there(urls[name]), name)
            self.assertEqual(self.get(urls[name])[0], 200)
        self.assertEqual(self.get(urls["gone"])[0], 404)
        self.assertEqual(self.server.call("/dynamic/publish", {
            "images": [urls["gone"]]}, self.ann)[0], 400)
        self.server.good("/dynamic/delete", {"id": moment}, self.ann)
        self.server.good("/user/update.member.info", {"avatar": ""}, self.ann)
        self.at(50)
        until(lambda: not any(self.there(urls[n]) for n in ("moment", "avatar", "again")))
        self.assertTrue(self.there(urls["message"]) and self.there(urls["group"]))
        self.at(24 * 9)
        until(lambda: not self.there(urls["message"]))
        self.assertTrue(self.there(urls["group"]))
        back = self.stored("gone", b"\x89PNG\r\n\x1a\n" + self.name("gone").encode())["url"]
        self.assertEqual((back, self.get(back)[0]), (urls["gone"], 200))

    def test_half_files_go_at_the_start(self):
        url = self.stored("x", b"kept")["url"]
        half = os.path.join(self.server.data, "media", ".upload-half")
        with open(half, "wb") as file:
            file.write(b"half")
        self.server.restart()
        self.assertFalse(os.path.exists(half))
        self.assertTrue(self.there(url))
