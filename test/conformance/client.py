"""A client that knows nothing but the contract: one TCP connection, frames in, frames out."""

import itertools
import select
import socket
import ssl
import time

from wire import (ACK, AUTH, CONVERSATIONS, ERROR, GET_MESSAGE_ID, HEADER, HEARTBEAT, MESSAGE,
                  PRESENCE, QUIT, RECEIPT, REQUEST, SIGN_IN, SYNC, TYPING, Frame, encode_body,
                  frame)

WAIT = 15.0

__all__ = ["Client", "Closed", "WAIT"]


class Closed(Exception):
    """The server closed the connection."""


class Client:
    def __init__(self, address, version=1, receive_buffer=None, tls=None):
        """`tls`: an SSLContext that knows who signed the server's certificate."""
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(WAIT)
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=host)
        self._begin(version)

    @classmethod
    def on(cls, link, version=1):
        """A client on a connection that is open already."""
        client = cls.__new__(cls)
        client.socket = link
        client._begin(version)
        return client

    def _begin(self, version):
        self.version = version
        self.sequences = itertools.count(1)
        self.buffer = bytearray()
        self.inbox = []
        self.is_closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    # Out

    def send_raw(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # what the server said before it closed is still to be read

    def bytes_of(self, action, body=None, sequence=None, version=None):
        version = version or self.version
        sequence = next(self.sequences) if sequence is None else sequence
        raw = body if isinstance(body, bytes) else encode_body(
            REQUEST.get(action, "Heartbeat"), body or {}, version)
        return sequence, frame(action, raw, sequence, version)

    def post(self, action, body=None, sequence=None, version=None):
        """Sends a frame and returns its sequence id."""
        sequence, data = self.bytes_of(action, body, sequence, version)
        self.send_raw(data)
        return sequence

    # In

    def _fill(self, deadline):
        left = deadline - time.monotonic()
        has_some = isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0
        if not has_some and (left <= 0 or not self._is_readable(left)):
            raise TimeoutError("nothing came in time")
        try:
            data = self.socket.recv(262_144)
        except (ConnectionResetError, ConnectionAbortedError, ssl.SSLEOFError):
            data = b""
        if not data:
            self.is_closed = True
            raise Closed(f"closed; {len(self.buffer)} bytes of an unfinished frame")
        self.buffer += data

    def _is_readable(self, wait):
        poll = select.poll()  # select() takes no descriptor over 1,023
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(wait * 1_000))

    def _take(self):
        if len(self.buffer) < HEADER.size:
            return None
        version, action, sequence, length = HEADER.unpack_from(self.buffer)
        if len(self.buffer) < HEADER.size + length:
            return None
        raw = bytes(self.buffer[HEADER.size:HEADER.size + length])
        del self.buffer[:HEADER.size + length]
        return Frame(version, action, sequence, raw)

    def next(self, wait=WAIT):
        """The next frame of any kind; Closed at the end, TimeoutError when none comes."""
        if self.inbox:
            return self.inbox.pop(0)
        deadline = time.monotonic() + wait
        while True:
            found = self._take()
            if found:
                return found
            self._fill(deadline)

    def find(self, test, wait=WAIT):
        """The next frame that `test` takes; the others stay in the inbox, in order."""
        for index, found in enumerate(self.inbox):
            if test(found):
                return self.inbox.pop(index)
        deadline = time.monotonic() + wait
        while True:
            found = self._take()
            if found is None:
                self._fill(deadline)
            elif test(found):
                return found
            else:
                self.inbox.append(found)

    def reply(self, sequence, wait=WAIT):
        return self.find(lambda frame: frame.sequence == sequence, wait)

    def request(self, action, body=None, version=None):
        return self.reply(self.post(action, body, version=version))

    def of_action(self, action, wait=WAIT):
        """The next frame of that action which no request asked for."""
        return self.find(lambda f: f.action == action and f.sequence == 0, wait)

    def answers(self, count, wait=WAIT):
        """The next `count` frames that answer something, in the order they came."""
        return [self.find(lambda f: f.sequence != 0, wait) for _ in range(count)]

    def rest(self, wait=WAIT):
        """Everything up to the end of the connection."""
        frames = []
        try:
            while True:
                frames.append(self.next(wait))
        except Closed:
            return frames

    def last_answers(self, wait=WAIT):
        """The answers up to the end of the connection; what was pushed is left out."""
        return [frame for frame in self.rest(wait) if frame.sequence]

    def sync_point(self):
        """Waits for an answer, so that all that was caused before has arrived."""
        return self.request(HEARTBEAT)

    def pushed(self):
        """Everything not asked for that arrived before an answer to a Heartbeat sent now."""
        self.sync_point()
        frames, self.inbox = self.inbox, []
        return frames

    # Requests

    def auth(self, user_id, device_id, token, device_type="mobile", client_type="linux"):
        return self.request(AUTH, {
            "DeviceID": device_id, "UserID": user_id, "AccessToken": token,
            "DeviceType": device_type, "ClientType": client_type})

    def sign_in(self, account, password, device_id, device_type="mobile"):
        return self.request(SIGN_IN, {
            "Account": account, "Password": password, "DeviceID": device_id,
            "DeviceType": device_type, "ClientType": "linux"})

    def send(self, chatroom_id, content, key, code=1, **more):
        return self.request(MESSAGE, self.message(chatroom_id, content, key, code, **more))

    @staticmethod
    def message(chatroom_id, content, key, code=1, **more):
        body = {"Code": code, "ChatroomId": chatroom_id, "Content": content,
                "ClientMessageId": key}
        body.update(more)
        return body

    def ack(self, chatroom_id, seq):
        self.post(ACK, {"ChatroomId": chatroom_id, "Seq": seq})

    def read(self, chatroom_id, seq):
        self.post(RECEIPT, {"ChatroomId": chatroom_id, "ReadSeq": seq})

    def typing(self, chatroom_id, typing=True):
        self.post(TYPING, {"ChatroomId": chatroom_id, "Typing": typing})

    def sync(self, chatroom_id, **position):
        return self.request(SYNC, dict(position, ChatroomId=chatroom_id))

    def reserve(self, chatroom_id):
        return self.request(GET_MESSAGE_ID, {"ChatroomId": chatroom_id})

    def presence(self, user_ids):
        return self.request(PRESENCE, {"UserIds": user_ids})

    def conversations(self, **body):
        return self.request(CONVERSATIONS, body)

    def quit(self):
        self.post(QUIT, {}, sequence=0)

    # Checks

    def error(self, sequence=None):
        if sequence is None:
            return self.find(lambda f: f.action == ERROR)
        return self.reply(sequence)

    def message_with(self, **fields):
        """The next message whose fields are these, pushed or in an offline page."""
        while True:
            frame = self.find(lambda f: f.sequence == 0 and f.action in (MESSAGE, SYNC))
            for item in frame.body["Messages"] if frame.action == SYNC else [frame.body]:
                if all(item[name] == value for name, value in fields.items()):
                    return item

    def messages(self, count, chatroom_id=None, wait=WAIT, entries=False):
        """The next `count` messages pushed, from pushes and offline pages alike.

        Entries that the server wrote are left out unless `entries` says otherwise.
        """
        found = []
        while len(found) < count:
            frame = self.find(
                lambda f: f.sequence == 0 and f.action in (MESSAGE, SYNC)
                and (chatroom_id is None or f.body["ChatroomId"] == chatroom_id), wait)
            items = frame.body["Messages"] if frame.action == SYNC else [frame.body]
            found += [item for item in items if entries or not 8 <= item["Code"] <= 12]
        return found
