import ArgumentParser
import Foundation

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Runs the scenario of a report again, with its seed.",
        discussion: """
            The report holds the whole scenario. Who sends what to whom and when is the same; \
            what the scheduler and the network do is not. Its baseline is left aside. Exit codes \
            as of `imbench run`.
            """)

    @Argument(help: "A report that `imbench run --json` wrote.") var report: String
    @Option(help: "Starts that executable as the server, in place of the scenario's.")
    var spawn: String?
    @OptionGroup(title: "How devices speak") var transport: TransportChoices
    @Option(help: "Writes the new report as JSON.") var json: String?
    @Option(help: "Writes the new report as a page.") var html: String?
    @Flag(help: "Shows nothing but the summary in the end.") var quiet = false

    func run() async throws {
        let facts = try ReportFile.read(path: report).scenario
        guard facts.arguments.first == "run",
            let command = try? RunCommand.parse(Array(facts.arguments.dropFirst()))
        else { throw BenchError(.usage, "\(report) holds no run that can be made again") }
        let base = facts.text.isEmpty ? try command.quick.scenario() : try read(facts.text)
        var scenario = try command.choices.applied(to: base)
        scenario.seed = facts.seed
        try command.transport.apply(to: &scenario.generator)
        try transport.apply(to: &scenario.generator)
        // The baseline's file was named from the scenario's folder, which is not known here.
        scenario.baseline = nil
        if let spawn { scenario.server.command = [spawn] + scenario.server.command.dropFirst() }
        let outcome = try await RunCommand.make(
            scenario, folder: nil,
            options: ScenarioRun.Options(
                arguments: facts.arguments, environment: command.choices.environment),
            isQuiet: quiet, isInterrupted: Interruption.watch())
        if let json { try ReportFile.write(outcome.report, to: json) }
        if let html { try RunCommand.write(HTMLReport.page(outcome.report), to: html) }
        throw ExitCode(outcome.report.exitCode)
    }

    private func read(_ text: String) throws -> Scenario {
        let (scenario, problems) = ScenarioReader.read(text: text, path: report)
        guard let scenario, problems.isEmpty else {
            throw BenchError(
                .usage,
                "the report's scenario is not one of this version\n"
                    + problems.map(\.description).joined(separator: "\n"))
        }
        return scenario
    }
}
