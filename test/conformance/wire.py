"""The wire format by hand: frames, JSON bodies, and a proto3 codec made from freeim.proto."""

import json
import os
import re
import struct

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

GET_MESSAGE_ID, SIGN_IN, SYNC, MESSAGE, ACK, RECEIPT, TYPING, PRESENCE = range(8)
AUTH, QUIT, CONVERSATIONS, GAP, ERROR, HEARTBEAT = 10, 11, 12, 13, 99, 100

# Which body an action carries, to the server and from it.
REQUEST = {
    GET_MESSAGE_ID: "MessageID", SIGN_IN: "SignIn", SYNC: "SyncRequest", MESSAGE: "MessageItem",
    ACK: "MessageACK", RECEIPT: "Receipt", TYPING: "Typing", PRESENCE: "PresenceQuery",
    AUTH: "Auth", QUIT: "Quit", CONVERSATIONS: "ConversationsRequest", GAP: "Gap",
    ERROR: "Error", HEARTBEAT: "Heartbeat",
}
REPLY = dict(REQUEST)
REPLY.update({
    SIGN_IN: "AuthReply", AUTH: "AuthReply", SYNC: "SyncPage", PRESENCE: "Presence",
    CONVERSATIONS: "ConversationsPage",
})

HEADER = struct.Struct(">ibii")


class Field:
    def __init__(self, number, kind, label, name):
        self.number, self.kind, self.label, self.name = number, kind, label, name


def _read_schema(path):
    """Messages of a proto file: {"Auth": [Field…]}; nested ones by their own name."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"//[^\n]*", "", file.read())
    messages, stack = {}, []
    token = re.compile(
        r"(message|enum)\s+(\w+)\s*\{|"
        r"(optional\s+|repeated\s+)?([\w.]+)\s+\w+\s*=\s*(\d+)\s*\[json_name\s*=\s*\"(\w+)\"\]\s*;"
        r"|\}")
    for match in token.finditer(text):
        if match.group(1):
            stack.append(match.group(2) if match.group(1) == "message" else None)
            if stack[-1]:
                messages[stack[-1]] = []
        elif match.group(4):
            label = (match.group(3) or "").strip()
            field = Field(int(match.group(5)), match.group(4), label, match.group(6))
            messages[stack[-1]].append(field)
        else:
            stack.pop()
    return messages


SCHEMA = _read_schema(os.path.join(ROOT, "proto", "freeim.proto"))


def _varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while True:
        if value < 0x80:
            out.append(value)
            return bytes(out)
        out.append(value & 0x7F | 0x80)
        value >>= 7


def _read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _signed(value, bits=64):
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


def encode_proto(kind, body):
    """The proto3 bytes of `body`, a dict by JSON names."""
    out = bytearray()
    known = {field.name for field in SCHEMA[kind]}
    for name in body:
        assert name in known, f"{kind} has no {name}"
    for field in SCHEMA[kind]:
        if field.name not in body:
            continue
        value = body[field.name]
        if field.label == "repeated" and field.kind not in SCHEMA and field.kind != "string":
            packed = b"".join(_varint(int(item)) for item in value)
            if packed:
                out += _varint(field.number << 3 | 2) + _varint(len(packed)) + packed
            continue
        for item in value if field.label == "repeated" else [value]:
            if field.kind == "string":
                raw = item if isinstance(item, bytes) else item.encode("utf-8", "surrogatepass")
                if raw or field.label:
                    out += _varint(field.number << 3 | 2) + _varint(len(raw)) + raw
            elif field.kind in SCHEMA:
                raw = encode_proto(field.kind, item)
                out += _varint(field.number << 3 | 2) + _varint(len(raw)) + raw
            elif int(item) or field.label:
                out += _varint(field.number << 3) + _varint(int(item))
    return bytes(out)


def decode_proto(kind, data):
    """A dict by JSON names; fields that are not on the wire are left out."""
    fields = {field.number: field for field in SCHEMA[kind]}
    body, at = {}, 0
    while at < len(data):
        key, at = _read_varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _read_varint(data, at)
        elif wire == 2:
            length, at = _read_varint(data, at)
            assert at + length <= len(data), "a field runs over the body's end"
            value, at = data[at:at + length], at + length
        else:
            size = {1: 8, 5: 4}[wire]
            value, at = data[at:at + size], at + size
        field = fields.get(number)
        assert field, f"the server wrote {kind} field {number}, which the contract does not know"
        _put(body, field, wire, value)
    return body


def _put(body, field, wire, value):
    if field.kind == "string":
        value = value.decode("utf-8")
    elif field.kind in SCHEMA:
        value = decode_proto(field.kind, value)
    elif wire == 2:
        items, at = [], 0
        while at < len(value):
            item, at = _read_varint(value, at)
            items.append(_signed(item))
        body.setdefault(field.name, []).extend(items)
        return
    elif field.kind == "bool":
        value = bool(value)
    else:
        value = _signed(value)
    if field.label == "repeated":
        body.setdefault(field.name, []).append(value)
    else:
        body[field.name] = value


class Body(dict):
    """A body read from the server; a field that is not there reads as proto3's default."""

    def __init__(self, kind, values):
        super().__init__()
        self.kind = kind
        self._fields = {field.name: field for field in SCHEMA[kind]}
        for name, value in values.items():
            field = self._fields.get(name)
            assert field, f"the server wrote {kind}.{name}, which the contract does not know"
            if field.kind in SCHEMA:
                if field.label == "repeated":
                    value = [Body(field.kind, item) for item in value]
                else:
                    value = Body(field.kind, value)
            else:
                self._check(field, value)
            self[name] = value

    def _check(self, field, value):
        """JSON integers are numbers, enums are integers, and so on."""
        for item in value if field.label == "repeated" else [value]:
            wanted = {"string": str, "bool": bool}.get(field.kind, int)
            right = isinstance(item, wanted) and (wanted is bool or not isinstance(item, bool))
            assert right, f"{self.kind}.{field.name} is {item!r}"

    def __missing__(self, name):
        field = self._fields[name]
        if field.label == "repeated":
            return []
        if field.kind in SCHEMA:
            return Body(field.kind, {})
        return {"string": "", "bool": False}.get(field.kind, 0)


def encode_body(kind, body, version):
    if version == 2:
        return encode_proto(kind, body)
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode_body(kind, data, version):
    if version == 2:
        return Body(kind, decode_proto(kind, data))
    return Body(kind, json.loads(data.decode("utf-8")) if data else {})


def frame(action, body=b"", sequence=0, version=1):
    return HEADER.pack(version, action, sequence, len(body)) + body


class Frame:
    """One frame from the server."""

    def __init__(self, version, action, sequence, raw):
        self.version, self.action, self.sequence, self.raw = version, action, sequence, raw
        self.body = decode_body(REPLY[action], raw, version)

    def __repr__(self):
        return f"<{REPLY[self.action]} seq={self.sequence} {dict(self.body)}>"
