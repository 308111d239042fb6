"""What the tests of imbench share: running it, scenarios in files of their own, reports."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.abspath(os.environ.get("FREEIM_BIN", os.path.join(ROOT, ".build/debug")))
# Seconds after which a run that hangs is ended.
LIMIT = 120

# The smallest whole scenario; tests change a line of it. What these tests are about does not depend
# on how busy the machine is, so the generator may be late.
SCENARIO = """\
version: imbench/1
name: small
population:
  users: 10
  devices_per_user: 2
traffic:
  dm: {do: send, to: friend, rate: 50/s}
phases:
  - {name: connect, ramp: 200/s, until: all_online}
  - {name: steady, for: 1s, use: [dm]}
  - {name: drain, timeout: 20s, final: sync_all}
assert:
  all: [loss == 0, dup == 0]
  steady: [acked == sent]
  harness: [sched_lag.p99 < 5s]
"""


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="imbench-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        # What a run that is ended at once leaves goes with the folder.
        self.environment = dict(os.environ, TMPDIR=self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def scenario(self, old="", new="", name="small.yaml"):
        """A scenario in a file, with `old` replaced."""
        self.assertIn(old, SCENARIO)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(SCENARIO.replace(old, new, 1) if old else SCENARIO)
        return self.path(name)

    def imbench(self, *words, expect=0):
        """Runs it to its end; what it wrote."""
        done = subprocess.run(
            [os.path.join(BIN, "imbench"), *words], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=LIMIT, text=True, check=False,
            env=self.environment)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def report(self, *words, expect=0):
        """Runs it quietly and reads its report."""
        path = self.path("report.json")
        self.imbench("run", *words, "--quiet", "--json", path, expect=expect)
        with open(path, encoding="utf-8") as file:
            return json.load(file)
