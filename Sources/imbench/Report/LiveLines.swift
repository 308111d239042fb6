/// The live view's lines: at most `linesMax`, none wider than the terminal.
enum LiveLines {
    static let linesMax = 12
    static let barColumnsMax = 30
    static let barColumnsMin = 6
    /// Seconds that a sparkline shows.
    static let sparklineColumnsMax = 60
    /// Milliseconds of scheduling lag above which a run is about to become invalid.
    static let lagWarning = 2.0
    private static let labelColumns = 10

    static func lines(
        _ state: LiveState, columns: Int, colours: Bool, isUTF8: Bool
    ) -> [String] {
        var lines = [
            head(state, columns: columns, isUTF8: isUTF8), devices(state), rates(state),
            latency("ack", state.ack, state.ackHistory, columns: columns, isUTF8: isUTF8),
            latency(
                "deliver", state.deliver, state.deliverHistory, columns: columns, isUTF8: isUTF8),
            checks(state), server(state), generator(state),
        ]
        if !state.lastFault.isEmpty {
            lines.append(labelled("fault", [(state.lastFault, .warning)]))
        }
        if !state.lastViolation.isEmpty {
            lines.append(labelled("violation", [(state.lastViolation, .bad)]))
        }
        return lines.prefix(linesMax).map {
            $0.text(columns: columns, colours: colours, isUTF8: isUTF8)
        }
    }

    /// One line for a log: where it is, how much, how fast, whether all is well.
    static func line(_ state: LiveState) -> String {
        var parts = [
            Figure.seconds(state.seconds.rounded()),
            "\(state.phase) (\(state.phaseNumber)/\(state.phaseCount))",
            "on line \(Figure.count(state.online))/\(Figure.count(state.devices))",
            "sent \(rate(state.sentRate)) acked \(rate(state.ackedRate))"
                + " delivered \(rate(state.deliveredRate))",
        ]
        for (name, value) in [("ack", state.ack), ("deliver", state.deliver)] {
            if let value { parts.append("\(name) p99 \(Figure.milliseconds(value.1))") }
        }
        let broken = violations(state)
        parts.append(
            broken.isEmpty
                ? "\(Figure.count(state.checked)) checked, 0 violations"
                : "VIOLATIONS " + words(broken))
        if state.lag > lagWarning { parts.append("LAG \(Figure.milliseconds(state.lag))") }
        return parts.joined(separator: " · ")
    }

    private static func head(_ state: LiveState, columns: Int, isUTF8: Bool) -> LiveLine {
        var line = LiveLine()
        line.add(state.scenario, .strong)
        line.add("  ")
        line.add("\(state.phaseNumber)/\(state.phaseCount) \(state.phase)", .accent)
        var time = "  " + Figure.seconds(state.phaseSeconds.rounded())
        if let progress = state.progress {
            let percent = " \(Int((clamped(progress) * 100).rounded()))%"
            let left = columns - line.width - LiveLine.width(time + percent) - 2
            if left >= barColumnsMin {
                line.add("  ")
                line.add(
                    bar(progress, columns: min(left, barColumnsMax), isUTF8: isUTF8), .accent)
            }
            time = percent + time
        }
        line.add(time)
        line.add("  in all " + Figure.seconds(state.seconds.rounded()), .faint)
        return line
    }

    /// A bar in eighths of a column; with ASCII, of # and -.
    static func bar(_ progress: Double, columns: Int, isUTF8: Bool) -> String {
        guard columns > 0 else { return "" }
        guard isUTF8 else {
            let full = Int((clamped(progress) * Double(columns)).rounded())
            return String(repeating: "#", count: full)
                + String(repeating: "-", count: columns - full)
        }
        let eighths = Int((clamped(progress) * Double(columns * 8)).rounded())
        var text = String(repeating: "█", count: eighths / 8)
        if eighths % 8 > 0 { text.append(Array("▏▎▍▌▋▊▉")[eighths % 8 - 1]) }
        return text + String(repeating: "░", count: columns - text.count)
    }

    /// The newest values, a column each, from 0 to the greatest.
    static func sparkline(_ values: [Double], columns: Int, isUTF8: Bool) -> String {
        let shown = values.suffix(max(0, min(columns, sparklineColumnsMax)))
        let levels = Array(isUTF8 ? "▁▂▃▄▅▆▇█" : "_.-=+*#@")
        guard let greatest = shown.max(), greatest > 0 else {
            return String(repeating: levels[0], count: shown.count)
        }
        return String(
            shown.map { value in
                let level = clamped(value / greatest) * Double(levels.count - 1)
                return levels[Int(level.rounded())]
            })
    }

    private static func clamped(_ share: Double) -> Double {
        share.isFinite ? min(max(share, 0), 1) : 0
    }

    private static func labelled(
        _ label: String, _ pieces: [(String, LiveLine.Style)]
    ) -> LiveLine {
        var line = LiveLine()
        let spaces = max(1, labelColumns - LiveLine.width(label))
        line.add(label + String(repeating: " ", count: spaces), .faint)
        for (text, style) in pieces { line.add(text, style) }
        return line
    }

    private static func devices(_ state: LiveState) -> LiveLine {
        let isWhole = state.online == state.devices
        var pieces: [(String, LiveLine.Style)] = [
            (Figure.count(state.online), isWhole ? .good : .warning),
            (" of \(Figure.count(state.devices)) on line", .plain),
        ]
        if state.unanswered > 0 {
            pieces.append(("   unanswered \(Figure.count(state.unanswered))", .plain))
        }
        return labelled("devices", pieces)
    }

    private static func rates(_ state: LiveState) -> LiveLine {
        let totals = [state.sent, state.acked, state.delivered].map(Figure.count)
        return labelled(
            "rates",
            [
                ("sent \(rate(state.sentRate))  acked \(rate(state.ackedRate))", .plain),
                ("  delivered \(rate(state.deliveredRate))", .plain),
                ("   \(totals.joined(separator: " / "))", .faint),
            ])
    }

    private static func rate(_ perSecond: Double) -> String {
        Figure.count(Int(clampedRate(perSecond))) + "/s"
    }

    private static func clampedRate(_ rate: Double) -> Double {
        rate.isFinite ? min(max(rate.rounded(), 0), 1e15) : 0
    }

    private static func latency(
        _ name: String, _ values: (Double, Double, Double)?, _ history: [Double],
        columns: Int, isUTF8: Bool
    ) -> LiveLine {
        guard let values else { return labelled(name, [("–", .faint)]) }
        var line = labelled(name, [])
        for (index, (label, value)) in [
            ("p50", values.0), ("p99", values.1), ("max", values.2),
        ].enumerated() {
            line.add((index == 0 ? "" : "  ") + label + " ", .faint)
            line.add(padded(width(value), to: 7), index == 1 ? .strong : .plain)
        }
        let left = columns - line.width - 2
        if left >= barColumnsMin, !history.isEmpty {
            line.add("  ")
            line.add(sparkline(history, columns: left, isUTF8: isUTF8), .accent)
        }
        return line
    }

    /// Always three digits, so that figures do not jump.
    private static func width(_ milliseconds: Double) -> String {
        milliseconds < 999.5
            ? Figure.digits(milliseconds) + " ms" : Figure.digits(milliseconds / 1_000) + " s"
    }

    private static func padded(_ text: String, to columns: Int) -> String {
        String(repeating: " ", count: max(0, columns - text.count)) + text
    }

    private static func violations(_ state: LiveState) -> [(String, Int)] {
        Violation.allCases.compactMap { check in
            let count = state.checks[check] ?? 0
            return count > 0 ? (check.rawValue, count) : nil
        }
    }

    private static func words(_ counts: [(String, Int)]) -> String {
        counts.map { "\($0.0) \(Figure.count($0.1))" }.joined(separator: "  ")
    }

    private static func checks(_ state: LiveState) -> LiveLine {
        let broken = violations(state)
        return labelled(
            "checks",
            [
                broken.isEmpty ? ("0 violations", .good) : (words(broken), .bad),
                ("   \(Figure.count(state.checked)) deliveries checked", .faint),
            ])
    }

    private static func server(_ state: LiveState) -> LiveLine {
        labelled(
            "server",
            [
                ("CPU \(Figure.percent(state.serverCPU.rounded()))", .plain),
                ("  RSS \(Figure.bytes(Double(state.serverRSS)))", .plain),
                ("  files \(Figure.count(state.serverFiles))", .plain),
            ])
    }

    private static func generator(_ state: LiveState) -> LiveLine {
        labelled(
            "imbench",
            [
                ("CPU \(Figure.percent(state.generatorCPU.rounded()))", .plain),
                ("  RSS \(Figure.bytes(Double(state.generatorRSS)))", .plain),
                ("  lag ", .plain),
                (Figure.milliseconds(state.lag), state.lag > lagWarning ? .warning : .plain),
                ("  checker behind ", .plain),
                (
                    Figure.seconds(state.checkerLag),
                    state.checkerLag > 1 ? .warning : .plain
                ),
            ])
    }
}
