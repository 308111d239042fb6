"""PROTOCOL.md §1 and §2 over WebSocket: the handshake, both forms, RFC 6455, and the same
guarantees as over TCP."""

import base64
import json
import os
import socket
import unittest

import test_connection
import test_events
import test_groups
import test_offline
import test_sending
import test_slow
import test_sync
from client import WAIT, Closed
from harness import Case, Server
from websocket import (BINARY, BINARY_FORM, CLOSE, DATA_FORM, INLINE_FORM, PING, PONG, TEXT,
                       Refused, WebSocketClient, envelope, pack, upgrade_request)
from wire import (AUTH, ERROR, HEADER, HEARTBEAT, MESSAGE, QUIT, SIGN_IN, encode_body, frame)

LISTEN = ("--ws", "127.0.0.1:0", "--tcp", "none")


class Web(Case):
    """A case whose clients come over WebSocket."""

    flags = LISTEN
    form = BINARY_FORM

    def open_client(self, version, **more):
        return WebSocketClient(self.server.ws, version, self.form, **more)


def over_web(*cases):
    """The tests of those classes once more, over WebSocket in each form and version."""
    for case in cases:
        for form, version in ((BINARY_FORM, 1), (BINARY_FORM, 2), (INLINE_FORM, 1),
                              (DATA_FORM, 1), (DATA_FORM, 2)):
            if case.__name__.endswith("Protobuf") != (version == 2):
                continue
            name = f"{case.__name__}{form.capitalize()}Messages"
            globals()[name] = type(name, (case,), {
                "form": form, "version": version, "flags": LISTEN + tuple(case.flags),
                "open_client": Web.open_client, "__module__": __name__})


over_web(
    test_connection.AuthenticationJSON, test_connection.AuthenticationProtobuf,
    test_connection.ReplacementJSON, test_connection.ReplacementProtobuf,
    test_sending.SendingJSON, test_sending.SendingProtobuf,
    test_offline.OfflinePushJSON, test_offline.OfflinePushProtobuf,
    test_sync.SyncJSON, test_sync.SyncProtobuf,
    test_events.ReceiptsJSON, test_events.ReceiptsProtobuf)


class Handshake(Case):
    flags = LISTEN + ("--authentication-seconds", "1")

    def answer(self, data, close=False):
        """What the server says to those bytes, up to its end."""
        host, port = self.server.ws.rsplit(":", 1)
        with socket.create_connection((host, int(port)), WAIT) as link:
            link.sendall(data)
            if close:
                link.shutdown(socket.SHUT_WR)
            reply = b""
            while True:
                try:
                    more = link.recv(65_536)
                except ConnectionResetError:
                    return reply
                if not more:
                    return reply
                reply += more

    def status(self, data):
        reply = self.answer(data)
        head, _, body = reply.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        fields = {name.lower(): value for name, value in
                  (line.split(": ", 1) for line in lines[1:])}
        self.assertEqual(int(fields["content-length"]), len(body))
        said = json.loads(body)
        self.assertEqual(set(said), {"code", "msg", "data", "error"})
        self.assertTrue(said["msg"])
        return int(lines[0].split(" ")[1]), fields

    def request(self, path="/", **headers):
        return upgrade_request(self.server.ws, path, **headers)[0]

    def test_a_wrong_path_is_not_found(self):
        for path in ("/ws", "//", "/../", "/index.html", "*", "http://a/", ""):
            with self.subTest(path=path):
                self.assertIn(self.status(self.request(path))[0], (400, 404))
        self.assertEqual(self.status(self.request("/ws"))[0], 404)

    def test_a_query_is_no_other_path(self):
        client = WebSocketClient(self.server.ws, path="/?client=1")
        self.addCleanup(client.close)
        self.assertEqual(client.request(HEARTBEAT).action, HEARTBEAT)

    def test_without_an_upgrade(self):
        for headers in ({"Upgrade": None}, {"Connection": None}, {"Upgrade": "h2c"},
                        {"Connection": "close"}):
            status, fields = self.status(self.request(**headers))
            self.assertEqual((status, fields["upgrade"]), (426, "websocket"))

    def test_another_version(self):
        for version in ("12", "8", "", None):
            status, fields = self.status(self.request(Sec_WebSocket_Version=version))
            self.assertEqual((status, fields["sec-websocket-version"]), (426, "13"))

    def test_bad_keys(self):
        for key in (None, "", "x", base64.b64encode(b"fifteen bytes..").decode(), "!" * 24):
            self.assertEqual(self.status(self.request(Sec_WebSocket_Key=key))[0], 400)

    def test_what_is_no_request(self):
        good = self.request()
        for data in (b"\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/1.0\r\nHost: a\r\n\r\n",
                     b"GET / HTTP/2\r\n\r\n", good.replace(b"Host:", b"Host :"),
                     good.replace(b"Host: ", b"Host: a\r\n folded: "),
                     good.replace(b"GET / ", b"GET  / "), good.replace(b"Upgrade", b"Up\0grade"),
                     self.request(Host=None), self.request(Content_Length="5"),
                     self.request(Transfer_Encoding="chunked"),
                     good.replace(b"Host: ", b"Host: other\r\nHost: ")):
            with self.subTest(data=data):
                self.assertEqual(self.status(data)[0], 400)
        self.assertEqual(self.status(good.replace(b"GET", b"POST"))[0], 405)

    def test_header_size_is_bounded(self):
        self.assertEqual(self.status(self.request(X_Long="a" * 9_000))[0], 431)
        endless = b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 2_000
        self.assertEqual(self.status(endless)[0], 431)
        client = WebSocketClient(self.server.ws, headers={"X_Long": "a" * 7_000})
        self.addCleanup(client.close)

    def test_silent_and_half_sent_handshakes_end_in_time(self):
        for data in (b"", b"GET / HT", self.request()[:-2]):
            reply = self.answer(data)
            self.assertTrue(reply.startswith(b"HTTP/1.1 408 "), reply)

    def test_frames_of_tcp_are_no_request(self):
        reply = self.answer(frame(HEARTBEAT, b"", 1), close=True)
        self.assertIn(reply[:13], (b"", b"HTTP/1.1 400 ", b"HTTP/1.1 408 "))

    def test_cut_everywhere(self):
        request, _ = upgrade_request(self.server.ws)
        data = request + pack(BINARY, frame(HEARTBEAT, b"{}", 7))
        host, port = self.server.ws.rsplit(":", 1)
        with socket.create_connection((host, int(port)), WAIT) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in data:
                link.send(bytes([byte]))
            reply = b""
            while b"ServerTime" not in reply:
                reply += link.recv(4_096)
        self.assertTrue(reply.startswith(b"HTTP/1.1 101 "))


class Origins(Case):
    def connects(self, server, origin):
        try:
            client = WebSocketClient(server.ws, headers={"Origin": origin})
        except Refused as refused:
            self.assertEqual(refused.status, 403)
            self.assertEqual(refused.body["error"], "forbidden")
            return False
        self.addCleanup(client.close)
        self.assertEqual(client.request(HEARTBEAT).action, HEARTBEAT)
        return True

    flags = LISTEN

    def check(self, server, passing, refused):
        for origin in passing:
            self.assertTrue(self.connects(server, origin), origin)
        for origin in refused:
            self.assertFalse(self.connects(server, origin), origin)

    def serve(self, origins):
        server = Server(*LISTEN, "--ws-origins", origins)
        self.addCleanup(server.stop)
        return server

    def test_empty(self):
        self.check(
            self.server,
            (None, "http://127.0.0.1", "http://127.0.0.1:8080", "https://127.0.0.1:9"),
            ("http://evil.example", "null", "http://127.0.0.1.evil.example",
             "http://127.0.0.1:8080/x", "ftp://127.0.0.1", "http://", "", "127.0.0.1",
             "http://127.0.0.1@evil.example", "http://127.0.0.1:80:80"))

    def test_a_list(self):
        self.check(
            self.serve("https://chat.example, http://localhost:3000"),
            (None, "https://chat.example", "https://chat.example:443", "HTTPS://Chat.Example",
             "http://localhost:3000"),
            ("http://chat.example", "https://chat.example:444", "http://localhost",
             "https://a.chat.example", "http://127.0.0.1", "null"))

    def test_any(self):
        self.check(self.serve("*"), (None, "https://anything.example", "null"), ())


class Messages(Web):
    def ready(self):
        client = self.connect()
        client.sync_point()
        return client

    def test_the_form_of_the_first_message_is_the_servers(self):
        world, chat = self.pair()
        bob = self.login(world, "bob", "b1")
        for form, version, device in ((INLINE_FORM, 1, "a1"), (DATA_FORM, 1, "a2"),
                                      (DATA_FORM, 2, "a1"), (BINARY_FORM, 1, "a2"),
                                      (BINARY_FORM, 2, "a1")):
            with self.subTest(form=form, version=version):
                self.form = form
                client = self.login(world, "ann", device, version=version)
                bob.send(chat, f"{form}{version} ü", f"{self.prefix}-{form}{version}")
                self.assertEqual(
                    client.message_with(Content=f"{form}{version} ü")["UserId"], bob.user_id)
                # Its own later messages may take another form.
                client.send_raw(pack(TEXT, envelope(HEARTBEAT, b"", 900, version, DATA_FORM)))
                client.send_raw(pack(BINARY, frame(HEARTBEAT, b"", 901, version)))
                before = client.texts
                for sequence in (900, 901):
                    self.assertEqual(client.reply(sequence).action, HEARTBEAT)
                self.assertEqual(client.texts - before, 0 if form == BINARY_FORM else 2)
                client.close()

    def test_pushes_to_every_form_at_once(self):
        world = self.people(
            ann=["i", "d1", "d2", "b1", "b2"], bob=["b"], friends=[("ann", "bob")])
        clients = []
        for device, form, version in (("i", INLINE_FORM, 1), ("d1", DATA_FORM, 1),
                                      ("d2", DATA_FORM, 2), ("b1", BINARY_FORM, 1),
                                      ("b2", BINARY_FORM, 2)):
            self.form = form
            clients.append(self.login(world, "ann", device, version=version))
        self.form = BINARY_FORM
        bob = self.login(world, "bob", "b")
        contents = [f"\"{n}\" \\ \n é 😀 {'x' * n * 50}" for n in range(30)]
        for number, content in enumerate(contents):
            bob.send(world.chats[0], content, f"{self.prefix}-{number}")
        for client in clients:
            got = client.messages(30)
            self.assertEqual([item["Content"] for item in got], contents)
            self.assertSeqs(got, range(2, 32))

    def test_fragments(self):
        client = self.ready()
        for size in (1, 2, 7, 13, 14):
            whole = frame(HEARTBEAT, b'{"x":"' + b"y" * 40 + b'"}', 50 + size)
            parts = [whole[at:at + size] for at in range(0, len(whole), size)]
            data = b""
            for index, part in enumerate(parts):
                data += pack(BINARY if index == 0 else 0, part, last=index == len(parts) - 1)
                data += pack(PING, str(index))  # control frames may come between
            client.send_raw(data)
            self.assertEqual(client.reply(50 + size).action, HEARTBEAT)
            for index in range(len(parts)):
                self.assertEqual(client.pong(), str(index).encode())

    def test_a_text_cut_within_a_character(self):
        client = self.ready()
        text = '{"Version":1,"Action":100,"SequenceId":9,"Body":{"x":"ü😀"}}'.encode()
        data = pack(TEXT, b"", last=False)
        for byte in text:
            data += pack(0, bytes([byte]), last=False)
        client.send_raw(data + pack(0, b""))
        self.assertEqual(client.reply(9).action, HEARTBEAT)

    def test_cut_at_every_byte(self):
        client = self.ready()
        data = pack(TEXT, envelope(HEARTBEAT, b"{}", 31, 1, INLINE_FORM))
        data += pack(BINARY, frame(HEARTBEAT, b"", 32)) + pack(PING, b"hello")
        for at in range(1, len(data)):
            client.send_raw(data[:at])
            client.send_raw(data[at:])
            self.assertEqual([f.sequence for f in client.answers(2)], [31, 32])
            self.assertEqual(client.pong(), b"hello")

    def test_a_binary_message_is_one_frame(self):
        client = self.ready()
        heartbeat = frame(HEARTBEAT, b"", 5)
        for data in (b"", heartbeat[:12], heartbeat + b" ", heartbeat + heartbeat,
                     HEADER.pack(1, HEARTBEAT, 5, 1)):
            client.say(BINARY, data)
            self.assertError(client.error(), "malformed_body")
        client.send_raw(pack(BINARY, HEADER.pack(1, HEARTBEAT, 77, 9)))
        self.assertError(client.reply(77), "malformed_body", action=HEARTBEAT)
        self.assertEqual(client.request(HEARTBEAT).action, HEARTBEAT)

    def test_texts_that_are_no_envelope(self):
        client = self.ready()
        good = '{"Version":1,"Action":100,"SequenceId":8,'
        for text in ("", " ", "null", "[]", "7", "{}", "{", "hello", good, good + "}", good[:-1],
                     '{"Action":100,"SequenceId":8}', '{"Version":1,"SequenceId":8}',
                     good + '"Body":[]}', good + '"Body":"{}"}', good + '"Body":{},"x":}',
                     good + '"BodyLength":1,"BodyData":""}', good + '"BodyData":"e30="}',
                     good + '"BodyLength":-1,"BodyData":""}',
                     good + '"BodyLength":2,"BodyData":"e30"}',
                     good + '"BodyLength":2,"BodyData":"e31="}',
                     good + '"BodyLength":3,"BodyData":"e30="}',
                     good + '"BodyLength":2,"BodyData":{}}',
                     good + '"BodyLength":2,"BodyData":"e30=","Body":{}}',
                     good + '"BodyLength":5,"Body":{}}', good + '"BodyLength":true}',
                     good + '"Body":{}} {}', '{"Version":1,"Action":300,"SequenceId":8}',
                     '{"Version":1,"Action":1.5,"SequenceId":8}',
                     '{"Version":1,"Action":100,"SequenceId":3000000000}',
                     '{"Version":2,"Action":100,"SequenceId":8,"Body":{}}',
                     '{"Version":"x","Action":100,"SequenceId":8}',
                     '{"a":' + "[" * 400 + "]" * 400 + "}"):
            with self.subTest(text=text[:80]):
                client.say(TEXT, text)
                error = client.error()
                self.assertError(error, "malformed_body")
                self.assertIn(error.sequence, (0, 8))
        self.assertEqual(client.request(HEARTBEAT).action, HEARTBEAT)

    def test_envelopes_read_with_leniency(self):
        client = self.ready()
        for number, text in enumerate((
                ' {"SequenceId":"%d","Action":"100","Version":"1"} ',
                '{"Version":1.0,"Action":1e2,"SequenceId":%d,"Body":null,"BodyData":null}',
                '{"Version":1,"Action":100,"SequenceId":%d,"BodyLength":0,"BodyData":""}',
                '{"Version":1,"Action":100,"SequenceId":%d,"BodyLength":"2","BodyData":"e30="}',
                '{"Version":1,"Action":100,"SequenceId":%d,"Body":{ },"BodyLength":3}',
                '{"Version":2,"Action":100,"SequenceId":%d}',
                '{"Vers\\u0069on":1,"Action":100,"SequenceId":%d,"More":[{"Action":0}]}')):
            with self.subTest(text=text):
                client.say(TEXT, text % (300 + number))
                reply = client.reply(300 + number)
                self.assertEqual(reply.action, HEARTBEAT, reply)

    def test_the_first_message_may_be_no_envelope(self):
        self.form = INLINE_FORM
        client = self.connect()
        client.say(TEXT, "hello")
        self.assertError(client.error(), "malformed_body")
        self.assertEqual(client.request(HEARTBEAT).action, HEARTBEAT)
        self.assertEqual(client.texts, 2)

    def test_bodies_in_envelopes_are_checked_as_in_frames(self):
        world, chat = self.pair()
        self.form = INLINE_FORM
        client = self.login(world, "ann", "a1")
        client.send_raw(pack(TEXT, '{"Version":1,"Action":3,"SequenceId":40,"Body":'
                             '{"ChatroomId":"x"}}'))
        self.assertError(client.reply(40), "malformed_body", action=MESSAGE)
        client.send_raw(pack(TEXT, '{"Version":1,"Action":3,"SequenceId":41,"Body":'
                             f'{{"ChatroomId":"{chat}","Code":1.0,"Content":"\\u00fc",'
                             f'"ClientMessageId":"{self.prefix}-1"}}}}'))
        self.assertEqual(client.reply(41).body["Seq"], 2)
        self.assertError(client.request(8), "unknown_action")


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
