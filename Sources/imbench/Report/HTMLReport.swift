import Foundation

/// A report as one page without outside parts: it opens from a folder, a mail or a build's
/// artefacts, and prints.
enum HTMLReport {
    static func page(_ report: BenchReport) -> String {
        let name = HTMLText.escaped(report.scenario.name)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>\(VerdictWords.word(report.verdict)) · \(name) · imbench</title>
            <style>
            \(style)
            </style>
            </head>
            <body><main>
            \(banner(report))
            \(facts(report))
            \(tiles(report))
            \(sections(report))
            <footer>Made by imbench from \(HTMLText.escaped(report.format)).</footer>
            </main>
            <script>
            \(script)
            </script>
            </body>
            </html>

            """
    }

    private static func sections(_ report: BenchReport) -> String {
        let percentiles = percentileCharts(report)
        let parts: [String] = [
            section("Assertions", assertionTable(report)),
            section(
                "Latency over time", charts(latencyCharts(report)),
                lead: "Of all recorded kinds of traffic, second by second, from the moment each"
                    + " was due. Shaded: faults."),
            section(
                "Percentiles",
                percentiles.isEmpty
                    ? "<p class=\"empty\">Nothing was timed.</p>" : charts(percentiles),
                lead: percentileLead(report)),
            section("Load", charts(loadCharts(report)) + refusals(report)),
            section(
                "Server and generator", charts(resourceCharts(report)) + loopTable(report)),
            section("Checks", checkTable(report)),
            section(
                "Violations", violationList(report),
                lead: report.violations.isEmpty
                    ? nil : "The first of them, with the events that led to each."),
            section("Phases and traffic", phaseTable(report)),
            section("Scenario", scenario(report)),
            section("Machine and replay", machine(report)),
        ]
        return parts.joined()
    }

    private static func percentileLead(_ report: BenchReport) -> String {
        let words =
            "Over all recorded phases. Solid: from when it was due, which counts what waited;"
            + " dashed: from when it was sent"
        guard let baseline = report.baseline else { return words + "." }
        let parts = [baseline.file, baseline.startedAt].filter { !$0.isEmpty }
        return words + "; dotted: the baseline, \(parts.joined(separator: " of "))."
    }

    private static func section(_ title: String, _ content: String, lead: String? = nil) -> String {
        let lead = lead.map { "<p class=\"lead\">\(HTMLText.escaped($0))</p>" } ?? ""
        return "<section><h2>\(title)</h2>\(lead)\n\(content)\n</section>\n"
    }

    private static func charts(_ content: String) -> String {
        "<div class=\"charts\">\n\(content)</div>"
    }

    private static func refusals(_ report: BenchReport) -> String {
        let table = refusalTable(report)
        return table.isEmpty ? "" : "<p></p>" + table
    }

    // MARK: Banner, facts, tiles

    private static func tone(_ verdict: BenchReport.Verdict) -> String {
        switch verdict {
        case .pass: "pass"
        case .correctness, .threshold: "fail"
        case .invalid: "invalid"
        case .partial: "partial"
        }
    }

    private static func banner(_ report: BenchReport) -> String {
        let about = HTMLText.escaped(report.scenario.about)
        let reasons = VerdictWords.reasons(report).map { "<li>\(HTMLText.escaped($0))</li>" }
        let headline =
            report.verdict == .pass
            ? passed(report)
            : VerdictWords.headline(report).split(separator: ": ", maxSplits: 1).last.map {
                $0.prefix(1).uppercased() + $0.dropFirst() + "."
            } ?? ""
        return """
            <header class="banner \(tone(report.verdict))">\
            <div class="verdict">\(VerdictWords.word(report.verdict))</div><div>
            <h1>\(HTMLText.escaped(report.scenario.name))</h1>
            <p class="headline">\(HTMLText.escaped(headline))</p>
            \(reasons.isEmpty ? "" : "<ul>\(reasons.joined())</ul>")
            \(about.isEmpty ? "" : "<p>\(about)</p>")
            </div></header>
            """
    }

    private static func passed(_ report: BenchReport) -> String {
        let open = report.assertions.count { $0.outcome == .notJudged }
        if report.checks.isEmpty { return "Nothing was missed, and nothing checked." }
        if open == 0 { return "Every promise held, every threshold was met." }
        let words = open == 1 ? "1 threshold was not judged" : "\(open) thresholds were not judged"
        return "Every promise held; \(words)."
    }

    private static func facts(_ report: BenchReport) -> String {
        let items = ReportFacts.parts(report).map { "<li>\(HTMLText.escaped($0))</li>" }
        return "<ul class=\"facts\">\(items.joined())</ul>"
    }

    private static func tiles(_ report: BenchReport) -> String {
        let violations = report.checks.reduce(0) { $0 + $1.count }
        let delivered = report.phases.reduce(0) { $0 + $1.delivered }
        var tiles = [
            tile(Figure.count(delivered), "deliveries checked"),
            tile(
                Figure.count(violations), violations == 1 ? "violation" : "violations",
                isBad: violations > 0),
        ]
        if let first = report.traffic.first(where: { $0.ack.count > 0 }) {
            for (name, facts) in [("ack", first.ack), ("deliver", first.deliver)] {
                if let value = facts.percentiles["p99"], facts.count > 0 {
                    tiles.append(
                        tile(Figure.milliseconds(value), "\(first.name) \(name), p99"))
                }
            }
        }
        if let cost = report.metrics["all.server_cpu_per_message"] {
            tiles.append(tile(Figure.value(cost, unit: "µs"), "server CPU a message"))
        }
        if let size = report.metrics["all.device_bytes"] ?? report.metrics["harness.device_bytes"] {
            tiles.append(tile(Figure.bytes(size), "memory a device"))
        }
        return "<div class=\"tiles\">\(tiles.joined())</div>"
    }

    private static func tile(_ figure: String, _ words: String, isBad: Bool = false) -> String {
        """
        <div class="tile\(isBad ? " fail" : "")"><b>\(HTMLText.escaped(figure))</b>\
        <span>\(HTMLText.escaped(words))</span></div>
        """
    }

    // MARK: Scenario, machine, replay

    private static func scenario(_ report: BenchReport) -> String {
        let scenario = report.scenario
        if scenario.text.isEmpty {
            return "<p class=\"empty\">Made by the command line below, without a file.</p>"
        }
        return """
            <details><summary>The file, SHA-256 <code>\(HTMLText.escaped(scenario.hash))</code>\
            </summary><pre>\(HTMLText.escaped(scenario.text))</pre></details>
            """
    }

    private static func machine(_ report: BenchReport) -> String {
        let (machine, scenario) = (report.machine, report.scenario)
        let limit = machine.openFilesMax == .max ? "no limit" : Figure.count(machine.openFilesMax)
        let loops = "\(scenario.loops) event loop\(scenario.loops == 1 ? "" : "s")"
        let rows: [(String, String)] = [
            ("Processor", "\(machine.cores) × \(machine.processor)"),
            ("Memory", Figure.bytes(Double(machine.memoryBytes))), ("System", machine.system),
            ("Open files, at most", limit), ("Load when it began", Figure.plain(machine.load)),
            ("imbench", "\(machine.build) build, \(loops)"),
            ("Devices speak", "\(scenario.body) over \(scenario.transport ?? "tcp")"),
            ("Server", scenario.server), ("Began", report.startedAt),
        ].filter { !$0.1.isEmpty }
        let table = rows.map { name, value in
            """
            <tr><td class="quiet">\(name)</td><td>\(HTMLText.escaped(value))</td></tr>

            """
        }
        let words = (["imbench", "run"] + scenario.arguments).map(quoted).joined(separator: " ")
        return """
            <div class="scroll"><table><tbody>
            \(table.joined())</tbody></table></div>
            <p>It was run by, and the same seed is run again from the JSON report by:</p>
            <pre>\(HTMLText.escaped(words))
            imbench replay REPORT.json</pre>
            """
    }

    /// As a shell reads it.
    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
                    || "-_./:=,@%+".utf8.contains(byte)
            }
        return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }

    // MARK: Numbers

    static func fixed(_ number: Double, places: Int) -> String {
        String(format: "%.\(places)f", number)
    }

    /// 10 to the minus that.
    static func power(_ nines: Double) -> Double { pow(10, -nines) }
}
