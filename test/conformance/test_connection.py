"""PROTOCOL.md §3: a connection's life."""

import threading

from client import Closed
from harness import Case, both_versions
from wire import (ACK, AUTH, CONVERSATIONS, ERROR, GAP, GET_MESSAGE_ID, HEARTBEAT, MESSAGE,
                  PRESENCE, QUIT, RECEIPT, SYNC, TYPING)


@both_versions
class Authentication(Case):
    def test_the_reply(self):
        world, _ = self.pair()
        client = self.connect()
        account = self.name("ann")
        reply = client.auth(world.ids[account], "a1", world.tokens[account, "a1"])
        self.assertEqual(reply.action, AUTH)
        self.assertEqual(reply.body["Status"], "ok")
        self.assertEqual(reply.body["UserID"], world.ids[account])
        self.assertEqual(reply.body["AccessToken"], "")
        self.assertEqual(reply.body["HeartbeatSeconds"], 30)
        self.assertEqual(reply.body["FrameBytesMax"], 65_536)
        self.assertGreater(reply.body["ExpiresTime"], reply.body["ServerTime"])
        self.assertGreater(reply.body["ServerTime"], 1_600_000_000_000)

    def test_frames_before_auth(self):
        world, _ = self.pair()
        client = self.connect()
        beat = client.request(HEARTBEAT)
        self.assertEqual(beat.action, HEARTBEAT)
        self.assertGreater(beat.body["ServerTime"], 1_600_000_000_000)
        for action in (GET_MESSAGE_ID, SYNC, MESSAGE, ACK, RECEIPT, TYPING, PRESENCE,
                       CONVERSATIONS, GAP, ERROR, 8, 50, -1):
            with self.subTest(action=action):
                self.assertError(client.reply(client.post(action, b"")), "unauthenticated")
        reply = client.auth(
            world.ids[self.name("ann")], "a1", world.tokens[self.name("ann"), "a1"])
        self.assertEqual(reply.action, AUTH)

    def test_quit_before_auth(self):
        client = self.connect()
        client.post(HEARTBEAT, {}, sequence=4)
        client.quit()
        self.assertEqual([frame.sequence for frame in client.rest()], [4])

    def test_frames_behind_auth_are_handled_in_order(self):
        world, chat = self.pair()
        client = self.connect()
        account = self.name("ann")
        data = client.bytes_of(AUTH, {
            "DeviceID": "a1", "UserID": world.ids[account],
            "AccessToken": world.tokens[account, "a1"]}, 1)[1]
        data += client.bytes_of(HEARTBEAT, {}, 2)[1]
        data += client.bytes_of(MESSAGE, client.message(chat, "x", f"{self.prefix}-1"), 3)[1]
        client.send_raw(data)
        self.assertEqual([answer.sequence for answer in client.answers(3)], [1, 2, 3])

    def test_frames_behind_a_refused_auth_are_dropped(self):
        world, chat = self.pair()
        client = self.connect()
        account = self.name("ann")
        data = client.bytes_of(AUTH, {
            "DeviceID": "a1", "UserID": world.ids[account], "AccessToken": "nonsense"}, 1)[1]
        data += client.bytes_of(HEARTBEAT, {}, 2)[1]
        data += client.bytes_of(MESSAGE, client.message(chat, "x", f"{self.prefix}-1"), 3)[1]
        client.send_raw(data)
        frames = client.rest()
        self.assertEqual([frame.sequence for frame in frames], [1])
        self.assertError(frames[0], "bad_token", action=AUTH)
        other = self.login(world, "bob", "b1")
        self.assertSeqs(other.sync(chat).body["Messages"], [1])

    def refused(self, user_id, device_id, token):
        client = self.connect()
        sequence = client.post(AUTH, {
            "DeviceID": device_id, "UserID": user_id, "AccessToken": token,
            "DeviceType": "mobile", "ClientType": "linux"})
        frames = client.rest()
        self.assertEqual([frame.sequence for frame in frames], [sequence])
        self.assertError(frames[0], "bad_token", action=AUTH)

    def test_tokens_that_do_not_fit(self):
        world, _ = self.pair()
        ann, bob = world.ids[self.name("ann")], world.ids[self.name("bob")]
        token = world.tokens[self.name("ann"), "a1"]
        self.refused(bob, "a1", token)
        self.refused(bob, "b1", token)
        self.refused(ann, "a2", token)
        self.refused(ann, "new", token)
        self.refused(ann, "a1", token[:-1])
        self.refused(ann, "a1", token + "A")
        self.refused(ann, "a1", "")
        self.refused(0, "a1", token)
        self.refused(1 << 50, "a1", token)
        self.assertEqual(self.login(world, "ann", "a1").sync_point().action, HEARTBEAT)

    def test_a_second_auth_is_forbidden_and_changes_nothing(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        bob = self.name("bob")
        for _ in range(2):
            refused = client.auth(world.ids[bob], "b1", world.tokens[bob, "b1"])
            self.assertError(refused, "forbidden", action=AUTH)
        self.assertError(client.sign_in("x", "y", "a1"), "forbidden")
        receiver = self.login(world, "bob", "b2")
        client.send(chat, "still ann", f"{self.prefix}-1")
        self.assertEqual(receiver.messages(1)[0]["UserId"], client.user_id)

    def test_quit_closes_after_what_came_before(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        data = b"".join(
            client.bytes_of(MESSAGE, client.message(chat, "x", f"{self.prefix}-{n}"), 100 + n)[1]
            for n in range(50))
        data += client.bytes_of(QUIT, {}, 0)[1]
        data += client.bytes_of(HEARTBEAT, {}, 999)[1]
        client.send_raw(data)
        frames = client.last_answers()
        self.assertEqual([frame.sequence for frame in frames], list(range(100, 150)))
        self.assertSeqs([frame.body for frame in frames], range(2, 52))


@both_versions
class Replacement(Case):
    def test_the_same_device_again(self):
        world, chat = self.pair()
        first = self.login(world, "ann", "a1")
        other = self.login(world, "ann", "a2")
        second = self.login(world, "ann", "a1")
        frames = first.rest()
        self.assertEqual(frames[-1].action, QUIT)
        self.assertEqual(frames[-1].body["Reason"], "replaced")
        first.close()
        sender = self.login(world, "bob", "b1")
        sender.send(chat, "for the successor", f"{self.prefix}-1")
        self.assertEqual(second.messages(1)[0]["Content"], "for the successor")
        self.assertEqual(other.messages(1)[0]["Content"], "for the successor")

    def test_at_once(self):
        world, chat = self.pair()
        clients, lock = [], threading.Lock()

        def come():
            client = self.open_client(self.version)
            account = self.name("ann")
            client.auth(world.ids[account], "a1", world.tokens[account, "a1"])
            with lock:
                clients.append(client)

        threads = [threading.Thread(target=come) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        for client in clients:
            self.addCleanup(client.close)
        self.assertEqual(len(clients), 12)
        sender = self.login(world, "bob", "b1")
        sender.send(chat, "once", f"{self.prefix}-1")
        received = 0
        for client in clients:
            try:
                while True:
                    frame = client.find(lambda f: f.action in (MESSAGE, SYNC, QUIT))
                    if frame.action == QUIT:
                        self.assertEqual(frame.body["Reason"], "replaced")
                    elif b"once" in frame.raw:
                        received += 1
                        break
            except Closed:
                pass
        self.assertEqual(received, 1)

    def test_other_types_stay_under_multi(self):
        world, _ = self.pair()
        first = self.login(world, "ann", "a1", "mobile")
        second = self.login(world, "ann", "a2", "mobile")
        self.assertEqual(first.sync_point().action, HEARTBEAT)
        self.assertEqual(second.sync_point().action, HEARTBEAT)


class OnePerDeviceType(Case):
    flags = ("--device-policy", "one_per_device_type")

    def test_a_device_sends_home_another_of_its_type(self):
        world = self.people(ann=["m1", "m2", "d1"])
        mobile = self.login(world, "ann", "m1", "mobile")
        desktop = self.login(world, "ann", "d1", "desktop")
        second = self.login(world, "ann", "m2", "mobile")
        frames = mobile.rest()
        self.assertEqual(frames[-1].action, QUIT)
        self.assertEqual(frames[-1].body["Reason"], "kicked_by_other_device")
        desktop.sync_point()
        again = self.login(world, "ann", "m2", "mobile")
        self.assertEqual(second.rest()[-1].body["Reason"], "replaced")
        again.sync_point()


class Deadlines(Case):
    flags = ("--authentication-seconds", "1", "--heartbeat-seconds", "1")

    def test_who_does_not_authenticate(self):
        silent, beating = self.connect(), self.connect()
        with self.assertRaises(Closed):
            while True:
                try:
                    silent.next(0.3)
                except TimeoutError:
                    beating.request(HEARTBEAT)
        for frame in beating.rest(5):
            self.assertError(frame, "unauthenticated")

    def test_who_falls_silent(self):
        world = self.people(ann=["a1", "a2", "a3"])
        silent = self.login(world, "ann", "a1")
        beating = self.login(world, "ann", "a2")
        trickling = self.login(world, "ann", "a3")
        slow = iter(trickling.bytes_of(HEARTBEAT, b" " * 4_000)[1])
        beats, quits = 0, {}
        while len(quits) < 2:
            for name, client in (("silent", silent), ("trickling", trickling)):
                if name not in quits:
                    try:
                        quits[name] = client.next(0.1)
                    except TimeoutError:
                        pass
            trickling.send_raw(bytes([next(slow)]))
            beating.request(HEARTBEAT)
            beats += 1
        for frame in quits.values():
            self.assertEqual((frame.action, frame.body["Reason"]), (QUIT, "idle"))
        for client in (silent, trickling):
            with self.assertRaises(Closed):
                client.next()
        self.assertGreater(beats, 8)
        beating.sync_point()

    def test_the_reply_tells_the_heartbeat(self):
        world = self.people(ann=["a1"])
        client = self.connect()
        account = self.name("ann")
        reply = client.auth(world.ids[account], "a1", world.tokens[account, "a1"])
        self.assertEqual(reply.body["HeartbeatSeconds"], 1)


class SigningIn(Case):
    flags = ("--sign-in-attempts-per-minute-account", "4")

    def register(self, short, password="correct horse"):
        self.server.good("/register", {
            "account": self.name(short), "password": password, "nickname": short})
        return self.name(short), password

    def test_the_token_is_the_devices(self):
        account, password = self.register("ann")
        client = self.connect()
        reply = client.sign_in(account, password, "phone")
        self.assertEqual(reply.body["Status"], "ok")
        token, user_id = reply.body["AccessToken"], reply.body["UserID"]
        self.assertTrue(token)
        self.assertEqual(client.request(HEARTBEAT).action, HEARTBEAT)
        again = self.connect()
        self.assertEqual(again.auth(user_id, "phone", token).action, AUTH)
        self.assertEqual(client.rest()[-1].body["Reason"], "replaced")
        self.assertError(self.connect().auth(user_id, "laptop", token), "bad_token")

    def test_wrong_passwords(self):
        account, password = self.register("bob")
        for name, word in ((account, "wrong"), (account, ""), (account + "x", password)):
            client = self.connect()
            sequence = client.post(1, {"Account": name, "Password": word, "DeviceID": "d"})
            frames = client.rest()
            self.assertEqual([frame.sequence for frame in frames], [sequence])
            self.assertError(frames[0], "bad_credentials", action=1)

    def test_too_many_attempts(self):
        account, password = self.register("cid")
        codes = []
        for _ in range(8):
            frames = [self.connect().sign_in(account, "wrong", "d")]
            codes.append(frames[0].body["Code"])
        self.assertEqual(codes[:4], ["bad_credentials"] * 4)
        self.assertEqual(codes[-1], "rate_limited")
        late = self.connect()
        refused = late.sign_in(account, password, "d")
        self.assertError(refused, "rate_limited")
        self.assertGreater(refused.body["RetryAfterMs"], 0)
        with self.assertRaises(Closed):
            late.next()


class Expiry(Case):
    flags = ("--token-lifetime-seconds", "2")

    def test_tokens_expire(self):
        self.server.good("/register", {
            "account": self.name("ann"), "password": "correct horse", "nickname": "a"})
        first = self.connect()
        reply = first.sign_in(self.name("ann"), "correct horse", "d").body
        expires = reply["ExpiresTime"]
        self.assertLessEqual(expires - reply["ServerTime"], 2_000)
        watch = self.connect()
        while watch.request(HEARTBEAT).body["ServerTime"] <= expires:
            pass
        client = self.connect()
        client.post(AUTH, {
            "UserID": reply["UserID"], "DeviceID": "d", "AccessToken": reply["AccessToken"]})
        frames = client.rest()
        self.assertEqual(len(frames), 1)
        self.assertError(frames[0], "token_expired")
