extension HTMLReport {
    private static func row(_ cells: [String]) -> String { "<tr>\(cells.joined())</tr>\n" }

    private static func cell(_ markup: String, _ kind: String = "") -> String {
        kind.isEmpty ? "<td>\(markup)</td>" : "<td class=\"\(kind)\">\(markup)</td>"
    }

    private static func table(_ head: String, _ rows: [String]) -> String {
        """
        <div class="scroll"><table><thead>\(head)</thead><tbody>
        \(rows.joined())</tbody></table></div>
        """
    }

    static func chip(_ text: String, _ tone: String) -> String {
        "<span class=\"chip \(tone)\">\(HTMLText.escaped(text))</span>"
    }

    // MARK: Event loops

    /// The generator's own lag, by event loop.
    static func loopTable(_ report: BenchReport) -> String {
        if report.loops.isEmpty { return "" }
        let head =
            "<tr><th>Event loop</th><th class=\"num\">Devices</th><th class=\"num\">Lag p50</th>"
            + "<th class=\"num\">Lag p99</th><th class=\"num\">Lag max</th></tr>"
        let rows = report.loops.enumerated().map { index, loop in
            row(
                [cell("\(index + 1)"), cell(Figure.count(loop.devices), "num")]
                    + [loop.lagP50, loop.lagP99, loop.lagMax].map {
                        cell(figure($0, "ms"), "num")
                    })
        }
        return "<p></p>" + table(head, rows)
    }

    // MARK: Assertions

    static func assertionTable(_ report: BenchReport) -> String {
        guard !report.assertions.isEmpty else {
            return "<p class=\"empty\">The scenario asserts nothing.</p>"
        }
        let rows = together(report.assertions).map { group in
            let one = group[0]
            let (word, tone) = outcome(one.outcome)
            return row([
                cell(chip(word, tone)), cell(HTMLText.escaped(one.scope), "quiet"),
                cell(
                    group.map { "<code>\(HTMLText.escaped($0.text))</code>" }.joined(
                        separator: ", ")),
                cell(figure(one.value, one.unit), "num"), cell(figure(one.limit, one.unit), "num"),
                cell(bar(one, tone: tone), "after"),
            ])
        }
        return table(
            """
            <tr><th>Outcome</th><th>Scope</th><th>Assertion</th><th class="num">Value</th>\
            <th class="num">Limit</th><th class="after">Value to limit</th></tr>
            """, rows)
    }

    /// Neighbours that say that something never happened, and it did not, share a row.
    private static func together(
        _ assertions: [BenchReport.AssertionResult]
    ) -> [[BenchReport.AssertionResult]] {
        func isNever(_ one: BenchReport.AssertionResult) -> Bool {
            one.outcome == .met && one.value == 0 && one.limit == 0 && one.unit.isEmpty
        }
        return assertions.reduce(into: []) { groups, one in
            if let last = groups.last?.last, isNever(last), isNever(one), last.scope == one.scope {
                groups[groups.count - 1].append(one)
            } else {
                groups.append([one])
            }
        }
    }

    private static func outcome(
        _ outcome: BenchReport.AssertionResult.Outcome
    ) -> (word: String, tone: String) {
        switch outcome {
        case .met: ("met", "pass")
        case .missed: ("missed", "fail")
        case .notJudged: ("not judged", "open")
        }
    }

    private static func figure(_ value: Double?, _ unit: String) -> String {
        value.map { HTMLText.escaped(Figure.value($0, unit: unit)) } ?? "–"
    }

    /// The value beside its limit, which stands at 70 % of the bar; none for limits of 0.
    private static func bar(_ one: BenchReport.AssertionResult, tone: String) -> String {
        guard let value = one.value, let limit = one.limit, limit > 0, value.isFinite else {
            return ""
        }
        let percent = min(max(value / limit * 70, 0), 100)
        return """
            <div class="bar \(tone)"><i style="width:\(fixed(percent, places: 1))%"></i>\
            <u></u></div>
            """
    }

    // MARK: Checks and violations

    static func checkTable(_ report: BenchReport) -> String {
        guard !report.checks.isEmpty else {
            return "<p class=\"empty\">Nothing was checked.</p>"
        }
        let rows = report.checks.map { check in
            row([
                cell("<code>\(HTMLText.escaped(check.name))</code>"),
                cell(HTMLText.escaped(VerdictWords.meaning(check.name)), "words quiet"),
                cell(Figure.count(check.count), "num"),
                cell(check.count == 0 ? chip("held", "pass") : chip("broken", "fail"), "num"),
            ])
        }
        return table(
            """
            <tr><th>Check</th><th>A violation is</th><th class="num">Violations</th>\
            <th class="num">Promise</th></tr>
            """, rows)
    }

    static func violationList(_ report: BenchReport) -> String {
        guard !report.violations.isEmpty else {
            return "<p class=\"empty\">No promise was broken.</p>"
        }
        return report.violations.enumerated().map { index, violation in
            let lines = violation.trace.map { line in
                row([
                    cell(Figure.moment(line.time)),
                    cell(HTMLText.escaped(line.words)),
                ])
            }
            let trace =
                lines.isEmpty
                ? "<p class=\"quiet\">No trace was kept.</p>"
                : """
                <div class="scroll"><table class="trace"><tbody>
                \(lines.joined())</tbody></table></div>
                """
            return """
                <details\(index == 0 ? " open=\"open\"" : "")><summary>\
                \(chip(violation.check, "fail")) at \
                \(Figure.moment(violation.time)): \
                \(HTMLText.escaped(violation.words))</summary>\(trace)</details>

                """
        }.joined()
    }

    static func refusalTable(_ report: BenchReport) -> String {
        let closes = (report.closes ?? [:]).map { ("WebSocket closed with \($0.key)", $0.value) }
        let all = report.refusals.map { ($0.key, $0.value) } + closes
        guard !all.isEmpty else { return "" }
        let sorted = all.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        return table(
            "<tr><th>Refusal or error</th><th class=\"num\">Times</th></tr>",
            sorted.map { key, count in
                row([cell(HTMLText.escaped(key)), cell(Figure.count(count), "num")])
            })
    }

    // MARK: Phases

    private static let percentiles = ["p50", "p99", "p999", "max"]

    static func phaseTable(_ report: BenchReport) -> String {
        guard !report.phases.isEmpty else {
            return "<p class=\"empty\">No phase was begun.</p>"
        }
        let rows = report.phases.flatMap { phase in
            let time =
                fixed(phase.start, places: 1) + " – " + fixed(phase.end, places: 1)
            let name =
                HTMLText.escaped(phase.name)
                + (phase.isRecorded ? "" : " <span class=\"quiet\">(not in all)</span>")
            if phase.traffic.isEmpty {
                return [
                    row(
                        [cell(name), cell(time, "quiet num"), cell("–", "quiet after")]
                            + counts([phase.sent, phase.acked, phase.delivered])
                            + [cell("–", "num")] + latencyCells(BenchReport.LatencyFacts())
                            + latencyCells(BenchReport.LatencyFacts()))
                ]
            }
            return phase.traffic.enumerated().map { index, one in
                trafficRow(one, index == 0 ? name : "", index == 0 ? time : "")
            }
        }
        let whole = report.traffic.enumerated().map { index, one in
            index > 0
                ? trafficRow(one, "", "")
                : trafficRow(one, "all recorded", "").replacing("<tr>", with: "<tr class=\"sum\">")
        }
        return table(phaseHead, rows + whole)
    }

    private static let phaseHead = """
        <tr class="group"><th colspan="3"></th><th colspan="4" class="part">Messages</th>\
        <th colspan="4" class="part">ACK from due, ms</th>\
        <th colspan="4" class="part">Delivery from due, ms</th></tr>
        <tr><th>Phase</th><th class="num">Time, s</th><th class="after">Traffic</th>\
        <th class="num part">sent</th><th class="num">acked</th><th class="num">delivered</th>\
        <th class="num">refused</th>\(latencyHead)\(latencyHead)</tr>
        """

    private static let latencyHead = ["p50", "p99", "p99.9", "max"].enumerated().map {
        "<th class=\"num\($0 == 0 ? " part" : "")\">\($1)</th>"
    }.joined()

    private static func trafficRow(
        _ one: BenchReport.TrafficResult, _ name: String, _ time: String
    ) -> String {
        row(
            [cell(name), cell(time, "quiet num"), cell(HTMLText.escaped(one.name), "after")]
                + counts([one.sent, one.acked, one.delivered, one.refused])
                + latencyCells(one.ack) + latencyCells(one.deliver))
    }

    private static func counts(_ counts: [Int]) -> [String] {
        counts.enumerated().map { cell(Figure.count($1), $0 == 0 ? "num part" : "num") }
    }

    private static func latencyCells(_ facts: BenchReport.LatencyFacts) -> [String] {
        percentiles.enumerated().map { index, name in
            let value = facts.count > 0 ? facts.percentiles[name].map(Figure.digits) : nil
            return cell(value ?? "–", index == 0 ? "num part" : "num")
        }
    }
}
