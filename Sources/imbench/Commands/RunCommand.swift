import ArgumentParser
import Foundation

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Simulates devices against a server and checks every delivery.",
        discussion: """
            FILE is a scenario (docs/imbench.md); without one, flags make a plain one. Without \
            --address a server is started for the run, and removed with its data.

            Exit codes: 0 passed, 1 the server broke a promise, 2 a threshold was missed, 3 the \
            run proves nothing (the generator could not keep up, or this machine cannot hold \
            it), 4 a mistake in the scenario or the command line, 5 the server cannot be \
            reached, 130 ended by Ctrl-C.
            """)

    @Argument(help: "A scenario: a YAML file.") var file: String?
    @OptionGroup(title: "Without a file") var quick: QuickScenario
    @OptionGroup(title: "How devices speak") var transport: TransportChoices
    @OptionGroup(title: "Server and choices") var choices: RunChoices
    @Option(
        name: .customLong("repeat"),
        help: "Runs it so often, each time with the next seed; the files become folders.")
    var repeatCount = 1
    @Option(help: "Writes the report as JSON.") var json: String?
    @Option(help: "Writes the report as a page.") var html: String?
    @Option(help: "Writes all latencies as an HdrHistogram log 1.3.") var hlog: String?
    @Flag(help: "Shows nothing but the summary in the end.") var quiet = false

    func run() async throws {
        if file != nil, quick.isUsed {
            throw BenchError(
                .usage,
                "a scenario file and flags such as --users do not go together; edit the file")
        }
        let scenario = try file.map { try RunCommand.read($0) } ?? quick.scenario()
        let isInterrupted = Interruption.watch()
        var worst: Int32 = 0
        for number in 0..<max(1, repeatCount) {
            var chosen = try choices.applied(to: scenario)
            try transport.apply(to: &chosen.generator)
            chosen.seed &+= UInt64(number)
            let outcome = try await RunCommand.make(
                chosen, folder: file.map { ($0 as NSString).deletingLastPathComponent },
                options: ScenarioRun.Options(
                    arguments: Array(CommandLine.arguments.dropFirst()),
                    environment: choices.environment, keepsHistograms: hlog != nil),
                isQuiet: quiet, isInterrupted: isInterrupted)
            try write(outcome, number)
            worst = RunCommand.worse(worst, outcome.report.exitCode)
            if isInterrupted() { break }
        }
        throw ExitCode(worst)
    }

    /// Correctness before all, then what is invalid, then what is slow.
    static func worse(_ one: Int32, _ other: Int32) -> Int32 {
        let order: [Int32] = [1, 130, 5, 4, 3, 2, 0]
        return order.first { $0 == one || $0 == other } ?? max(one, other)
    }

    /// The scenario in that file. Throws `BenchError` with every mistake.
    static func read(_ path: String) throws -> Scenario {
        let (scenario, problems) = ScenarioReader.read(path: path)
        guard let scenario, problems.isEmpty else {
            let words = problems.map(\.description).joined(separator: "\n")
            throw BenchError(.usage, "this scenario cannot be run\n" + words)
        }
        return scenario
    }

    /// Runs, compares with the baseline, and prints the summary.
    static func make(
        _ scenario: Scenario, folder: String?, options: ScenarioRun.Options, isQuiet: Bool,
        isInterrupted: @escaping @Sendable () -> Bool
    ) async throws -> ScenarioRun.Outcome {
        // A baseline that is not there is found before the run, not after it.
        var baseline: (BaselinePlan, BenchReport)?
        if let plan = scenario.baseline {
            let path =
                plan.file.hasPrefix("/") || folder == nil
                ? plan.file : "\(folder ?? "")/\(plan.file)"
            baseline = (plan, try ReportFile.read(path: path))
        }
        let view = LiveView(isQuiet: isQuiet)
        let run = ScenarioRun(
            scenario: scenario, options: options, view: view, isInterrupted: isInterrupted)
        var outcome = try await run.run()
        if let (plan, report) = baseline {
            Verdict.compare(
                &outcome.report, with: report, plan, traffic: scenario.traffic.map(\.name))
            Verdict.decide(&outcome.report)
        }
        print(ReportSummary.lines(outcome.report).joined(separator: "\n"))
        return outcome
    }

    private func write(_ outcome: ScenarioRun.Outcome, _ number: Int) throws {
        if let json {
            try ReportFile.write(outcome.report, to: path(json, "report", "json", number))
        }
        if let html {
            try RunCommand.write(
                HTMLReport.page(outcome.report), to: path(html, "report", "html", number))
        }
        if let hlog {
            try RunCommand.write(
                outcome.histograms, to: path(hlog, "latency", "hlog", number))
        }
    }

    /// The file itself, or one of several in the folder of that name.
    private func path(_ given: String, _ name: String, _ ending: String, _ number: Int) -> String {
        if repeatCount <= 1 { return given }
        try? FileManager.default.createDirectory(
            atPath: given, withIntermediateDirectories: true)
        return "\(given)/\(name)-\(number + 1).\(ending)"
    }

    static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw BenchError(.usage, "\(path) cannot be written; does its folder exist?")
        }
    }
}

/// What is chosen beside the scenario.
struct RunChoices: ParsableArguments {
    @Option(help: "A running server's TCP listener, HOST:PORT; needs the two below.") var address:
        String?
    @Option(help: "Its HTTP listener, HOST:PORT.") var http: String?
    @Option(help: "A file with its admin token, which makes the users.") var adminTokenFile: String?
    @Option(help: "Starts that executable as the server, in place of the scenario's.")
    var spawn: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "More arguments for the server that is started, as one word: \"--log-level debug\".",
            valueName: "arguments"))
    var serverArguments: String?
    @Option(help: "A number; the same one makes the same choices (else the scenario's, or 1).")
    var seed: UInt64?
    @Option(help: "Event loops (threads) that simulate devices, 1 to 16.") var loops: Int?
    @Option(help: "How long the longest phase of load lasts, such as 8h (for soaks).")
    var time: String?
    @Flag(help: "Smaller and shorter; what is right is judged, how fast it is is not.") var short =
        false
    @Option(help: "Switches on a fault of the server's own, to test imbench: NAME=ONE_IN.")
    var serverFault: String?

    var environment: [String: String] {
        serverFault.map { ["FREEIM_TEST_FAULTS": $0] } ?? [:]
    }

    func applied(to given: Scenario) throws -> Scenario {
        var scenario = short ? given.shortened() : given
        if let address {
            guard spawn == nil, serverArguments == nil else {
                throw BenchError(.usage, "--address or --spawn, not both")
            }
            guard let http, let adminTokenFile else {
                throw BenchError(.usage, "--address needs --http and --admin-token-file too")
            }
            scenario.server = ServerPlan(
                address: address, http: http, adminTokenFile: adminTokenFile)
            if scenario.phases.contains(where: { $0.faults.contains(where: \.needsOwnServer) }) {
                throw BenchError(
                    .usage, "this scenario's faults need a server of imbench's own, no --address")
            }
        } else if http != nil || adminTokenFile != nil {
            throw BenchError(.usage, "--http and --admin-token-file go with --address")
        }
        if let spawn {
            let rest = scenario.server.command.dropFirst()
            scenario.server.command = [spawn] + rest
        }
        if let serverArguments {
            if scenario.server.command.isEmpty { scenario.server.command = ["freeim-server"] }
            scenario.server.command += serverArguments.split(separator: " ").map(String.init)
        }
        if let seed { scenario.seed = seed }
        if let loops {
            scenario.generator.loops = try Checked.range(loops, 1...Preflight.loopsMax, "--loops")
        }
        if let time { try lengthen(&scenario, to: try Checked.seconds(time, "--time")) }
        return scenario
    }

    private func lengthen(_ scenario: inout Scenario, to seconds: Double) throws {
        var longest: (index: Int, seconds: Double)?
        for (index, phase) in scenario.phases.enumerated() {
            if case .load(let length) = phase.kind, length > longest?.seconds ?? 0 {
                longest = (index, length)
            }
        }
        guard let longest else { throw BenchError(.usage, "--time needs a phase of load") }
        scenario.phases[longest.index].kind = .load(seconds: seconds)
        // What went wrong again and again goes on doing so, to the end.
        for index in scenario.phases[longest.index].faults.indices {
            let fault = scenario.phases[longest.index].faults[index]
            guard fault.times > 1, fault.every > 0, seconds > fault.at else { continue }
            scenario.phases[longest.index].faults[index].times = max(
                1, Int(((seconds - fault.at) / fault.every).rounded(.up)))
        }
    }
}

extension FaultPlan {
    /// Whether it is done to the server's process.
    var needsOwnServer: Bool {
        switch kind {
        case .kill9, .stop, .drain, .diskFull, .clockStep: true
        case .cut, .reset, .delay, .freeze, .storm, .halfOpen, .malformed: false
        }
    }
}
