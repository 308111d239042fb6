import Foundation
import FreeIMProtocol

/// The measurements behind the table, each with a server of its own.
struct BenchRows {
    /// The server's executable; nil: the one beside this program.
    let spawn: String?
    /// Seconds that each of a, b and c is measured for.
    let duration: Double

    /// Connects, warms up, measures and drains.
    func scenario(
        _ traffic: TrafficPlan?, users: Int, seconds: Double? = nil
    ) -> Scenario {
        var scenario = Scenario()
        scenario.name = "bench"
        if let spawn { scenario.server.command = [spawn] }
        scenario.population.users = users
        scenario.phases = [
            PhasePlan(
                name: "connect", kind: .connect(perSecond: 10_000, share: 1, timeout: 60))
        ]
        guard let traffic else { return scenario }
        scenario.traffic = [traffic]
        scenario.phases += [
            PhasePlan(name: "warmup", kind: .load(seconds: 2), use: [0], isRecorded: false),
            PhasePlan(name: "measured", kind: .load(seconds: seconds ?? duration), use: [0]),
            PhasePlan(name: "drain", kind: .drain(timeout: 60, final: .one)),
        ]
        return scenario
    }

    func measure(
        _ scenario: Scenario, _ options: ScenarioRun.Options = ScenarioRun.Options()
    ) async throws -> [String: Double] {
        let report = try await ScenarioRun(
            scenario: scenario, options: options, view: LiveView(isQuiet: false)
        ).run().report
        print(ReportSummary.lines(report).joined(separator: "\n"))
        if report.verdict == .correctness {
            throw BenchError(.correctness, "a measured run broke a promise; see above")
        }
        return report.metrics
    }

    func pairs() async throws -> [BenchFigure] {
        var traffic = TrafficPlan(name: "dm", action: .send)
        traffic.pace = .closed(window: 4)
        let metrics = try await measure(scenario(traffic, users: 1_000))
        return [
            BenchFigure(
                name: "(a) one to one: server CPU a message",
                number: metrics["measured.server_cpu_per_message"] ?? 0, unit: "µs", aim: 25),
            BenchFigure(
                name: "(a) one to one: durable messages",
                number: metrics["measured.acked_rate"] ?? 0, unit: "/s", aim: 30_000,
                isFloor: true),
        ]
    }

    func group() async throws -> [BenchFigure] {
        var traffic = TrafficPlan(name: "group", action: .send)
        traffic.pace = .closed(window: 4)
        traffic.target = .anyGroup
        traffic.isSingleSender = true
        var scenario = scenario(traffic, users: 500)
        scenario.population.friends = 0
        scenario.population.groups = [PopulationPlan.Group(name: "big", count: 1, members: 500)]
        let metrics = try await measure(scenario)
        return [
            BenchFigure(
                name: "(b) group of 500: server CPU a delivery",
                number: metrics["measured.server_cpu_per_delivery"] ?? 0, unit: "µs", aim: 6)
        ]
    }

    func openLoop() async throws -> [BenchFigure] {
        var traffic = TrafficPlan(name: "dm", action: .send)
        traffic.pace = .open(perSecond: 1_000, isPoisson: false)
        let metrics = try await measure(scenario(traffic, users: 1_000))
        return [
            BenchFigure(
                name: "(c) 1,000/s open loop: send→delivered p99",
                number: metrics["measured.dm.deliver.p99"] ?? 0, unit: "ms", aim: 3)
        ]
    }

    /// Idle devices, then all of them coming back by token.
    func idle() async throws -> [BenchFigure] {
        var plan = ServerPlan()
        if let spawn { plan.command = [spawn] }
        let target = try BenchTarget.open(plan)
        defer { target.spawned?.remove() }
        let scenario = scenario(nil, users: 10_000)
        var options = ScenarioRun.Options()
        options.target = target
        options.salt = "idle"
        let before = Double(ProcessProbe(pid: target.pid).resident)
        let first = try await measure(scenario, options)
        let resident = ((first["connect.server_rss"] ?? 0) - before) / 10_000
        let again = try await measure(scenario, options)
        return [
            BenchFigure(
                name: "(d) server: resident for each idle device, of 10,000", number: resident,
                unit: "bytes", aim: 8_192),
            BenchFigure(
                name: "(e) sign-in by token: server CPU each, of 10,000",
                number: (again["connect.server_cpu_seconds"] ?? 0) * 1e6 / 10_000, unit: "µs",
                aim: 150),
            BenchFigure(
                name: "(e) 10,000 sign-ins by token",
                number: again["all.connect_seconds"] ?? 0, unit: "s", aim: 3),
        ]
    }

    func offline() async throws -> [BenchFigure] {
        var plan = ServerPlan()
        if let spawn { plan.command = [spawn] }
        let target = try BenchTarget.open(plan)
        defer { target.spawned?.remove() }
        let seconds = try await OfflineProbe(target: target).run(messages: 5_000)
        return [
            BenchFigure(
                name: "(f) 5,000 offline messages to a device that connects", number: seconds,
                unit: "s", aim: 0.1)
        ]
    }
}
