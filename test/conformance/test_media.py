"""PROTOCOL.md §7.1: uploads, and what is served of them."""

import hashlib
import http.client
import os
import select
import socket
import time
import unittest

from client import WAIT
from harness import Case, Server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
HTML = b"<html><script>alert(1)</script></html>"


class Media(Case):
    def setUp(self):
        super().setUp()
        world = self.people(ann=["a1"], bob=["b1"])
        self.ann = world.tokens[self.name("ann"), "a1"]
        self.bob = world.tokens[self.name("bob"), "b1"]

    def ticket(self, kind="file", token=None):
        data = self.server.good(
            "/common/get.qiniu.upload.token", {"type": kind}, token or self.ann)
        self.assertEqual(data["domain"], "")
        return data["token"]

    def put(self, name, data, ticket=None, token=None, **headers):
        """(status, reply)"""
        head = {"upload-token": self.ticket() if ticket is None else ticket, **headers}
        return self.server.call(
            f"/media/{name}", token=token or self.ann, method="PUT", raw=data, headers=head)

    def stored(self, name, data, kind="file"):
        status, reply = self.put(name, data, self.ticket(kind))
        self.assertEqual(status, 200, reply)
        return reply["data"]

    def get(self, url, token=None, **headers):
        """(status, headers, bytes)"""
        host, port = self.server.http.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=WAIT)
        self.addCleanup(connection.close)
        connection.request("GET", url, headers={
            "Authorization": f"Bearer {token or self.ann}", **headers})
        response = connection.getresponse()
        return response.status, response.headers, response.read()

    def files(self):
        folder = os.path.join(self.server.data, "media")
        return sorted(os.listdir(folder)) if os.path.exists(folder) else []

    def refused(self, answer, status, error):
        self.assertEqual((answer[0], answer[1]["error"]), (status, error), answer)
        self.assertTrue(answer[1]["msg"])
        self.assertIsNone(answer[1]["data"])


class Uploads(Media):
    def test_there_and_back(self):
        data = self.stored("cat%20%F0%9F%90%88.png", PNG, "image")
        name = hashlib.sha256(PNG).hexdigest() + ".png"
        self.assertEqual(data, {"url": f"/media/{name}", "name": "cat \U0001F408.png",
                                "size": len(PNG), "type": "image/png"})
        status, headers, body = self.get(data["url"], self.bob)
        self.assertEqual((status, body), (200, PNG))
        self.assertEqual(headers["Content-Type"], "image/png")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Content-Length"], str(len(PNG)))
        self.assertIsNone(headers["Content-Disposition"])
        self.assertEqual(self.stored("again.bin", PNG)["url"], data["url"])
        lie = self.stored("cat.png", HTML, "image")
        self.assertEqual(lie["type"], "text/plain; charset=utf-8")
        self.assertEqual(self.files(), sorted(set(self.files())))
        self.server.restart()
        self.assertEqual(self.get(data["url"])[2], PNG)

    def test_the_largest_and_one_byte_more(self):
        most = 20 << 20
        data = self.stored("big.bin", b"\0" * most)
        self.assertEqual(data["size"], most)
        self.assertEqual(len(self.get(data["url"])[2]), most)
        before = self.files()
        self.refused(self.put("big.bin", b"\0" * (most + 1)), 413, "content_too_large")
        chunks = iter([b"\0" * 65_536] * (most // 65_536) + [b"x"])
        self.refused(self.put("big.bin", chunks), 413, "content_too_large")
        self.assertEqual(self.files(), before)
        self.assertEqual(self.server.call("/user/member.info", {}, self.ann)[0], 200)

    def test_in_chunks(self):
        status, reply = self.put("a.txt", iter([b"hello ", "w\u00f6rld".encode()]))
        self.assertEqual((status, reply["data"]["size"]), (200, 12), reply)
        self.assertEqual(reply["data"]["type"], "text/plain; charset=utf-8")

    def test_half_sent(self):
        ticket, before = self.ticket(), self.files()
        host, port = self.server.http.rsplit(":", 1)
        for length, body in ((b"Content-Length: 1000", b"x" * 999),
                             (b"Transfer-Encoding: chunked", b"5\r\nhello\r\n"),
                             (b"Transfer-Encoding: chunked", b"5\r\nhel")):
            for half_close in (True, False):
                with socket.create_connection((host, int(port)), WAIT) as link:
                    link.sendall(b"PUT /media/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                                 self.ann.encode() + b"\r\nupload-token: " + ticket.encode() +
                                 b"\r\n" + length + b"\r\n\r\n" + body)
                    if half_close:
                        link.shutdown(socket.SHUT_WR)
                        answer = b""
                        while select.select([link], [], [], WAIT)[0]:
                            data = link.recv(65_536)
                            answer += data
                            if not data:
                                break
                        self.assertNotIn(b" 200 ", answer)
        names = [b"x" * 999, b"hello", b"hel"]
        for body in names:
            self.assertEqual(
                self.get(f"/media/{hashlib.sha256(body).hexdigest()}.txt")[0], 404)
        deadline = time.monotonic() + WAIT
        while self.files() != before and time.monotonic() < deadline:
            select.select([], [], [], 0.01)
        self.assertEqual(self.files(), before)

    def test_a_crash_in_the_middle(self):
        ticket, before = self.ticket(), self.files()
        host, port = self.server.http.rsplit(":", 1)
        with socket.create_connection((host, int(port)), WAIT) as link:
            link.sendall(b"PUT /media/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                         self.ann.encode() + b"\r\nupload-token: " + ticket.encode() +
                         b"\r\nContent-Length: 4000000\r\n\r\n" + b"y" * 2_000_000)
            self.server.restart()
        self.assertEqual(self.files(), before)

    def test_refusals(self):
        before = self.files()
        self.refused(self.put("x", b""), 400, "malformed_body")
        self.refused(self.put("x" * 300, PNG), 400, "malformed_body")
        self.refused(self.server.call("/media/x", token=self.ann, method="PUT", raw=PNG),
                     400, "malformed_body")
        self.refused(self.server.call("/media/x", method="PUT", raw=PNG), 401, "unauthenticated")
        self.refused(self.server.call("/common/get.qiniu.upload.token", {"type": "code"},
                                      self.ann), 400, "malformed_body")
        good = self.ticket()
        for bad in ("x", good + "0", good[:-1], good.replace(".", ".1", 1), "..",
                    self.ticket(token=self.bob)):
            self.refused(self.put("x", PNG, bad), 403, "forbidden")
        self.assertEqual(self.files(), before)

    def test_names_are_only_names(self):
        for name in ("..%2F..%2Fadmin.token", "%2E%2E", "a%00b%0A.txt", "%5C%5Chost%5Cx"):
            data = self.stored(name, b"text")
            self.assertRegex(data["url"], r"^/media/[0-9a-f]{64}\.txt$")
            self.assertNotRegex(data["name"], r"[/\\\x00-\x1f]")
        self.assertIn("admin.token", os.listdir(self.server.data))


class Downloads(Media):
    def test_ranges(self):
        url, size = self.stored("r.png", PNG)["url"], len(PNG)
        for value, first, last in (("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19),
                                   ("bytes=100-", 100, size - 1), ("bytes=-5", size - 5, size - 1),
                                   (f"bytes=5-{size * 9}", 5, size - 1),
                                   (f"bytes=-{size * 9}", 0, size - 1)):
            with self.subTest(value):
                status, headers, body = self.get(url, Range=value)
                self.assertEqual((status, body), (206, PNG[first:last + 1]))
                self.assertEqual(headers["Content-Range"], f"bytes {first}-{last}/{size}")
        for value in ("bytes=9-2", "bytes=a-b", "bytes=", "lines=1-2", "bytes=0-1,4-5",
                      "bytes=--1"):
            with self.subTest(value):
                status, headers, body = self.get(url, Range=value)
                self.assertEqual((status, body), (200, PNG))
                self.assertEqual(headers["Accept-Ranges"], "bytes")
        for value in (f"bytes={size}-", "bytes=-0", f"bytes={1 << 70}-"):
            with self.subTest(value):
                status, headers, body = self.get(url, Range=value)
                self.assertEqual((status, headers["Content-Range"]), (416, f"bytes */{size}"))
                self.assertIn(b'"code":416', body)
        tag = self.get(url)[1]["ETag"]
        self.assertEqual(self.get(url, **{"Range": "bytes=0-1", "If-Range": tag})[0], 206)
        self.assertEqual(self.get(url, **{"Range": "bytes=0-1", "If-Range": '"x"'})[0], 200)

    def test_nothing_active(self):
        for name, data in (("x.html", HTML), ("x.svg", b"<svg onload='alert(1)'/>"),
                           ("x.js", b"alert(1)"), ("x.xml", b"<?xml version='1.0'?><a/>")):
            url = self.stored(name, data)["url"]
            _, headers, body = self.get(url)
            self.assertEqual(body, data)
            self.assertEqual(headers["Content-Type"], "text/plain; charset=utf-8")
            self.assertEqual(headers["Content-Disposition"], "attachment")
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        url = self.stored("x.exe", b"MZ\0\1\2")["url"]
        self.assertEqual(self.get(url)[1]["Content-Type"], "application/octet-stream")
        self.assertEqual(self.get(url)[1]["Content-Disposition"], "attachment")

    def test_what_is_not_there(self):
        url = self.stored("r.png", PNG)["url"]
        for path in ("/media/nothing", "/media/..%2Fadmin.token", "/media/%2e%2e%2fadmin.token",
                     url.replace(".png", ".html"), url.upper().replace("/MEDIA", "/media"),
                     url + ".png", url.replace(".png", ""), "/media/../admin.token",
                     "/media/" + "0" * 64 + ".png", "/media/"):
            with self.subTest(path):
                status, _, body = self.get(path)
                self.assertEqual(status, 404)
                self.assertIn(b"not_found", body)
        self.assertEqual(self.get(url, "nonsense")[0], 401)
        status, reply = self.server.call(url, method="GET")
        self.assertEqual((status, reply["error"]), (401, "unauthenticated"))


class Description(Case):
    def test_the_routes_describe_themselves(self):
        _, api = self.server.call("/openapi.json", method="GET")
        path = api["paths"]["/media/{name}"]
        places = {p["name"]: (p["in"], p["required"]) for p in path["put"]["parameters"]}
        self.assertEqual(places, {"name": ("path", True), "upload-token": ("header", True)})
        self.assertEqual(set(path["put"]["requestBody"]["content"]), {"application/octet-stream"})
        places = {p["name"]: p["in"] for p in path["get"]["parameters"]}
        self.assertEqual(places, {"name": "path", "range": "header", "if-range": "header"})
        body = api["paths"]["/dynamic/publish"]["post"]["requestBody"]
        fields = body["content"]["application/json"]["schema"]["properties"]
        self.assertEqual((fields["images"]["type"], fields["images"]["maxItems"]), ("array", 9))


class FullDisk(unittest.TestCase):
    def test_nothing_is_left(self):
        server = Server(limit_file_bytes=8 << 20)
        self.addCleanup(server.stop)
        world = server.provision({"ann": ["a1"]})
        token = world.tokens["ann", "a1"]
        ticket = server.good("/common/get.qiniu.upload.token", {"type": "file"}, token)["token"]
        status, reply = server.call("/media/big", token=token, method="PUT", raw=b"z" * (9 << 20),
                                    headers={"upload-token": ticket})
        self.assertEqual((status, reply["error"]), (503, "busy"), reply)
        self.assertEqual(server.call("/media/small", token=token, method="PUT", raw=b"z" * 100,
                                     headers={"upload-token": ticket})[0], 200)
        self.assertEqual(len(os.listdir(os.path.join(server.data, "media"))), 1)
