import Foundation
import Testing

@testable import imbench

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite struct HTMLReportTests {
    /// Elements' text and attributes, as an XML parser reads them.
    private final class Reading: NSObject, XMLParserDelegate {
        var text = ""
        var elements: [String: Int] = [:]
        var attributes: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            elements[name, default: 0] += 1
            self.attributes += attributes.values
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            text += string
        }
    }

    private static func read(_ report: BenchReport) throws -> Reading {
        let page = HTMLReport.page(report)
        let parser = XMLParser(data: Data(page.utf8))
        let reading = Reading()
        parser.delegate = reading
        let isWell = parser.parse()
        #expect(isWell, "line \(parser.lineNumber): \(String(describing: parser.parserError))")
        return reading
    }

    @Test func everythingOfARunIsInIt() throws {
        let report = SampleReport.broken()
        let reading = try Self.read(report)
        for one in report.assertions {
            #expect(reading.text.contains(one.text))
        }
        for check in report.checks {
            #expect(reading.text.contains(check.name))
            #expect(!VerdictWords.meaning(check.name).isEmpty, "\(check.name)")
            #expect(reading.text.contains(VerdictWords.meaning(check.name)))
        }
        for violation in report.violations {
            #expect(reading.text.contains(violation.words))
            for line in violation.trace { #expect(reading.text.contains(line.words)) }
        }
        for words in [
            "multi-device-crash", "FAIL", "seed 42", report.scenario.hash, report.scenario.text,
            "busy", "rate_limited", "imbench replay", "kill9", "99.9 %", "Sample CPU",
        ] { #expect(reading.text.contains(words), "\(words)") }
        // Two of latency, two of percentiles, four of load, four of resources.
        #expect(reading.elements["figure"] == 12)
    }

    @Test func nothingComesFromOutside() {
        let page = HTMLReport.page(SampleReport.broken()).lowercased()
        for word in ["http:", "https:", "//cdn", "<link", "<img", "src=", "@import", "url("] {
            #expect(!page.contains(word), "\(word)")
        }
    }

    @Test func hostileTextIsText() throws {
        let evil = "</title></script><script>alert('1')</script>\" onload=\"x&amp;\u{0}\u{1b}]]>"
        var report = SampleReport.broken()
        report.scenario.name = evil
        report.scenario.about = evil
        report.scenario.text = evil
        report.scenario.arguments = [evil]
        report.scenario.server = evil
        report.machine.processor = evil
        report.invalid = [evil]
        report.refusals = [evil: 1]
        report.assertions[0].text = evil
        report.assertions[1].scope = evil
        report.phases[2].name = evil
        report.traffic[0].name = evil
        report.faults[0].name = evil
        report.violations[0].words = evil
        report.violations[0].trace[0].words = evil
        let reading = try Self.read(report)
        #expect(reading.elements["script"] == 1)
        #expect(!reading.attributes.contains { $0 == "x&" })
        #expect(reading.text.contains("<script>alert('1')</script>"))
        #expect(!HTMLReport.page(report).contains("<script>alert"))
    }

    @Test func everyVerdictHasItsWords() throws {
        for (verdict, word) in [
            (BenchReport.Verdict.pass, "PASS"), (.correctness, "FAIL"), (.threshold, "FAIL"),
            (.invalid, "INVALID"), (.partial, "PARTIAL"),
        ] {
            var report = SampleReport.make()
            report.verdict = verdict
            #expect(try Self.read(report).text.contains(word))
        }
    }

    @Test func aRunOfNothingIsAPageToo() throws {
        let reading = try Self.read(BenchReport())
        for words in ["Nothing was timed", "No promise was broken", "asserts nothing"] {
            #expect(reading.text.contains(words), "\(words)")
        }
    }

    @Test func hoursAreAsSmallAsMinutes() throws {
        var report = SampleReport.make()
        let short = HTMLReport.page(report).utf8.count
        report.series = (0..<7_200).map { second in
            var point = report.series[second % 120]
            point.time = Double(second)
            return point
        }
        report.seconds = 7_200
        #expect(ReportSeries(report.series).times.count <= ReportSeries.pointsMax)
        #expect(HTMLReport.page(report).utf8.count < 4 * short)
        _ = try Self.read(report)
    }

    @Test func theBaselineIsLaidOver() throws {
        var report = SampleReport.make()
        let other = SampleReport.make(seed: 7, scale: 2)
        report.baseline = BenchReport.BaselineResult(
            file: "base.json", startedAt: other.startedAt, metrics: other.metrics,
            curves: ["dm.ack": other.traffic[0].ack.curve])
        #expect(try Self.read(report).text.contains("ack, baseline"))
    }

    @Test func curvesAreReadBetweenTheirPoints() {
        let curve = [[0.0, 1], [90, 3], [99, 5], [100, 9]]
        let values = HTMLReport.resampled(curve, at: [0, 0.5, 1, 1.5, 2, 2.5])
        #expect(values == [1, 2, 3, 4, 9, nil])
        #expect(HTMLReport.resampled([], at: [0, 1]) == [nil, nil])
    }

    @Test func ticksAreRound() {
        #expect(AxisScale.linear(greatest: 1_700).ticks.map(\.label).last == "2,000")
        #expect(AxisScale.linear(greatest: 0).ticks.count > 1)
        let log = AxisScale.log(least: 0.8, greatest: 340)
        #expect(log.ticks.map(\.label) == ["1", "10", "100"])
        #expect(log.low == 0.5 && log.high == 500)
        #expect(AxisScale.time(until: 120).ticks.map(\.label).last == "120 s")
        #expect(AxisScale.time(until: 7_200).ticks.map(\.label).last == "2 h")
        #expect(
            AxisScale.percentiles(nines: 3.2).ticks.map(\.label)
                == ["50 %", "90 %", "99 %", "99.9 %"])
    }

    /// Three hours, many faults, phases and kinds of traffic.
    private static func long() -> BenchReport {
        var report = SampleReport.make()
        report.verdict = .threshold
        report.assertions[3].outcome = .missed
        report.assertions[3].limit = 4
        report.seconds = 10_800
        report.series = (0..<10_800).map { second in
            var point = report.series[30 + second / 7 % 40]
            point.time = Double(second)
            return point
        }
        report.faults = (0..<24).map { number in
            let start = 200 + Double(number) * (number < 6 ? 60 : 430)
            return BenchReport.FaultEvent(
                name: number % 3 == 0 ? "freeze 50 %" : "cut", start: start, end: start + 45)
        }
        report.phases = (0..<14).map { number in
            var phase = report.phases[1 + number % 3]
            phase.name = number % 4 == 0 ? "a phase of a long name \(number)" : "soak\(number)"
            phase.start = Double(number) * 770
            phase.end = phase.start + 770
            return phase
        }
        report.traffic += report.traffic.map { one in
            var one = one
            one.name = "receipts-of-" + one.name
            one.deliver = BenchReport.LatencyFacts()
            one.deliverSent = BenchReport.LatencyFacts()
            return one
        }
        return report
    }

    /// Writes pages to look at into the folder that IMBENCH_PAGES names.
    @Test func pagesForTheEye() throws {
        guard let folder = ProcessInfo.processInfo.environment["IMBENCH_PAGES"] else { return }
        var pass = SampleReport.make()
        let other = SampleReport.make(seed: 7, scale: 1.25)
        pass.baseline = BenchReport.BaselineResult(
            file: "base.json", startedAt: other.startedAt, metrics: other.metrics,
            curves: Dictionary(
                uniqueKeysWithValues: other.traffic.flatMap {
                    [("\($0.name).ack", $0.ack.curve), ("\($0.name).deliver", $0.deliver.curve)]
                }))
        let pages = [
            ("long", Self.long()), ("pass", pass), ("broken", SampleReport.broken()),
            ("empty", BenchReport()),
        ]
        for (name, report) in pages {
            try ReportFile.write(report, to: "\(folder)/\(name).json")
            for (ending, text) in [
                ("html", HTMLReport.page(report)),
                ("txt", ReportSummary.lines(report).joined(separator: "\n")),
            ] {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).\(ending)"))
            }
        }
    }
}
