"""What one address, one user, one token and many idle connections may do."""

import os
import resource
import socket
import sqlite3
import unittest

from client import WAIT, Client
from harness import Case
from websocket import BINARY_FORM, Refused, WebSocketClient
from wire import AUTH, ERROR, HEARTBEAT, MESSAGE, QUIT


class Addresses(Case):
    flags = ("--ws", "127.0.0.1:0", "--connections-per-address-max", "3")

    def from_another_address(self):
        host, port = self.server.tcp.rsplit(":", 1)
        link = socket.create_connection((host, int(port)), WAIT, ("127.0.0.2", 0))
        self.addCleanup(link.close)
        return Client.on(link)

    def test_both_listeners_count_together(self):
        kept = [self.connect(), self.connect(), WebSocketClient(self.server.ws, 1)]
        self.addCleanup(kept[2].close)
        for client in kept:
            client.sync_point()
        refused = self.connect()
        frames = refused.rest()
        self.assertEqual(len(frames), 1)
        self.assertError(frames[0], "rate_limited")
        self.assertGreater(frames[0].body["RetryAfterMs"], 0)
        with self.assertRaises(Refused) as web:
            WebSocketClient(self.server.ws, 1)
        self.assertEqual(web.exception.status, 503)
        self.assertEqual(self.from_another_address().request(HEARTBEAT).action, HEARTBEAT)
        # Whoever goes makes room.
        kept[0].quit()
        kept[0].rest()
        self.assertEqual(self.connect().request(HEARTBEAT).action, HEARTBEAT)
        self.assertEqual(len(self.connect().rest()), 1)


class Proxies(Case):
    flags = ("--ws", "127.0.0.1:0", "--connections-per-address-max", "2",
             "--trusted-proxies", "127.0.0.1")

    def through(self, client):
        web = WebSocketClient(self.server.ws, 1, headers={"X_Forwarded_For": client})
        self.addCleanup(web.close)
        return web

    def test_whom_a_proxy_speaks_for_is_counted(self):
        kept = [self.through("10.0.0.1"), self.through("6.6.6.6, 10.0.0.1")]
        for client in kept:
            client.sync_point()
        late = self.through("10.0.0.1")
        self.assertEqual(late.code(), 1013)
        self.assertError(late.inbox[0], "rate_limited")
        for _ in range(2):
            self.through("10.0.0.2").sync_point()
        kept[0].quit()
        kept[0].rest()
        self.through("10.0.0.1").sync_point()


class Devices(Case):
    flags = ("--devices-per-user-max", "2")

    def test_one_too_many(self):
        world = self.people(ann=["a1", "a2", "a3"], bob=["b1"])
        first = self.login(world, "ann", "a1")
        self.login(world, "ann", "a2")
        account = self.name("ann")
        third = self.connect()
        third.post(AUTH, {"DeviceID": "a3", "UserID": world.ids[account],
                          "AccessToken": world.tokens[account, "a3"]})
        frames = third.rest()
        self.assertError(frames[0], "rate_limited", action=AUTH)
        self.assertGreater(frames[0].body["RetryAfterMs"], 0)
        self.login(world, "bob", "b1")
        # The same device replaces itself, however many there are.
        again = self.login(world, "ann", "a1")
        self.assertEqual(first.rest()[-1].body["Reason"], "replaced")
        again.quit()
        again.rest()
        self.login(world, "ann", "a3").sync_point()


class DevicesOfOneType(Case):
    flags = ("--devices-per-user-max", "1", "--device-policy", "one_per_device_type")

    def test_sending_one_home_makes_room(self):
        world = self.people(ann=["m1", "m2", "d1"])
        first = self.login(world, "ann", "m1", "mobile")
        self.login(world, "ann", "m2", "mobile")
        self.assertEqual(first.rest()[-1].body["Reason"], "kicked_by_other_device")


class Sends(Case):
    flags = ("--send-rate-per-second-user", "5", "--ws", "127.0.0.1:0")

    def test_over_all_connections_and_http(self):
        world, chat = self.pair()
        first = self.login(world, "ann", "a1")
        account = self.name("ann")
        second = WebSocketClient(self.server.ws, 2, BINARY_FORM)
        self.addCleanup(second.close)
        second.auth(world.ids[account], "a2", world.tokens[account, "a2"])
        outcomes = []
        for number in range(20):
            client = (first, second)[number % 2]
            reply = client.send(chat, "x", f"{self.prefix}-{number}")
            outcomes.append(reply.action != ERROR)
            if reply.action == ERROR:
                self.assertError(reply, "rate_limited", action=MESSAGE)
                self.assertTrue(1 <= reply.body["RetryAfterMs"] <= 1_000)
                self.assertEqual(reply.body["ClientMessageId"], f"{self.prefix}-{number}")
        self.assertTrue(all(outcomes[:10]), outcomes)
        self.assertFalse(all(outcomes), outcomes)
        statuses = set()
        for number in range(20, 30):
            status, reply = self.server.call("/message/send.message", {
                "chatroom_id": chat, "code": 1, "content": "x", "id": f"{self.prefix}-{number}"},
                token=world.tokens[account, "a1"], device="a1")
            statuses.add(status)
            if status != 200:
                self.assertEqual((status, reply["error"]), (429, "rate_limited"))
                self.assertGreater(reply["retry_after_ms"], 0)
        self.assertIn(429, statuses)
        # Others are not concerned.
        bob = self.login(world, "bob", "b1")
        self.assertEqual(bob.send(chat, "y", f"{self.prefix}-y").body["Duplicate"], False)

    def test_a_bots_rate_is_its_own(self):
        world, chat = self.pair()
        with sqlite3.connect(os.path.join(self.server.data, "freeim.sqlite"), WAIT) as database:
            database.execute(
                "INSERT INTO bot (user_id, sends_per_second, created_time) VALUES (?, 1000, 0)",
                (world.ids[self.name("ann")],))
        database.close()
        bot = self.login(world, "ann", "a1")
        for number in range(60):
            reply = bot.send(chat, "x", f"{self.prefix}-{number}")
            self.assertNotEqual(reply.action, ERROR, reply)
        for number in range(10):
            self.server.good("/message/send.message", {
                "chatroom_id": chat, "code": 1, "content": "x", "id": f"{self.prefix}-h{number}"},
                token=world.tokens[self.name("ann"), "a1"], device="a1")


class ExpiryOnLine(Case):
    flags = ("--token-lifetime-seconds", "2", "--ws", "127.0.0.1:0")

    def test_an_open_connection_ends_with_its_token(self):
        self.server.good("/register", {
            "account": self.name("ann"), "password": "correct horse", "nickname": "a"})
        stream, web = self.connect(), WebSocketClient(self.server.ws, 1)
        self.addCleanup(web.close)
        for client, device in ((stream, "d"), (web, "w")):
            reply = client.sign_in(self.name("ann"), "correct horse", device)
            expires = reply.body["ExpiresTime"]
            client.expires = expires
        clock = self.connect()
        for client in (stream, web):
            frames = client.rest()
            self.assertEqual(frames[-1].action, QUIT)
            self.assertEqual(frames[-1].body["Reason"], "token_revoked")
            self.assertGreaterEqual(
                clock.request(HEARTBEAT).body["ServerTime"], client.expires)
        self.assertEqual(web.close_code, 1008)


class Idle(Case):
    """10,000 idle connections beside normal traffic, or as many as open files allow."""

    wanted = 10_000
    flags = ("--authentication-seconds", "600")

    def test_beside_normal_traffic(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = self.wanted + 500 if hard == resource.RLIM_INFINITY else min(
            hard, self.wanted + 500)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        count = min(self.wanted, most - 500)
        if count < self.wanted:
            print(f"\nonly {count} idle connections: open files are limited to {hard}")
        host, port = self.server.tcp.rsplit(":", 1)
        idle = []
        self.addCleanup(lambda: [link.close() for link in idle])
        world, chat = self.pair()
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        for number in range(count):
            link = socket.create_connection((host, int(port)), WAIT)
            idle.append(link)
            if number % 100 == 0:
                ann.send(chat, f"at {number}", f"{self.prefix}-{number}")
        sent = (count + 99) // 100
        self.assertEqual(
            [item["Content"] for item in bob.messages(sent)],
            [f"at {number * 100}" for number in range(sent)])
        for number in range(100):
            ann.send(chat, f"beside {number}", f"{self.prefix}-b{number}")
        self.assertEqual(len(bob.messages(100)), 100)
        metrics = self.server.call("/metrics", method="GET")[1].decode()
        self.assertIn(f'freeim_connections{{transport="tcp"}} {count + 2}\n', metrics)
        # Each of them is still heard.
        for link in idle[::500]:
            self.assertEqual(Client.on(link).request(HEARTBEAT).action, HEARTBEAT)


if __name__ == "__main__":
    unittest.main()
