"""A WebSocket client by hand (RFC 6455): masked frames out, frames and envelopes in."""

import base64
import hashlib
import json
import os
import socket
import struct
import time

from client import WAIT, Client, Closed
from harness import Case
from wire import HEADER, REPLY, REQUEST, Body, Frame, encode_body

LISTEN = ("--ws", "127.0.0.1:0", "--tcp", "none")

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

BINARY_FORM, INLINE_FORM, DATA_FORM = "binary", "inline", "data"


def pack(opcode, payload=b"", last=True, mask=None, reserved=0, length_bytes=None):
    """One frame from a client; `mask` b"" leaves it unmasked."""
    if isinstance(payload, str):
        payload = payload.encode("utf-8")
    mask = os.urandom(4) if mask is None else mask
    first = (0x80 if last else 0) | reserved | opcode
    flag = 0x80 if mask else 0
    size = length_bytes or (0 if len(payload) < 126 else 2 if len(payload) < 65_536 else 8)
    if size == 0:
        head = bytes([first, flag | len(payload)])
    elif size == 2:
        head = bytes([first, flag | 126]) + struct.pack(">H", len(payload))
    else:
        head = bytes([first, flag | 127]) + struct.pack(">Q", len(payload))
    if mask:
        key = (mask * (len(payload) // 4 + 1))[:len(payload)]
        masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
        payload = masked.to_bytes(len(payload), "big")
    return head + mask + payload


def envelope(action, raw, sequence, version, form):
    """The text of an envelope around a body."""
    head = f'{{"Version":{version},"Action":{action},"SequenceId":{sequence},'
    if form == INLINE_FORM and version == 1:
        return head + '"Body":' + (raw.decode("utf-8", "surrogatepass") or "{}") + "}"
    data = base64.b64encode(raw).decode()
    return head + f'"BodyLength":{len(raw)},"BodyData":"{data}"}}'


def upgrade_request(host, path="/", **headers):
    """The request that opens a WebSocket; a header given as None is left out."""
    fields = {
        "Host": host, "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode()}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [f"GET {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return ("\r\n".join(lines) + "\r\n\r\n").encode(), fields["Sec-WebSocket-Key"]


class Refused(Exception):
    """No WebSocket was opened; `status`, `headers` and `body` say why."""

    def __init__(self, status, headers, body):
        super().__init__(f"{status}: {body}")
        self.status, self.headers, self.body = status, headers, body


class WebSocketClient(Client):
    """A Client whose frames travel in messages; `form` says how."""

    def __init__(self, address, version=1, form=BINARY_FORM, path="/", headers=(), **more):
        super().__init__(address, version, **more)
        self.form = form
        self.close_code = None
        self.pongs, self.texts = [], 0
        self._partial = None
        request, key = upgrade_request(address, path, **dict(headers))
        self.send_raw(request)
        self._accept(key)

    def _accept(self, key):
        deadline = time.monotonic() + WAIT
        while b"\r\n\r\n" not in self.buffer:
            self._fill(deadline)
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        fields = {name.lower(): value for name, value in
                  (line.split(": ", 1) for line in lines)}
        code = int(status.split(" ")[1])
        if code != 101:
            while len(rest) < int(fields["content-length"]):
                del self.buffer[:]
                self._fill(deadline)
                rest += bytes(self.buffer)
            raise Refused(code, fields, json.loads(rest))
        proof = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        assert fields["sec-websocket-accept"] == base64.b64encode(proof).decode(), fields
        assert "sec-websocket-extensions" not in fields, fields
        self.buffer = bytearray(rest)

    # Out

    def bytes_of(self, action, body=None, sequence=None, version=None):
        version = version or self.version
        sequence = next(self.sequences) if sequence is None else sequence
        raw = body if isinstance(body, bytes) else encode_body(
            REQUEST.get(action, "Heartbeat"), body or {}, version)
        if self.form == BINARY_FORM:
            return sequence, pack(
                BINARY, HEADER.pack(version, action, sequence, len(raw)) + raw)
        return sequence, pack(TEXT, envelope(action, raw, sequence, version, self.form))

    def say(self, opcode, payload=b"", **how):
        self.send_raw(pack(opcode, payload, **how))

    # In

    def _unpack(self):
        """The next WebSocket frame that is complete: opcode, whether it is the last, payload."""
        if len(self.buffer) < 2:
            return None
        first, second = self.buffer[0], self.buffer[1]
        assert not second & 0x80, "a server's frame is masked"
        assert not first & 0x70, "a reserved bit is set"
        length, at = second & 0x7F, 2
        if length == 126:
            if len(self.buffer) < 4:
                return None
            length, at = struct.unpack_from(">H", self.buffer, 2)[0], 4
            assert length >= 126, "not the shortest length"
        elif length == 127:
            if len(self.buffer) < 10:
                return None
            length, at = struct.unpack_from(">Q", self.buffer, 2)[0], 10
            assert length > 65_535, "not the shortest length"
        if len(self.buffer) < at + length:
            return None
        payload = bytes(self.buffer[at:at + length])
        del self.buffer[:at + length]
        return first & 0x0F, bool(first & 0x80), payload

    def _take(self):
        while True:
            found = self._unpack()
            if found is None:
                return None
            opcode, last, payload = found
            assert last, "the server does not cut its messages"
            if opcode == BINARY:
                version, action, sequence, length = HEADER.unpack_from(payload)
                assert len(payload) == HEADER.size + length, "not one frame"
                return Frame(version, action, sequence, payload[HEADER.size:])
            if opcode == TEXT:
                self.texts += 1
                return self._frame_of(json.loads(payload.decode("utf-8")))
            if opcode == PONG:
                self.pongs.append(payload)
            elif opcode == CLOSE:
                assert self.close_code is None, "two Closes"
                self.close_code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                self.say(CLOSE, payload[:2])
                try:
                    socket.socket.shutdown(self.socket, socket.SHUT_WR)
                except OSError:
                    pass  # the server has closed already
            else:
                raise AssertionError(f"opcode {opcode}")

    def _frame_of(self, fields):
        version, action, sequence = (
            fields.pop(name) for name in ("Version", "Action", "SequenceId"))
        if "Body" in fields:
            assert version == 1 and set(fields) == {"Body"}, fields
            assert self.form == INLINE_FORM, "Body to a client that reads BodyData"
            frame = Frame(version, action, sequence, b"")
            frame.body = Body(REPLY[action], fields["Body"])
            frame.raw = json.dumps(fields["Body"]).encode()
            return frame
        assert set(fields) == {"BodyLength", "BodyData"}, fields
        raw = base64.b64decode(fields["BodyData"], validate=True)
        assert len(raw) == fields["BodyLength"], "a BodyLength that does not fit"
        return Frame(version, action, sequence, raw)

    def pong(self):
        """The payload of the next pong."""
        deadline = time.monotonic() + WAIT
        while not self.pongs:
            found = self._take()
            if found is not None:
                self.inbox.append(found)
            elif not self.pongs:
                self._fill(deadline)
        return self.pongs.pop(0)

    def code(self):
        """The code of the server's Close, once the connection has ended."""
        try:
            while True:
                self.inbox.append(self.find(lambda f: False))
        except Closed:
            return self.close_code


class Web(Case):
    """A case whose clients come over WebSocket."""

    flags = LISTEN
    form = BINARY_FORM

    def open_client(self, version, **more):
        return WebSocketClient(self.server.ws, version, self.form, **more)
