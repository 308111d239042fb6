extension ScenarioReader {
    /// Bytes of a text that a send may have.
    private static let bytesWords =
        "\(BenchText.bytesRange.lowerBound) to \(BenchText.bytesRange.upperBound) bytes"

    mutating func readAllTraffic(_ field: ScenarioField) {
        guard let pairs = field.pairs() else {
            isTrafficKnown = false
            return
        }
        for (name, field) in pairs {
            if scenario.traffic.count == UInt8.max {
                return field.wrong("there are at most \(UInt8.max) kinds of traffic")
            }
            if !ScenarioField.isName(name) {
                field.wrongKey("'\(name)' is not \(ScenarioField.nameWords)")
            }
            trafficFields.append(field)
            scenario.traffic.append(readTraffic(name, field))
        }
    }

    private func readTraffic(_ name: String, _ field: ScenarioField) -> TrafficPlan {
        let fields = field.fields(ScenarioKeys.traffic)
        var plan = TrafficPlan(name: name, action: .send)
        if let action = fields["do"] {
            if let read = readAction(action, fields) {
                plan.action = read
                checkKeys(fields, action)
            }
        } else {
            field.wrong("needs do: \(ScenarioKeys.actions.joined(separator: ", ")), or [steps]")
        }
        readPace(fields, field, &plan)
        if let to = fields["to"], let target = readTarget(to) { plan.target = target }
        checkTarget(fields, field, &plan)
        if let bytes = fields["bytes"] {
            let spread = bytes.spread(ScenarioReader.bytesWords) { text in
                Quantity.bytes(text).flatMap { BenchText.bytesRange.contains($0) ? $0 : nil }
            }
            if let spread { plan.bytes = spread.map { ($0.0, $0.1) } }
        }
        if let retry = fields["retry"]?.share() { plan.retry = retry }
        if let senders = fields["senders"]?.word([("all", false), ("one", true)]) {
            plan.isSingleSender = senders
        }
        if let limit = fields["limit"]?.integer(1...500) { plan.limit = limit }
        if let of = fields["of"], let text = of.text, text != "last_seen" {
            of.wrong("'\(text)' is not last_seen: what is read is the newest that arrived")
        }
        return plan
    }

    /// A key that this kind of traffic takes no notice of is a mistake.
    private func checkKeys(_ fields: [String: ScenarioField], _ action: ScenarioField) {
        let name = action.node.scalar?.string ?? "steps"
        for (key, kinds) in ScenarioKeys.trafficOfKey.sorted(by: { $0.key < $1.key }) {
            guard let field = fields[key], !kinds.contains(name) else { continue }
            field.wrongKey("goes with do: \(kinds.joined(separator: ", ")); not with \(name)")
        }
    }

    /// Whom it goes to when nothing is said, and whether there are such.
    private func checkTarget(
        _ fields: [String: ScenarioField], _ field: ScenarioField, _ plan: inout TrafficPlan
    ) {
        let groups = scenario.population.groups
        switch plan.action {
        case .member:
            if fields["to"] == nil { plan.target = .anyGroup }
            guard isPopulationKnown else { return }
            let among = groups.filter { group in
                if case .group(let name) = plan.target { return group.name == name }
                return true
            }
            if plan.target == .friend || plan.target == .any {
                fields["to"]?.wrong("member is done to a group: to: group, or group/NAME")
            } else if !among.contains(where: { $0.members > 2 }) {
                field.wrong("needs a group of 3 members or more (population.groups)")
            }
        case .read: plan.target = .any
        case .send, .httpSend, .typing, .sync, .httpRead:
            let isFriendless = scenario.population.friends == 0 && isPopulationKnown
            if isFriendless, fields["to"] == nil {
                field.wrong("goes to a friend, and nobody has friends (friends: 0); say to:")
            } else if isFriendless, plan.target == .any, groups.isEmpty {
                fields["to"]?.wrong("there are neither friends (friends: 0) nor groups")
            }
        case .recall, .edit, .react, .signIn, .malformed, .steps: break
        }
    }

    private func readPace(
        _ fields: [String: ScenarioField], _ field: ScenarioField, _ plan: inout TrafficPlan
    ) {
        let isPoisson =
            fields["arrivals"]?.word([("constant", false), ("poisson", true)]) ?? false
        if let window = fields["window"] {
            if fields["rate"] != nil {
                window.wrongKey("rate (open loop) or window (closed loop), not both")
            } else {
                fields["arrivals"]?.wrongKey("goes with rate: an open loop")
            }
            if let number = window.integer(1...10_000) { plan.pace = .closed(window: number) }
        } else if let rate = fields["rate"] {
            if let perSecond = rate.rate() {
                plan.pace = .open(perSecond: perSecond, isPoisson: isPoisson)
            }
        } else {
            field.wrong("needs rate: 100/s (open loop), or window: 4 (closed loop)")
        }
    }

    private func readAction(
        _ field: ScenarioField, _ fields: [String: ScenarioField]
    ) -> TrafficPlan.Action? {
        if case .sequence = field.node {
            let items = field.items() ?? []
            if items.isEmpty { field.wrong("needs steps, such as [offline, wait 5s..30s, online]") }
            let steps = items.compactMap(readStep)
            return .steps(steps)
        }
        let directions = TrafficPlan.SyncDirection.allCases.map { ($0.rawValue, $0) }
        let actions: [(String, TrafficPlan.Action)] = [
            ("send", .send), ("http_send", .httpSend), ("read", .read), ("typing", .typing),
            ("recall", .recall), ("edit", .edit), ("react", .react),
            ("sync", .sync(fields["direction"]?.word(directions) ?? .newest)),
            ("http_read", .httpRead), ("sign_in", .signIn),
            ("member", .member(wait: fields["wait"]?.times() ?? 1...3)),
            ("malformed", .malformed),
        ]
        return field.word(actions)
    }

    private func readStep(_ field: ScenarioField) -> TrafficPlan.Step? {
        guard let text = field.text else { return nil }
        let words = text.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("offline", 1): return .offline
        case ("drop", 1): return .drop
        case ("half_open", 1): return .halfOpen
        case ("online", 1): return .online
        case ("sync", 1): return .sync
        case ("wait", 2), ("slow", 2):
            if let times = Quantity.times(words[1]) {
                return words[0] == "wait" ? .wait(times) : .slow(times)
            }
            field.wrong("'\(words[1])' is not \(Quantity.timesWords)")
            return nil
        case ("wait", 1), ("slow", 1):
            field.wrong("\(text) needs a time: \(text) 5s..30s")
            return nil
        case (let first?, _) where ScenarioKeys.steps.contains(first):
            let isTimed = first == "wait" || first == "slow"
            field.wrong(
                "'\(text)' is not a step; \(first) takes \(isTimed ? "one time" : "nothing more")")
            return nil
        default:
            let meant = ScenarioKeys.nearest(words.first ?? "", ScenarioKeys.steps)
            field.wrong(
                "'\(text)' is none of \(ScenarioKeys.steps.joined(separator: ", "))"
                    + (meant.map { "; `\($0)` is meant?" } ?? ""))
            return nil
        }
    }

    private func readTarget(_ field: ScenarioField) -> TrafficPlan.Target? {
        guard let text = field.text else { return nil }
        let groups = scenario.population.groups.map(\.name)
        if text.hasPrefix("group/") {
            let name = String(text.dropFirst(6))
            if groups.contains(name) { return .group(name) }
            if !isPopulationKnown { return nil }
            let meant = ScenarioKeys.nearest(name, groups).map { "; `group/\($0)` is meant?" }
            field.wrong(
                groups.isEmpty
                    ? "there are no groups; population.groups makes them"
                    : "there is no group '\(name)'"
                        + (meant ?? "; there are: \(groups.joined(separator: ", "))"))
            return nil
        }
        switch text {
        case "friend":
            if scenario.population.friends == 0 { field.wrong("nobody has friends (friends: 0)") }
            return .friend
        case "group":
            if groups.isEmpty, isPopulationKnown {
                field.wrong("there are no groups; population.groups makes them")
            }
            return .anyGroup
        case "any": return .any
        default:
            let meant = ScenarioKeys.nearest(text, ["friend", "group", "any"])
            field.wrong(
                "'\(text)' is none of friend, group, group/NAME, any"
                    + (meant.map { "; `\($0)` is meant?" } ?? ""))
            return nil
        }
    }
}
