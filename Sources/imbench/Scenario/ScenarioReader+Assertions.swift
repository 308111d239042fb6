extension ScenarioReader {
    mutating func readAssertions(_ field: ScenarioField) {
        for (name, list) in field.pairs() ?? [] {
            guard let scope = scope(name) else {
                if !phaseNames.contains(name) {
                    let names = ["all", "harness"] + phaseNames
                    let meant =
                        ScenarioKeys.nearest(name, names).map { "; `\($0)` is meant?" } ?? ""
                    list.wrongKey("is neither all, harness nor a phase's name\(meant)")
                }
                continue
            }
            for item in list.items() ?? [] {
                if let assertion = readAssertion(item, scope) {
                    scenario.assertions.append(assertion)
                }
            }
        }
    }

    private func scope(_ name: String) -> Assertion.Scope? {
        if name == "all" { return .all }
        if name == "harness" { return .harness }
        return scenario.phases.firstIndex { $0.name == name }.map { .phase($0) }
    }

    private func readAssertion(_ field: ScenarioField, _ scope: Assertion.Scope) -> Assertion? {
        guard let text = field.text else { return nil }
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 3, let comparison = Assertion.Comparison(rawValue: words[1]) else {
            field.wrong(
                "'\(text)' is not METRIC OP BOUND, such as dm.ack.p99 < 20ms "
                    + "(OP: <, <=, >, >=, ==, !=)")
            return nil
        }
        guard let metric = metric(words[0], field, scope) else { return nil }
        let traffic = scenario.traffic.map(\.name)
        let bound: Assertion.Bound
        if let other = Metric.named(words[2], traffic: traffic) {
            if other.unit != metric.unit {
                field.wrong("\(words[0]) and \(words[2]) are not of one unit")
            } else if let why = whyNeverThere(other, scope) {
                field.wrong(why)
            }
            bound = .metric(other)
        } else if let number = Quantity.bound(words[2], metric.unit) {
            bound = .number(number)
        } else {
            field.wrong("'\(words[2])' is not \(Quantity.words(metric.unit)), nor a metric")
            return nil
        }
        return Assertion(
            scope: scope, metric: metric, comparison: comparison, bound: bound, text: text,
            line: field.line)
    }

    private func metric(
        _ name: String, _ field: ScenarioField, _ scope: Assertion.Scope
    ) -> Metric? {
        if let metric = Metric.named(name, traffic: scenario.traffic.map(\.name)) {
            if let why = whyNeverThere(metric, scope) { field.wrong(why) }
            return metric
        }
        guard isTrafficKnown else { return nil }
        field.wrong("there is no metric \(name)\(meant(name))")
        return nil
    }

    /// The metric that may be meant; for one of traffic, its parts are looked at one by one.
    private func meant(_ name: String) -> String {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let traffic = scenario.traffic.map(\.name)
        var words = ScenarioKeys.nearest(name, Metric.plain.map(\.name))
        if parts.count == 3, let first = ScenarioKeys.nearest(parts[0], traffic),
            let kind = ScenarioKeys.nearest(parts[1], Metric.latencies),
            let last = ScenarioKeys.nearest(parts[2], Metric.percentiles.map(\.name) + ["mean"])
        {
            words = "\(first).\(kind).\(last)"
        }
        return words.map { "; `\($0)` is meant?" } ?? "; docs/imbench.md lists them"
    }

    /// Why that metric has no value in that scope; nil: it has one.
    private func whyNeverThere(_ metric: Metric, _ scope: Assertion.Scope) -> String? {
        let name = metric.name
        let first = String(name.split(separator: ".").first ?? "")
        let isPlain = Metric.plain.contains { $0.name == name }
        switch scope {
        case .all: break
        case .harness:
            if !isPlain || !Metric.ofHarness.contains(first) {
                return "\(name) does not measure the generator; there are: "
                    + Metric.ofHarness.joined(separator: ", ")
            }
        case .phase(let index):
            let phase = scenario.phases[index]
            if isPlain, Metric.ofWholeRun.contains(first) {
                return "\(name) is one of the whole run; assert it under all"
            }
            let at = scenario.traffic.firstIndex { $0.name == first }
            if !isPlain, let at, !phase.use.contains(at), arePhasesKnown {
                return "\(phase.name) does not use \(first)"
            }
        }
        guard !isPlain, let traffic = scenario.traffic.first(where: { $0.name == first }) else {
            return nil
        }
        let isDelivery = name.contains(".deliver")
        if isDelivery, !traffic.action.isMessage {
            return "\(first) sends no messages, so none is delivered"
        }
        let isOfAnswers = metric.unit == .milliseconds || name == first + ".acked"
        if isOfAnswers, !traffic.action.isAnswered {
            return "\(first) has no answers that could be measured"
        }
        return nil
    }
}
