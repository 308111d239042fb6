"""/metrics, what watches it, the log, and the files of docs/deploy."""

import json
import os
import re
import shutil
import subprocess

from harness import BINARY, CLEAN, Case, Server
from wire import ACK, MESSAGE, ROOT

SECRET = "Wr0ngH0rseBattery"
DEPLOY = os.path.join(ROOT, "docs", "deploy")


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


class Metrics(Case):
    def scrape(self):
        """{name with labels: value}, and {family: type}"""
        status, text = self.server.call("/metrics", method="GET")
        self.assertEqual(status, 200)
        values, families = {}, {}
        for line in text.decode().splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, families, "a family once")
                families[name] = kind
            elif not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                self.assertRegex(name, r'^freeim_[a-z_]+(\{([a-z]+="[^"]*",?)+\})?$')
                self.assertNotIn(name, values)
                values[name] = float(value)
        return values, families

    def test_what_is_counted(self):
        world, chat = self.pair()
        before, _ = self.scrape()
        ann, bob = self.login(world, "ann", "a1"), self.login(world, "bob", "b1")
        for n in range(5):
            self.assertEqual(ann.send(chat, "hello", f"{self.prefix}-{n}").action, ACK)
        ann.send(chat, "hello", f"{self.prefix}-0")
        ann.send(10**9, "nowhere", f"{self.prefix}-x")
        bob.find(lambda f: f.action == MESSAGE and f.body["Seq"] == 6)
        bob.sync(chat)
        after, families = self.scrape()

        def grew(name):
            return after[name] - before.get(name, 0)

        self.assertEqual(grew('freeim_sends_total{outcome="stored"}'), 5)
        self.assertEqual(grew('freeim_sends_total{outcome="duplicate"}'), 1)
        self.assertEqual(grew('freeim_sends_total{outcome="refused"}'), 1)
        self.assertEqual(grew('freeim_errors_total{code="not_member"}'), 1)
        self.assertEqual(grew('freeim_connections{transport="tcp"}'), 2)
        self.assertEqual(grew("freeim_devices_online"), 2)
        self.assertEqual(grew("freeim_pushes_total"), 5)
        self.assertGreaterEqual(grew("freeim_push_lag_seconds_count"), 5)
        self.assertGreaterEqual(grew("freeim_sync_read_seconds_count"), 1)
        self.assertGreaterEqual(grew("freeim_commit_seconds_count"), 5)
        self.assertGreaterEqual(grew("freeim_commit_batch_size_sum"), 7)
        self.assertGreater(after["freeim_database_bytes"], 0)
        self.assertGreater(after["freeim_process_resident_bytes"], 1 << 20)
        self.assertGreater(after["freeim_process_open_files"], 5)
        self.assertEqual(after['freeim_http_requests_total{route="/metrics",status="2xx"}'] >= 1,
                         True)
        self.assertEqual(families["freeim_commit_seconds"], "histogram")
        build = [name for name in after if name.startswith("freeim_build_info")]
        self.assertRegex(build[0], r'version="[^"]+",schema="\d+"')

    def test_histograms_are_whole(self):
        values, families = self.scrape()
        for family, kind in families.items():
            if kind != "histogram":
                continue
            series = {}
            for name, value in values.items():
                match = re.fullmatch(family + r'_bucket\{(?:(.*),)?le="([^"]+)"\}', name)
                if match:
                    series.setdefault(match[1] or "", []).append((float(match[2]), value))
            for labels, buckets in series.items():
                counts = [count for _, count in sorted(buckets)]
                self.assertEqual(counts, sorted(counts), family)
                braces = f"{{{labels}}}" if labels else ""
                self.assertEqual(counts[-1], values[f"{family}_count{braces}"])
                self.assertIn(f"{family}_sum{braces}", values)

    def test_the_route_is_the_tables(self):
        """What a client writes becomes no label."""
        self.server.call("/media/nobody-knows.png", method="GET")
        self.server.call("/no/such/route\"x", method="GET")
        text = "".join(self.scrape()[0])
        self.assertNotIn("nobody-knows", text)
        self.assertNotIn("no/such", text)
        self.assertIn('route="/media/:name"', text)
        self.assertIn('route="none"', text)

    def test_every_metric_is_in_the_page(self):
        page = read("docs", "operations.md")
        _, families = self.scrape()
        named = set(re.findall(r"`(freeim_[a-z_]+)`", page))
        self.assertEqual(named, set(families))

    def test_what_watches_asks_for_what_there_is(self):
        _, families = self.scrape()
        names = set(families)
        for family, kind in families.items():
            if kind == "histogram":
                names |= {f"{family}_{part}" for part in ("bucket", "sum", "count")}
        dashboard = json.loads(read("docs", "deploy", "grafana-dashboard.json"))
        asked = [target["expr"] for panel in dashboard["panels"]
                 for target in panel.get("targets", ())]
        asked += re.findall(r"expr: (.*)", read("docs", "deploy", "freeim-alerts.yml"))
        asked.append(dashboard["templating"]["list"][1]["query"]["query"])
        self.assertGreater(len(asked), 20)
        for expression in asked:
            found = re.findall(r"freeim_[a-z_]+", expression)
            self.assertTrue(found or "up{" in expression, expression)
            for name in found:
                self.assertIn(name, names, expression)
        ids = [panel["id"] for panel in dashboard["panels"]]
        self.assertEqual(len(ids), len(set(ids)))


class Logs(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--log-level", "trace", "--log-format", "json")
        cls.addClassCleanup(cls.server.stop)

    def test_no_secret_reaches_the_log(self):
        world, chat = self.pair()
        token = world.tokens[self.name("ann"), "a1"]
        made = self.server.good("/register", {
            "account": self.name("new"), "password": SECRET, "nickname": "n"})
        self.server.call("/login/password", {"account": self.name("new"), "password": SECRET})
        self.server.call("/login/password", {"account": self.name("new"),
                                             "password": SECRET + "wrong"})
        self.server.call("/account/password", {"old": SECRET, "new": SECRET + "2"},
                         made["access_token"])
        self.server.call("/user/member.info", {}, SECRET)
        self.server.call("/login", {"phone": "+4912345678", "verify_code": SECRET})
        self.server.call("/login/qq", {"openid": "x", "access_token": SECRET})
        self.server.call(f"/account/bind.push_id/{SECRET}", {}, token)
        self.server.call("/register", raw=f'{{"password": "{SECRET}"'.encode())
        self.server.call("/admin/user.add", {"account": self.name("op"), "password": SECRET},
                         self.server.admin_token)
        self.server.call("/message/send.message", {
            "chatroom_id": chat, "chatroom_type": 1, "code": 1, "content": SECRET, "id": "m"},
            token)
        self.server.call("/message/search", {"query": SECRET}, token)
        self.server.call("/dynamic/publish", {"text": SECRET}, token)
        self.server.call("/admin/broadcast", {"content": SECRET}, self.server.admin_token)
        ann = self.login(world, "ann", "a1")
        ann.send(chat, SECRET, f"{self.prefix}-1")
        self.connect().auth(world.ids[self.name("ann")], "a1", SECRET)
        self.connect().sign_in(self.name("new"), SECRET + "2", "d9")
        self.assertEqual(self.server.terminate(), 0)
        log = self.server.log_text()
        for secret in (SECRET, token, made["access_token"], self.server.admin_token):
            self.assertNotIn(secret, log)
        self.json_lines(log)
        self.server.start()

    def json_lines(self, log):
        lines = [json.loads(line) for line in log.splitlines()]
        self.assertGreater(len(lines), 0)
        for line in lines:
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(line["level"], ("trace", "debug", "info", "notice", "warning", "error",
                                          "critical"))
            self.assertTrue(line["message"] and line["label"])
        self.assertIn("drained", [line["message"] for line in lines])


class Deployment(Case):
    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        pass

    def test_the_configuration_is_good(self):
        result = subprocess.run(
            [BINARY, "check-config", "--config", os.path.join(DEPLOY, "freeim.yaml")], env=CLEAN,
            capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_the_unit(self):
        unit = read("docs", "deploy", "freeim-server.service")
        for needed in ("ExecReload=/bin/kill -HUP $MAINPID", "LimitNOFILE=", "NoNewPrivileges=yes",
                       "ProtectSystem=strict", "StateDirectoryMode=0700", "UMask=0077"):
            self.assertIn(needed, unit)
        section = None
        for line in unit.splitlines():
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                section = line
            else:
                self.assertRegex(line, r"^[A-Z][A-Za-z]+=.*$")
                self.assertIsNotNone(section)
        if shutil.which("systemd-analyze"):
            result = subprocess.run(
                ["systemd-analyze", "verify", os.path.join(DEPLOY, "freeim-server.service")],
                capture_output=True, text=True, timeout=60, check=False)
            self.assertNotIn("Unknown", result.stderr)

    def test_the_image(self):
        """Every instruction is one, and what the start needs is there."""
        text = read("docs", "deploy", "Dockerfile").replace("\\\n", " ")
        known = {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "EXPOSE",
                 "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
        lines = [line.split(None, 1) for line in text.splitlines()
                 if line.strip() and not line.startswith("#")]
        self.assertEqual({line[0] for line in lines} - known, set())
        self.assertEqual(lines[0][0], "FROM")
        found = dict((line[0], line[1]) for line in lines)
        self.assertEqual(found["USER"], "freeim")
        self.assertIn("/readyz", found["HEALTHCHECK"])
        self.assertEqual(json.loads(found["ENTRYPOINT"]), ["freeim-server"])
        for variable in re.findall(r"FREEIM_[A-Z_]+", found["ENV"]):
            self.assertIn(f"`{variable}`", read("docs", "configuration.md"))

    def test_what_scrapes(self):
        text = read("docs", "deploy", "prometheus.yml")
        self.assertIn("freeim-alerts.yml", text)
        self.assertIn("metrics_path: /metrics", text)
