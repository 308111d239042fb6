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
            guard let phase = readPhase(item) else {
                arePhasesKnown = false
                continue
            }
            scenario.phases.append(phase)
            phaseFields.append(item)
        }
    }

    private mutating func readPhase(_ item: ScenarioField) -> PhasePlan? {
        let fields = item.fields(ScenarioKeys.phase)
        guard let nameField = fields["name"], let name = nameField.name() else {
            if fields["name"] == nil { item.wrong("a phase needs a name") }
            return nil
        }
        if phaseNames.contains(name) { nameField.wrong("there are two phases named \(name)") }
        if ["all", "harness", "baseline"].contains(name) {
            nameField.wrong("a phase cannot be named \(name): assertions mean another thing")
        }
        phaseNames.append(name)
        let ends = ["ramp", "for", "final"].filter { fields[$0] != nil }
        guard ends.count <= 1 else {
            item.wrong("\(name) has \(ends.joined(separator: " and ")); a phase ends in one way")
            return nil
        }
        guard let kind = readKind(name, item, fields) else { return nil }
        var phase = PhasePlan(name: name, kind: kind)
        if let record = fields["record"]?.flag() { phase.isRecorded = record }
        if let use = fields["use"] {
            phase.use = readUse(use, kind)
        } else if case .load = kind {
            arePhasesKnown = false
            item.wrong("\(name) needs use: [names of traffic], or [] to leave devices idle")
        }
        phase.faults = (fields["faults"]?.items() ?? []).compactMap { readFault($0, kind) }
        return phase
    }

    private mutating func readUse(_ field: ScenarioField, _ kind: PhasePlan.Kind) -> [Int] {
        switch kind {
        case .load: break
        case .connect, .drain: field.wrongKey("only a phase with `for` makes load")
        }
        var use: [Int] = []
        for item in field.items() ?? [] {
            guard let name = item.text else { continue }
            let names = scenario.traffic.map(\.name)
            if let at = names.firstIndex(of: name) {
                if use.contains(at) { item.wrong("\(name) is used twice") }
                use.append(at)
            } else {
                // What a phase does not use is not told where a name was misspelt.
                arePhasesKnown = false
                if !isTrafficKnown { continue }
                let meant = ScenarioKeys.nearest(name, names).map { "; `\($0)` is meant?" } ?? ""
                item.wrong("there is no traffic named \(name)\(meant)")
            }
        }
        return use
    }

    private func readKind(
        _ name: String, _ item: ScenarioField, _ fields: [String: ScenarioField]
    ) -> PhasePlan.Kind? {
        if let ramp = fields["ramp"] {
            let perSecond = ramp.rate()
            _ = fields["until"]?.word([("all_online", true)])
            let share = fields["share"]?.part() ?? 1
            let devices = Double(scenario.population.devices)
            let usual = 60 + devices / max(perSecond ?? 1, 0.1) * 3
            let timeout = fields["timeout"]?.length() ?? usual
            return perSecond.map { .connect(perSecond: $0, share: share, timeout: timeout) }
        }
        for key in ["until", "share"] {
            fields[key]?.wrongKey("goes with ramp: 200/s")
        }
        if let length = fields["for"] {
            fields["timeout"]?.wrongKey("goes with ramp or final; this phase ends after its `for`")
            return length.length().map { .load(seconds: $0) }
        }
        guard let timeout = fields["timeout"] else {
            if let final = fields["final"] {
                final.wrongKey("needs timeout: 60s beside it; else it could last for ever")
                return nil
            }
            item.wrong(
                "\(name) has no end; write for: 60s, or ramp: 200/s and until: all_online, or "
                    + "timeout: 60s and final: sync_all")
            return nil
        }
        let finals = PhasePlan.FinalSync.allCases.map { ($0.rawValue, $0) }
        let final = fields["final"].flatMap { $0.word(finals) } ?? .all
        return timeout.length().map { .drain(timeout: $0, final: final) }
    }

    // MARK: The whole

    /// What only shows when all was read.
    func checkWhole() {
        guard arePhasesKnown else { return }
        let used = Set(scenario.phases.flatMap(\.use))
        for (index, field) in trafficFields.enumerated() where !used.contains(index) {
            field.wrongKey("no phase uses it")
        }
        guard let first = scenario.phases.first, let last = scenario.phases.last else { return }
        switch first.kind {
        case .connect: break
        case .load, .drain:
            phaseFields.first?.wrong(
                "nobody is on line yet; the first phase connects: "
                    + "{name: connect, ramp: 200/s, until: all_online}")
        }
        switch last.kind {
        case .drain: break
        case .connect, .load:
            phaseFields.last?.wrong(
                "the last phase waits for what is under way: "
                    + "{name: drain, timeout: 60s, final: sync_all}")
        }
    }
}
