import Testing

@testable import imbench

@Suite struct VerdictTests {
    private func assertion(
        _ name: String, _ comparison: Assertion.Comparison, _ bound: Assertion.Bound,
        _ scope: Assertion.Scope = .phase(0)
    ) throws -> Assertion {
        Assertion(
            scope: scope, metric: try #require(Metric.named(name, traffic: ["dm"])),
            comparison: comparison, bound: bound, text: name)
    }

    private func scenario(_ assertions: [Assertion], isShort: Bool = false) -> Scenario {
        var scenario = Scenario()
        scenario.traffic = [TrafficPlan(name: "dm", action: .send)]
        scenario.phases = [PhasePlan(name: "steady", kind: .load(seconds: 1))]
        scenario.assertions = assertions
        scenario.isShort = isShort
        return scenario
    }

    @Test func assertionsAreJudgedInTheirScope() throws {
        let sent = try #require(Metric.named("sent", traffic: []))
        let results = Verdict.assertions(
            scenario([
                try assertion("acked", .equal, .metric(sent)),
                try assertion("dm.ack.p99", .less, .number(20)),
                try assertion("dm.ack.p99", .less, .number(5)),
                try assertion("loss", .equal, .number(0), .all),
                try assertion("dm.deliver.p99", .less, .number(5)),
            ]),
            [
                "steady.acked": 10, "steady.sent": 10, "steady.dm.ack.p99": 7, "all.loss": 1,
                "all.dm.deliver.p99": 1,
            ])
        #expect(results.map(\.outcome) == [.met, .met, .missed, .missed, .notJudged])
        #expect(results.map(\.scope) == ["steady", "steady", "steady", "all", "steady"])
    }

    /// Of a server at an address neither CPU nor files are known.
    @Test func whatIsNotKnownIsNotJudged() throws {
        let results = Verdict.assertions(
            scenario([
                try assertion("server_files", .less, .number(9), .all),
                try assertion("server_cpu", .less, .number(9), .all),
                try assertion("refused", .less, .number(9), .all),
            ]), [:])
        #expect(results.map(\.outcome) == [.notJudged, .notJudged, .met])
    }

    @Test func aShortRunIsNoMeasureOfSpeed() throws {
        let results = Verdict.assertions(
            scenario(
                [
                    try assertion("dm.ack.p99", .less, .number(5)),
                    try assertion("loss", .equal, .number(0), .all),
                ], isShort: true), ["steady.dm.ack.p99": 7, "all.loss": 1])
        #expect(results.map(\.outcome) == [.notJudged, .missed])
    }

    @Test func correctnessComesBeforeValidityAndThatBeforeThresholds() {
        func decided(
            broken: Bool = false, partial: Bool = false, invalid: Bool = false,
            missed: Bool = false
        ) -> Int32 {
            var report = BenchReport()
            report.checks = [BenchReport.CheckResult(name: "loss", count: broken ? 1 : 0)]
            report.isPartial = partial
            if invalid { report.invalid = ["lag"] }
            if missed {
                var result = BenchReport.AssertionResult()
                result.scope = "all"
                result.outcome = .missed
                report.assertions = [result]
            }
            Verdict.decide(&report)
            return report.exitCode
        }
        #expect(decided() == 0)
        #expect(decided(broken: true, partial: true, invalid: true, missed: true) == 1)
        #expect(decided(missed: true) == 2)
        #expect(decided(invalid: true, missed: true) == 3)
        #expect(decided(partial: true, invalid: true) == 130)
    }

    @Test func aBaselineAllowsSoMuchInTheRightDirection() {
        func outcome(_ name: String, _ value: Double) -> BenchReport.AssertionResult.Outcome? {
            var report = BenchReport()
            report.metrics = [name: value]
            var base = BenchReport()
            base.metrics = [name: 100]
            Verdict.compare(
                &report, with: base, BaselinePlan(file: "b", maxWorse: [name: 0.1]),
                traffic: ["dm"])
            return report.assertions.first?.outcome
        }
        #expect(outcome("steady.dm.ack.p99", 109) == .met)
        #expect(outcome("steady.dm.ack.p99", 111) == .missed)
        #expect(outcome("steady.acked_rate", 91) == .met)
        #expect(outcome("steady.acked_rate", 89) == .missed)
    }
}
