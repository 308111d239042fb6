import Foundation
import FreeIMCore

@testable import imbench

/// A run as it could have been, the same from the same seed: two minutes, two kinds of traffic,
/// a kill -9 that the server survives.
enum SampleReport {
    static let names = ["dm", "group"]
    private static let latencies = 4_000

    /// `scale` makes the latencies greater, to compare with.
    static func make(seed: UInt64 = 42, scale: Double = 1) -> BenchReport {
        seed == 42 && scale == 1 ? usual : computed(seed: seed, scale: scale)
    }

    private static let usual = computed(seed: 42, scale: 1)

    private static func computed(seed: UInt64, scale: Double) -> BenchReport {
        var random = SplitMix64(seed: seed)
        var report = BenchReport()
        report.startedAt = "2026-03-14T09:26:53Z"
        report.seconds = 120
        report.scenario = scenario(seed: seed)
        report.machine = BenchReport.MachineFacts(
            system: "Linux 6.1.0 x86_64", processor: "Sample CPU @ 2.60GHz", cores: 2,
            memoryBytes: 8 << 30, openFilesMax: 20_000, build: "release", load: 0.42)
        report.faults = [BenchReport.FaultEvent(name: "kill9", start: 82, end: 84.6)]
        report.series = (0..<120).map { second(Double($0), &random) }
        report.phases = phases(scale, &random)
        report.traffic = names.enumerated().map { index, name in
            traffic(name, seconds: 85, scale: scale * (1 + Double(index)), &random)
        }
        report.checks = Violation.allCases.map {
            BenchReport.CheckResult(name: $0.rawValue, count: 0)
        }
        report.assertions = assertions(report)
        report.refusals = ["busy": 12, "rate_limited": 3]
        report.metrics = metrics(report, &random)
        return report
    }

    /// The same run of a server that lost and doubled messages.
    static func broken() -> BenchReport {
        var report = make()
        report.verdict = .correctness
        report.exitCode = 1
        for index in report.checks.indices where report.checks[index].name == "loss" {
            report.checks[index].count = 3
        }
        report.violations = (0..<3).map { number in
            BenchReport.ViolationResult(
                check: "loss", words: "send \(1_204 + number) of user 17 never reached device 33",
                time: 84.2 + Double(number),
                trace: [
                    BenchReport.TraceLine(
                        time: 81.91, words: "device 21 sent \(1_204 + number) to conversation 9"),
                    BenchReport.TraceLine(
                        time: 81.97, words: "the server acknowledged it with seq 512"),
                    BenchReport.TraceLine(time: 82, words: "fault: kill9"),
                ])
        }
        report.assertions[0].outcome = .missed
        report.assertions[0].value = 3
        return report
    }

    private static func scenario(seed: UInt64) -> BenchReport.ScenarioFacts {
        BenchReport.ScenarioFacts(
            name: "multi-device-crash", about: "Several devices each; the server dies once.",
            text: """
                version: imbench/1
                name: multi-device-crash
                traffic:
                  dm:    {do: send, to: friend, rate: 400/s, arrivals: poisson}
                  group: {do: send, to: group/small, rate: 100/s}

                """,
            hash: "9f2c4be1d07a6a33520cf8b1be1f0a5c7d21e4f3a90b86d7c1e2f30415263748",
            seed: seed, isShort: false, users: 1_000, devices: 1_700, conversations: 1_201,
            groups: 201, loops: 2, body: "protobuf",
            arguments: ["test/scenarios/crash.yaml", "--seed", "\(seed)"],
            server: "freeim-server --data $TMP --tcp 127.0.0.1:0")
    }

    private static func uniform(_ random: inout SplitMix64) -> Double {
        Double(random.next() >> 11) / 9_007_199_254_740_992
    }

    private static func second(
        _ time: Double, _ random: inout SplitMix64
    ) -> BenchReport.SeriesPoint {
        var point = BenchReport.SeriesPoint()
        let noise = 0.85 + 0.3 * uniform(&random)
        let isLoad = time >= 10 && time < 110
        let isDown = time >= 82 && time < 85
        point.time = time
        point.online = isDown ? 0 : Int(min(1_700, time * 190))
        point.connects = time < 9 ? 190 : time == 85 ? 1_700 : 0
        point.disconnects = time == 82 ? 1_700 : 0
        if isLoad {
            point.sent = Int(500 * noise)
            point.acked = isDown ? 0 : Int(500 * noise) + (time == 85 ? 1_400 : 0)
            point.delivered = point.acked * 5 / 2
            point.refused = time == 85 ? 15 : 0
            let after = time >= 85 && time < 89 ? pow(10, (89 - time) * 0.7) : 1
            if !isDown {
                point.ackP50 = 1.4 * noise * after.squareRoot()
                point.ackP99 = 5.2 * noise * noise * after
                point.ackMax = 11 * noise * noise * noise * after
                point.deliverP50 = 2.1 * noise * after.squareRoot()
                point.deliverP99 = 8.6 * noise * noise * after
                point.deliverMax = 19 * noise * noise * noise * after
            }
        }
        point.lagP99 = 0.2 * noise * (isLoad ? 1.6 : 1)
        point.lagMax = 0.9 * noise * noise
        point.checkerLag = 0.02 * noise
        point.serverCPU = isDown ? 0 : isLoad ? 46 * noise : 8 * noise
        point.generatorCPU = isLoad ? 38 * noise : 12 * noise
        point.serverRSS = isDown ? 0 : Int(52e6 + time * 1.1e5 - (time >= 85 ? 2.2e7 : 0))
        point.generatorRSS = Int(4.1e7 + time * 4e4)
        point.serverFiles = isDown ? 0 : point.online + 14
        return point
    }

    private static func phases(
        _ scale: Double, _ random: inout SplitMix64
    ) -> [BenchReport.PhaseResult] {
        let plan: [(String, Double, Double, Bool, Bool)] = [
            ("connect", 0, 10, true, false), ("warmup", 10, 25, false, true),
            ("steady", 25, 72, true, true), ("crash", 72, 110, true, true),
            ("drain", 110, 120, true, false),
        ]
        return plan.map { name, start, end, isRecorded, isLoad in
            var phase = BenchReport.PhaseResult(
                name: name, start: start, end: end, isRecorded: isRecorded)
            if isLoad {
                phase.traffic = names.enumerated().map { index, name in
                    traffic(
                        name, seconds: end - start, scale: scale * (1 + Double(index)), &random)
                }
            }
            phase.sent = phase.traffic.reduce(0) { $0 + $1.sent }
            phase.acked = phase.traffic.reduce(0) { $0 + $1.acked }
            phase.delivered = phase.traffic.reduce(0) { $0 + $1.delivered }
            return phase
        }
    }

    private static func traffic(
        _ name: String, seconds: Double, scale: Double, _ random: inout SplitMix64
    ) -> BenchReport.TrafficResult {
        let sent = Int((name == "dm" ? 400 : 100) * seconds)
        return BenchReport.TrafficResult(
            name: name, sent: sent, acked: sent, delivered: sent * (name == "dm" ? 2 : 9),
            refused: name == "dm" ? 15 : 0, ack: latency(1.3 * scale, 1, &random),
            ackSent: latency(1.2 * scale, 0.5, &random),
            deliver: latency(2.0 * scale, 1, &random),
            deliverSent: latency(1.9 * scale, 0.5, &random))
    }

    /// A long tail: exponential, a few of them forty times as slow.
    private static func latency(
        _ median: Double, _ tail: Double, _ random: inout SplitMix64
    ) -> BenchReport.LatencyFacts {
        var latency = Latency()
        for _ in 0..<latencies {
            let wait = median * (0.6 - 0.58 * log(1 - uniform(&random)))
            let isSlow = uniform(&random) < 0.004 * tail
            latency.record(Int64(wait * (isSlow ? 40 : 1) * 1e6))
        }
        return latency.facts
    }

    private static func assertions(_ report: BenchReport) -> [BenchReport.AssertionResult] {
        let ack = report.phases[2].traffic[0].ack.percentiles["p99"] ?? 0
        return [
            .init(scope: "all", text: "loss == 0", value: 0, limit: 0),
            .init(scope: "all", text: "dup == 0", value: 0, limit: 0),
            .init(scope: "steady", text: "acked == sent", value: 23_500, limit: 23_500),
            .init(
                scope: "steady", text: "dm.ack.p99 < 120ms", value: ack, limit: 120, unit: "ms"),
            .init(
                scope: "steady", text: "achieved_rate >= 99%", value: 99.7, limit: 99, unit: "%"),
            .init(
                scope: "harness", text: "sched_lag.p99 < 2ms", value: 0.34, limit: 2, unit: "ms"),
            .init(
                scope: "crash", text: "group.deliver.p9999 < 2s", value: nil, limit: 2_000,
                unit: "ms", outcome: .notJudged),
        ]
    }

    private static func metrics(
        _ report: BenchReport, _ random: inout SplitMix64
    ) -> [String: Double] {
        var metrics: [String: Double] = [
            "all.acked_rate": 498 + 4 * uniform(&random),
            "all.delivered_rate": 1_240 + 20 * uniform(&random),
            "all.achieved_rate": 99.7, "all.server_cpu": 44 + 3 * uniform(&random),
            "all.server_cpu_per_message": 86 + 8 * uniform(&random), "all.server_rss": 64e6,
            "all.server_files": 1_714, "all.sched_lag.p99": 0.34, "all.sched_lag.max": 1.31,
            "all.checker_lag.max": 27, "all.generator_cpu": 37, "all.generator_rss": 46e6,
            "all.device_bytes": 8_912,
        ]
        let scopes =
            [("all", report.traffic)] + report.phases.map { ($0.name, $0.traffic) }
        for (scope, traffic) in scopes {
            for one in traffic {
                for (name, facts) in [("ack", one.ack), ("deliver", one.deliver)] {
                    for (percentile, value) in facts.percentiles {
                        metrics["\(scope).\(one.name).\(name).\(percentile)"] = value
                    }
                }
            }
        }
        for check in report.checks { metrics["all.\(check.name)"] = Double(check.count) }
        return metrics
    }
}
