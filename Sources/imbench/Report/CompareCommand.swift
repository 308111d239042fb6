import ArgumentParser
import Foundation

/// Says what became worse between two sets of runs.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Says what became worse between two sets of runs, beyond noise.",
        discussion: """
            Each side is a report, or a folder of reports (imbench run --repeat 5 --json \
            FOLDER). For several of each: imbench compare BASE... --new NEW...

            A metric is worse when its median moved the wrong way by --least or more, and when \
            chance alone would put the runs in such an order in at most 1 of 20 cases; from 5 \
            runs of each side on in 1 of 100, since many metrics are judged at once. A violation \
            that no run of the base has is worse however few the runs.

            Exit codes: 0 nothing became worse, 2 something did, 3 too few runs to say (3 of \
            each side are needed), 4 unreadable reports or different scenarios.
            """)

    /// Runs of a side.
    static let runsMax = SplitTest.valuesMax / 2

    @Argument(help: "The base's report or folder, then the new one's.")
    var reports: [String]
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Reports of the new runs; all others are the base's.", valueName: "new"))
    var new: [String] = []
    @Option(
        help: ArgumentHelp("What a median has to move by to count as a change.", valueName: "share")
    )
    var least = "5%"
    @Flag(help: "Shows all metrics, not only those worth comparing.") var all = false
    @Flag(help: "Prints the comparison as JSON.") var json = false
    @Flag(help: "Compares different scenarios too, and invalid or partial runs.")
    var force = false

    func run() throws {
        let comparison = try comparison()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            print(String(decoding: try encoder.encode(comparison), as: UTF8.self))
        } else {
            print(comparison.lines().joined(separator: "\n"))
        }
        if comparison.exitCode != 0 { throw ExitCode(comparison.exitCode) }
    }

    /// Reads both sides and compares them.
    func comparison() throws(BenchError) -> Comparison {
        var base = reports
        var news = new
        if news.isEmpty {
            guard base.count == 2 else {
                throw BenchError(
                    .usage,
                    "compare takes the base and the new: two files or folders,"
                        + " or BASE... --new NEW..."
                )
            }
            news = [base.removeLast()]
        }
        var notes: [String] = []
        let olds = try side(base, notes: &notes)
        let fresh = try side(news, notes: &notes)
        if !force, let words = Comparison.mismatch(olds, fresh) {
            throw BenchError(.usage, "\(words); --force compares them all the same")
        }
        var comparison = Comparison(
            base: olds, new: fresh,
            options: Comparison.Options(least: try leastPercent(), isAll: all))
        comparison.notes += notes
        return comparison
    }

    private func leastPercent() throws(BenchError) -> Double {
        let isPercent = least.hasSuffix("%")
        guard let number = Double(isPercent ? String(least.dropLast()) : least),
            number.isFinite, number >= 0
        else { throw BenchError(.usage, "--least is a share as 5% or 0.05, not \(least)") }
        return isPercent ? number : number * 100
    }

    private func side(
        _ paths: [String], notes: inout [String]
    ) throws(BenchError) -> [BenchReport] {
        var runs: [BenchReport] = []
        for path in try files(paths) {
            let report = try ReportFile.read(path: path)
            let isFair = report.verdict != .invalid && !report.isPartial
            if isFair || force {
                runs.append(report)
            } else {
                let word = report.isPartial ? "partial" : "invalid"
                notes.append("left out \(path): \(word)")
            }
        }
        guard !runs.isEmpty else {
            let why = notes.isEmpty ? "there is no report" : notes.joined(separator: "; ")
            throw BenchError(.usage, "\(paths.joined(separator: " ")): \(why)")
        }
        guard runs.count <= Self.runsMax else {
            throw BenchError(.usage, "more than \(Self.runsMax) runs on a side")
        }
        return runs
    }

    /// Folders stand for the JSON files in them.
    private func files(_ paths: [String]) throws(BenchError) -> [String] {
        var files: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                isFolder.boolValue
            else {
                files.append(path)
                continue
            }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            let reports = names.filter { $0.hasSuffix(".json") }.sorted()
            if reports.isEmpty {
                throw BenchError(.usage, "\(path): there is no report in this folder")
            }
            files += reports.map { path + "/" + $0 }
        }
        return files
    }
}
