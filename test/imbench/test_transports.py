"""imbench over every transport: flags, files, reports, replays, and whom it trusts."""

import json
import os
import subprocess
import unittest

from harness import BIN, Case

WAYS = [
    ((), "tcp", "protobuf"),
    (("--transport", "ws"), "ws binary", "protobuf"),
    (("--transport", "ws", "--ws-form", "text", "--body", "json"), "ws text", "json"),
    (("--tls",), "tcp + tls", "protobuf"),
    (("--transport", "ws", "--tls", "--body", "mixed"), "ws binary + tls", "mixed"),
]


# As large as it is, and without judging how busy the machine is.
WHOLE = ("assert:\n", "short: {time: 100%, users: 100%, rate: 100%}\nassert:\n")


class TransportsTest(Case):
    def test_flags_choose_and_reports_say(self):
        for flags, transport, body in WAYS:
            with self.subTest(transport=transport):
                report = self.report(self.scenario(*WHOLE), "--short", *flags)
                self.assertEqual(report["scenario"]["transport"], transport)
                self.assertEqual(report["scenario"]["body"], body)
                # Codes of Close frames are counted where there are any.
                self.assertEqual("closes" in report, transport.startswith("ws"))

    def test_a_file_says_it_and_a_replay_may_say_otherwise(self):
        path = self.scenario(
            "assert:\n", "generator: {transport: ws, ws_form: text, body: json}\n" + WHOLE[1])
        report = self.report(path, "--short")
        self.assertEqual(report["scenario"]["transport"], "ws text")
        for flags, transport in (((), "ws text"), (("--transport", "tcp", "--tls"), "tcp + tls")):
            again = self.path("again.json")
            self.imbench(
                "replay", self.path("report.json"), "--quiet", "--json", again, *flags)
            with open(again, encoding="utf-8") as file:
                self.assertEqual(json.load(file)["scenario"]["transport"], transport)

    def test_what_the_server_says_in_closing_is_counted(self):
        path = self.scenario(
            "  - {name: drain", "  - {name: end, for: 2s, use: [dm], faults: "
            "[{at: 500ms, do: drain, restart_after: 10ms}]}\n  - {name: drain")
        report = self.report(path, "--short", "--transport", "ws")
        # Every device hears that the server goes away.
        self.assertGreater(sum(report["closes"].values()), 0, report["closes"])

    def test_a_connection_that_ends_before_it_is_open_is_made_again(self):
        # The server stands still while devices connect, and dies before it answers them.
        path = self.scenario(
            "ramp: 200/s, until: all_online}", "ramp: 20/s, until: all_online, faults: "
            "[{at: 50ms, do: stop, for: 2s}, {at: 1500ms, do: kill9, restart_after: 100ms}]}")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("assert:\n", WHOLE[1]))
        for flags in (("--transport", "ws"), ("--tls",)):
            with self.subTest(flags=flags):
                self.report(path, "--short", *flags)

    def test_what_does_not_go_together_is_refused(self):
        for flags, words in (
                (("--transport", "udp"), "--transport takes tcp, ws"),
                (("--ws-form", "text"), "goes with --transport ws"),
                (("--ca", "x.pem", "--no-tls"), "not both"),
                (("--tls", "--ca", "/nowhere.pem"), "/nowhere.pem cannot be read"),
                (("--server-arguments", "--tls-cert c --tls-key k"), "generator.tls")):
            with self.subTest(flags=flags):
                done = self.imbench("run", self.scenario(), *flags, expect=4)
                self.assertIn(words, done.stderr)


class TrustTest(Case):
    """A server that runs already, with a certificate that signed itself."""

    def setUp(self):
        super().setUp()
        self.certificate, key = self.path("server.pem"), self.path("server.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        self.server = subprocess.Popen(
            [os.path.join(BIN, "freeim-server"), "--data", self.path("data"), "--tcp",
             "127.0.0.1:0", "--ws", "127.0.0.1:0", "--http", "127.0.0.1:0", "--log-level", "error",
             "--tls-cert", self.certificate, "--tls-key", key],
            stdout=subprocess.PIPE, env=self.environment)
        self.addCleanup(self.end)
        self.ready = json.loads(self.server.stdout.readline())

    def end(self):
        self.server.kill()
        self.server.wait()
        self.server.stdout.close()

    def target(self, listener):
        return ["--address", self.ready[listener], "--http", self.ready["http"],
                "--admin-token-file", self.path("data/admin.token")]

    def test_with_its_certificate_it_is_trusted(self):
        for listener in ("tcp", "ws"):
            report = self.report(
                self.scenario(*WHOLE), "--short", "--transport", listener, "--ca",
                self.certificate, *self.target(listener))
            self.assertIn("+ tls", report["scenario"]["transport"])

    def test_without_it_is_not(self):
        done = self.imbench(
            "run", self.scenario(), "--quiet", "--tls", *self.target("tcp"), expect=5)
        self.assertIn("not trusted", done.stderr)
        self.assertIn("--ca FILE", done.stderr)


if __name__ == "__main__":
    unittest.main()
