import Foundation
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@testable import imbench

@Suite struct HTMLReportTests {
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
        let pages = [("pass", pass), ("broken", SampleReport.broken()), ("empty", BenchReport())]
        for (name, report) in pages {
            try Data(HTMLReport.page(report).utf8).write(
                to: URL(fileURLWithPath: "\(folder)/\(name).html"))
            let text = ReportSummary.lines(report).joined(separator: "\n")
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).txt"))
        }
    }
}
