extension ScenarioReader {
    /// Phases of a scenario.
    private static let phasesMax = 100

    mutating func readPhases(_ field: ScenarioField) {
        guard let items = field.items() else { return }
        if items.isEmpty { return field.wrong("needs a phase") }
        if items.count > ScenarioReader.phasesMax {
            return field.wrong("there are at most \(ScenarioReader.phasesMax) phases")
        }
        for item in items {
            guard let phase = readPhase(item) else { continue }
            if scenario.phases.contains(where: { $0.name == phase.name }) {
                item.wrong("there are two phases named \(phase.name)")
            }
            if ["all", "harness", "baseline"].contains(phase.name) {
                item.wrong("a phase cannot be named \(phase.name): assertions mean another thing")
            }
            scenario.phases.append(phase)
            phaseFields.append(item)
        }
    }

    private func readPhase(_ item: ScenarioField) -> PhasePlan? {
        let fields = item.fields(ScenarioKeys.phase)
        guard let name = fields["name"]?.text else {
            item.wrong("a phase needs a name")
            return nil
        }
        let ends = ["ramp", "for", "final"].filter { fields[$0] != nil }
        guard ends.count <= 1 else {
            item.wrong("\(name) has \(ends.joined(separator: " and ")); a phase ends in one way")
            return nil
        }
        guard let kind = readKind(name, item, fields) else { return nil }
        var phase = PhasePlan(name: name, kind: kind)
        if let record = fields["record"]?.flag() { phase.isRecorded = record }
        if let use = fields["use"] {
            if case .load = kind {} else { use.wrong("only a phase with `for` makes load") }
            for item in use.items() ?? [] {
                guard let name = item.text else { continue }
                if let at = scenario.traffic.firstIndex(where: { $0.name == name }) {
                    phase.use.append(at)
                } else {
                    let names = scenario.traffic.map(\.name)
                    let meant =
                        ScenarioKeys.nearest(name, names).map { "; `\($0)` is meant?" } ?? ""
                    item.wrong("there is no traffic named \(name)\(meant)")
                }
            }
        } else if case .load = kind {
            item.wrong("\(name) needs use: [names of traffic]")
        }
        phase.faults = (fields["faults"]?.items() ?? []).compactMap { readFault($0, kind) }
        return phase
    }

    private func readKind(
        _ name: String, _ item: ScenarioField, _ fields: [String: ScenarioField]
    ) -> PhasePlan.Kind? {
        if let ramp = fields["ramp"] {
            let perSecond = ramp.rate()
            _ = fields["until"]?.word([("all_online", true)])
            let share = fields["share"]?.share() ?? 1
            let devices = Double(scenario.population.devices)
            let usual = 60 + devices / max(perSecond ?? 1, 0.1) * 3
            let timeout = fields["timeout"]?.time() ?? usual
            return perSecond.map { .connect(perSecond: $0, share: share, timeout: timeout) }
        }
        for key in ["until", "share"] {
            fields[key]?.wrong("goes with ramp: 200/s")
        }
        if let length = fields["for"] {
            fields["timeout"]?.wrong("goes with ramp or final; this phase ends after its `for`")
            return length.time().map { .load(seconds: $0) }
        }
        guard let timeout = fields["timeout"] else {
            item.wrong(
                "\(name) has no end; write for: 60s, or ramp: 200/s and until: all_online, or "
                    + "timeout: 60s and final: sync_all")
            return nil
        }
        let finals = PhasePlan.FinalSync.allCases.map { ($0.rawValue, $0) }
        let final = fields["final"].flatMap { $0.word(finals) } ?? .all
        return timeout.time().map { .drain(timeout: $0, final: final) }
    }

    private func readFault(_ field: ScenarioField, _ phase: PhasePlan.Kind) -> FaultPlan? {
        let fields = field.fields(ScenarioKeys.fault)
        guard let at = fields["at"]?.time() else {
            if fields["at"] == nil { field.wrong("needs at: 10s, from the phase's beginning") }
            return nil
        }
        guard let action = fields["do"] else {
            field.wrong("needs do: \(ScenarioKeys.faults.joined(separator: ", "))")
            return nil
        }
        guard let name = action.word(ScenarioKeys.faults.map { ($0, $0) }),
            let kind = readFaultKind(name, field, fields)
        else { return nil }
        var fault = FaultPlan(at: at, kind: kind)
        if let times = fields["times"]?.integer(1...10_000) { fault.times = times }
        if let every = fields["every"]?.time() { fault.every = every }
        if fault.times > 1, fault.every <= 0 { field.wrong("times needs every: 5s too") }
        let last = at + Double(fault.times - 1) * fault.every
        switch phase {
        case .load(let seconds) where last >= seconds:
            field.wrong("it would come at \(last) s, and the phase ends after \(seconds) s")
        case .connect(_, _, let timeout) where last >= timeout:
            field.wrong("it would come at \(last) s, and the phase may last \(timeout) s")
        case .load, .connect, .drain: break
        }
        if fault.needsOwnServer, scenario.server.address != nil {
            field.wrong("\(name) is done to a server of imbench's own (spawn), not to an address")
        }
        return fault
    }

    private func readFaultKind(
        _ name: String, _ field: ScenarioField, _ fields: [String: ScenarioField]
    ) -> FaultPlan.Kind? {
        func needed<T>(_ key: String, _ words: String, _ read: (ScenarioField) -> T?) -> T? {
            guard let value = fields[key] else {
                field.wrong("\(name) needs \(key): \(words)")
                return nil
            }
            return read(value)
        }
        let share = fields["share"].flatMap { $0.share() } ?? 1
        let after = fields["restart_after"].flatMap { $0.time() } ?? 1
        switch name {
        case "kill9": return .kill9(restartAfter: after)
        case "drain": return .drain(restartAfter: after)
        case "stop": return needed("for", "3s") { $0.time() }.map { .stop(seconds: $0) }
        case "disk_full": return needed("for", "3s") { $0.time() }.map { .diskFull(seconds: $0) }
        case "cut": return .cut(share: share)
        case "reset": return .reset(share: share)
        case "storm": return .storm(share: share)
        case "half_open": return .halfOpen(share: share)
        case "delay":
            guard let by = needed("by", "200ms", { $0.time() }),
                let seconds = needed("for", "5s", { $0.time() })
            else { return nil }
            return .delay(milliseconds: by * 1_000, seconds: seconds)
        case "freeze":
            return needed("for", "3s") { $0.time() }.map { .freeze(share: share, seconds: $0) }
        case "malformed":
            return .malformed(connections: fields["connections"]?.integer(1...10_000) ?? 50)
        case "clock_step":
            return needed("by", "-1h") { $0.time(isSigned: true) }.map { .clockStep(seconds: $0) }
        default: return nil
        }
    }

    // MARK: Assertions

    mutating func readAssertions(_ field: ScenarioField) {
        for (name, list) in field.pairs() ?? [] {
            let scope: Assertion.Scope
            if name == "all" {
                scope = .all
            } else if name == "harness" {
                scope = .harness
            } else if let at = scenario.phases.firstIndex(where: { $0.name == name }) {
                scope = .phase(at)
            } else {
                let names = ["all", "harness"] + scenario.phases.map(\.name)
                let meant = ScenarioKeys.nearest(name, names).map { "; `\($0)` is meant?" } ?? ""
                list.wrong("is neither all, harness nor a phase's name\(meant)")
                continue
            }
            for item in list.items() ?? [] {
                if let assertion = readAssertion(item, scope) {
                    scenario.assertions.append(assertion)
                }
            }
        }
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
        guard let metric = metric(words[0], field) else { return nil }
        let traffic = scenario.traffic.map(\.name)
        let bound: Assertion.Bound
        if let other = Metric.named(words[2], traffic: traffic) {
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

    private func metric(_ name: String, _ field: ScenarioField) -> Metric? {
        let traffic = scenario.traffic.map(\.name)
        if let metric = Metric.named(name, traffic: traffic) { return metric }
        let meant =
            ScenarioKeys.nearest(name, Metric.plain.map(\.name)).map { "; `\($0)` is meant?" }
            ?? "; docs/imbench.md lists them"
        field.wrong("there is no metric \(name)\(meant)")
        return nil
    }

    // MARK: The whole

    /// What only shows when all was read.
    func checkWhole() {
        let used = Set(scenario.phases.flatMap(\.use))
        for (index, traffic) in scenario.traffic.enumerated() where !used.contains(index) {
            trafficFields[traffic.name]?.wrong("no phase uses it")
        }
        var isConnected = false
        for (phase, field) in zip(scenario.phases, phaseFields) {
            switch phase.kind {
            case .connect: isConnected = true
            case .load, .drain:
                if !isConnected {
                    return field.wrong(
                        "nobody is on line yet; the first phase connects: "
                            + "{name: connect, ramp: 200/s, until: all_online}")
                }
            }
        }
        if let last = scenario.phases.last, let field = phaseFields.last, problems.list.isEmpty {
            if case .drain = last.kind { return }
            field.wrong(
                "the last phase waits for what is under way: "
                    + "{name: drain, timeout: 60s, final: sync_all}")
        }
    }
}
