import Foundation
import Testing

@testable import imbench

@Suite struct ScenarioReaderTests {
    static let example = #"""
        version: imbench/1
        name: multi-device-crash
        seed: 42
        server: {spawn: "freeim-server --data $TMP --tcp 127.0.0.1:0", ready: tcp}
        generator: {loops: 2, sources: 127.0.0.1-127.0.0.4, body: protobuf}
        population:
          users: 1000
          devices_per_user: {1: 50%, 2: 30%, 3: 20%}
          groups: [{name: small, count: 200, members: 10}, {name: big, count: 1, members: 500}]
        traffic:
          dm:    {do: send, to: friend, rate: 400/s, arrivals: poisson,
                  bytes: {128: 80%, 2048: 20%}}
          group: {do: send, to: group/small, rate: 100/s}
          read:  {do: read, of: last_seen, rate: 200/s}
          churn: {do: [offline, wait 5s..30s, online, sync], rate: 10/s}
        phases:
          - {name: connect, ramp: 200/s, until: all_online}
          - {name: warmup, for: 15s, use: [dm, group], record: false}
          - {name: steady, for: 60s, use: [dm, group, read, churn]}
          - {name: crash, for: 40s, use: [dm, group],
             faults: [{at: 10s, do: kill9, restart_after: 2s}]}
          - {name: drain, timeout: 60s, final: sync_all}
        assert:
          all: [loss == 0, dup == 0, order == 0, leak == 0, sync_gap == 0]
          steady: [acked == sent, dm.ack.p99 < 20ms, dm.deliver.p999 < 100ms, achieved_rate >= 99%]
          harness: [sched_lag.p99 < 2ms]          # a breach makes the run invalid, not passed
        baseline: {file: base.json, max_worse: {dm.ack.p99: 15%}}
        """#

    private func example() throws -> Scenario {
        let (scenario, problems) = ScenarioReader.read(text: Self.example, path: "x.yaml")
        #expect(problems == [])
        return try #require(scenario)
    }

    @Test func theExamplesServerAndPopulationAreRead() throws {
        let scenario = try example()
        #expect(scenario.name == "multi-device-crash")
        #expect(scenario.seed == 42)
        #expect(
            scenario.server.command == ["freeim-server", "--data", "$TMP", "--tcp", "127.0.0.1:0"])
        #expect(scenario.generator.loops == 2)
        #expect(
            scenario.generator.sources == ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"])
        #expect(scenario.generator.body == .protobuf)
        #expect(scenario.population.users == 1_000)
        #expect(scenario.population.devicesPerUser.map(\.devices) == [1, 2, 3])
        #expect(scenario.population.devicesPerUser.map(\.share) == [0.5, 0.3, 0.2])
        #expect(
            scenario.population.groups == [
                PopulationPlan.Group(name: "small", count: 200, members: 10),
                PopulationPlan.Group(name: "big", count: 1, members: 500),
            ])
        #expect(scenario.text == Self.example)
        #expect(scenario.hash.count == 64)
    }

    @Test func theExamplesTrafficIsRead() throws {
        let traffic = try example().traffic
        #expect(traffic.map(\.name) == ["dm", "group", "read", "churn"])
        #expect(traffic[0].action == .send)
        #expect(traffic[0].pace == .open(perSecond: 400, isPoisson: true))
        #expect(traffic[0].bytes.map(\.bytes) == [128, 2_048])
        #expect(traffic[1].target == .group("small"))
        #expect(traffic[1].pace == .open(perSecond: 100, isPoisson: false))
        #expect(traffic[2].action == .read)
        #expect(traffic[3].action == .steps([.offline, .wait(5...30), .online, .sync]))
    }

    @Test func theExamplesPhasesAreRead() throws {
        let phases = try example().phases
        #expect(phases.map(\.name) == ["connect", "warmup", "steady", "crash", "drain"])
        #expect(phases[0].kind == .connect(perSecond: 200, share: 1, timeout: 60 + 1_700 / 200 * 3))
        #expect(phases[1].kind == .load(seconds: 15))
        #expect(phases[1].use == [0, 1])
        #expect(!phases[1].isRecorded)
        #expect(phases[2].isRecorded)
        #expect(phases[3].faults == [FaultPlan(at: 10, kind: .kill9(restartAfter: 2))])
        #expect(phases[4].kind == .drain(timeout: 60, final: .all))
    }

    @Test func theExamplesAssertionsAreRead() throws {
        let scenario = try example()
        #expect(scenario.assertions.count == 10)
        #expect(scenario.assertions[0].scope == .all)
        #expect(scenario.assertions[5].scope == .phase(2))
        #expect(scenario.assertions[5].metric.name == "acked")
        #expect(scenario.assertions[6].bound == .number(20))
        #expect(scenario.assertions[8].bound == .number(99))
        #expect(scenario.assertions[9].scope == .harness)
        #expect(scenario.assertions[9].line == 26)
        #expect(
            scenario.baseline == BaselinePlan(file: "base.json", maxWorse: ["dm.ack.p99": 0.15]))
    }

    // MARK: The file

    private func problems(ofFile data: Data) throws -> [String] {
        let path = NSTemporaryDirectory() + "scenario-\(UInt64.random(in: 0...UInt64.max)).yaml"
        try data.write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return ScenarioReader.read(path: path).problems.map {
            String($0.description.dropFirst(path.count))
        }
    }

    @Test func aFileThatIsNoScenario() throws {
        #expect(try problems(ofFile: Data()) == [":1: is empty; docs/imbench.md has an example"])
        #expect(try problems(ofFile: Data("# a\n".utf8)).first?.contains("is empty") == true)
        #expect(try problems(ofFile: Data([0x61, 0xFF])) == [":1: is not UTF-8 text"])
        let long = Data(repeating: 0x23, count: ScenarioReader.fileBytesMax + 1)
        #expect(try problems(ofFile: long) == [":1: is longer than 1048576 bytes"])
        #expect(try problems(ofFile: Data(Self.example.utf8)) == [])
    }

    @Test func aFileThatCannotBeRead() {
        let folder = NSTemporaryDirectory()
        #expect(
            ScenarioReader.read(path: folder).problems.map(\.description)
                == ["\(folder):1: cannot be read; is it a file?"])
        #expect(
            ScenarioReader.read(path: "/none.yaml").problems.map(\.description) == [
                "/none.yaml:1: cannot be read; does the file exist, and may this user read it?"
            ])
    }

    @Test(arguments: [
        (
            "a: [1\nb: 2\n",
            "2: is not YAML: did not find expected ',' or ']' (while parsing a "
                + "flow sequence, begun in line 1)"
        ),
        ("\ta: 1", "1: is not YAML: found character that cannot start any token"),
        ("a: 1\nb: 2\na: 3\n", "1: a: is given more than once"),
        ("a: 1\n---\nb: 2\n", "2: is not YAML: but found another document"),
        ("a: 1\nb: *x\n", "2: is not YAML: found undefined alias"),
        (
            "a: 1\nb: &x [1]\nc: *x\n",
            "2: anchors (&name, *name) are not read; write the value out"
        ),
        ("[1, 2]", "1: is a list of `key: value`, {…} in one line or indented under it"),
    ]) func textThatIsNoScenario(text: String, says: String) {
        let problems = ScenarioReader.read(text: text, path: "x").problems
        #expect(problems.first?.description == "x:" + says)
    }

    @Test func nestingHasAnEnd() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(!ScenarioReader.read(text: deep, path: "x").problems.isEmpty)
    }

    @Test func mistakesAreToldAllAndByLine() {
        let text = """
            version: imbench/2
            population: {
              users: 10,
              frends: 2,
              groups: [{
                name: a,
                members: 20
              }]
            }
            traffic: {dm: {do: send,
              rate: 4,
              to: freind}}
            phases: [
              {name: connect, ramp: 10},
              {name: s, use: [dm],
                faults: [{at: 1s,
                  do: kil9}]},
              {name: drain, timeout: 3s}]
            assert:
              s: [dm.ack.p99 < 3ms]
            """
        let lines = ScenarioReader.read(text: text, path: "x").problems.map(\.description)
        #expect(
            lines == [
                "x:1: version: this imbench reads `version: imbench/1`",
                "x:4: population.frends: there is no such key; `friends` is meant?",
                "x:7: population.groups.1.members: 20 members are more than the 10 users",
                "x:11: traffic.dm.rate: '4' is not a rate such as 400/s or 10/m",
                "x:12: traffic.dm.to: 'freind' is none of friend, group, group/NAME, any; "
                    + "`friend` is meant?",
                "x:14: phases.1.ramp: '10' is not a rate such as 400/s or 10/m",
                "x:15: phases.2: s has no end; write for: 60s, or ramp: 200/s and until: "
                    + "all_online, or timeout: 60s and final: sync_all",
            ])
    }
}
