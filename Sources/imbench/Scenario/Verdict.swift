/// Whether a run held what its scenario asserts.
enum Verdict {
    /// Judges every assertion by the report's metrics.
    static func assertions(
        _ scenario: Scenario, _ metrics: [String: Double]
    ) -> [BenchReport.AssertionResult] {
        scenario.assertions.map { assertion in
            let scope =
                switch assertion.scope {
                case .all: "all"
                case .harness: "harness"
                case .phase(let index): scenario.phases[index].name
                }
            var result = BenchReport.AssertionResult()
            result.scope = scope
            result.text = assertion.text
            result.unit = assertion.metric.unit.rawValue
            result.value = value(assertion.metric, scope, metrics)
            switch assertion.bound {
            case .number(let number): result.limit = number
            case .metric(let other): result.limit = value(other, scope, metrics)
            }
            guard let value = result.value, let limit = result.limit,
                !(scenario.isShort && assertion.metric.isOfSpeed)
            else {
                result.outcome = .notJudged
                return result
            }
            result.outcome = assertion.comparison.holds(value, limit) ? .met : .missed
            return result
        }
    }

    /// Counts are 0 where nothing of the kind happened; times are nothing then.
    private static func value(
        _ metric: Metric, _ scope: String, _ metrics: [String: Double]
    ) -> Double? {
        if let value = metrics["\(scope).\(metric.name)"] { return value }
        if Violation(rawValue: metric.name) != nil || metric.name == "unanswered" {
            return metrics["all.\(metric.name)"]
        }
        // Of a server at an address nothing is known, its open files neither.
        return metric.unit == .count && metric.name != "server_files" ? 0 : nil
    }

    /// Adds what became worse than the baseline allows.
    static func compare(
        _ report: inout BenchReport, with baseline: BenchReport, _ plan: BaselinePlan,
        traffic: [String]
    ) {
        var result = BenchReport.BaselineResult()
        result.file = plan.file
        result.startedAt = baseline.startedAt
        result.metrics = baseline.metrics.filter { report.metrics[$0.key] != nil }
        for phase in baseline.phases where phase.isRecorded {
            for traffic in phase.traffic where traffic.ack.count > 0 {
                result.curves["\(traffic.name).ack"] = traffic.ack.curve
                if traffic.deliver.count > 0 {
                    result.curves["\(traffic.name).deliver"] = traffic.deliver.curve
                }
            }
        }
        report.baseline = result
        for (name, share) in plan.maxWorse.sorted(by: { $0.key < $1.key }) {
            let key = report.metrics[name] != nil ? name : "all.\(name)"
            let bare = key.split(separator: ".", maxSplits: 1).last.map(String.init) ?? key
            var line = BenchReport.AssertionResult()
            line.scope = "baseline"
            line.text = "\(name) at most \(Int(share * 100)) % worse"
            let metric = Metric.named(bare, traffic: traffic)
            line.unit = metric?.unit.rawValue ?? ""
            line.value = report.metrics[key]
            if let value = line.value, let base = baseline.metrics[key], !report.scenario.isShort {
                let isMoreWorse = metric?.isMoreWorse ?? true
                let limit = isMoreWorse ? base * (1 + share) : base * (1 - share)
                line.limit = limit
                line.outcome = (isMoreWorse ? value <= limit : value >= limit) ? .met : .missed
            } else {
                line.outcome = .notJudged
            }
            report.assertions.append(line)
        }
    }

    /// Sets verdict and exit code: correctness before validity, validity before thresholds.
    static func decide(_ report: inout BenchReport) {
        let isBroken = report.checks.contains { $0.count > 0 }
        let isMissed = report.assertions.contains {
            $0.outcome == .missed && $0.scope != "harness"
        }
        if isBroken {
            (report.verdict, report.exitCode) = (.correctness, BenchError.Kind.correctness.rawValue)
        } else if report.isPartial {
            (report.verdict, report.exitCode) = (.partial, BenchError.Kind.interrupted.rawValue)
        } else if !report.invalid.isEmpty {
            (report.verdict, report.exitCode) = (.invalid, BenchError.Kind.invalid.rawValue)
        } else if isMissed {
            (report.verdict, report.exitCode) = (.threshold, BenchError.Kind.threshold.rawValue)
        } else {
            (report.verdict, report.exitCode) = (.pass, 0)
        }
    }
}

extension Metric {
    /// Whether it says how fast, and not whether it is right: a short run is no measure of it.
    var isOfSpeed: Bool {
        switch unit {
        case .count: false
        case .milliseconds, .seconds, .percent, .bytes, .perSecond, .microseconds: true
        }
    }
}

extension Assertion.Comparison {
    func holds(_ value: Double, _ limit: Double) -> Bool {
        switch self {
        case .less: value < limit
        case .lessOrEqual: value <= limit
        case .greater: value > limit
        case .greaterOrEqual: value >= limit
        case .equal: value == limit
        case .notEqual: value != limit
        }
    }
}
