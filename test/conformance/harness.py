"""Starts the built server, provisions people, and gives the tests what they all need."""

import http.client
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from client import WAIT, Client
from openapi import Description
from wire import AUTH, ERROR, ROOT

BINARY = os.path.abspath(os.environ.get(
    "FREEIM_SERVER", os.path.join(ROOT, ".build", "debug", "freeim-server")))
TEST_SECONDS = int(os.environ.get("FREEIM_TEST_SECONDS", "120"))

CLEAN = {key: value for key, value in os.environ.items() if not key.startswith("FREEIM_")}


class Server:
    """One server process on free ports, with a data folder of its own."""

    def __init__(self, *flags, data=None, launcher=(), limit_file_bytes=None,
                 environment=(), tls=None):
        self.flags = flags
        self.tls = tls  # how to verify it, when it speaks TLS
        self.owns_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="freeim-conformance-")
        self.launcher, self.limit_file_bytes = launcher, limit_file_bytes
        self.environment = {**CLEAN, **dict(environment)}
        self.process = None
        self.description = None
        self.start()

    def start(self, *more):
        self.log = open(os.path.join(tempfile.gettempdir(), f"freeim-{os.getpid()}.log"), "w+")
        os.unlink(self.log.name)

        def limit():
            if self.limit_file_bytes:
                resource.setrlimit(
                    resource.RLIMIT_FSIZE, (self.limit_file_bytes, resource.RLIM_INFINITY))

        self.process = subprocess.Popen(
            [*self.launcher, BINARY, "serve", "--data", self.data, "--tcp", "127.0.0.1:0",
             "--ws", "none", "--http", "127.0.0.1:0", "--scrypt-log-n", "4",
             "--log-level", "warning",
             "--request-rate-per-second-user", "0", "--request-rate-per-second-address", "0",
             *self.flags, *more],
            stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL,
            env=self.environment, preexec_fn=limit,
            restore_signals=not self.limit_file_bytes)
        line = self._ready_line()
        self.ready = json.loads(line)
        self.tcp, self.ws, self.http = (self.ready[name] for name in ("tcp", "ws", "http"))
        return self

    def _ready_line(self):
        deadline, line = time.monotonic() + 30, b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.kill()
                raise AssertionError(f"no ready line in time; log:\n{self.log_text()}")
            data = os.read(self.process.stdout.fileno(), 1)
            if not data:
                self.process.wait()
                raise AssertionError(
                    f"ended with {self.process.returncode} before it was ready:\n"
                    f"{self.log_text()}")
            line += data
        return line

    def log_text(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def kill(self):
        """kill -9."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def terminate(self):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(WAIT)
        self.rest_of_output = self.process.stdout.read()
        self.process.stdout.close()
        return status

    def restart(self, *more, hard=True):
        if hard:
            self.kill()
        else:
            status = self.terminate()
            assert status == 0, f"SIGTERM ended it with {status}:\n{self.log_text()}"
        self.log.close()
        return self.start(*more)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.log.close()
        if self.owns_data:
            shutil.rmtree(self.data, ignore_errors=True)

    # HTTP

    def call(self, route, body=None, token=None, method=None, device=None, raw=None, headers=()):
        """One HTTP request; (status, the decoded JSON or the raw bytes)."""
        host, port = self.http.rsplit(":", 1)
        connection = (
            http.client.HTTPSConnection(host, int(port), timeout=WAIT, context=self.tls)
            if self.tls else http.client.HTTPConnection(host, int(port), timeout=WAIT))
        try:
            head = {"Content-Type": "application/json", **dict(headers)}
            if token:
                head["Authorization"] = f"Bearer {token}"
            if device:
                head.update(device_id=device, client_type="linux")
            data = raw if raw is not None else (
                None if body is None and method == "GET" else json.dumps(body or {}))
            connection.request(method or "POST", route, data, head)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        try:
            reply = json.loads(text)
        except ValueError:
            reply = text
        self.hold_to_description(method or "POST", route, response.status, reply)
        return response.status, reply

    def hold_to_description(self, method, route, status, reply):
        """Every reply is what /openapi.json says of it."""
        if self.description is None:
            if route == "/openapi.json":
                return
            self.description = Description(self.call("/openapi.json", method="GET")[1])
        problem = self.description.problem(method, route, status, reply)
        assert problem is None, f"not as /openapi.json says: {problem}"

    def good(self, route, body=None, token=None, **more):
        """The data of a call that has to succeed."""
        status, reply = self.call(route, body, token, **more)
        assert status == 200 and reply["code"] == 0, f"{route}: {status} {reply}"
        return reply["data"]

    @property
    def admin_token(self):
        with open(os.path.join(self.data, "admin.token"), encoding="utf-8") as file:
            return file.read().strip()

    def provision(self, users, friendships=(), groups=()):
        """users: {"ann": ["d1"]}; the server's answer, as a World."""
        request = {
            "users": [{"account": account, "nickname": account, "devices": [
                {"device_id": device, "device_type": "mobile"} for device in devices]}
                for account, devices in users.items()],
            "friendships": [list(pair) for pair in friendships],
            "groups": [dict(group) for group in groups],
        }
        return World(request, self.good("/admin/provision", request, self.admin_token))


class World:
    """The people, chats and groups of one provisioning."""

    def __init__(self, request, reply):
        self.ids, self.tokens = {}, {}
        for user in reply["users"]:
            self.ids[user["account"]] = user["member_id"]
            for device in user["devices"]:
                self.tokens[user["account"], device["device_id"]] = device["access_token"]
        self.chats = [item["chatroom_id"] for item in reply.get("friendships") or []]
        self.groups = [item["chatroom_id"] for item in reply.get("groups") or []]
        self.group_ids = [item["group_id"] for item in reply.get("groups") or []]
        self.accounts = [user["account"] for user in request["users"]]


class Case(unittest.TestCase):
    """A test with a server shared by its class and a bound on its time."""

    flags = ()
    version = 1
    counter = 0

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.flags)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        def late(*_):
            raise AssertionError(f"took over {TEST_SECONDS} s; log:\n{self.server.log_text()}")

        signal.signal(signal.SIGALRM, late)
        signal.alarm(TEST_SECONDS)
        self.addCleanup(signal.alarm, 0)
        Case.counter += 1
        self.prefix = f"u{Case.counter}"

    def name(self, short):
        return f"{self.prefix}{short}"

    def people(self, friends=(), groups=(), **devices):
        """people(ann=["a1","a2"], bob=["b1"], friends=[("ann","bob")], groups=[["ann","bob"]])"""
        return self.server.provision(
            {self.name(short): names for short, names in devices.items()},
            [(self.name(a), self.name(b)) for a, b in friends],
            [{"name": f"g{index}", "owner": self.name(members[0]),
              "members": [self.name(member) for member in members[1:]]}
             for index, members in enumerate(groups)])

    def pair(self):
        """Two friends with two devices each, and their chat: FRIEND_ADDED is its Seq 1."""
        world = self.people(ann=["a1", "a2"], bob=["b1", "b2"], friends=[("ann", "bob")])
        return world, world.chats[0]

    def open_client(self, version, **more):
        """A connection; cases for another transport open it their way."""
        return Client(self.server.tcp, version, **more)

    def connect(self, version=None, **more):
        client = self.open_client(version or self.version, **more)
        self.addCleanup(client.close)
        return client

    def login(self, world, short, device, device_type="mobile", version=None, **more):
        """A client that did Auth; `user_id` and `device_id` on it."""
        client = self.connect(version, **more)
        account = self.name(short)
        reply = client.auth(
            world.ids[account], device, world.tokens[account, device], device_type)
        self.assertEqual(reply.action, AUTH, reply)
        client.user_id, client.device_id = world.ids[account], device
        return client

    def assertError(self, frame, *codes, action=None):
        self.assertEqual(frame.action, ERROR, frame)
        self.assertIn(frame.body["Code"], codes)
        self.assertEqual(frame.body["Definite"], frame.body["Code"] != "internal")
        self.assertTrue(frame.body["Message"], "an error without words")
        if action is not None:
            self.assertEqual(frame.body["Action"], action)

    def assertSeqs(self, messages, expected):
        self.assertEqual([message["Seq"] for message in messages], list(expected))


def both_versions(case):
    """Runs a class's tests with JSON bodies and with Protobuf bodies."""
    module = __import__("sys").modules[case.__module__]
    for version, name in ((1, "JSON"), (2, "Protobuf")):
        made = type(f"{case.__name__}{name}", (case, unittest.TestCase), {
            "version": version, "__module__": case.__module__, "__test__": True})
        setattr(module, made.__name__, made)
    case.__test__ = False
    return None
