"""A receiver of webhooks: keeps what it was called with, checks signatures, answers as told."""

import hashlib
import hmac
import http.server
import json
import os
import queue
import ssl
import threading
import time

from client import WAIT

TOLERANCE_SECONDS = 300


def is_signed(key, header, body, now=None):
    """Whether `FreeIM-Signature: t=SECONDS,v1=HEX` is right for that body and not too old."""
    parts = dict(part.split("=", 1) for part in (header or "").split(",") if "=" in part)
    try:
        seconds = int(parts["t"])
    except (KeyError, ValueError):
        return False
    if abs((time.time() if now is None else now) - seconds) > TOLERANCE_SECONDS:
        return False
    expected = hmac.new(key, b"%d." % seconds + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts.get("v1", ""))


class Call:
    """One call that came in."""

    def __init__(self, path, headers, raw):
        self.path, self.headers, self.raw = path, headers, raw
        self.body = json.loads(raw)
        self.kind = headers["freeim-kind"]
        self.delivery = headers["freeim-delivery"]


class Receiver:
    """Serves on a free port of this machine until it is closed.

    Each call that `is_awaited` is kept and answered with the next of `answers` - a status, a
    (status, JSON) pair, or an event to wait for before 200 - and with `always` once they have run
    out. Others, of a test before, get 200. With a certificate (its file, its key's) it speaks TLS.
    """

    def __init__(self, certificate=None):
        self.calls, self.answers = queue.Queue(), []
        self.always = 200
        self.is_awaited = lambda call: True
        self.lock, self.at_once, self.most_at_once = threading.Lock(), 0, 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["content-length"]))
                call = Call(self.path, self.headers, raw)
                answer = 200
                if receiver.is_awaited(call):
                    answer = receiver.answers.pop(0) if receiver.answers else receiver.always
                    receiver.calls.put(call)
                if isinstance(answer, threading.Event):
                    receiver.count(1)
                    answer.wait(WAIT)
                    receiver.count(-1)
                    answer = 200
                status, body = answer if isinstance(answer, tuple) else (answer, {})
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                try:
                    self.send_response(status)
                    self.send_header("content-length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    pass  # the server has given up waiting

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def count(self, change):
        """Counts the calls that wait for an event."""
        with self.lock:
            self.at_once += change
            self.most_at_once = max(self.most_at_once, self.at_once)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def next(self, wait=WAIT):
        """The next call."""
        try:
            return self.calls.get(timeout=wait)
        except queue.Empty:
            raise AssertionError("no call came in time") from None

    def clear(self):
        """Forgets what came, and what is to be answered."""
        self.answers.clear()
        self.always = 200
        while not self.calls.empty():
            self.calls.get_nowait()


def key_of(server):
    """The key of a server's signatures."""
    with open(os.path.join(server.data, "webhook.key"), "rb") as file:
        return file.read().strip()
