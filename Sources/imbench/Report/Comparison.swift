/// Two sets of runs of one scenario, metric by metric.
struct Comparison: Encodable, Sendable {
    /// Runs of a side below which nothing is said about noise.
    static let runsMin = 3

    /// The chance at most that what is called worse is noise. Many metrics are judged at once, so
    /// it is low where so many runs can show it: 3 of each cannot rank below 1 in 20.
    static func chanceMax(runs: Int) -> Double { runs < 5 ? 0.05 : 0.01 }

    enum Outcome: String, Encodable, Sendable {
        /// Beyond noise, and by as much as was asked for.
        case worse, better
        case same
        /// Too few runs.
        case open
    }

    struct Row: Encodable, Sendable {
        /// As in a report: `steady.dm.ack.p99`.
        var metric: String
        var unit: String
        var base: Double
        var new: Double
        /// Percent of the base; infinite when that is 0.
        var change: Double
        /// That chance alone makes it look so much worse, or better; nil: too few runs.
        var chance: Double?
        var outcome: Outcome
    }

    struct Options: Sendable {
        /// Percent that the median has to change by.
        var least = 5.0
        /// All metrics, not only those worth comparing.
        var isAll = false
    }

    let scenario: String
    let baseRuns: Int
    let newRuns: Int
    var rows: [Row] = []
    /// What to know before one believes it.
    var notes: [String] = []

    var isEnough: Bool { min(baseRuns, newRuns) >= Self.runsMin }
    var worse: [Row] { rows.filter { $0.outcome == .worse } }

    /// Runs that were no fair ones are for the caller to leave out.
    init(base: [BenchReport], new: [BenchReport], options: Options = Options()) {
        scenario = new.first?.scenario.name ?? ""
        baseRuns = base.count
        newRuns = new.count
        notes = Self.differences(base, new)
        rows = Self.violations(base, new)
        for key in Self.keys(base + new) {
            guard let metric = Self.metric(key, in: base + new),
                options.isAll || Self.isWorthComparing(key, in: base + new)
            else { continue }
            let olds = base.compactMap { $0.metrics[key] }.filter(\.isFinite)
            let news = new.compactMap { $0.metrics[key] }.filter(\.isFinite)
            guard !olds.isEmpty, !news.isEmpty else { continue }
            rows.append(Self.row(key, metric, olds, news, options))
        }
    }

    private static func row(
        _ key: String, _ metric: Metric, _ base: [Double], _ new: [Double], _ options: Options
    ) -> Row {
        let (before, after) = (SplitTest.median(base), SplitTest.median(new))
        let change =
            before == after ? 0 : before == 0 ? .infinity : (after - before) / abs(before) * 100
        var row = Row(
            metric: key, unit: metric.unit.rawValue, base: before, new: after, change: change,
            outcome: .open)
        guard min(base.count, new.count) >= runsMin else { return row }
        let greater = SplitTest.chance(base: base, new: new)
        let smaller = SplitTest.chance(base: base.map { -$0 }, new: new.map { -$0 })
        let isWorse = (after > before) == metric.isMoreWorse
        let chance = after >= before ? greater : smaller
        row.chance = chance
        let isReal =
            chance <= chanceMax(runs: min(base.count, new.count)) + 1e-9
            && abs(change) >= options.least
        row.outcome = !isReal ? .same : isWorse ? .worse : .better
        return row
    }

    /// A violation is no noise: one that no run of the base has is worse outright.
    private static func violations(_ base: [BenchReport], _ new: [BenchReport]) -> [Row] {
        Violation.allCases.compactMap { check in
            let counts = [base, new].map { runs in
                runs.reduce(0) { $0 + count(check, in: $1) }
            }
            guard counts[0] + counts[1] > 0 else { return nil }
            let (before, after) = (Double(counts[0]), Double(counts[1]))
            let outcome: Outcome =
                before == 0 ? .worse : after == 0 && new.count >= runsMin ? .better : .same
            return Row(
                metric: "violations." + check.rawValue, unit: "", base: before, new: after,
                change: before == 0 ? .infinity : (after - before) / before * 100,
                outcome: outcome)
        }
    }

    private static func count(_ check: Violation, in report: BenchReport) -> Int {
        report.checks.filter { $0.name == check.rawValue }.reduce(0) { $0 + $1.count }
    }

    // MARK: Which metrics

    /// In the order of phases, the whole run first.
    private static func keys(_ reports: [BenchReport]) -> [String] {
        let scopes = ["all"] + (reports.last?.phases.map(\.name) ?? [])
        let keys = Set(reports.flatMap(\.metrics.keys))
        return keys.sorted { left, right in
            let places = [left, right].map { key in
                scopes.firstIndex { key.hasPrefix($0 + ".") } ?? scopes.count
            }
            return (places[0], left) < (places[1], right)
        }
    }

    private static func scope(of key: String, in reports: [BenchReport]) -> String? {
        let names = ["all", "harness"] + reports.flatMap { $0.phases.map(\.name) }
        return names.filter { key.hasPrefix($0 + ".") }.max { $0.count < $1.count }
    }

    private static func metric(_ key: String, in reports: [BenchReport]) -> Metric? {
        guard let scope = scope(of: key, in: reports) else { return nil }
        let traffic = Set(
            reports.flatMap { report in
                report.traffic.map(\.name) + report.phases.flatMap { $0.traffic.map(\.name) }
            })
        return Metric.named(String(key.dropFirst(scope.count + 1)), traffic: Array(traffic))
    }

    /// Latencies at three percentiles from the due time, rates, and what a run costs; of the
    /// whole run and of recorded phases.
    private static func isWorthComparing(_ key: String, in reports: [BenchReport]) -> Bool {
        guard let scope = scope(of: key, in: reports) else { return false }
        let isRecorded = reports.contains { report in
            report.phases.contains { $0.name == scope && $0.isRecorded }
        }
        guard scope == "all" || isRecorded else { return false }
        let name = key.dropFirst(scope.count + 1)
        let costs: Set<Substring> = [
            "achieved_rate", "acked_rate", "delivered_rate", "server_cpu_per_message",
            "server_cpu_per_delivery", "server_rss", "generator_rss", "device_bytes",
            "connect_seconds",
        ]
        if costs.contains(name) { return true }
        let parts = name.split(separator: ".")
        return parts.count == 3 && ["ack", "deliver"].contains(parts[1])
            && ["p50", "p99", "p999"].contains(parts[2])
    }

    // MARK: What else differs

    private static func differences(_ base: [BenchReport], _ new: [BenchReport]) -> [String] {
        var notes: [String] = []
        func note(_ name: String, _ value: (BenchReport) -> String) {
            let (old, now) = (Set(base.map(value)), Set(new.map(value)))
            guard old != now else { return }
            let words = [old, now].map { $0.sorted().joined(separator: ", ") }
            notes.append("\(name) differs: \(words[0]) before, \(words[1]) now")
        }
        note("the processor") { "\($0.machine.cores) × \($0.machine.processor)" }
        note("the build of imbench") { $0.machine.build }
        note("the body") { $0.scenario.body }
        note("the transport") { $0.scenario.transport ?? "tcp" }
        note("the number of event loops") { String($0.scenario.loops) }
        note("the number of devices") { Figure.count($0.scenario.devices) }
        return notes
    }

    /// Why the two are not the same scenario; nil: they are.
    static func mismatch(_ base: [BenchReport], _ new: [BenchReport]) -> String? {
        guard let first = base.first?.scenario else { return nil }
        for other in (base + new).map(\.scenario) {
            if other.name != first.name {
                return "reports of two scenarios, \(first.name) and \(other.name)"
            }
            if other.hash != first.hash {
                return "two versions of \(first.name): \(first.hash.prefix(12)) and"
                    + " \(other.hash.prefix(12))"
            }
            if other.isShort != first.isShort {
                return "a short run of \(first.name) and a long one"
            }
        }
        return nil
    }
}
