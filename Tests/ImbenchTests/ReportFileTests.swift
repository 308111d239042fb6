import Foundation
import Testing

@testable import imbench

@Suite struct ReportFileTests {
    private static func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "imbench-report-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private static func failure(_ path: String) -> BenchError? {
        do {
            _ = try ReportFile.read(path: path)
            return nil
        } catch {
            return error
        }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        try Self.inFolder { folder in
            var report = SampleReport.broken()
            report.metrics["all.odd"] = .infinity
            try ReportFile.write(report, to: folder + "/a.json")
            let read = try ReportFile.read(path: folder + "/a.json")
            try ReportFile.write(read, to: folder + "/b.json")
            let texts = try ["a", "b"].map {
                try String(contentsOfFile: "\(folder)/\($0).json", encoding: .utf8)
            }
            #expect(texts[0] == texts[1])
            #expect(texts[0].contains("\"format\" : \"imbench-report/1\""))
            #expect(read.metrics["all.odd"] == .infinity)
            #expect(read.violations.count == report.violations.count)
            #expect(read.traffic[1].deliver.curve == report.traffic[1].deliver.curve)
        }
    }

    @Test func mistakesAreNamed() throws {
        try Self.inFolder { folder in
            for (text, words) in [
                ("not json", "not a report of imbench"), ("{}", "not a report of imbench"),
                ("{\"format\": \"imbench-report/9\"}", "this imbench reads imbench-report/1"),
                ("{\"format\": \"imbench-report/1\"}", "damaged report"),
                ("{\"format\": \"other/1\"}", "not a report of imbench"),
            ] {
                let path = folder + "/file.json"
                try Data(text.utf8).write(to: URL(fileURLWithPath: path))
                let error = Self.failure(path)
                #expect(error?.kind == .usage)
                #expect(error?.description.contains(words) == true, "\(text): \(error as Any)")
                #expect(error?.description.hasPrefix(path) == true)
            }
            #expect(Self.failure(folder)?.description.contains("folder") == true)
            let missing = Self.failure(folder + "/none.json")
            #expect(missing?.description.contains("no such file") == true)
            #expect(throws: BenchError.self) {
                try ReportFile.write(BenchReport(), to: folder + "/none/a.json")
            }
        }
    }
}
