import Testing

@testable import imbench

@Suite struct ReportSummaryTests {
    @Test func aPassSaysWhatWasMeasured() {
        let lines = ReportSummary.lines(SampleReport.make())
        #expect(lines.first == "PASS: multi-device-crash")
        let text = lines.joined(separator: "\n")
        for words in [
            "1,700 devices of 1,000 users", "seed 42", "scenario 9f2c4be1d07a", "2m 00s",
            "dm       34,000  34,000     68,000       15", "dm ack         due ",
            "dm ack         sent ", "group deliver  due ", "µs a message", "lag p99 0.34 ms",
            "kill9 at 82.000 s for 2.60 s", "0 violations: loss, dup, order",
            "6 met · 0 missed · 1 not judged", "not judged  crash: group.deliver.p9999 < 2s",
            "refused  busy 12 · rate_limited 3", "8.70 KiB a device",
        ] { #expect(text.contains(words), "\(words) in\n\(text)") }
    }

    @Test func aFailureSaysWhy() {
        let text = ReportSummary.lines(SampleReport.broken()).joined(separator: "\n")
        #expect(text.hasPrefix("FAIL: the server broke its word: multi-device-crash\n"))
        for words in [
            "loss 3 · 0 of the \(Violation.allCases.count - 1) others",
            "  missed      all: loss == 0 (3)",
            "loss at 84.200 s: send 1204 of user 17 never reached device 33",
            "81.970 s  the server acknowledged it with seq 512",
        ] { #expect(text.contains(words), "\(words) in\n\(text)") }
    }

    @Test func verdictsComeFirst() {
        var report = SampleReport.make()
        for (verdict, words) in [
            (BenchReport.Verdict.threshold, "FAIL: a threshold was missed"),
            (.invalid, "INVALID: the run proves nothing"), (.partial, "PARTIAL: ended early"),
        ] {
            report.verdict = verdict
            report.invalid = verdict == .invalid ? ["event loop 1 was 40 ms behind"] : []
            let lines = ReportSummary.lines(report)
            #expect(lines[0] == "\(words): multi-device-crash")
            if verdict == .invalid { #expect(lines[1] == "  event loop 1 was 40 ms behind") }
        }
    }

    @Test func linesFit() {
        var report = SampleReport.broken()
        report.scenario.about = String(repeating: "long ", count: 60)
        report.scenario.name = String(repeating: "name", count: 40)
        report.invalid = [String(repeating: "因为很慢 ", count: 60)]
        report.violations[0].words = String(repeating: "word ", count: 60)
        report.violations[0].trace[0].words = String(repeating: "x", count: 300)
        report.refusals = Dictionary(
            uniqueKeysWithValues: (0..<40).map { ("code_of_some_length_\($0)", $0) })
        for line in ReportSummary.lines(report) {
            #expect(LiveLine.width(line) <= ReportSummary.columnsMax, "\(line)")
        }
        #expect(ReportSummary.lines(BenchReport()).count > 1)
    }

    @Test func figuresAreReadable() {
        #expect(Figure.count(1_234_567) == "1,234,567")
        #expect(Figure.count(-1_000) == "-1,000")
        #expect(Figure.count(999) == "999")
        #expect(Figure.milliseconds(3.4159) == "3.42 ms")
        #expect(Figure.milliseconds(0.0871) == "0.087 ms")
        #expect(Figure.milliseconds(34.159) == "34.2 ms")
        #expect(Figure.milliseconds(341.5) == "342 ms")
        #expect(Figure.milliseconds(1_250) == "1.25 s")
        #expect(Figure.seconds(125) == "2m 05s")
        #expect(Figure.seconds(3_725) == "1h 02m")
        #expect(Figure.bytes(512) == "512 B")
        #expect(Figure.bytes(54_845_440) == "52.3 MiB")
        #expect(Figure.percent(99.7) == "99.7 %")
        #expect(Figure.plain(2) == "2")
        #expect(Figure.digits(2) == "2.00")
        #expect(Figure.plain(.nan) == "–")
        #expect(Figure.change(12.34) == "+12.3 %")
        #expect(Figure.value(86.4, unit: "µs") == "86.4 µs")
        #expect(Figure.value(5, unit: "") == "5")
    }

    @Test func latenciesAreSummedUp() {
        var first = Latency()
        var second = Latency()
        for value in 1...100 {
            if value % 2 == 0 {
                first.record(Int64(value) * 1_000_000)
            } else {
                second.record(Int64(value) * 1_000_000)
            }
        }
        first.merge(second)
        first.merge(Latency())
        #expect(first.count == 100)
        #expect(abs(first.mean - 50.5) < 0.1)
        #expect(first.greatest == 100)
        #expect(abs(first.milliseconds(50) - 50) < 0.1)
        let curve = first.curve(points: 20)
        #expect(curve.count == 20)
        #expect(curve.last == [100, 100])
        for (left, right) in zip(curve, curve.dropFirst()) {
            #expect(left[0] < right[0] && left[1] <= right[1])
        }
        #expect(first.facts.percentiles.count == Metric.percentiles.count)
        first.reset()
        #expect(first.count == 0 && first.milliseconds(99) == 0 && first.curve().isEmpty)
    }

    @Test func theMachineIsKnown() {
        let facts = MachineProbe.facts()
        #expect(facts.cores > 0)
        #expect(facts.memoryBytes > 64 << 20)
        #expect(facts.openFilesMax > 0)
        #expect(facts.system.hasPrefix("Linux"))
        #expect(!facts.processor.isEmpty)
        #expect(facts.build == "debug" || facts.build == "release")
        let text = "processor\t: 0\nmodel name\t:  Some   CPU @ 2 GHz\nmodel name\t: Other\n"
        #expect(MachineProbe.processor(of: text) == "Some CPU @ 2 GHz")
        #expect(MachineProbe.memory(of: "MemFree: 1 kB\nMemTotal:   2048 kB\n") == 2 << 20)
        #expect(MachineProbe.memory(of: "") == 0)
    }
}
