"""What HTTP requests and connections are held to: rates, proxies, slowness, sizes, numbers."""

import http.client
import select
import socket
import subprocess
import time

from client import WAIT
from harness import BINARY, CLEAN, Case, Server


class LimitCase(Case):
    limits = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.limits)
        cls.addClassCleanup(cls.server.stop)

    def open(self, data=b""):
        host, port = self.server.http.rsplit(":", 1)
        made = socket.create_connection((host, int(port)), WAIT)
        self.addCleanup(made.close)
        if data:
            made.sendall(data)
        return made

    def assertCloses(self, made, within=WAIT):
        """The server ends the connection; what it said before."""
        deadline, said = time.monotonic() + within, b""
        while True:
            left = deadline - time.monotonic()
            self.assertTrue(left > 0 and select.select([made], [], [], left)[0], "still open")
            try:
                data = made.recv(65_536)
            except ConnectionError:
                return said
            if not data:
                return said
            said += data

    def burst(self, count, *arguments, **more):
        """The statuses of calls in a row, and the first refusal."""
        replies = [self.server.call(*arguments, **more) for _ in range(count)]
        refused = [reply for status, reply in replies if status == 429]
        return [status for status, _ in replies], refused[0] if refused else None


class Users(LimitCase):
    limits = ("--request-rate-per-second-user", "2")

    def test_a_user_is_slowed_down_alone(self):
        world = self.people(ann=["a1"], bob=["b1"])
        ann = world.tokens[self.name("ann"), "a1"]
        bob = world.tokens[self.name("bob"), "b1"]
        statuses, refused = self.burst(30, "/user/member.info", {}, ann)
        self.assertEqual(statuses[:4], [200] * 4, "twice the rate at once")
        self.assertIn(429, statuses)
        self.assertEqual((refused["error"], refused["code"]), ("rate_limited", 429))
        self.assertGreater(refused["retry_after_ms"], 0)
        self.assertEqual(self.server.call("/user/member.info", {}, bob)[0], 200)
        self.assertEqual(self.server.call("/healthz", method="GET")[0], 200)

    def test_when_to_come_back(self):
        ann = self.people(ann=["a1"]).tokens[self.name("ann"), "a1"]
        host, port = self.server.http.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=WAIT)
        self.addCleanup(connection.close)
        for _ in range(30):
            connection.request("POST", "/user/member.info", "{}",
                               {"Authorization": f"Bearer {ann}"})
            response = connection.getresponse()
            response.read()
            if response.status == 429:
                self.assertGreaterEqual(int(response.headers["Retry-After"]), 1)
                return
        self.fail("never refused")


class Addresses(LimitCase):
    limits = ("--request-rate-per-second-address", "3", "--trusted-proxies", "127.0.0.1, ::1")

    def through(self, *addresses):
        return {"headers": {"X-Forwarded-For": ", ".join(addresses)}, "method": "GET"}

    def test_each_address_has_its_own(self):
        statuses, refused = self.burst(20, "/healthz", **self.through("192.0.2.1"))
        self.assertEqual(statuses[:6], [200] * 6)
        self.assertEqual(refused["error"], "rate_limited")
        self.assertEqual(self.server.call("/healthz", **self.through("192.0.2.2"))[0], 200)

    def test_the_last_address_that_is_no_proxy_counts(self):
        """What a client writes in front of its own address changes nothing."""
        statuses = []
        for n in range(20):
            chain = (f"198.51.100.{n}", "192.0.2.30", "127.0.0.1")
            statuses.append(self.server.call("/healthz", **self.through(*chain))[0])
        self.assertIn(429, statuses)

    def test_an_ipv6_network_is_one(self):
        statuses = [self.server.call("/healthz", **self.through(f"2001:db8:1:2::{n:x}"))[0]
                    for n in range(1, 20)]
        self.assertIn(429, statuses)
        self.assertEqual(self.server.call("/healthz", **self.through("2001:db8:1:3::1"))[0], 200)

    def test_forwarded_is_not_this_machine(self):
        status, reply = self.server.call("/metrics", **self.through("192.0.2.50"))
        self.assertEqual((status, reply["error"]), (401, "bad_token"))
        more = self.through("192.0.2.51")
        self.assertEqual(self.server.call(
            "/metrics", token=self.server.admin_token, **more)[0], 200)

    def test_the_audit_has_the_clients_address(self):
        more = {"headers": {"X-Forwarded-For": "192.0.2.60"}}
        self.server.good("/admin/user.add", {"account": self.name("a")},
                         self.server.admin_token, **more)
        entries = self.server.good("/admin/audit", {"action": "user.add"},
                                   self.server.admin_token,
                                   headers={"X-Forwarded-For": "192.0.2.61"})["list"]
        self.assertEqual(entries[0]["address"], "192.0.2.60")


class NoProxies(LimitCase):
    limits = ("--request-rate-per-second-address", "3")

    def test_nobody_is_believed(self):
        statuses = [self.server.call(
            "/healthz", method="GET", headers={"X-Forwarded-For": f"192.0.2.{n}"})[0]
            for n in range(20)]
        self.assertIn(429, statuses)


class Slow(LimitCase):
    limits = ("--http-request-seconds", "1")

    def test_half_a_head(self):
        self.assertCloses(self.open(b"POST /healthz HTTP/1.1\r\nHost: x\r\n"))

    def test_a_byte_now_and_then(self):
        made = self.open(b"GET /healthz HTTP/1.1\r\n")
        began = time.monotonic()
        while time.monotonic() - began < WAIT:
            if select.select([made], [], [], 0.2)[0]:
                break
            try:
                made.sendall(b"X")
            except ConnectionError:
                break
        self.assertCloses(made)
        self.assertLess(time.monotonic() - began, WAIT)

    def test_half_a_body(self):
        made = self.open(b"POST /register HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        self.assertCloses(made)

    def test_nothing_at_all(self):
        self.assertCloses(self.open())

    def test_a_whole_request_is_not_disturbed(self):
        made = self.open(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b" 200 ", made.recv(65_536))
        self.assertFalse(select.select([made], [], [], 2.5)[0], "kept for a next request")
        made.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b" 200 ", made.recv(65_536))


class Sizes(LimitCase):
    def test_a_long_path(self):
        said = self.assertCloses(self.open(
            b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        self.assertIn(b" 414 ", said)
        self.assertIn(b"content_too_large", said)

    def test_long_headers(self):
        for more in (b"X: " + b"y" * 20_000, b"\r\n".join(
                b"X%d: y" % n for n in range(200)), b"\r\n".join(
                b"X%d: " % n + b"y" * 8_000 for n in range(8))):
            made = self.open(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + more + b"\r\n\r\n")
            said = self.assertCloses(made)
            self.assertNotIn(b" 200 ", said)
        self.assertEqual(self.server.call("/healthz", method="GET")[0], 200)

    def test_a_body_of_nobody_is_not_read(self):
        """Whoever has no token is refused before a large body was sent."""
        made = self.open(b"POST /admin/provision HTTP/1.1\r\nHost: x\r\n"
                         b"Content-Length: 30000000\r\n\r\n")
        self.assertTrue(select.select([made], [], [], WAIT)[0])
        self.assertIn(b" 401 ", made.recv(65_536))


class Connections(LimitCase):
    limits = ("--http-connections-max", "4")

    def test_beyond_the_cap(self):
        kept = [self.open(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(4)]
        for made in kept:
            self.assertIn(b" 200 ", made.recv(65_536))
        self.assertEqual(self.assertCloses(self.open()), b"")
        kept[0].close()
        for _ in range(100):
            made = self.open(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            try:
                if b" 200 " in made.recv(65_536):
                    break
            except ConnectionError:
                pass
        else:
            self.fail("there was never room again")
        self.assertIn(b" 200 ", self.again(kept[1]))

    def again(self, made):
        made.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return made.recv(65_536)


class Mistakes(LimitCase):
    def test_proxies_that_are_no_addresses(self):
        result = subprocess.run(
            [BINARY, "check-config", "--trusted-proxies", "proxy.example"], env=CLEAN,
            capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("trusted-proxies", result.stderr)
        self.assertEqual(result.stdout, "")
