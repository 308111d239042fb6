import ArgumentParser
import Foundation

/// `imbench selftest`: every checker catches the faulty server that it is for, and passes the
/// real one.
struct SelfTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Shows that each checker finds the faulty server that it is for.",
        discussion: """
            Starts the real server, which has to pass, and then a server with one fault after the \
            other switched on, each of which the checker that it is for has to find. Exit codes: \
            0 all did, 1 one did not.
            """)

    @Option(help: "The server's executable; else freeim-server beside this program.")
    var spawn: String?
    @Option(help: "Only these faults, such as drop_push,leak (honest: the real server).")
    var only: String?
    @Option(help: "A number; the same one makes the same choices.") var seed: UInt64 = 1

    func run() async throws {
        let isInterrupted = Interruption.watch()
        let wanted = only.map { Set($0.split(separator: ",").map(String.init)) }
        if let unknown = wanted?.subtracting(SelfTest.cases.map(\.name)).sorted().first {
            let names = SelfTest.cases.map(\.name).joined(separator: ", ")
            throw BenchError(.usage, "there is no fault '\(unknown)'; there are: \(names)")
        }
        var failed = 0
        for test in SelfTest.cases where wanted?.contains(test.name) ?? true {
            if isInterrupted() { throw BenchError(.interrupted, "ended early") }
            let words = try await check(test, isInterrupted)
            let padded = test.name.padding(toLength: 14, withPad: " ", startingAt: 0)
            print("\(words == nil ? "ok  " : "FAIL")  \(padded) \(words ?? test.says)")
            if words != nil { failed += 1 }
        }
        if failed > 0 {
            throw BenchError(.correctness, "\(failed) checkers did not do what they are for")
        }
        print("selftest: every checker found its faulty server, and none the real one's")
    }

    /// nil: as it should be; else what was not.
    private func check(
        _ test: SelfTest, _ isInterrupted: @escaping @Sendable () -> Bool
    ) async throws -> String? {
        var scenario = test.scenario
        scenario.seed = seed
        if let spawn {
            scenario.server.command = [spawn] + scenario.server.command.dropFirst()
        }
        let run = ScenarioRun(
            scenario: scenario,
            options: ScenarioRun.Options(environment: test.environment),
            view: LiveView(isQuiet: true), isInterrupted: isInterrupted)
        let report = try await run.run().report
        let found = report.checks.filter { $0.count > 0 }
        guard let expected = test.finds else {
            if report.exitCode == 0 { return nil }
            return "the real server did not pass:\n"
                + ReportSummary.lines(report).joined(separator: "\n")
        }
        if found.contains(where: { $0.name == expected.rawValue }) { return nil }
        let others = found.map { "\($0.count) × \($0.name)" }.joined(separator: ", ")
        return "\(expected.rawValue) was not found (found: \(others.isEmpty ? "nothing" : others))"
    }
}
