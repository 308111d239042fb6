import ArgumentParser
import Foundation
import FreeIMProtocol

/// `imbench bench`: the project's figures in one table, each beside its aim.
struct TableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures server and imbench against the README's aims.",
        discussion: """
            Rows: a 500 pairs in a closed loop, b a group of 500, c 1,000 messages a second in \
            an open loop, d and e 10,000 idle devices and their return (one measurement), f \
            5,000 messages for a device that was away. Take a release build: the aims are for \
            one. The exit code is 0 whether an aim is met or not.
            """)
    /// Letters of the rows.
    private static let rows = ["a", "b", "c", "d", "e", "f"]

    @Option(help: "The server's executable; else freeim-server beside this program.")
    var spawn: String?
    @Option(help: "Seconds that each of a, b and c is measured for.") var duration = 10.0
    @Option(help: "Only these rows, such as a,c.") var only = "a,b,c,d,f"
    @Option(help: "Writes the table as JSON.") var json: String?

    /// A figure and its aim.
    private struct Figure {
        let name: String
        let value: Double
        let unit: String
        let aim: Double
        var isFloor = false

        var isMet: Bool { isFloor ? value >= aim : value <= aim }
    }

    func run() async throws {
        var figures: [Figure] = []
        let rows = Set(only.split(separator: ",").map(String.init))
        if let unknown = rows.subtracting(TableCommand.rows).sorted().first {
            throw BenchError(.usage, "there is no row '\(unknown)'; there are a to f")
        }
        guard duration > 0, duration.isFinite else {
            throw BenchError(.usage, "--duration takes seconds above 0")
        }
        if rows.contains("a") { figures += try await pairs() }
        if rows.contains("b") { figures += try await group() }
        if rows.contains("c") { figures += try await openLoop() }
        if rows.contains("d") || rows.contains("e") { figures += try await idle() }
        if rows.contains("f") { figures += try await offline() }
        print("")
        for figure in figures {
            let value = TableCommand.two(figure.value)
            let padding = String(repeating: " ", count: max(1, 56 - figure.name.count))
            print(
                "\(figure.name)\(padding)\(value) \(figure.unit)"
                    + "   aim \(figure.isFloor ? "≥" : "≤") \(TableCommand.two(figure.aim))   "
                    + (figure.isMet ? "met" : "MISSED"))
        }
        if let json {
            let table = JSONValue.array(
                figures.map { figure in
                    [
                        "name": .string(figure.name), "value": .double(figure.value),
                        "unit": .string(figure.unit), "aim": .double(figure.aim),
                        "met": .bool(figure.isMet),
                    ]
                })
            try Data(try table.bytes()).write(to: URL(fileURLWithPath: json))
        }
    }

    private static func two(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    /// Connects, warms up, measures and drains.
    private func scenario(_ traffic: TrafficPlan?, users: Int) -> Scenario {
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
            PhasePlan(name: "measured", kind: .load(seconds: duration), use: [0]),
            PhasePlan(name: "drain", kind: .drain(timeout: 60, final: .one)),
        ]
        return scenario
    }

    private func measure(
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

    private func pairs() async throws -> [Figure] {
        var traffic = TrafficPlan(name: "dm", action: .send)
        traffic.pace = .closed(window: 4)
        let metrics = try await measure(scenario(traffic, users: 1_000))
        return [
            Figure(
                name: "(a) one to one: server CPU a message",
                value: metrics["measured.server_cpu_per_message"] ?? 0, unit: "µs", aim: 25),
            Figure(
                name: "(a) one to one: durable messages",
                value: metrics["measured.acked_rate"] ?? 0, unit: "/s", aim: 30_000,
                isFloor: true),
        ]
    }

    private func group() async throws -> [Figure] {
        var traffic = TrafficPlan(name: "group", action: .send)
        traffic.pace = .closed(window: 4)
        traffic.target = .anyGroup
        traffic.isSingleSender = true
        var scenario = scenario(traffic, users: 500)
        scenario.population.friends = 0
        scenario.population.groups = [PopulationPlan.Group(name: "big", count: 1, members: 500)]
        let metrics = try await measure(scenario)
        return [
            Figure(
                name: "(b) group of 500: server CPU a delivery",
                value: metrics["measured.server_cpu_per_delivery"] ?? 0, unit: "µs", aim: 6)
        ]
    }

    private func openLoop() async throws -> [Figure] {
        var traffic = TrafficPlan(name: "dm", action: .send)
        traffic.pace = .open(perSecond: 1_000, isPoisson: false)
        let metrics = try await measure(scenario(traffic, users: 1_000))
        return [
            Figure(
                name: "(c) 1,000/s open loop: send→delivered p99",
                value: metrics["measured.dm.deliver.p99"] ?? 0, unit: "ms", aim: 3)
        ]
    }

    /// Idle devices, then all of them coming back by token.
    private func idle() async throws -> [Figure] {
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
            Figure(
                name: "(d) server: resident for each idle device, of 10,000", value: resident,
                unit: "bytes", aim: 8_192),
            Figure(
                name: "(e) sign-in by token: server CPU each, of 10,000",
                value: (again["connect.server_cpu_seconds"] ?? 0) * 1e6 / 10_000, unit: "µs",
                aim: 150),
            Figure(
                name: "(e) 10,000 sign-ins by token",
                value: again["all.connect_seconds"] ?? 0, unit: "s", aim: 3),
        ]
    }

    private func offline() async throws -> [Figure] {
        var plan = ServerPlan()
        if let spawn { plan.command = [spawn] }
        let target = try BenchTarget.open(plan)
        defer { target.spawned?.remove() }
        let seconds = try await OfflineProbe(target: target).run(messages: 5_000)
        return [
            Figure(
                name: "(f) 5,000 offline messages to a device that connects", value: seconds,
                unit: "s", aim: 0.1)
        ]
    }
}
