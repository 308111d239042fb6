"""TLS on all three listeners: verification, reload at SIGHUP, files that are wrong."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

import test_connection
import test_offline
import test_sending
import test_slow
from certificates import Authority
from client import WAIT, Client, Closed
from harness import BINARY, CLEAN, Case, Server
from websocket import BINARY_FORM, INLINE_FORM, WebSocketClient
from wire import AUTH, HEARTBEAT


def setUpModule():
    folder = tempfile.mkdtemp(prefix="freeim-tls-")
    unittest.addModuleCleanup(shutil.rmtree, folder)
    Secure.authority = Authority(folder)
    Secure.files = Secure.authority.issue("first")


class Secure(Case):
    """A case whose server speaks TLS everywhere."""

    authority = files = None
    more = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="freeim-tls-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.certificate, cls.key = (os.path.join(cls.folder, name) for name in ("c", "k"))
        cls.install(*Secure.files)
        cls.server = Server(
            "--ws", "127.0.0.1:0", "--tls-cert", cls.certificate, "--tls-key", cls.key,
            "--log-level", "notice", *cls.more, tls=Secure.authority.context())
        cls.addClassCleanup(cls.server.stop)

    @classmethod
    def install(cls, certificate, key):
        shutil.copy(certificate, cls.certificate)
        shutil.copy(key, cls.key)

    def open_client(self, version, **more):
        return Client(self.server.tcp, version, tls=self.server.tls, **more)


def over_tls(case, name, form=None):
    """The tests of a class once more, over TLS, by TCP or by WebSocket."""
    def open_client(self, version, **more):
        if form:
            return WebSocketClient(self.server.ws, version, form, tls=self.server.tls, **more)
        return Client(self.server.tcp, version, tls=self.server.tls, **more)

    globals()[name] = type(name, (Secure, case), {
        "open_client": open_client, "more": tuple(case.flags), "version": case.version,
        "__module__": __name__})


over_tls(test_connection.AuthenticationProtobuf, "AuthenticationOverTLS")
over_tls(test_sending.SendingProtobuf, "SendingOverTLS")
over_tls(test_offline.OfflinePushJSON, "OfflinePushOverTLS")
over_tls(test_slow.NeverReading, "NeverReadingOverTLS")
over_tls(test_slow.ReadingAgain, "ReadingAgainOverSecureWebSocket", BINARY_FORM)
over_tls(test_sending.SendingJSON, "SendingOverSecureWebSocket", BINARY_FORM)
over_tls(test_offline.OfflinePushJSON, "OfflinePushOverSecureWebSocket", INLINE_FORM)


class Listeners(Secure):
    def test_all_three_are_verified(self):
        world, chat = self.pair()
        stream = self.login(world, "ann", "a1")
        account = self.name("bob")
        web = WebSocketClient(self.server.ws, 2, BINARY_FORM, tls=self.server.tls)
        self.addCleanup(web.close)
        self.assertEqual(
            web.auth(world.ids[account], "b1", world.tokens[account, "b1"]).action, AUTH)
        stream.send(chat, "sealed", f"{self.prefix}-1")
        self.assertEqual(web.messages(1)[0]["Content"], "sealed")
        status, reply = self.server.call("/healthz", method="GET")
        self.assertEqual(status, 200, reply)

    def test_who_does_not_know_the_authority_refuses(self):
        stranger = ssl.create_default_context()
        for address in (self.server.tcp, self.server.ws, self.server.http):
            with self.assertRaises(ssl.SSLCertVerificationError):
                Client(address, tls=stranger)

    def test_versions(self):
        old = self.authority.context()
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        for address in (self.server.tcp, self.server.ws, self.server.http):
            with self.assertRaises((ssl.SSLError, ConnectionResetError)):
                Client(address, tls=old)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = self.authority.context()
            context.minimum_version = context.maximum_version = version
            client = Client(self.server.tcp, tls=context)
            self.addCleanup(client.close)
            self.assertEqual(client.request(HEARTBEAT).action, HEARTBEAT)

    def test_an_end_without_tls_s_own_goodbye(self):
        client = self.connect()
        client.post(HEARTBEAT, {}, sequence=5)
        socket.socket.shutdown(client.socket, socket.SHUT_WR)
        self.assertEqual([frame.sequence for frame in client.rest()], [5])

    def test_a_large_answer(self):
        world, chat = self.pair()
        ann = self.login(world, "ann", "a1")
        for number in range(40):
            ann.send(chat, "x" * 20_000, f"{self.prefix}-{number}")
        bob = self.login(world, "bob", "b1")
        self.assertEqual(len(bob.messages(40)), 40)


class Deadlines(Secure):
    more = ("--authentication-seconds", "1")

    def ends(self, address, data):
        host, port = address.rsplit(":", 1)
        began = time.monotonic()
        with socket.create_connection((host, int(port)), WAIT) as link:
            link.sendall(data)
            try:
                while link.recv(4_096):
                    pass
            except ConnectionResetError:
                pass
        self.assertLess(time.monotonic() - began, 10)

    def test_silence_plain_bytes_and_half_handshakes(self):
        hello = ssl.MemoryBIO()
        session = self.authority.context().wrap_bio(
            ssl.MemoryBIO(), hello, server_hostname="127.0.0.1")
        with self.assertRaises(ssl.SSLWantReadError):
            session.do_handshake()
        hello = hello.read()
        for address in (self.server.tcp, self.server.ws, self.server.http):
            for data in (b"", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\0" * 64, hello[:50],
                         hello, hello[:5] + b"\xff" * 100):
                with self.subTest(address=address, data=data[:20]):
                    self.ends(address, data)

    def test_a_handshake_and_then_silence(self):
        for address in (self.server.tcp, self.server.ws):
            client = Client(address, tls=self.server.tls)
            self.addCleanup(client.close)
            with self.assertRaises(Closed):
                client._fill(time.monotonic() + 10)
                client._fill(time.monotonic() + 10)


class Reload(Secure):
    def serial(self, address):
        host, port = address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), WAIT) as link:
            with self.server.tls.wrap_socket(link, server_hostname=host) as secure:
                return secure.getpeercert()["serialNumber"]

    def serials(self):
        return {self.serial(address)
                for address in (self.server.tcp, self.server.ws, self.server.http)}

    def hang_up(self, word):
        """SIGHUP; waits until the log says so."""
        before = self.server.log_text().count(word)
        self.server.process.send_signal(signal.SIGHUP)
        while self.server.log_text().count(word) == before:
            self.server.call("/healthz", method="GET")

    def test_a_new_certificate(self):
        world, chat = self.pair()
        before = self.serials()
        self.assertEqual(len(before), 1)
        old = self.login(world, "ann", "a1")
        self.install(*self.authority.issue("second"))
        self.assertEqual(self.serials(), before)
        self.hang_up("the certificate was read again")
        after = self.serials()
        self.assertEqual(len(after), 1)
        self.assertNotEqual(after, before)
        new = self.login(world, "bob", "b1")
        old.send(chat, "still here", f"{self.prefix}-1")
        self.assertEqual(new.messages(1)[0]["Content"], "still here")

        # A bad file changes nothing, and the log says what to do.
        with open(self.certificate, "w", encoding="utf-8") as file:
            file.write("not a certificate")
        self.hang_up("is no certificate; give a PEM chain")
        self.assertEqual(self.serials(), after)
        os.unlink(self.certificate)
        self.hang_up("No such file")
        self.assertEqual(self.serials(), after)
        other, _ = self.authority.issue("third")
        shutil.copy(other, self.certificate)
        self.hang_up("does not belong to the certificate")
        self.assertEqual(self.serials(), after)
        old.sync_point()


class WrongFiles(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="freeim-tls-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.other = Secure.authority.issue("other")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def encrypted(self):
        path = os.path.join(self.folder, "encrypted.key")
        subprocess.run(
            ["openssl", "ec", "-in", Secure.files[1], "-aes128", "-passout", "pass:secret",
             "-out", path], check=True, capture_output=True, timeout=60)
        return path

    def both(self, certificate, key):
        """What a start and check-config say to those files."""
        said = []
        for command in ("serve", "check-config"):
            result = subprocess.run(
                [BINARY, command, "--data", os.path.join(self.folder, "data"), "--tcp",
                 "127.0.0.1:0", "--ws", "none", "--http", "none", "--tls-cert", certificate,
                 "--tls-key", key], capture_output=True, text=True, timeout=WAIT, env=CLEAN,
                stdin=subprocess.DEVNULL, check=False)
            self.assertEqual(result.returncode, 1, result)
            self.assertEqual(result.stdout, "")
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
            said.append(result.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "data")))
        return said

    def test_each_gets_one_clear_line(self):
        good, key = Secure.files
        rubbish = self.write("rubbish", "-----BEGIN CERTIFICATE-----\nrubbish\n")
        for certificate, its_key, words in (
                ("/nowhere/c.pem", key, "No such file"), (good, "/nowhere/k.pem", "No such file"),
                (self.folder, key, "cannot read"),
                (rubbish, key, "is no certificate"), (key, key, "is no certificate"),
                (good, rubbish, "is no private key"), (good, good, "is no private key"),
                (self.write("empty", ""), key, "is no certificate"),
                (good, self.encrypted(), "without a passphrase"),
                (good, self.other[1], "does not belong"),
                (self.other[0], key, "does not belong")):
            for line in self.both(certificate, its_key):
                self.assertIn(words, line)

    def test_one_without_the_other(self):
        for flag, path in zip(("--tls-cert", "--tls-key"), Secure.files):
            result = subprocess.run(
                [BINARY, "check-config", flag, path], capture_output=True, text=True,
                timeout=WAIT, env=CLEAN, check=False)
            self.assertEqual(result.returncode, 1)
            self.assertIn("needs its", result.stderr)

    def test_good_files(self):
        result = subprocess.run(
            [BINARY, "check-config", "--tls-cert", Secure.files[0], "--tls-key", Secure.files[1]],
            capture_output=True, text=True, timeout=WAIT, env=CLEAN, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)


class WithoutTLS(Case):
    def test_sighup_ends_nothing(self):
        client = self.connect()
        self.server.process.send_signal(signal.SIGHUP)
        client.sync_point()
        self.assertIsNone(self.server.process.poll())


if __name__ == "__main__":
    unittest.main()
