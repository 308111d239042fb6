import Foundation
import Testing

@testable import imbench

/// The scenarios of test/scenarios, in their long form and in their short one.
@Suite struct ScenarioSuiteTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let files: [String] = {
        let folder = root.appendingPathComponent("test/scenarios").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
    }()

    @Test func thereAreScenarios() {
        #expect(ScenarioSuiteTests.files.count >= 23)
    }

    @Test(arguments: files) func everyScenarioReads(_ file: String) throws {
        let (scenario, problems) = ScenarioReader.read(path: file)
        #expect(problems.map(\.description) == [])
        let name = try #require(scenario).name
        #expect(file.hasSuffix("/\(name).yaml"))
        #expect(scenario?.about.hasSuffix(".") == true)
        for violation in Violation.allCases {
            let isAsserted = try #require(scenario).assertions.contains {
                $0.scope == .all && $0.metric.name == violation.rawValue
            }
            #expect(isAsserted, "\(violation.rawValue)")
        }
    }

    @Test(arguments: files) func everyShortFormIsPossible(_ file: String) throws {
        let short = try #require(ScenarioReader.read(path: file).scenario).shortened()
        let population = short.population
        #expect(short.isShort)
        #expect(population.users >= 2)
        #expect(population.friends < population.users)
        #expect(population.friends <= 1 || population.friends % 2 == 0)
        for group in population.groups {
            #expect(group.count >= 1)
            #expect((2...population.users).contains(group.members))
        }
        var load = 0.0
        for phase in short.phases {
            guard case .load(let seconds) = phase.kind else { continue }
            load += seconds
            #expect(seconds >= 0.5)
            for fault in phase.faults {
                #expect(fault.at + Double(fault.times - 1) * fault.every < seconds)
            }
        }
        // All of them run in `make test`, one after the other.
        #expect(load <= 13)
    }
}
