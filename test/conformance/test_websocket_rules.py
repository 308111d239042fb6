"""What RFC 6455 asks of both sides: control frames, close codes, sizes, deadlines, the end."""

import socket
import unittest

import test_slow
from client import WAIT, Closed
from harness import Case
from websocket import (BINARY, BINARY_FORM, CLOSE, DATA_FORM, INLINE_FORM, LISTEN, PING, PONG,
                       TEXT, Refused, Web, WebSocketClient, envelope, pack)
from wire import AUTH, HEADER, HEARTBEAT, MESSAGE, QUIT, SIGN_IN, frame


class Control(Web):
    def test_pings(self):
        client = self.connect()
        for payload in (b"", b"x", b"\0\xff" * 62, b"y" * 125):
            client.say(PING, payload)
            self.assertEqual(client.pong(), payload)
        client.say(PONG, b"nobody asked")
        self.assertEqual(client.request(HEARTBEAT).action, HEARTBEAT)

    def violation(self, data, code, opened=True):
        client = self.connect()
        if opened:
            client.sync_point()
        client.send_raw(data)
        self.assertEqual(client.code(), code, data[:40])
        self.assertEqual([f.action for f in client.inbox], [])

    def test_what_a_client_must_not_send(self):
        good = frame(HEARTBEAT, b"", 5)
        for data in (
                pack(BINARY, good, mask=b""), pack(PING, b"", mask=b""),
                pack(BINARY, good, reserved=0x40), pack(BINARY, good, reserved=0x10),
                pack(3, good), pack(7, good), pack(11), pack(15),
                pack(0, good), pack(0, good, last=False),
                pack(BINARY, good, last=False) + pack(BINARY, good),
                pack(BINARY, good, last=False) + pack(TEXT, "x"),
                pack(PING, b"x", last=False), pack(CLOSE, b"", last=False),
                pack(PING, b"x" * 126), pack(CLOSE, b"\x03\xe8" + b"x" * 124),
                pack(BINARY, good, length_bytes=2), pack(BINARY, good, length_bytes=8),
                pack(BINARY, b"x" * 200, length_bytes=8),
                bytes([0x82, 0xFF]) + b"\xff" * 8 + b"mask",
                pack(CLOSE, b"\x03"), pack(CLOSE, b"\x03\xed"), pack(CLOSE, b"\0\0"),
                pack(CLOSE, b"\x03\xee"), pack(CLOSE, b"\x0b\xb7")):
            with self.subTest(data=data[:24]):
                self.violation(data, 1002)
        self.violation(pack(BINARY, good, mask=b""), 1002, opened=False)

    def test_texts_are_utf8(self):
        for text in (b"\xff", b"{\"a\":\"\xc3\"}", b"\xed\xa0\x80", b"\xc0\xaf"):
            self.violation(pack(TEXT, text), 1007)
        self.violation(pack(TEXT, b"\xc3", last=False) + pack(0, b"("), 1007)
        self.violation(pack(CLOSE, b"\x03\xe8\xff"), 1007)

    def test_a_clients_close_is_answered(self):
        for payload in (b"", b"\x03\xe8", b"\x03\xe9bye \xc3\xbc", b"\x0f\xa0"):
            client = self.connect()
            data = pack(BINARY, frame(HEARTBEAT, b"", 3)) + pack(CLOSE, payload)
            client.send_raw(data + pack(BINARY, frame(HEARTBEAT, b"", 4)))
            self.assertEqual(client.code(), 1000)
            self.assertEqual([f.sequence for f in client.inbox], [3])

    def test_what_was_sent_before_a_close_is_answered(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        data = b"".join(
            client.bytes_of(MESSAGE, client.message(chat, "x", f"{self.prefix}-{n}"), 100 + n)[1]
            for n in range(50))
        client.send_raw(data + pack(CLOSE, b"\x03\xe8"))
        self.assertEqual(client.code(), 1000)
        self.assertEqual(
            [f.sequence for f in client.inbox if f.sequence], list(range(100, 150)))

    def test_quit_closes_normally(self):
        client = self.connect()
        client.sync_point()
        client.quit()
        self.assertEqual(client.code(), 1000)

    def test_policy(self):
        world, _ = self.pair()
        first = self.login(world, "ann", "a1")
        self.login(world, "ann", "a1")
        self.assertEqual(first.code(), 1008)
        self.assertEqual(first.inbox[-1].body["Reason"], "replaced")
        stranger = self.connect()
        stranger.post(AUTH, {"DeviceID": "a1", "UserID": 1, "AccessToken": "x"})
        self.assertEqual(stranger.code(), 1008)
        self.assertError(stranger.inbox[-1], "bad_token")
        stranger = self.connect()
        stranger.post(SIGN_IN, {"Account": "nobody", "Password": "x", "DeviceID": "d"})
        self.assertEqual(stranger.code(), 1008)
        self.assertError(stranger.inbox[-1], "bad_credentials")

    def test_an_unsupported_version(self):
        for data in (pack(BINARY, frame(HEARTBEAT, b"", 6, 3)),
                     pack(TEXT, '{"Version":3,"Action":100,"SequenceId":6,"Body":{}}')):
            client = self.connect()
            client.form = INLINE_FORM if data[0] & 1 else BINARY_FORM
            client.send_raw(data)
            self.assertEqual(client.code(), 1003)
            self.assertError(client.inbox[0], "unsupported_version")
            self.assertEqual(client.inbox[0].sequence, 6)


class Sizes(Web):
    flags = LISTEN + ("--frame-bytes-max", "4096")

    def too_large(self, data, sequence):
        client = self.connect()
        client.sync_point()
        client.send_raw(data)
        self.assertEqual(client.code(), 1009)
        self.assertEqual(len(client.inbox), 1)
        self.assertError(client.inbox[0], "frame_too_large")
        self.assertEqual(client.inbox[0].sequence, sequence)

    def test_what_just_fits(self):
        client = self.connect()
        body = b'{"x":"' + b"y" * 4_088 + b'"}'
        self.assertEqual(len(body), 4_096)
        client.say(BINARY, frame(HEARTBEAT, body, 1))
        client.say(TEXT, envelope(HEARTBEAT, body, 2, 1, INLINE_FORM))
        client.say(TEXT, envelope(HEARTBEAT, body, 3, 1, DATA_FORM))
        whole = frame(HEARTBEAT, body, 4)
        client.send_raw(b"".join(
            pack(BINARY if at == 0 else 0, whole[at:at + 100], last=at + 100 >= len(whole))
            for at in range(0, len(whole), 100)))
        self.assertEqual([f.sequence for f in client.answers(4)], [1, 2, 3, 4])

    def test_one_byte_more(self):
        body = b'{"x":"' + b"y" * 4_089 + b'"}'
        self.too_large(pack(BINARY, frame(HEARTBEAT, body, 21)), 21)
        self.too_large(pack(TEXT, envelope(HEARTBEAT, body, 22, 1, INLINE_FORM)), 22)
        self.too_large(pack(TEXT, envelope(HEARTBEAT, body, 23, 1, DATA_FORM)), 23)
        self.too_large(pack(BINARY, HEADER.pack(1, HEARTBEAT, 24, -1)), 24)

    def test_it_is_refused_from_its_head(self):
        """Before its bytes come; its own header says whom to answer."""
        head = HEADER.pack(1, HEARTBEAT, 25, 1 << 24)
        claimed = bytes([0x80 | BINARY, 0xFF]) + (1 << 24).to_bytes(8, "big") + b"\0\0\0\0"
        self.too_large(claimed + head, 25)
        self.too_large(bytes([0x80 | TEXT, 0xFF]) + (1 << 40).to_bytes(8, "big") + b"mask", 0)

    def test_fragments_are_counted_together(self):
        part = pack(0, b"x" * 1_000, last=False)
        data = pack(BINARY, HEADER.pack(1, HEARTBEAT, 26, 4_000), last=False) + part * 5
        self.too_large(data, 26)
        self.too_large(pack(TEXT, b"{", last=False) + part * 8, 0)


class Deadlines(Web):
    flags = LISTEN + ("--authentication-seconds", "1", "--heartbeat-seconds", "1")

    def test_pings_do_not_stand_in_for_auth(self):
        client = self.connect()
        with self.assertRaises(Closed):
            while True:
                client.say(PING, b"x")
                client.pong()
        self.assertEqual(client.close_code, 1008)
        self.assertError(client.inbox[0], "unauthenticated")

    def test_pings_are_signs_of_life(self):
        world = self.people(ann=["a1", "a2"])
        silent, pinging = self.login(world, "ann", "a1"), self.login(world, "ann", "a2")
        while not silent.is_closed:
            pinging.say(PING, b"x")
            pinging.pong()
            try:
                silent.inbox.append(silent.find(lambda f: False, 0.2))
            except TimeoutError:
                pass
            except Closed:
                break
        self.assertEqual(silent.inbox[-1].body["Reason"], "idle")
        self.assertEqual(silent.close_code, 1008)
        pinging.sync_point()


class Draining(Web):
    def test_goodbye(self):
        world = self.people(ann=["a1", "a2"])
        clients = [self.login(world, "ann", "a1"), self.connect()]
        host, port = self.server.ws.rsplit(":", 1)
        half = socket.create_connection((host, int(port)), WAIT)
        self.addCleanup(half.close)
        half.sendall(b"GET / HTTP/1.1\r\n")
        clients[1].sync_point()
        self.server.process.terminate()
        for client in clients:
            self.assertEqual(client.code(), 1001)
            self.assertEqual(client.inbox[-1].action, QUIT)
            self.assertEqual(client.inbox[-1].body["Reason"], "server_shutdown")
        self.assertTrue(half.recv(65_536).startswith(b"HTTP/1.1 503 "))
        self.assertEqual(self.server.process.wait(WAIT), 0)


class SlowReaders(test_slow.NeverReading):
    flags = LISTEN + test_slow.NeverReading.flags
    form = INLINE_FORM
    open_client = Web.open_client


class SlowReadersAgain(test_slow.ReadingAgain):
    flags = LISTEN + test_slow.ReadingAgain.flags
    form = BINARY_FORM
    open_client = Web.open_client


class BothTransports(Case):
    flags = ("--ws", "127.0.0.1:0")

    def test_one_conversation(self):
        world, chat = self.pair()
        stream = self.login(world, "ann", "a1")
        account = self.name("bob")
        web = WebSocketClient(self.server.ws, 1, INLINE_FORM)
        self.addCleanup(web.close)
        self.assertEqual(
            web.auth(world.ids[account], "b1", world.tokens[account, "b1"]).action, AUTH)
        stream.send(chat, "from the stream", f"{self.prefix}-1")
        web.send(chat, "from the web", f"{self.prefix}-2")
        self.assertEqual(web.messages(1)[0]["Content"], "from the stream")
        self.assertEqual(stream.messages(1)[0]["Content"], "from the web")
        again = self.connect()
        self.assertEqual(
            again.auth(world.ids[account], "b1", world.tokens[account, "b1"]).action, AUTH)
        self.assertEqual(web.code(), 1008)


class Full(Web):
    flags = ("--ws", "127.0.0.1:0", "--connections-max", "3")

    def test_no_room(self):
        for _ in range(3):
            self.connect().sync_point()
        with self.assertRaises(Refused) as refused:
            self.connect()
        self.assertEqual(refused.exception.status, 503)
        self.assertEqual(refused.exception.body["error"], "busy")


if __name__ == "__main__":
    unittest.main()
