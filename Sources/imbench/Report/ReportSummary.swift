/// What is printed at a run's end, for people; at most 100 columns.
enum ReportSummary {
    static let columnsMax = 100
    /// Violations that are printed whole, and lines of each one's trace.
    static let violationsMax = 3
    static let traceLinesMax = 12
    static let refusalsMax = 8
    private static let indent = "  "

    static func lines(_ report: BenchReport) -> [String] {
        let parts: [[String]] = [
            head(report), traffic(report), latencies(report),
            resources(report) + faults(report) + checks(report) + assertions(report)
                + refusals(report) + closes(report),
            violations(report),
        ]
        let lines = parts.filter { !$0.isEmpty }.joined(separator: [""])
        return lines.map { LiveLine.cut($0, columns: columnsMax) }
    }

    // MARK: Verdict, who and what

    private static func head(_ report: BenchReport) -> [String] {
        var lines = ["\(VerdictWords.headline(report)): \(report.scenario.name)"]
        lines += VerdictWords.reasons(report).flatMap { wrapped($0, indent: indent) }
        return lines + wrapped(ReportFacts.parts(report), indent: indent)
    }

    // MARK: Traffic

    private static func traffic(_ report: BenchReport) -> [String] {
        guard !report.traffic.isEmpty else { return [] }
        var rows = [["traffic", "sent", "acked", "delivered", "refused"]]
        for one in report.traffic {
            rows.append(
                [one.name]
                    + [one.sent, one.acked, one.delivered, one.refused].map(Figure.count))
        }
        let rates = ["acked_rate", "delivered_rate"].compactMap { name in
            report.metrics["all." + name].map {
                "\(name.prefix { $0 != "_" }) \(Figure.plain($0))/s"
            }
        }
        let achieved = report.metrics["all.achieved_rate"].map {
            ["\(Figure.percent($0)) of the wanted rate"]
        }
        let throughput = (rates + (achieved ?? [])).joined(separator: " · ")
        return table(rows) + (throughput.isEmpty ? [] : [indent + throughput])
    }

    private static func latencies(_ report: BenchReport) -> [String] {
        var rows = [["latency, ms", "from", "count", "p50", "p99", "p99.9", "max"]]
        for one in report.traffic {
            for (name, facts, sent) in [
                ("ack", one.ack, one.ackSent), ("deliver", one.deliver, one.deliverSent),
            ] {
                for (from, facts) in [("due", facts), ("sent", sent)] where facts.count > 0 {
                    rows.append(
                        ["\(one.name) \(name)", from, Figure.count(facts.count)]
                            + ["p50", "p99", "p999", "max"].map {
                                facts.percentiles[$0].map(Figure.digits) ?? "–"
                            })
                }
            }
        }
        return rows.count > 1 ? table(rows, leading: 2) : []
    }

    // MARK: Resources

    private static func resources(_ report: BenchReport) -> [String] {
        let server = figures(
            report,
            [
                ("server_cpu_per_message", "CPU", " a message"), ("server_cpu", "CPU", ""),
                ("server_rss", "RSS", ""), ("server_files", "files", ""),
            ])
        let generator = figures(
            report,
            [
                ("sched_lag.p99", "lag p99", ""), ("sched_lag.max", "max", ""),
                ("checker_lag.max", "checker behind at most", ""), ("generator_cpu", "CPU", ""),
                ("generator_rss", "RSS", ""), ("device_bytes", "", " a device"),
            ])
        var loops: [String] = []
        if report.loops.count > 1 {
            loops = report.loops.enumerated().map {
                "loop \($0 + 1): \(Figure.count($1.devices)) devices, lag p99 "
                    + Figure.value($1.lagP99, unit: "ms")
            }
        }
        return [("server", server), ("imbench", generator), ("", loops)].flatMap { name, figures in
            figures.isEmpty
                ? []
                : wrapped(figures, indent: indent + padded(name, to: 9))
        }
    }

    /// Metrics of the whole run, else of the harness, in words.
    private static func figures(
        _ report: BenchReport, _ wanted: [(name: String, before: String, after: String)]
    ) -> [String] {
        wanted.compactMap { name, before, after in
            guard let value = report.metrics["all." + name] ?? report.metrics["harness." + name],
                let unit = Metric.plain.first(where: { $0.name == name })?.unit
            else { return nil }
            let figure = Figure.value(value, unit: unit.rawValue)
            return (before.isEmpty ? "" : before + " ") + figure + after
        }
    }

    private static func faults(_ report: BenchReport) -> [String] {
        let words = report.faults.map { fault in
            let length = fault.end - fault.start
            return "\(fault.name) at \(Figure.moment(fault.start))"
                + (length > 0.05 ? " for \(Figure.seconds(length))" : "")
        }
        return words.isEmpty
            ? []
            : wrapped(words, indent: indent + padded("faults", to: 9))
    }

    // MARK: Checks

    private static func checks(_ report: BenchReport) -> [String] {
        let broken = report.checks.filter { $0.count > 0 }
        let label = indent + padded("checks", to: 9)
        if report.checks.isEmpty { return [label + "none were made"] }
        if broken.isEmpty {
            let names = report.checks.map(\.name).joined(separator: ", ")
            return wrapped("0 violations: \(names)", indent: label)
        }
        let counts = broken.map { "\($0.name) \(Figure.count($0.count))" }
        let others = report.checks.count - broken.count
        return wrapped(counts + ["0 of the \(others) others"], indent: label)
    }

    private static func violations(_ report: BenchReport) -> [String] {
        guard !report.violations.isEmpty else { return [] }
        var lines = ["first violations"]
        for violation in report.violations.prefix(violationsMax) {
            lines += wrapped(
                "\(violation.check) at \(Figure.moment(violation.time)): \(violation.words)",
                indent: indent)
            for line in violation.trace.suffix(traceLinesMax) {
                lines += wrapped(line.words, indent: indent + traceTime(line.time))
            }
        }
        let more = report.violations.count - violationsMax
        return more > 0 ? lines + ["\(indent)and \(Figure.count(more)) more in the report"] : lines
    }

    private static func traceTime(_ time: Double) -> String {
        leading(Figure.moment(time), to: 12) + "  "
    }

    // MARK: Assertions and refusals

    private static func assertions(_ report: BenchReport) -> [String] {
        let missed = report.assertions.filter { $0.outcome == .missed }
        let open = report.assertions.filter { $0.outcome == .notJudged }
        let met = report.assertions.count - missed.count - open.count
        guard !report.assertions.isEmpty else { return [] }
        var lines = [
            "\(indent)\(padded("asserted", to: 9))\(met) met · \(missed.count) missed"
                + (open.isEmpty ? "" : " · \(open.count) not judged")
        ]
        for (word, some) in [("missed", missed), ("not judged", open)] {
            lines += some.flatMap { one in
                let value = one.value.map { " (\(Figure.value($0, unit: one.unit)))" } ?? ""
                return wrapped(
                    "\(one.scope): \(one.text)\(value)",
                    indent: indent + indent + padded(word, to: 12))
            }
        }
        return lines
    }

    private static func refusals(_ report: BenchReport) -> [String] {
        let sorted = report.refusals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !sorted.isEmpty else { return [] }
        let words = sorted.prefix(refusalsMax).map { "\($0.key) \(Figure.count($0.value))" }
        let more = sorted.count - words.count
        return wrapped(
            words + (more > 0 ? ["\(more) more kinds"] : []),
            indent: indent + padded("refused", to: 9))
    }

    private static func closes(_ report: BenchReport) -> [String] {
        guard let closes = report.closes, !closes.isEmpty else { return [] }
        let words = closes.sorted { $0.key < $1.key }.map { "\($0.key) \(Figure.count($0.value))" }
        return wrapped(words, indent: indent + padded("closed", to: 9))
    }

    // MARK: Layout

    /// Columns as wide as need be; the first `leading` to the left, the rest to the right.
    private static func table(_ rows: [[String]], leading left: Int = 1) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in
            rows.map { LiveLine.width($0[column]) }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column < left
                    ? padded(cell, to: widths[column]) : leading(cell, to: widths[column])
            }
            return indent + cells.joined(separator: "  ")
        }
    }

    private static func padded(_ text: String, to columns: Int) -> String {
        text + String(repeating: " ", count: max(0, columns - LiveLine.width(text)))
    }

    private static func leading(_ text: String, to columns: Int) -> String {
        String(repeating: " ", count: max(0, columns - LiveLine.width(text))) + text
    }

    /// Parts with a point between, broken only there.
    private static func wrapped(_ parts: [String], indent: String) -> [String] {
        let firm = parts.map { $0.replacing(" ", with: "\u{a0}") }
        return wrapped(firm.joined(separator: " · "), indent: indent).map {
            $0.replacing("\u{a0}", with: " ")
        }
    }

    /// Broken between words; what follows stands under what came first.
    private static func wrapped(_ text: String, indent: String) -> [String] {
        let blank = padded("", to: LiveLine.width(indent))
        var lines: [String] = []
        var line = indent
        var isEmpty = true
        for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
            if !isEmpty, LiveLine.width(line) + 1 + LiveLine.width(String(word)) > columnsMax {
                lines.append(line)
                line = blank
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [line]
    }
}
