"""What a run leaves behind, and what is made of it: replay, comparison, page, histogram log."""

import json
import os

from harness import Case


class Reports(Case):
    def test_json_page_and_log_of_one_run(self):
        page, log = self.path("r.html"), self.path("r.hlog")
        report = self.report(self.scenario(), "--html", page, "--hlog", log, "--seed", "7")
        self.assertEqual((report["verdict"], report["exitCode"]), ("pass", 0))
        self.assertEqual(report["scenario"]["seed"], 7)
        self.assertEqual(len(report["scenario"]["hash"]), 64)
        metrics = report["metrics"]
        self.assertEqual(metrics["steady.acked"], metrics["steady.sent"])
        # Two devices of the peer and the sender's other one.
        self.assertEqual(metrics["steady.delivered"], 3 * metrics["steady.sent"])
        self.assertGreater(metrics["steady.dm.ack.p99"], 0)
        self.assertGreaterEqual(metrics["steady.dm.ack.p99"], metrics["steady.dm.ack_sent.p50"])
        with open(page, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("<svg", text)
        for outside in ("src=\"http", "href=\"http", "@import", "url(http"):
            self.assertNotIn(outside, text)
        with open(log, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(lines[0], "#[Histogram log format version 1.3]")
        self.assertTrue(any(line.startswith("Tag=dm.ack,") for line in lines))

    def test_the_same_seed_makes_the_same_choices(self):
        first = self.report(self.scenario(), "--seed", "3")
        path = self.path("report.json")
        again = self.path("again.json")
        self.imbench("replay", path, "--quiet", "--json", again)
        with open(again, encoding="utf-8") as file:
            second = json.load(file)
        self.assertEqual(second["scenario"]["seed"], 3)
        self.assertEqual(second["scenario"]["hash"], first["scenario"]["hash"])
        self.assertAlmostEqual(
            second["metrics"]["steady.sent"], first["metrics"]["steady.sent"], delta=3)

    def test_no_report(self):
        self.imbench("replay", self.path("none.json"), expect=4)
        with open(self.path("bad.json"), "w", encoding="utf-8") as file:
            file.write("{}")
        self.imbench("replay", self.path("bad.json"), expect=4)

    def test_a_baseline_that_is_kept_and_one_that_is_missed(self):
        path = self.scenario()
        base = self.path("base.json")
        self.imbench("run", path, "--quiet", "--json", base)
        with open(path, "a", encoding="utf-8") as file:
            file.write("baseline: {file: base.json, max_worse: {steady.acked_rate: 60%}}\n")
        report = self.report(path)
        self.assertIn("baseline", [a["scope"] for a in report["assertions"]])
        with open(base, encoding="utf-8") as file:
            better = json.load(file)
        better["metrics"]["steady.acked_rate"] *= 10
        with open(base, "w", encoding="utf-8") as file:
            json.dump(better, file)
        self.report(path, expect=2)
        os.remove(base)
        self.imbench("run", path, "--quiet", expect=4)


class Comparison(Case):
    def runs(self, name, change=None):
        """Three reports in a folder; `change` is made to each one's metrics."""
        if not os.path.isdir(self.path("base")):
            self.imbench(
                "run", self.scenario(), "--quiet", "--repeat", "3", "--json",
                self.path("base"))
        if name == "base":
            return self.path(name)
        os.mkdir(self.path(name))
        for file in sorted(os.listdir(self.path("base"))):
            with open(os.path.join(self.path("base"), file), encoding="utf-8") as source:
                report = json.load(source)
            if change:
                change(report["metrics"])
            with open(os.path.join(self.path(name), file), "w", encoding="utf-8") as target:
                json.dump(report, target)
        return self.path(name)

    def test_the_same_slower_and_broken(self):
        base = self.runs("base")
        self.imbench("compare", base, self.runs("same"))

        def slower(metrics):
            for key in metrics:
                if ".ack.p99" in key:
                    metrics[key] += 100_000

        said = self.imbench("compare", base, self.runs("slow", slower), expect=2).stdout
        self.assertIn("worse", said)
        one = os.path.join(base, sorted(os.listdir(base))[0])
        self.imbench("compare", one, one, expect=3)
        self.imbench("compare", base, self.path("none"), expect=4)
