extension ScenarioReader {
    func readFault(_ field: ScenarioField, _ phase: PhasePlan.Kind) -> FaultPlan? {
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
        for (key, kinds) in ScenarioKeys.faultsOfKey.sorted(by: { $0.key < $1.key }) {
            guard let field = fields[key], !kinds.contains(name) else { continue }
            field.wrongKey("goes with do: \(kinds.joined(separator: ", ")); not with \(name)")
        }
        var fault = FaultPlan(at: at, kind: kind)
        if let times = fields["times"]?.integer(1...10_000) { fault.times = times }
        if let every = fields["every"]?.length() { fault.every = every }
        if fault.times > 1, fields["every"] == nil {
            fields["times"]?.wrongKey("needs every: 5s beside it")
        }
        if fields["times"] == nil { fields["every"]?.wrongKey("goes with times: 3") }
        checkTime(fault, fields, phase)
        if fault.needsOwnServer, scenario.server.address != nil {
            action.wrong("\(name) is done to a server of imbench's own (spawn), not to an address")
        }
        return fault
    }

    private func checkTime(
        _ fault: FaultPlan, _ fields: [String: ScenarioField], _ phase: PhasePlan.Kind
    ) {
        let last = fault.at + Double(fault.times - 1) * fault.every
        let field = fault.times > 1 ? fields["times"] : fields["at"]
        let words = fault.times > 1 ? "the last one" : "it"
        func text(_ seconds: Double) -> String {
            let milliseconds = Int((seconds * 1_000).rounded())
            return milliseconds % 1_000 == 0
                ? "\(milliseconds / 1_000) s" : "\(Double(milliseconds) / 1_000) s"
        }
        switch phase {
        case .load(let seconds) where last >= seconds:
            field?.wrong(
                "\(words) would come at \(text(last)), and the phase ends after \(text(seconds))")
        case .connect(_, _, let timeout) where last >= timeout:
            field?.wrong(
                "\(words) would come at \(text(last)), and the phase lasts at most "
                    + text(timeout))
        case .drain(let timeout, _) where last >= timeout:
            field?.wrong(
                "\(words) would come at \(text(last)), and the phase lasts at most "
                    + text(timeout))
        case .load, .connect, .drain: break
        }
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
        let share = fields["share"].flatMap { $0.part() } ?? 1
        let after = fields["restart_after"].flatMap { $0.time() } ?? 1
        switch name {
        case "kill9": return .kill9(restartAfter: after)
        case "drain": return .drain(restartAfter: after)
        case "stop": return needed("for", "3s") { $0.length() }.map { .stop(seconds: $0) }
        case "disk_full": return needed("for", "3s") { $0.length() }.map { .diskFull(seconds: $0) }
        case "cut": return .cut(share: share)
        case "reset": return .reset(share: share)
        case "storm": return .storm(share: share)
        case "half_open": return .halfOpen(share: share)
        case "delay":
            guard let by = needed("by", "200ms", { $0.length() }),
                let seconds = needed("for", "5s", { $0.length() })
            else { return nil }
            return .delay(milliseconds: by * 1_000, seconds: seconds)
        case "freeze":
            return needed("for", "3s") { $0.length() }.map { .freeze(share: share, seconds: $0) }
        case "malformed":
            return .malformed(connections: fields["connections"]?.integer(1...10_000) ?? 50)
        case "clock_step":
            return needed("by", "-1h") { $0.time(isSigned: true) }.map { .clockStep(seconds: $0) }
        default: return nil
        }
    }
}
