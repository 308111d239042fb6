import Foundation
import Testing

@testable import imbench

/// docs/imbench.md names everything that a scenario can say.
@Suite struct ScenarioPageTests {
    private static func page() throws -> String {
        try String(
            contentsOf: ScenarioSuiteTests.root.appendingPathComponent("docs/imbench.md"),
            encoding: .utf8)
    }

    @Test func itsScenarioReads() throws {
        let parts = try Self.page().components(separatedBy: "```yaml\n")
        #expect(parts.count == 2)
        let text = parts.last?.components(separatedBy: "```").first ?? ""
        #expect(ScenarioReader.read(text: text, path: "imbench.md").problems == [])
    }

    @Test func itNamesEveryKeyAndWord() throws {
        let page = try Self.page()
        let keys = [
            ScenarioKeys.server, ScenarioKeys.generator, ScenarioKeys.population,
            ScenarioKeys.group, ScenarioKeys.traffic, ScenarioKeys.phase, ScenarioKeys.fault,
            ScenarioKeys.baseline, ScenarioKeys.short, ScenarioKeys.top, ScenarioKeys.actions,
            ScenarioKeys.steps, ScenarioKeys.faults, PhasePlan.FinalSync.allCases.map(\.rawValue),
            TrafficPlan.SyncDirection.allCases.map(\.rawValue),
        ].joined()
        let words = Set(page.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        for key in keys { #expect(words.contains(key), "\(key)") }
    }

    @Test func itNamesEveryMetric() throws {
        let page = try Self.page()
        for metric in Metric.plain {
            let name = metric.name.split(separator: ".").first ?? ""
            #expect(page.contains("`\(name)`") || page.contains("`\(name).P`"), "\(name)")
        }
        for latency in Metric.latencies { #expect(page.contains("`dm.\(latency).P`")) }
        for percentile in Metric.percentiles { #expect(page.contains("`\(percentile.name)`")) }
    }
}
