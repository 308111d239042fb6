import Foundation
import Testing

@testable import imbench

/// docs/imbench.schema.json knows the keys that the reader knows, and no others.
@Suite struct SchemaTests {
    private static func schema() throws -> [String: Any] {
        let file = ScenarioSuiteTests.root.appendingPathComponent("docs/imbench.schema.json")
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        return try #require(json as? [String: Any])
    }

    private static func keys(_ object: [String: Any]) throws -> Set<String> {
        Set(try #require(object["properties"] as? [String: Any]).keys)
    }

    @Test func keysAreTheReaders() throws {
        let schema = try SchemaTests.schema()
        #expect(try SchemaTests.keys(schema) == Set(ScenarioKeys.top))
        let parts = try #require(schema["$defs"] as? [String: Any])
        let places = [
            "server": ScenarioKeys.server, "generator": ScenarioKeys.generator,
            "population": ScenarioKeys.population, "group": ScenarioKeys.group,
            "traffic": ScenarioKeys.traffic, "phase": ScenarioKeys.phase,
            "fault": ScenarioKeys.fault, "baseline": ScenarioKeys.baseline,
            "short": ScenarioKeys.short,
        ]
        for (name, known) in places {
            let part = try #require(parts[name] as? [String: Any], "\(name)")
            #expect(try SchemaTests.keys(part) == Set(known), "\(name)")
        }
    }
}
