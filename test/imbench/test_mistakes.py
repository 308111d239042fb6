"""Each mistake gets its line, its words and its exit code: 4; a server that is not there: 5."""

import json
import os
import select
import signal
import stat
import subprocess

from harness import BIN, LIMIT, Case


class Scenarios(Case):
    def mistake(self, old, new, line, *words):
        path = self.scenario(old, new)
        for command in ("check", "run"):
            said = self.imbench(command, path, expect=4).stderr
            self.assertIn(f"small.yaml:{line}: ", said)
            for word in words:
                self.assertIn(word, said)

    def test_a_whole_one_is_ok(self):
        self.assertIn("small", self.imbench("check", self.scenario()).stdout)

    def test_an_unknown_key_with_the_one_that_was_meant(self):
        self.mistake("  users: 10", "  usrs: 10", 4, "usrs", "users")

    def test_a_wrong_unit(self):
        self.mistake("for: 1s", "for: 1", 10, "phases.2.for", "1")
        self.mistake("rate: 50/s", "rate: 50ms", 7, "dm", "50ms")

    def test_a_phase_without_end(self):
        self.mistake("{name: steady, for: 1s, use", "{name: steady, use", 10, "steady")

    def test_an_impossible_population(self):
        self.mistake("  users: 10", "  users: 1", 4, "users")
        self.mistake(
            "  devices_per_user: 2",
            "  devices_per_user: 2\n  groups: [{name: g, count: 1, members: 11}]", 6, "members")
        self.mistake("devices_per_user: 2", "devices_per_user: {1: 50%, 2: 40%}", 5, "90")

    def test_a_file_that_is_not_there(self):
        said = self.imbench("check", self.path("none.yaml"), expect=4).stderr
        self.assertIn("none.yaml", said)

    def test_flags_that_do_not_fit(self):
        self.imbench("run", "--users", "1", expect=4)
        self.imbench("run", "--duration", "ten", expect=4)
        self.imbench("run", self.scenario(), "--users", "5", expect=4)
        self.imbench("run", "--crash-after", "1s", "--address", "127.0.0.1:1", expect=4)
        self.imbench("dance", expect=4)


class Servers(Case):
    def test_one_that_is_not_there(self):
        token = self.path("token")
        with open(token, "w", encoding="utf-8") as file:
            file.write("x")
        said = self.imbench(
            "run", self.scenario(), "--address", "127.0.0.1:1", "--http", "127.0.0.1:1",
            "--admin-token-file", token, expect=5).stderr
        self.assertIn("127.0.0.1:1", said)

    def test_one_that_ends_at_once_is_quoted(self):
        path = self.path("server")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho 'no such luck' >&2\nexit 3\n")
        os.chmod(path, stat.S_IRWXU)
        said = self.imbench("run", self.scenario(), "--spawn", path, expect=5).stderr
        self.assertIn("no such luck", said)

    def test_no_such_program(self):
        said = self.imbench("run", self.scenario(), "--spawn", "/no/server", expect=4).stderr
        self.assertIn("/no/server", said)

    def test_more_devices_than_this_process_may_open(self):
        path = self.scenario("  users: 10\n  devices_per_user: 2", "  users: 100000")
        done = subprocess.run(
            ["bash", "-c", 'ulimit -n 1024; exec "$0" run "$1"', os.path.join(BIN, "imbench"),
             path], stderr=subprocess.PIPE, timeout=LIMIT, text=True, check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("ulimit -n", done.stderr)


class Ends(Case):
    def test_ctrl_c_midway_leaves_a_partial_report(self):
        path = self.path("partial.json")
        run = subprocess.Popen(
            [os.path.join(BIN, "imbench"), "run", self.scenario("for: 1s", "for: 100s"),
             "--json", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment)
        self.addCleanup(run.kill)
        for line in run.stderr:
            if "steady" in line and "phase" in line:
                break
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=LIMIT)
        self.assertEqual(run.returncode, 130, out)
        self.assertIn("PARTIAL", out)
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        self.assertTrue(report["isPartial"])
        self.assertEqual(report["verdict"], "partial")
        self.assertEqual(report["metrics"]["all.loss"], 0)

    def test_ctrl_c_twice_leaves_no_server_behind(self):
        run = subprocess.Popen(
            [os.path.join(BIN, "imbench"), "run", self.scenario("for: 1s", "for: 100s")],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment)
        self.addCleanup(run.kill)
        for line in run.stderr:
            if "steady" in line and "phase" in line:
                break
        with open(f"/proc/{run.pid}/task/{run.pid}/children", encoding="utf-8") as file:
            servers = [int(word) for word in file.read().split()]
        for task in os.listdir(f"/proc/{run.pid}/task"):
            with open(f"/proc/{run.pid}/task/{task}/children", encoding="utf-8") as file:
                servers += [int(word) for word in file.read().split()]
        self.assertTrue(servers)
        ends = [os.pidfd_open(server) for server in set(servers)]
        # Its own stop takes a moment: it is told again before it comes to that.
        run.send_signal(signal.SIGSTOP)
        run.send_signal(signal.SIGINT)
        run.send_signal(signal.SIGTERM)
        run.send_signal(signal.SIGCONT)
        self.assertEqual(run.wait(timeout=LIMIT), 130)
        for end in ends:
            self.assertTrue(select.select([end], [], [], LIMIT)[0])
            os.close(end)

    def test_a_missed_threshold_ends_with_2(self):
        path = self.scenario("steady: [acked == sent]", "steady: [acked > 100000]")
        report = self.report(path, expect=2)
        missed = [a["text"] for a in report["assertions"] if a["outcome"] == "missed"]
        self.assertEqual(missed, ["acked > 100000"])

    def test_a_generator_that_cannot_keep_up_makes_the_run_invalid(self):
        path = self.scenario("rate: 50/s", "rate: 1000000/s")
        report = self.report(path, expect=3)
        self.assertEqual(report["verdict"], "invalid")
        self.assertTrue(report["invalid"])

    def test_a_faulty_server_ends_with_1_and_a_trace(self):
        report = self.report(self.scenario(), "--server-fault", "double_push=5", expect=1)
        self.assertEqual(report["verdict"], "correctness")
        first = report["violations"][0]
        self.assertEqual(first["check"], "dup")
        self.assertGreater(len(first["trace"]), 1)

    def test_a_server_that_dies_by_itself_is_told(self):
        path = self.path("server")
        with open(path, "w", encoding="utf-8") as file:
            file.write(
                "#!/bin/bash\n"
                f"'{os.path.join(BIN, 'freeim-server')}' \"$@\" &\n"
                "server=$!\ntrap 'kill -9 $server' EXIT TERM\n"
                "read -r -t 3 <> <(:)\nexit 7\n")
        os.chmod(path, stat.S_IRWXU)
        report = self.report(
            self.scenario("for: 1s", "for: 30s"), "--spawn", path, expect=1)
        self.assertEqual(report["metrics"]["all.crash"], 1)
        self.assertLess(report["seconds"], 30)
