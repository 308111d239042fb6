import ArgumentParser
import FreeIMProtocol

/// A scenario made from a few flags, for a look without a file.
struct QuickScenario: ParsableArguments {
    @Option(help: "Users; 100 unless given.") var users: Int?
    @Option(help: "Devices of each user; 1 unless given.") var devicesPerUser: Int?
    @Option(help: "Groups; none unless given.") var groups: Int?
    @Option(help: "Members of each group; 10 unless given.") var groupMembers: Int?
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Whom messages go to: friend, group or mix (both); friend unless given.",
            valueName: "whom"))
    var target: String?
    @Option(
        help: """
            Open loop: messages a second of all devices together, whatever the answers do; 100 \
            unless given.
            """)
    var rate: Double?
    @Option(
        help: """
            Closed loop, in place of --rate: each device keeps so many messages unanswered.
            """)
    var window: Int?
    @Option(help: "Load before measuring; 2s unless given.") var warmup: String?
    @Option(help: "Load that is measured; 10s unless given.") var duration: String?
    @Option(help: "Bytes of a message's text; 200 unless given.") var bytes: Int?
    @Option(help: "Connections opened a second; 2000 unless given.") var ramp: Double?
    @Option(help: "Kills the server (kill -9) so long after measuring began, and restarts it.")
    var crashAfter: String?
    @Option(help: "How often, each --crash-after behind the one before.") var crashes: Int?
    @Option(help: "How long it stays down each time; 500ms unless given.") var restartAfter: String?
    @Option(help: "How long the last deliveries are waited for at most; 30s unless given.")
    var drain: String?

    /// Whether any of them was given.
    var isUsed: Bool {
        let numbers = [users, devicesPerUser, groups, groupMembers, window, bytes, crashes]
        let texts = [
            target, warmup, duration, crashAfter, restartAfter, drain,
        ]
        return numbers.contains { $0 != nil } || texts.contains { $0 != nil } || rate != nil
            || ramp != nil
    }

    /// The scenario. Throws `BenchError`.
    func scenario() throws -> Scenario {
        var scenario = Scenario()
        scenario.name = "quick"
        scenario.population.users = try Checked.range(users ?? 100, 2...100_000, "--users")
        let each = try Checked.range(devicesPerUser ?? 1, 1...16, "--devices-per-user")
        scenario.population.devicesPerUser = [(each, 1)]
        let count = try Checked.range(groups ?? 0, 0...100_000, "--groups")
        if count > 0 {
            let members = try Checked.range(
                groupMembers ?? min(10, scenario.population.users),
                2...scenario.population.users, "--group-members")
            scenario.population.groups = [
                PopulationPlan.Group(name: "group", count: count, members: members)
            ]
        }
        scenario.traffic = [try traffic(hasGroups: count > 0)]
        scenario.phases = try phases(devices: scenario.population.devices)
        return scenario
    }

    private func traffic(hasGroups: Bool) throws -> TrafficPlan {
        var traffic = TrafficPlan(name: "send", action: .send)
        switch target ?? "friend" {
        case "friend": traffic.target = .friend
        case "group": traffic.target = .anyGroup
        case "mix": traffic.target = .any
        default:
            throw BenchError(.usage, "--to takes friend, group or mix, not '\(target ?? "")'")
        }
        if traffic.target == .anyGroup, !hasGroups {
            throw BenchError(.usage, "--to group needs --groups")
        }
        if rate != nil, window != nil { throw BenchError(.usage, "--rate or --window, not both") }
        if let window {
            traffic.pace = .closed(window: try Checked.range(window, 1...10_000, "--window"))
        } else {
            let perSecond = rate ?? 100
            guard perSecond > 0, perSecond <= 1_000_000 else {
                throw BenchError(.usage, "--rate takes more than 0 sends a second")
            }
            traffic.pace = .open(perSecond: perSecond, isPoisson: false)
        }
        traffic.bytes = [(try Checked.range(bytes ?? 200, BenchText.bytesRange, "--bytes"), 1)]
        return traffic
    }

    private func phases(devices: Int) throws -> [PhasePlan] {
        let rate = max(1, ramp ?? 2_000)
        var measured = PhasePlan(
            name: "measured",
            kind: .load(seconds: try Checked.seconds(duration ?? "10s", "--duration")), use: [0])
        if let crashAfter {
            let after = try Checked.seconds(crashAfter, "--crash-after")
            var fault = FaultPlan(
                at: after,
                kind: .kill9(
                    restartAfter: try Checked.seconds(restartAfter ?? "500ms", "--restart-after")))
            fault.times = max(1, crashes ?? 1)
            fault.every = max(1, after)
            measured.faults = [fault]
        }
        let warmup = try Checked.seconds(warmup ?? "2s", "--warmup")
        var phases = [
            PhasePlan(
                name: "connect",
                kind: .connect(
                    perSecond: rate, share: 1, timeout: 60 + Double(devices) / rate * 3))
        ]
        if warmup > 0 {
            phases.append(
                PhasePlan(
                    name: "warmup", kind: .load(seconds: warmup), use: [0], isRecorded: false))
        }
        phases.append(measured)
        phases.append(
            PhasePlan(
                name: "drain",
                kind: .drain(
                    timeout: try Checked.seconds(drain ?? "30s", "--drain"), final: .all)))
        return phases
    }
}
