import ArgumentParser
import Foundation
import FreeIMCore
import Testing

@testable import imbench

@Suite struct ComparisonTests {
    // MARK: The test of splits

    @Test func chancesAreThoseOfAllSplits() {
        // 3 of 6, 5 of 10: one split of 20, of 252.
        #expect(close(SplitTest.chance(base: [1, 2, 3], new: [4, 5, 6]), 1.0 / 20))
        #expect(
            close(SplitTest.chance(base: [1, 2, 3, 4, 5], new: [6, 7, 8, 9, 10]), 1.0 / 252))
        #expect(close(SplitTest.chance(base: [4, 5, 6], new: [1, 2, 3]), 1))
        // Ranks 2, 5, 6 sum to 13; so great or greater: {4,5,6} {3,5,6} {2,5,6} {3,4,6}.
        #expect(close(SplitTest.chance(base: [1, 3, 4], new: [2, 5, 6]), 4.0 / 20))
        #expect(close(SplitTest.chance(base: [7, 7, 7], new: [7, 7, 7]), 1))
        #expect(SplitTest.chance(base: [], new: [1]) == 1)
    }

    @Test func sharedRanksAreCountedAsEverySplitHasThem() {
        // By hand: of the 6 splits of 1, 2, 2, 3, the pair {2, 3} comes twice and is the greatest.
        #expect(close(SplitTest.chance(base: [1, 2], new: [2, 3]), 2.0 / 6))
    }

    @Test func itAgreesWithCountingOneByOne() {
        var random = SplitMix64(seed: 5)
        for _ in 0..<20 {
            let all = (0..<9).map { _ in Double(random.next() % 12) }
            let (base, new) = (Array(all.prefix(5)), Array(all.suffix(4)))
            let ranks = SplitTest.doubledRanks(all)
            let wanted = ranks.suffix(4).reduce(0, +)
            var (hits, splits) = (0, 0)
            for mask in 0..<512 where mask.nonzeroBitCount == 4 {
                let sum = ranks.indices.filter { mask >> $0 & 1 == 1 }.reduce(0) { $0 + ranks[$1] }
                splits += 1
                if sum >= wanted { hits += 1 }
            }
            #expect(
                close(
                    SplitTest.chance(base: base, new: new), Double(hits) / Double(splits)))
        }
    }

    @Test func manyRunsAreCountedToo() {
        let base = (0..<30).map(Double.init)
        let chance = SplitTest.chance(base: base, new: base.map { $0 + 0.5 })
        #expect(chance > 0.25 && chance < 0.6)
        #expect(SplitTest.chance(base: base, new: base.map { $0 + 100 }) < 1e-15)
    }

    @Test func medians() {
        #expect(SplitTest.median([3, 1, 2]) == 2)
        #expect(SplitTest.median([4, 1, 2, 3]) == 2.5)
        #expect(SplitTest.median([]).isNaN)
    }

    private func close(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-12 }

    // MARK: Runs

    /// Runs whose figures differ by a few percent, as runs do; `factor` by metric is a real shift.
    private static func runs(
        _ count: Int, seed: UInt64, spread: Double = 0.03, factor: [String: Double] = [:]
    ) -> [BenchReport] {
        var random = SplitMix64(seed: seed)
        let sample = SampleReport.make()
        return (0..<count).map { _ in
            var report = sample
            for key in report.metrics.keys.sorted() {
                let share = Double(random.next() >> 11) / 9_007_199_254_740_992
                report.metrics[key]? *= (1 + spread * (2 * share - 1)) * (factor[key] ?? 1)
            }
            return report
        }
    }

    @Test func noiseDoesNotAlarm() {
        for seed in UInt64(0)..<20 {
            let comparison = Comparison(
                base: Self.runs(5, seed: seed), new: Self.runs(5, seed: seed + 1_000))
            #expect(comparison.worse.isEmpty, "seed \(seed): \(comparison.worse)")
            #expect(comparison.exitCode == 0)
        }
    }

    @Test func greatNoiseAlarmsSeldom() {
        let alarms = (UInt64(0)..<10).reduce(0) { sum, seed in
            sum
                + Comparison(
                    base: Self.runs(5, seed: seed, spread: 0.4),
                    new: Self.runs(5, seed: seed + 1_000, spread: 0.4)
                ).worse.count
        }
        // Of some 400 judged at 1 % each.
        #expect(alarms <= 10)
    }

    @Test func aRealShiftDoes() throws {
        let comparison = Comparison(
            base: Self.runs(5, seed: 1),
            new: Self.runs(
                5, seed: 2,
                factor: [
                    "steady.dm.ack.p99": 1.2, "all.acked_rate": 0.8,
                    "all.server_cpu_per_message": 0.7, "all.server_rss": 1.01,
                ]))
        let outcomes = Dictionary(
            uniqueKeysWithValues: comparison.rows.map { ($0.metric, $0.outcome) })
        #expect(outcomes["steady.dm.ack.p99"] == .worse)
        #expect(outcomes["all.acked_rate"] == .worse)
        #expect(outcomes["all.server_cpu_per_message"] == .better)
        #expect(outcomes["all.server_rss"] == .same, "less than 5 %")
        #expect(outcomes["steady.group.ack.p99"] == .same)
        #expect(comparison.worse.count == 2)
        #expect(comparison.exitCode == 2)
        let text = comparison.lines().joined(separator: "\n")
        #expect(text.contains("WORSE: all.acked_rate, steady.dm.ack.p99"))
        let row = try #require(comparison.rows.first { $0.metric == "steady.dm.ack.p99" })
        #expect(abs(row.change - 20) < 7)
        #expect((row.chance ?? 1) < 0.01)
    }

    @Test func singleRunsSayNothing() {
        let comparison = Comparison(
            base: Self.runs(1, seed: 1),
            new: Self.runs(1, seed: 2, factor: ["steady.dm.ack.p99": 5]))
        #expect(comparison.worse.isEmpty)
        #expect(comparison.exitCode == 3)
        let text = comparison.lines().joined(separator: "\n")
        #expect(text.contains("Single runs say nothing about noise"))
        #expect(text.contains("--repeat 5 --json DIR"))
        #expect(text.contains("steady.dm.ack.p99"))
    }

    @Test func aViolationIsNoNoise() {
        let comparison = Comparison(base: [SampleReport.make()], new: [SampleReport.broken()])
        #expect(comparison.worse.map(\.metric) == ["violations.loss"])
        #expect(comparison.exitCode == 2)
        let both = Comparison(base: [SampleReport.broken()], new: [SampleReport.broken()])
        #expect(both.exitCode == 3)
    }

    @Test func onlyWhatIsWorthItUnlessAllIsAskedFor() {
        let runs = Self.runs(3, seed: 1)
        let few = Comparison(base: runs, new: runs).rows.map(\.metric)
        #expect(few.contains("all.dm.deliver.p999"))
        #expect(few.contains("all.device_bytes"))
        #expect(!few.contains("all.dm.deliver.p75"))
        #expect(!few.contains("warmup.dm.ack.p99"), "not recorded")
        #expect(!few.contains("all.loss"))
        let all = Comparison(base: runs, new: runs, options: .init(isAll: true)).rows
        #expect(all.contains { $0.metric == "warmup.dm.deliver.p75" })
        #expect(all.count > few.count)
    }

    @Test func whatElseDiffersIsNoted() {
        var other = SampleReport.make()
        other.machine.processor = "Another"
        other.machine.build = "debug"
        let notes = Comparison(base: [SampleReport.make()], new: [other]).notes
        #expect(notes.contains { $0.contains("2 × Another now") })
        #expect(notes.contains { $0.contains("release before, debug now") })
    }

    // MARK: The command

    private static func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "imbench-compare-\(UUID().uuidString)"
        for name in ["a", "b", "empty"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, runs) in [
            ("a", runs(3, seed: 1)),
            ("b", runs(3, seed: 2, factor: ["all.acked_rate": 0.5])),
        ] {
            for (index, run) in runs.enumerated() {
                try ReportFile.write(run, to: "\(folder)/\(name)/\(index).json")
            }
        }
        try body(folder)
    }

    private static func compare(_ arguments: [String]) throws -> Comparison {
        let command = try #require(
            try CompareCommand.parseAsRoot(arguments) as? CompareCommand)
        return try command.comparison()
    }

    private static func failure(_ arguments: [String]) -> String? {
        do {
            _ = try compare(arguments)
            return nil
        } catch let error as BenchError {
            return error.kind == .usage ? error.description : nil
        } catch {
            return nil
        }
    }

    @Test func sidesAreFoldersOrFiles() throws {
        try Self.inFolder { folder in
            let folders = try Self.compare([folder + "/a", folder + "/b"])
            #expect(folders.worse.map(\.metric) == ["all.acked_rate"])
            let files = ["a", "b"].map { side in
                (0..<3).map { "\(folder)/\(side)/\($0).json" }
            }
            let several = try Self.compare(files[0] + ["--new"] + files[1])
            #expect(several.worse.map(\.metric) == ["all.acked_rate"])
            let single = try Self.compare([files[0][0], files[1][0]])
            #expect(single.exitCode == 3)
            let lenient = try Self.compare([folder + "/a", folder + "/b", "--least", "60%"])
            #expect(lenient.exitCode == 0)
        }
    }

    @Test func mistakesAreNamed() throws {
        try Self.inFolder { folder in
            let (old, new) = (folder + "/a/0.json", folder + "/b/0.json")
            #expect(Self.failure([old])?.contains("two files or folders") == true)
            #expect(Self.failure([old, folder + "/none"])?.contains("no such file") == true)
            #expect(Self.failure([old, folder + "/empty"])?.contains("no report in") == true)
            #expect(Self.failure([old, new, "--least", "lots"])?.contains("--least") == true)
            var other = SampleReport.make()
            other.scenario.hash = "0123456789abcdef"
            try ReportFile.write(other, to: new)
            #expect(Self.failure([old, new])?.contains("two versions of") == true)
            #expect(try Self.compare([old, new, "--force"]).exitCode == 3)
            other = SampleReport.make()
            other.verdict = .invalid
            try ReportFile.write(other, to: new)
            #expect(Self.failure([old, new])?.contains("invalid") == true)
            let left = try Self.compare([folder + "/a", folder + "/b"])
            #expect(left.newRuns == 2)
            #expect(left.notes.contains { $0.contains("left out") })
        }
    }
}
