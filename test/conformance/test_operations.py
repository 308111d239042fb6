"""PROTOCOL.md §8: starting, the ready line, draining, and what is said when it cannot start."""

import json
import os
import socket
import stat
import subprocess
import tempfile

from harness import BINARY, CLEAN, Case, Server
from wire import ACK, MESSAGE, QUIT


def run(*arguments, env=None, **more):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=30,
                          env={**CLEAN, **(env or {})}, check=False, **more)


class Starting(Case):
    def test_the_ready_line(self):
        ready = self.server.ready
        self.assertIs(ready["ready"], True)
        self.assertEqual(ready["pid"], self.server.process.pid)
        self.assertIsNone(ready["ws"])
        for name in ("tcp", "http"):
            host, port = ready[name].rsplit(":", 1)
            self.assertEqual(host, "127.0.0.1")
            self.assertGreater(int(port), 0)

    def test_the_admin_token(self):
        path = os.path.join(self.server.data, "admin.token")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        token = self.server.admin_token
        self.assertGreaterEqual(len(token), 32)
        self.server.restart()
        self.assertEqual(self.server.admin_token, token)

    def test_a_port_in_use(self):
        for listener in ("tcp", "http"):
            with self.subTest(listener=listener), tempfile.TemporaryDirectory() as data:
                address = self.server.ready[listener]
                other = "http" if listener == "tcp" else "tcp"
                result = run("--data", data, "--ws", "none", f"--{other}", "127.0.0.1:0",
                             f"--{listener}", address)
                self.assertEqual(result.returncode, 1)
                self.assertEqual(result.stdout, "")
                self.assertEqual(len(result.stderr.strip().split("\n")), 1, result.stderr)
                self.assertIn(address.rsplit(":", 1)[1], result.stderr)

    def test_bad_values(self):
        for arguments in (
                ["--heartbeat-seconds", "soon"], ["--tcp", "nowhere"], ["--no-such-flag", "1"],
                ["--drain-seconds"], ["frobnicate"], ["--tls-cert", "c.pem"],
                ["--config", "/no/such/file"]):
            with self.subTest(arguments=arguments):
                result = run(*arguments)
                self.assertEqual(result.returncode, 1)
                self.assertEqual(result.stdout, "")
                self.assertEqual(len(result.stderr.strip().split("\n")), 1, result.stderr)
                self.assertTrue(any(a.lstrip("-") in result.stderr for a in arguments))

    def test_precedence(self):
        with tempfile.TemporaryDirectory() as data:
            path = os.path.join(data, "freeim.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write("heartbeat-seconds: 11\ndrain-seconds: 12\nread-threads: 3\n")
            result = run("check-config", "--config", path, "--heartbeat-seconds", "21",
                         env={"FREEIM_DRAIN_SECONDS": "22", "FREEIM_HEARTBEAT_SECONDS": "9"})
            self.assertEqual(result.returncode, 0, result.stderr)
            values = {line.split()[0]: line.split()[1] for line in result.stdout.split("\n")[1:]
                      if line.strip()}
            self.assertEqual((values["heartbeat-seconds"], values["drain-seconds"],
                              values["read-threads"]), ("21", "22", "3"))
            with open(path, "w", encoding="utf-8") as file:
                file.write("tcp: none\n\nheartbeet-seconds: 3\ndrain-seconds: never\n")
            result = run("check-config", "--config", path)
            self.assertEqual(result.returncode, 1)
            self.assertIn(f"{path}:3: heartbeet-seconds", result.stderr)
            self.assertIn("heartbeat-seconds?", result.stderr)
            self.assertIn(f"{path}:4: drain-seconds", result.stderr)

    def test_help_is_complete(self):
        text = run("--help").stdout
        for flag in ("data", "tcp", "ws", "http", "config", "tls-cert", "tls-key", "device-policy",
                     "messaging-policy", "log-level", "frame-bytes-max", "heartbeat-seconds"):
            self.assertIn(f"--{flag} ", text)

    def test_listeners_that_are_off(self):
        with tempfile.TemporaryDirectory() as data:
            process = subprocess.Popen(
                [BINARY, "--data", data, "--tcp", "127.0.0.1:0", "--ws", "none", "--http", "none"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=CLEAN)
            try:
                ready = json.loads(process.stdout.readline())
                self.assertIsNone(ready["http"])
                socket.create_connection(tuple(ready["tcp"].rsplit(":", 1)), 5).close()
            finally:
                process.terminate()
                self.assertEqual(process.wait(20), 0)
                process.stdout.close()


class Draining(Case):
    @classmethod
    def setUpClass(cls):
        pass

    def test_sigterm(self):
        self.server = Server("--drain-seconds", "2")
        self.addCleanup(self.server.stop)
        world, chat = self.pair()
        clients = [self.login(world, short, device) for short, device in
                   (("ann", "a1"), ("ann", "a2"), ("bob", "b1"), ("bob", "b2"))]
        sender = clients[0]
        sender.send_raw(b"".join(
            sender.bytes_of(MESSAGE, sender.message(chat, "x", f"{self.prefix}-{n}"), 100 + n)[1]
            for n in range(300)))
        sender.find(lambda f: f.action == ACK)
        self.assertEqual(self.server.terminate(), 0)
        self.assertEqual(self.server.rest_of_output, b"", "nothing but the ready line")
        waits, acked = [], 1
        for client in clients:
            frames = client.rest()
            quits = [frame for frame in frames if frame.action == QUIT]
            self.assertEqual([quit.body["Reason"] for quit in quits], ["server_shutdown"])
            self.assertEqual(frames[-1].action, QUIT)
            waits.append(quits[0].body["ReconnectAfterMs"])
            acked += len([frame for frame in frames if frame.action == ACK])
        self.assertTrue(all(wait >= 0 for wait in waits), waits)
        self.assertGreater(len(set(waits)), 1, "spread over the drain time")
        self.server.start()
        head = self.login(world, "ann", "a1").sync(chat).body["HeadSeq"]
        self.assertGreaterEqual(head, acked)

    def test_sigterm_with_nobody_there(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.assertEqual(self.server.terminate(), 0)

    def test_a_client_that_does_not_read_does_not_hold_it_up(self):
        self.server = Server("--drain-seconds", "1")
        self.addCleanup(self.server.stop)
        world, chat = self.pair()
        sender = self.login(world, "ann", "a1")
        self.login(world, "bob", "b1", receive_buffer=4_096)
        for n in range(100):
            sender.send(chat, "x" * 50_000, f"{self.prefix}-{n}")
        self.assertEqual(self.server.terminate(), 0)
