"""PROTOCOL.md §2: frames, whatever TCP makes of them, and bodies that are not what they say."""

import json
import random

from client import Closed
from harness import Case, both_versions
from wire import AUTH, ERROR, GET_MESSAGE_ID, HEADER, HEARTBEAT, MESSAGE, SYNC, encode_body, frame


@both_versions
class Frames(Case):
    def auth_bytes(self, world, sequence=1):
        token = world.tokens[self.name("ann"), "a1"]
        body = encode_body("Auth", {
            "DeviceID": "a1", "UserID": world.ids[self.name("ann")], "AccessToken": token,
            "DeviceType": "mobile", "ClientType": "linux"}, self.version)
        return frame(AUTH, body, sequence, self.version)

    def test_one_byte_at_a_time(self):
        world, _ = self.pair()
        client = self.connect()
        for byte in self.auth_bytes(world) + frame(HEARTBEAT, b"", 2, self.version):
            client.send_raw(bytes([byte]))
        self.assertEqual(client.next().action, AUTH)
        self.assertEqual(client.answers(1)[0].sequence, 2)

    def test_every_cut(self):
        world, _ = self.pair()
        sent = self.auth_bytes(world) + frame(HEARTBEAT, b"", 2, self.version)
        for cut in range(1, len(sent)):
            with self.subTest(cut=cut), self.connect() as client:
                client.send_raw(sent[:cut])
                client.send_raw(sent[cut:])
                self.assertEqual([a.sequence for a in client.answers(2)], [1, 2])

    def test_joined(self):
        world, chat = self.pair()
        client = self.connect()
        sent = self.auth_bytes(world)
        for index in range(100):
            body = client.message(chat, f"m{index}", f"{self.prefix}-{index}")
            sent += client.bytes_of(MESSAGE, body, sequence=10 + index)[1]
        client.send_raw(sent)
        self.assertEqual(client.next().action, AUTH)
        acks = client.answers(100)
        self.assertEqual([ack.sequence for ack in acks], list(range(10, 110)))
        self.assertSeqs([ack.body for ack in acks], range(2, 102))

    def test_random_fragments(self):
        seed = random.randrange(1 << 30)
        print(f"\nseed {seed}")
        draw = random.Random(seed)
        world, chat = self.pair()
        client = self.connect()
        sent = self.auth_bytes(world)
        for index in range(60):
            body = client.message(chat, "x" * draw.randrange(2_000), f"{self.prefix}-{index}")
            sent += client.bytes_of(MESSAGE, body, sequence=10 + index)[1]
        at = 0
        while at < len(sent):
            size = draw.choice([1, 2, 12, 13, 14, 100, 3_000])
            client.send_raw(sent[at:at + size])
            at += size
        sequences = [answer.sequence for answer in client.answers(61)]
        self.assertEqual(sequences, [1, *range(10, 70)])

    def test_lengths_that_close(self):
        world, _ = self.pair()
        for length in (-1, -(1 << 31), 65_537, 1 << 20, (1 << 31) - 1):
            for before_auth in (True, False):
                with self.subTest(length=length, before_auth=before_auth):
                    client = self.connect() if before_auth else self.login(world, "ann", "a1")
                    client.send_raw(HEADER.pack(self.version, MESSAGE, 77, length))
                    frames = client.last_answers()
                    self.assertEqual(len(frames), 1, frames)
                    self.assertError(frames[0], "frame_too_large")
                    self.assertEqual(frames[0].sequence, 77)

    def test_a_message_of_one_mebibyte(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        body = client.message(chat, "x" * (1 << 20), f"{self.prefix}-big")
        client.post(MESSAGE, body)
        frames = client.last_answers()
        self.assertEqual([f.action for f in frames], [ERROR])
        self.assertError(frames[0], "frame_too_large")
        self.assertEqual(self.login(world, "ann", "a2").sync(chat).body["HeadSeq"], 1)

    def test_the_longest_frame(self):
        world, _ = self.pair()
        client = self.login(world, "ann", "a1")
        if self.version == 1:
            body = b"{" + b" " * 65_534 + b"}"
        else:
            body = b"\xfa\x3f" + b"\xfb\xff\x03" + b"x" * 65_531  # one unknown field
        self.assertEqual(len(body), 65_536)
        self.assertEqual(client.reply(client.post(HEARTBEAT, body)).action, HEARTBEAT)

    def test_empty_bodies(self):
        world, _ = self.pair()
        client = self.login(world, "ann", "a1")
        self.assertEqual(client.reply(client.post(HEARTBEAT, b"")).action, HEARTBEAT)
        self.assertError(client.reply(client.post(MESSAGE, b"")), "malformed_body", "not_member")
        client.sync_point()

    def test_versions_that_are_not_spoken(self):
        world, _ = self.pair()
        for version in (0, 3, -1, 1 << 30):
            with self.subTest(version=version, when="before Auth"):
                client = self.connect()
                client.send_raw(frame(HEARTBEAT, b"", 5, version))
                frames = client.last_answers()
                self.assertEqual(len(frames), 1)
                self.assertError(frames[0], "unsupported_version")
                self.assertEqual(frames[0].version, 1)
                self.assertEqual(frames[0].sequence, 5)
            with self.subTest(version=version, when="after Auth"):
                client = self.login(world, "ann", "a1")
                client.send_raw(frame(HEARTBEAT, b"", 5, version))
                frames = client.last_answers()
                self.assertEqual(len(frames), 1)
                self.assertError(frames[0], "unsupported_version")
                self.assertEqual(frames[0].version, self.version)

    def test_another_protocol(self):
        client = self.connect()
        client.send_raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertError(client.rest()[0], "unsupported_version")

    def test_the_connections_version_is_that_of_its_first_auth(self):
        world, _ = self.pair()
        other = 3 - self.version
        client = self.connect()
        self.assertEqual(client.request(HEARTBEAT, {}, version=other).version, other)
        sequence = client.post(SYNC, {"ChatroomId": 1}, version=other)
        self.assertEqual(client.reply(sequence).version, other)
        client.auth(world.ids[self.name("ann")], "a1", world.tokens[self.name("ann"), "a1"])
        self.assertEqual(client.request(HEARTBEAT, {}, version=other).version, self.version)
        refused = client.request(SYNC, {"ChatroomId": 1 << 40}, version=other)
        self.assertEqual(refused.version, self.version)
        self.assertError(refused, "not_member")

    def test_unknown_actions(self):
        world, _ = self.pair()
        client = self.login(world, "ann", "a1")
        for action in (8, 9, 13, 14, 50, 98, 99, 101, 127, -1, -128):
            with self.subTest(action=action):
                sequence = client.post(action, b"")
                self.assertError(client.reply(sequence), "unknown_action", "forbidden")
        client.sync_point()

    def test_sequence_ids_are_echoed(self):
        world, _ = self.pair()
        client = self.login(world, "ann", "a1")
        for sequence in (1, -1, (1 << 31) - 1, -(1 << 31), 12345):
            client.post(HEARTBEAT, {}, sequence=sequence)
            self.assertEqual(client.answers(1)[0].sequence, sequence)

    def bad_bodies(self):
        brackets = b"[" * 65_536
        yield "brackets", brackets
        yield "noise", bytes(random.Random(7).randrange(128, 256) for _ in range(500))
        if self.version == 1:
            for text in ("[]", "1", "null", '"x"', "{", '{"ChatroomId":', "{}{}", "{} x",
                         '{"ChatroomId":"x"}', '{"ChatroomId":1.5}', '{"ChatroomId":true}',
                         '{"Content":1}', '{"Mentions":{}}', '{"Code":"text"}',
                         '{"ChatroomId":9223372036854775808}', '{"Content":"\\ud800"}'):
                yield text, text.encode()
            yield "not UTF-8", b'{"Content":"\xff"}'
            yield "not UTF-8 in an unknown field", b'{"Other":"\xc3"}'
            yield "deep", b'{"X":' * 13_000
            yield "deep arrays", b'{"X":' + b"[" * 65_000
        else:
            yield "truncated", encode_body("MessageItem", {"Content": "hello"}, 2)[:-1]
            yield "a length beyond the end", b"\x22\x7f\x41"
            yield "not UTF-8", b"\x22\x02\xc3\x28"
            yield "an endless varint", b"\x18" + b"\xff" * 11
            yield "field 0", b"\x00\x01"
            yield "deep groups", b"\x0b" * 60_000

    def test_malformed_bodies_leave_the_connection_open(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        for name, body in self.bad_bodies():
            for action in (MESSAGE, SYNC, GET_MESSAGE_ID):
                if name == '{"Content":1}' or name.startswith('{"Mentions') or "Code" in name:
                    if action != MESSAGE:
                        continue
                if name in ("not UTF-8", "truncated", '{"Content":"\\ud800"}', "deep") or \
                        name == "a length beyond the end":
                    if action != MESSAGE:
                        continue
                with self.subTest(body=name, action=action):
                    frame = client.reply(client.post(action, body))
                    self.assertError(frame, "malformed_body", action=action)
        self.assertEqual(client.send(chat, "fine", f"{self.prefix}-ok").body["Seq"], 2)

    def test_malformed_auth_closes(self):
        client = self.connect()
        client.post(AUTH, b"[" * 1_000)
        frames = client.rest()
        self.assertEqual(len(frames), 1)
        self.assertError(frames[0], "malformed_body", "bad_token")

    def test_the_refusal_names_the_action_and_the_message(self):
        world, _ = self.pair()
        client = self.login(world, "ann", "a1")
        refused = client.send(1 << 40, "x", "key-of-mine")
        self.assertError(refused, "not_member", action=MESSAGE)
        self.assertEqual(refused.body["ClientMessageId"], "key-of-mine")


class JSONLeniency(Case):
    def test_integers_as_numbers_and_strings(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        for index, form in enumerate([str(chat), f"{chat}.0", f'"{chat}"', f'"{chat}.0"']):
            for code in ("1", "1.0", '"1"'):
                key = f"{self.prefix}-{index}-{code}".replace('"', "q")
                text = (f'{{"ChatroomId":{form},"Code":{code},"Content":"x",'
                        f'"ClientMessageId":"{key}","Unknown":[{{"a":null}}]}}')
                reply = client.reply(client.post(MESSAGE, text.encode()))
                self.assertGreater(reply.body["Seq"], 0, reply)
        page = client.sync(chat)
        self.assertTrue(all(message["Code"] == 1 for message in page.body["Messages"][1:]))
        reply = client.reply(client.post(
            SYNC, f'{{"ChatroomId":"{chat}","AfterSeq":"0","Limit":3.0}}'.encode()))
        self.assertSeqs(reply.body["Messages"], [1, 2, 3])

    def test_what_the_server_writes_is_json_with_numbers(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        client.send(chat, "\u4f60\u597d \U0001F468\u200D\U0001F469 \"'\\\u0000", f"{self.prefix}-1")
        page = client.sync(chat)
        item = json.loads(page.raw)["Messages"][-1]
        self.assertIsInstance(item["ChatroomId"], int)
        self.assertIsInstance(item["Code"], int)
        self.assertIsInstance(item["MessageSendTime"], int)
        self.assertEqual(item["Content"], "\u4f60\u597d \U0001F468\u200D\U0001F469 \"'\\\u0000")

    def test_both_encodings_tell_the_same(self):
        world, chat = self.pair()
        text = self.login(world, "ann", "a1", version=1)
        binary = self.login(world, "bob", "b1", version=2)
        text.send(chat, "\u4f60\u597d \U0001F600", f"{self.prefix}-1", Mentions=[-1, 5],
                  ReplyTo="2222222222222222")
        pushed = binary.messages(1)[0]
        self.assertEqual(dict(pushed), dict(text.sync(chat).body["Messages"][-1]))
        self.assertEqual(pushed["Mentions"], [-1, 5])
        with self.assertRaises(Closed):
            binary.quit()
            binary.next()


class SmallFrames(Case):
    flags = ("--frame-bytes-max", "4096")

    def test_the_configured_limit(self):
        world, chat = self.pair()
        client = self.login(world, "ann", "a1")
        with self.subTest("AuthReply tells it"):
            again = self.connect()
            reply = again.auth(
                world.ids[self.name("ann")], "a2", world.tokens[self.name("ann"), "a2"])
            self.assertEqual(reply.body["FrameBytesMax"], 4_096)
        for index in range(5):
            client.send(chat, "x" * 2_500, f"{self.prefix}-{index}")
        refused = client.send(chat, "x" * 3_500, f"{self.prefix}-long")
        self.assertError(refused, "content_too_large")
        seqs, after = [], 0
        while True:
            page = client.sync(chat, AfterSeq=after)
            self.assertLessEqual(len(page.raw), 4_096)
            self.assertGreaterEqual(len(page.body["Messages"]), 1)
            seqs += [message["Seq"] for message in page.body["Messages"]]
            after = seqs[-1]
            if not page.body["HasMore"]:
                break
        self.assertEqual(seqs, [1, 2, 3, 4, 5, 6])
        client.send_raw(HEADER.pack(1, HEARTBEAT, 9, 4_097))
        self.assertError(client.rest()[-1], "frame_too_large")
