import ArgumentParser
import Foundation
import FreeIMProtocol

/// `imbench bench`: the project's figures in one table, each beside its aim.
struct TableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the project's figures in one run.")
    @Option(help: "The server's executable.") var spawn: String?
    @Option(help: "Seconds of each measured part.") var duration = 10.0
    @Option(help: "Only these rows, such as a,c.") var only = "a,b,c,d,f"
    @Option(help: "Writes the table there as JSON.") var json: String?

    /// A figure and its aim.
    private struct Figure {
        let name: String
        let value: Double
        let unit: String
        let aim: Double
        let isFloor: Bool

        var isMet: Bool { isFloor ? value >= aim : value <= aim }
    }

    func run() async throws {
        var figures: [Figure] = []
        let rows = Set(only.split(separator: ",").map(String.init))
        if rows.contains("a") { figures += try await pairs() }
        if rows.contains("b") { figures += try await group() }
        if rows.contains("c") { figures += try await openLoop() }
        if rows.contains("d") || rows.contains("e") { figures += try await idle() }
        if rows.contains("f") { figures += try await offline() }
        print("")
        for figure in figures {
            let value = RunReport.two(figure.value)
            let padding = String(repeating: " ", count: max(1, 56 - figure.name.count))
            print(
                "\(figure.name)\(padding)\(value) \(figure.unit)"
                    + "   aim \(figure.isFloor ? "≥" : "≤") \(RunReport.two(figure.aim))   "
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

    private func measure(_ plan: RunPlan) async throws -> RunReport {
        let target = try BenchTarget.spawn(spawn ?? BenchTarget.besideThis, [])
        defer { target.spawned?.remove() }
        let report = try await BenchRun(
            plan: plan, target: target, view: LiveView(isQuiet: false)
        ).run()
        print(report.lines().joined(separator: "\n"))
        guard report.violations.isEmpty else {
            throw BenchError(.correctness, "a measured run broke a promise; see above")
        }
        return report
    }

    private func pairs() async throws -> [Figure] {
        var plan = RunPlan()
        plan.users = 1_000
        plan.load = .closed(window: 4)
        plan.duration = duration
        let report = try await measure(plan)
        return [
            Figure(
                name: "(a) one to one: server CPU a message",
                value: report.serverMicrosPerMessage, unit: "µs", aim: 25, isFloor: false),
            Figure(
                name: "(a) one to one: durable messages",
                value: report.messagesPerSecond, unit: "/s", aim: 30_000, isFloor: true),
        ]
    }

    private func group() async throws -> [Figure] {
        var plan = RunPlan()
        plan.users = 500
        plan.groups = 1
        plan.groupMembers = 500
        plan.target = .group
        plan.load = .closed(window: 4)
        plan.isSingleSender = true
        plan.duration = duration
        let report = try await measure(plan)
        return [
            Figure(
                name: "(b) group of 500: server CPU a delivery",
                value: report.serverMicrosPerDelivery, unit: "µs", aim: 6, isFloor: false)
        ]
    }

    private func openLoop() async throws -> [Figure] {
        var plan = RunPlan()
        plan.users = 1_000
        plan.load = .open(perSecond: 1_000)
        plan.duration = duration
        let report = try await measure(plan)
        return [
            Figure(
                name: "(c) 1,000/s open loop: send→delivered p99",
                value: report.deliverFromDue.milliseconds(99), unit: "ms", aim: 3, isFloor: false)
        ]
    }

    /// Idle devices, then all of them coming back by token.
    private func idle() async throws -> [Figure] {
        let target = try BenchTarget.spawn(spawn ?? BenchTarget.besideThis, [])
        defer { target.spawned?.remove() }
        var plan = RunPlan()
        plan.users = 10_000
        plan.load = .none
        plan.warmup = 0
        plan.duration = 1
        plan.connectRate = 10_000
        let view = LiveView(isQuiet: false)
        let before = ProcessProbe(pid: target.pid).resident
        let first = try await BenchRun(plan: plan, target: target, view: view).run()
        let resident = Double(first.serverResident - before) / Double(plan.users)
        let again = try await BenchRun(plan: plan, target: target, view: view).run()
        return [
            Figure(
                name: "(d) resident for each idle device, of 10,000", value: resident,
                unit: "bytes", aim: 8_192, isFloor: false),
            Figure(
                name: "(e) sign-in by token: server CPU each, of 10,000",
                value: again.connectServerCPU * 1e6 / Double(plan.users), unit: "µs", aim: 150,
                isFloor: false),
            Figure(
                name: "(e) 10,000 sign-ins by token", value: again.connectSeconds, unit: "s",
                aim: 3, isFloor: false),
        ]
    }

    private func offline() async throws -> [Figure] {
        let target = try BenchTarget.spawn(spawn ?? BenchTarget.besideThis, [])
        defer { target.spawned?.remove() }
        let seconds = try await OfflineProbe(target: target).run(messages: 5_000)
        return [
            Figure(
                name: "(f) 5,000 offline messages to a device that connects", value: seconds,
                unit: "s", aim: 0.1, isFloor: false)
        ]
    }
}
