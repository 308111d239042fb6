extension BenchRows {
    static let membersMin = 200
    /// Members on line, beside the one who sends.
    private static let onlineSteps = [0, 100, 1_000, 5_000]
    /// At so many the single chats are measured, without a flood and with one.
    private static let floodOnline = 1_000
    /// Seconds that each step, and each of the two of single chats, is measured for.
    private static let stepSeconds = 4.0
    private static let chatSeconds = 8.0
    /// Single chats: messages a second, of all together.
    private static let chatRate = 500.0
    /// The flood: messages a second, each to all who are on line. What the generator takes on the
    /// same cores is no delay of the server's.
    private static let floodRate = 50.0

    /// A group of so many by its members on line, and what single chats see of a flood in it.
    func largeGroup(members: Int) async throws -> [BenchFigure] {
        let steps = BenchRows.onlineSteps.filter { $0 < members }
        var scenario = scenario(nil, users: members)
        scenario.name = "bench, a group of \(Figure.count(members))"
        scenario.population.friendUsers = min(members, BenchRows.floodOnline)
        scenario.population.groups = [
            PopulationPlan.Group(name: "large", count: 1, members: members)
        ]
        var large = TrafficPlan(name: "large", action: .send)
        large.pace = .closed(window: 4)
        large.target = .anyGroup
        large.isSingleSender = true
        var flood = large
        flood.name = "flood"
        flood.pace = .open(perSecond: BenchRows.floodRate, isPoisson: false)
        var singles = TrafficPlan(name: "dm", action: .send)
        singles.pace = .open(perSecond: BenchRows.chatRate, isPoisson: false)
        scenario.traffic = [large, singles, flood]
        scenario.phases = []
        for online in steps {
            scenario.phases.append(
                PhasePlan(
                    name: "connect-\(online)",
                    kind: .connect(
                        perSecond: 5_000, share: Double(online + 1) / Double(members),
                        timeout: 60)))
            scenario.phases.append(load("online-\(online)", BenchRows.stepSeconds, [0]))
            if online == BenchRows.floodOnline {
                scenario.phases.append(load("quiet", BenchRows.chatSeconds, [1]))
                scenario.phases.append(load("flood", BenchRows.chatSeconds, [1, 2]))
            }
        }
        scenario.phases.append(
            PhasePlan(name: "drain", kind: .drain(timeout: 120, final: .one)))
        let metrics = try await measure(scenario)
        return costs(metrics, steps) + chats(metrics)
    }

    /// Load behind which the next phase begins with nothing under way.
    private func load(_ name: String, _ seconds: Double, _ use: [Int]) -> PhasePlan {
        PhasePlan(name: name, kind: .load(seconds: seconds), use: use)
    }

    private func costs(_ metrics: [String: Double], _ steps: [Int]) -> [BenchFigure] {
        var figures: [BenchFigure] = []
        for online in steps {
            let name = "(j) large group, \(Figure.count(online)) on line: server CPU"
            figures.append(
                BenchFigure(
                    name: "\(name) a send",
                    number: metrics["online-\(online).server_cpu_per_message"] ?? 0, unit: "µs"))
            if online == 0 { continue }
            figures.append(
                BenchFigure(
                    name: "\(name) a delivery",
                    number: metrics["online-\(online).server_cpu_per_delivery"] ?? 0,
                    unit: "µs"))
        }
        return figures
    }

    private func chats(_ metrics: [String: Double]) -> [BenchFigure] {
        guard let quiet = metrics["quiet.dm.deliver.p99"],
            let flood = metrics["flood.dm.deliver.p99"]
        else { return [] }
        return [
            BenchFigure(
                name: "(k) single chats, quiet: send→delivered p99", number: quiet, unit: "ms"),
            BenchFigure(
                name: "(k) single chats beside a flood: send→delivered p99", number: flood,
                unit: "ms", ratio: flood / max(quiet, 0.001), against: "quiet"),
            BenchFigure(
                name: "(k) deliveries of that flood",
                number: metrics["flood.delivered_rate"] ?? 0, unit: "/s"),
        ]
    }
}
