import Foundation

extension Comparison {
    /// The table and what follows from it, for people.
    func lines() -> [String] {
        var lines = [
            "\(scenario): \(Self.runs(baseRuns)) of the base, \(Self.runs(newRuns)) of the new"
        ]
        lines += notes.map { "  note: " + $0 }
        lines += [""] + table()
        lines.append("")
        lines += conclusion()
        return lines
    }

    /// 2: something became worse; 3: too few runs to say; 0: nothing did.
    var exitCode: Int32 {
        worse.isEmpty ? isEnough ? 0 : 3 : 2
    }

    private static func runs(_ count: Int) -> String { count == 1 ? "1 run" : "\(count) runs" }

    private func table() -> [String] {
        guard !rows.isEmpty else { return ["  no metric is in both"] }
        var cells = [["metric", "base", "new", "change", "chance", ""]]
        for row in rows {
            cells.append([
                row.metric, Figure.value(row.base, unit: row.unit),
                Figure.value(row.new, unit: row.unit), Figure.change(row.change),
                row.chance.map { String(format: "%.3f", $0) } ?? "–", Self.word(row.outcome),
            ])
        }
        let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let padded = row.enumerated().map { column, cell in
                let spaces = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 || column == 5 ? cell + spaces : spaces + cell
            }
            let line = "  " + padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private static func word(_ outcome: Outcome) -> String {
        switch outcome {
        case .worse: "WORSE"
        case .better: "better"
        case .same: ""
        case .open: ""
        }
    }

    private func conclusion() -> [String] {
        let judged = rows.count { $0.chance != nil }
        var lines: [String] = []
        if !worse.isEmpty {
            lines.append("WORSE: " + worse.map(\.metric).joined(separator: ", "))
        }
        guard isEnough else {
            return lines + [
                "Single runs say nothing about noise: it takes \(Self.runsMin) of each side.",
                "Repeat both: imbench run FILE --repeat 5 --json DIR",
            ]
        }
        if worse.isEmpty { lines.append("Nothing became worse beyond noise.") }
        let chance = Self.chanceMax(runs: min(baseRuns, newRuns))
        lines.append(
            "Of \(judged) metrics, chance alone can make"
                + " \(Figure.plain((Double(judged) * chance).rounded(.up)))"
                + " look worse: repeat before you believe a lone one.")
        return lines
    }
}
