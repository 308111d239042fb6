import ArgumentParser
import Foundation

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads scenarios: every mistake with its line, or what each does.")

    @Argument(help: "Scenarios: YAML files.") var files: [String]

    func run() throws {
        var count = 0
        for file in files {
            let (scenario, problems) = ScenarioReader.read(path: file)
            count += problems.count
            for problem in problems {
                try FileHandle.standardError.write(contentsOf: Data("\(problem)\n".utf8))
            }
            if let scenario { print("\(file): ok — \(CheckCommand.words(scenario))") }
        }
        if count > 0 {
            throw BenchError(.usage, "\(count) \(count == 1 ? "mistake" : "mistakes")")
        }
    }

    /// What it does, in a line.
    static func words(_ scenario: Scenario) -> String {
        let groups = scenario.population.groups.reduce(0) { $0 + $1.count }
        var seconds = 0.0
        for phase in scenario.phases {
            switch phase.kind {
            case .connect(let perSecond, let share, _):
                seconds += Double(scenario.population.devices) * share / perSecond
            case .load(let length): seconds += length
            case .drain: seconds += 2
            }
        }
        return "\(scenario.name): \(scenario.population.users) users, "
            + "\(scenario.population.devices) devices, \(groups) groups; phases "
            + scenario.phases.map(\.name).joined(separator: ", ")
            + "; about \(Int(seconds.rounded())) s"
    }
}
