"""imtui against a server that speaks TLS: whom it trusts, and what it remembers."""

import os
import subprocess
import unittest

from harness import IMTUI, Case, Stage


class TLSStage(Stage):
    """A server with a certificate for 127.0.0.1 that signed itself."""

    def prepare(self):
        self.ca = os.path.join(self.folder, "server.pem")
        key = os.path.join(self.folder, "server.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", key, "-out", self.ca], check=True, capture_output=True)
        self.more = ["--tls-cert", self.ca, "--tls-key", key]

    def command(self, profile, *arguments):
        """Without addresses: a profile that is told once remembers them."""
        name, *rest = arguments
        if "--ca" in rest:
            rest += ["--server", self.tcp, "--http", f"https://{self.http}"]
        return [IMTUI, name, "--profile", profile, *rest]

    def told(self, profile, *arguments, **more):
        """With the addresses of the server and its certificate."""
        return self.run(profile, *arguments, "--ca", self.ca, **more)


class TLSTest(Case):
    stage_type = TLSStage

    def test_everything_goes_over_tls_once_it_was_said(self):
        for name in ("ann", "bob"):
            self.stage.told(name, "register", name)
        # From here on the profile knows: addresses, TLS and whom to trust.
        self.stage.run("ann", "friends", "add", "@bob")
        chat = self.stage.objects("bob", "friends", "accept", "@ann")[0]["chatroom_id"]
        self.stage.run("ann", "send", str(chat), "over TLS")
        picture = os.path.join(self.stage.folder, "cat.png")
        with open(picture, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + bytes(64))
        self.stage.run("ann", "send", str(chat), "--file", picture)
        self.assertEqual(self.texts("bob", chat), ["over TLS"])
        listener = self.stage.start("bob", "rpc")
        listener.write(
            '{"id":1,"method":"message.send","params":{"chat":%d,"text":"tea?"}}\n' % chat)
        self.assertIn('"seq"', listener.line())

    def test_whom_nobody_vouches_for_is_not_trusted(self):
        self.stage.run(
            "eve", "register", "eve", "--tls", "--server", self.stage.tcp, "--http",
            f"https://{self.stage.http}", expect=3)
        self.assertIn("not trusted", self.stage.complaint)
        self.assertIn("--ca FILE", self.stage.complaint)

    def test_a_connection_that_is_not_trusted_says_so_and_keeps_what_was_to_be_sent(self):
        self.stage.told("dan", "register", "dan")
        self.stage.told("eli", "register", "eli")
        self.stage.run("dan", "friends", "add", "@eli")
        chat = self.stage.objects("eli", "friends", "accept", "@dan")[0]["chatroom_id"]
        self.stage.run("dan", "chats")
        other = os.path.join(self.stage.folder, "other.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-subj", "/CN=other", "-keyout", other + ".key", "-out", other],
            check=True, capture_output=True)
        # HTTP is not asked: the send meets the TCP listener's certificate.
        self.stage.environment["FREEIM_SERVER_CA"] = other
        try:
            self.stage.run("dan", "send", str(chat), "later", expect=3)
            self.assertIn("not trusted", self.stage.complaint)
        finally:
            del self.stage.environment["FREEIM_SERVER_CA"]
        self.stage.told("dan", "send", str(chat), "now")
        self.assertEqual(self.texts("eli", chat), ["later", "now"])

    def test_a_wrong_command_line_says_what_is_wrong(self):
        for words, complaint in (
                (("--ca", "/nowhere/ca.pem"), "/nowhere/ca.pem cannot be read"),
                (("--ca", self.stage.ca + ".key", "--tls"), "cannot be read"),
                (("--ca", self.stage.ca, "--no-tls"), "does not go with --no-tls")):
            self.stage.run("fay", "register", "fay", *words, expect=4)
            self.assertIn(complaint, self.stage.complaint)
        self.stage.environment["FREEIM_SERVER_TLS"] = "perhaps"
        try:
            self.stage.run("fay", "register", "fay", expect=4)
            self.assertIn("write on or off", self.stage.complaint)
        finally:
            del self.stage.environment["FREEIM_SERVER_TLS"]

    def test_plain_words_to_a_tls_port_are_no_connection(self):
        self.stage.run(
            "gil", "register", "gil", "--no-tls", "--server", self.stage.tcp, "--http",
            f"http://{self.stage.http}", expect=3)


if __name__ == "__main__":
    unittest.main()
