"""PROTOCOL.md §1 and §2 over WebSocket: the handshake, both forms, and the same guarantees as
over TCP."""

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


def over_web(case, *forms):
    """The tests of a class once more, over WebSocket in each form."""
    for form in forms:
        name = f"{case.__name__}{form.capitalize()}Messages"
        globals()[name] = type(name, (case,), {
            "form": form, "flags": LISTEN + tuple(case.flags),
            "open_client": Web.open_client, "__module__": __name__})


over_web(test_connection.AuthenticationProtobuf, BINARY_FORM)
over_web(test_connection.AuthenticationJSON, INLINE_FORM)
over_web(test_connection.ReplacementJSON, DATA_FORM)
over_web(test_sending.SendingProtobuf, BINARY_FORM, DATA_FORM)
over_web(test_sending.SendingJSON, BINARY_FORM, INLINE_FORM)
over_web(test_offline.OfflinePushProtobuf, BINARY_FORM)
over_web(test_offline.OfflinePushJSON, INLINE_FORM)
over_web(test_sync.SyncProtobuf, DATA_FORM)
over_web(test_sync.SyncJSON, INLINE_FORM)
over_web(test_events.ReceiptsJSON, INLINE_FORM)


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


if __name__ == "__main__":
    unittest.main()
