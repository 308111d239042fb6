import Testing

@testable import imbench

/// Each mistake in a scenario is found, with its line and key.
@Suite struct ScenarioReaderTests {
    /// A mistake made by writing `new` in place of `old`, and how its problem begins.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let old: String
        let new: String
        let problem: String

        init(_ old: String, _ new: String, _ problem: String) {
            self.old = old
            self.new = new
            self.problem = problem
        }

        var testDescription: String { problem }
    }

    static let good = """
        version: imbench/1
        generator: {loops: 2, sources: 127.0.0.1-127.0.0.4, body: protobuf}
        population: {users: 20, friends: 1, groups: [{name: small, members: 5}]}
        traffic:
          dm: {do: send, to: friend, rate: 400/s, bytes: {128: 80%, 2048: 20%}}
          group: {do: send, to: group/small, rate: 10/s}
        phases:
          - {name: connect, ramp: 200/s, until: all_online}
          - {name: steady, for: 10s, use: [dm, group], faults: [{at: 2s, do: kill9}]}
          - {name: drain, timeout: 60s, final: sync_all}
        assert:
          steady: [dm.ack.p99 < 20ms, acked == sent]
        """

    static let mistakes = [
        Mistake("imbench/1", "imbench/2", "a.yaml:1: version: this imbench reads"),
        Mistake("loops: 2", "loops: 17", "a.yaml:2: generator.loops: '17' is not"),
        Mistake("protobuf", "xml", "a.yaml:2: generator.body: 'xml' is none of"),
        Mistake("loops: 2", "lops: 2", "a.yaml:2: generator.lops: there is no such key; `loops`"),
        Mistake("users: 20", "users: 1", "a.yaml:3: population.users: '1' is not"),
        Mistake("users: 20", "users: 100001", "a.yaml:3: population.users: '100001' is not"),
        Mistake("friends: 1", "friends: 3", "a.yaml:3: population.friends: 3 is odd"),
        Mistake("friends: 1", "friends: 20", "a.yaml:3: population.friends: 20 users cannot"),
        Mistake("friends: 1", "friends: 0", "a.yaml:5: traffic.dm.to: nobody has friends"),
        Mistake("members: 5", "members: 21", "a.yaml:3: population.groups.1.members: 21 members"),
        Mistake("rate: 400/s", "rate: 400", "a.yaml:5: traffic.dm.rate: '400' is not a rate"),
        Mistake("rate: 400/s", "rate: 4s", "a.yaml:5: traffic.dm.rate: '4s' is not a rate"),
        Mistake("2048: 20%", "2048: 10%", "a.yaml:5: traffic.dm.bytes: the shares make 90%"),
        Mistake("2048: 20%", "2048: 120%", "a.yaml:5: traffic.dm.bytes.2048: '120%' is not"),
        Mistake("group/small", "group/big", "a.yaml:6: traffic.group.to: there is no group"),
        Mistake("ramp: 200/s", "ramp: fast", "a.yaml:8: phases.1.ramp: 'fast' is not a rate"),
        Mistake("for: 10s", "for: 10", "a.yaml:9: phases.2.for: '10' is not a time"),
        Mistake("for: 10s, ", "", "a.yaml:9: phases.2: steady has no end"),
        Mistake("for: 10s", "for: 10s, ramp: 1/s", "a.yaml:9: phases.2: steady has ramp and for"),
        Mistake("[dm, group]", "[dm, grup]", "a.yaml:9: phases.2.use.2: there is no traffic"),
        Mistake("[dm, group]", "[dm]", "a.yaml:6: traffic.group: no phase uses it"),
        Mistake("at: 2s", "at: 10s", "a.yaml:9: phases.2.faults.1: it would come at 10.0 s"),
        Mistake("name: drain", "name: steady", "a.yaml:10: phases.3: there are two phases"),
        Mistake("  steady:", "  stedy:", "a.yaml:12: assert.stedy: is neither all, harness"),
        Mistake("20ms", "20", "a.yaml:12: assert.steady.1: '20' is not a time"),
        Mistake("acked ==", "aked ==", "a.yaml:12: assert.steady.2: there is no metric aked"),
        Mistake("acked == sent", "acked", "a.yaml:12: assert.steady.2: 'acked' is not METRIC"),
        Mistake("traffic:\n", "traffic:\n\tx: 1\n", "a.yaml:5: is not YAML"),
        Mistake("  group: {", "  dm: {", "a.yaml:"),
    ]

    @Test func aGoodOneReads() throws {
        let (scenario, problems) = ScenarioReader.read(text: Self.good, path: "a.yaml")
        #expect(problems.map(\.description) == [])
        let read = try #require(scenario)
        #expect(read.generator.sources.count == 4)
        #expect(read.hash.count == 64)
        #expect(read.phases.count == 3)
    }

    @Test(arguments: mistakes) func aMistakeIsFound(_ mistake: Mistake) {
        let text = Self.good.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
        let (scenario, problems) = ScenarioReader.read(text: text, path: "a.yaml")
        #expect(scenario == nil)
        let lines = problems.map(\.description)
        #expect(lines.contains { $0.hasPrefix(mistake.problem) }, "\(lines)")
    }

    @Test func everyMistakeIsFoundNotOnlyTheFirst() {
        let text = Self.good.replacing("loops: 2", with: "loops: 0")
            .replacing("400/s", with: "400").replacing("20ms", with: "20%")
        #expect(ScenarioReader.read(text: text, path: "a.yaml").problems.map(\.line) == [2, 5, 12])
    }

    @Test func anEmptyFileIsNone() {
        let (scenario, problems) = ScenarioReader.read(text: "", path: "a.yaml")
        #expect(scenario == nil)
        #expect(problems.map(\.line) == [1])
    }
}
