import Testing

@testable import imbench

/// What the command line changes about a scenario.
@Suite struct RunChoicesTests {
    private func scenario() -> Scenario {
        var scenario = Scenario()
        scenario.traffic = [TrafficPlan(name: "dm", action: .send)]
        var soak = PhasePlan(name: "soak", kind: .load(seconds: 300), use: [0])
        soak.faults = [
            FaultPlan(at: 60, kind: .kill9(restartAfter: 2), times: 4, every: 60),
            FaultPlan(at: 100, kind: .storm(share: 1)),
        ]
        scenario.phases = [
            PhasePlan(name: "connect", kind: .connect(perSecond: 100, share: 1, timeout: 60)),
            PhasePlan(name: "warmup", kind: .load(seconds: 10), use: [0]), soak,
            PhasePlan(name: "drain", kind: .drain(timeout: 60, final: .all)),
        ]
        return scenario
    }

    @Test func aLongerTimeIsTheLongestPhasesAndItsFaultsGoOn() throws {
        let changed = try RunChoices.parse(["--time", "1h"]).applied(to: scenario())
        #expect(changed.phases[1].kind == .load(seconds: 10))
        #expect(changed.phases[2].kind == .load(seconds: 3_600))
        // At 60 s and then each minute, the last one before the end.
        #expect(changed.phases[2].faults.map(\.times) == [59, 1])
    }

    @Test func anAddressTakesNoFaultThatNeedsAnOwnServer() throws {
        let choices = try RunChoices.parse([
            "--address", "127.0.0.1:1", "--http", "127.0.0.1:2", "--admin-token-file", "t",
        ])
        #expect(throws: BenchError.self) { try choices.applied(to: scenario()) }
        var without = scenario()
        without.phases[2].faults = [FaultPlan(at: 1, kind: .storm(share: 1))]
        let changed = try choices.applied(to: without)
        #expect(changed.server.address == "127.0.0.1:1")
    }

    @Test func seedLoopsAndShort() throws {
        let changed = try RunChoices.parse(["--seed", "9", "--loops", "3", "--short"])
            .applied(to: scenario())
        #expect(changed.seed == 9 && changed.generator.loops == 3 && changed.isShort)
        #expect(throws: BenchError.self) {
            try RunChoices.parse(["--loops", "17"]).applied(to: scenario())
        }
    }
}
