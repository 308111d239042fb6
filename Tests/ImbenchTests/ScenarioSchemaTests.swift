import Foundation
import Testing

@testable import imbench

/// docs/imbench.schema.json knows the keys and words that the reader knows, and no others.
@Suite struct ScenarioSchemaTests {
    private static let places = [
        "server": ScenarioKeys.server, "generator": ScenarioKeys.generator,
        "population": ScenarioKeys.population, "group": ScenarioKeys.group,
        "traffic": ScenarioKeys.traffic, "phase": ScenarioKeys.phase,
        "fault": ScenarioKeys.fault, "baseline": ScenarioKeys.baseline,
        "short": ScenarioKeys.short,
    ]

    private static func schema() throws -> [String: Any] {
        let file = ScenarioSuiteTests.root.appendingPathComponent("docs/imbench.schema.json")
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        return try #require(json as? [String: Any])
    }

    private static func properties(_ object: [String: Any]) throws -> [String: [String: Any]] {
        try #require(object["properties"] as? [String: [String: Any]])
    }

    /// The properties of that place; the file's own for none.
    private static func properties(of place: String?) throws -> [String: [String: Any]] {
        let schema = try schema()
        guard let place else { return try properties(schema) }
        let parts = try #require(schema["$defs"] as? [String: [String: Any]])
        return try properties(try #require(parts[place], "\(place)"))
    }

    private static func words(_ place: String, _ key: String) throws -> [String] {
        try #require(try properties(of: place)[key]?["enum"] as? [String], "\(place).\(key)")
    }

    @Test func keysAreTheReaders() throws {
        #expect(Set(try Self.properties(of: nil).keys) == Set(ScenarioKeys.top))
        for (name, known) in Self.places {
            #expect(Set(try Self.properties(of: name).keys) == Set(known), "\(name)")
        }
    }

    @Test func everyKeyIsDescribed() throws {
        for place in [nil] + Self.places.keys.sorted() {
            for (key, value) in try Self.properties(of: place) {
                #expect(value["description"] is String, "\(place ?? "top").\(key)")
            }
        }
    }

    @Test func wordsAreTheReaders() throws {
        #expect(try Self.words("fault", "do") == ScenarioKeys.faults)
        #expect(try Self.words("phase", "final") == PhasePlan.FinalSync.allCases.map(\.rawValue))
        #expect(
            try Self.words("traffic", "direction")
                == TrafficPlan.SyncDirection.allCases.map(\.rawValue))
        #expect(try Self.words("traffic", "arrivals") == ["constant", "poisson"])
        #expect(try Self.words("traffic", "senders") == ["all", "one"])
        #expect(try Self.words("generator", "body") == BodyChoice.allCases.map(\.rawValue))
        #expect(
            try Self.words("generator", "transport")
                == TransportPlan.Carrier.allCases.map(\.rawValue))
        #expect(
            try Self.words("generator", "ws_form") == TransportPlan.Form.allCases.map(\.rawValue))
        let kinds = try #require(
            try Self.properties(of: "traffic")["do"]?["anyOf"] as? [[String: Any]])
        #expect(kinds.first?["enum"] as? [String] == ScenarioKeys.actions)
        let items = try #require(kinds.last?["items"] as? [String: Any])
        let pattern = try #require(items["pattern"] as? String)
        let steps = pattern.split { !$0.isLetter && $0 != "_" }.map(String.init)
        #expect(Set(steps).isSuperset(of: ScenarioKeys.steps))
    }

    @Test func limitsAreTheReaders() throws {
        let users = try #require(try Self.properties(of: "population")["users"])
        #expect(users["maximum"] as? Int == ScenarioReader.usersMax)
        let loops = try #require(try Self.properties(of: "generator")["loops"])
        #expect(loops["maximum"] as? Int == Preflight.loopsMax)
        let count = try #require(try Self.properties(of: "group")["count"])
        #expect(count["maximum"] as? Int == ScenarioReader.groupsMax)
    }
}
