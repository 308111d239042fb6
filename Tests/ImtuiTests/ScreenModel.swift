@testable import imtui

/// A terminal of the simplest kind, for tests: it draws each scalar by itself, joins nothing, and
/// knows the few sequences that the painter sends; anything else is kept in `unknown`.
struct ScreenModel {
    struct Cell: Equatable {
        var text = " "
        var style = "0"
        var link = ""
    }

    private(set) var cells: [[Cell]]
    private(set) var unknown: [String] = []
    private(set) var strings: [String] = []
    private(set) var isCursorShown = true
    private(set) var row = 0
    private(set) var column = 0
    /// Cells that text was written into since the beginning.
    private(set) var writtenCount = 0
    private var style = "0"
    private var link = ""
    private let rows: Int
    private let columns: Int

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        cells = Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
    }

    var text: [String] {
        cells.map { row in
            var line = row.map(\.text).joined()
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    mutating func feed(_ bytes: [UInt8]) {
        var scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            if scalar == "\u{1b}" {
                sequence(&scalars)
            } else if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) {
                unknown.append("control \(scalar.value)")
            } else {
                put(scalar)
            }
        }
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let width = TextWidth.of(scalar)
        if width == 0 {
            if column > 0 { cells[row][column - 1].text.unicodeScalars.append(scalar) }
            return
        }
        writtenCount += 1
        let at = min(column, columns - width)
        cells[row][at] = Cell(text: String(Character(scalar)), style: style, link: link)
        if width == 2 { cells[row][at + 1] = Cell(text: "", style: style, link: link) }
        column = min(at + width, columns)
    }

    private mutating func sequence(_ scalars: inout ArraySlice<Unicode.Scalar>) {
        switch scalars.popFirst() {
        case "[":
            var parameters = ""
            while let next = scalars.popFirst() {
                if next.value >= 0x40 {
                    control(parameters, Character(next))
                    return
                }
                parameters.unicodeScalars.append(next)
            }
            unknown.append("cut")
        case "]", "_", "P":
            var text = ""
            while let next = scalars.popFirst(), next != "\u{1b}" {
                text.unicodeScalars.append(next)
            }
            if scalars.popFirst() != "\\" { unknown.append("string \(text)") }
            if text.hasPrefix("8;") {
                link =
                    text.split(separator: ";", maxSplits: 2, omittingEmptySubsequences: false)
                    .dropFirst(2).first.map(String.init) ?? ""
            } else {
                strings.append(text)
            }
        case let other: unknown.append("escape \(String(describing: other))")
        }
    }

    private mutating func control(_ parameters: String, _ last: Character) {
        let numbers = parameters.split(separator: ";").map { Int($0) ?? 0 }
        switch last {
        case "H":
            row = min(max((numbers.first ?? 1) - 1, 0), rows - 1)
            column = min(max((numbers.count > 1 ? numbers[1] : 1) - 1, 0), columns - 1)
        case "G": column = min(max((numbers.first ?? 1) - 1, 0), columns - 1)
        case "m": style = parameters
        case "J" where parameters == "2":
            cells = Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
        case "K" where parameters == "2":
            cells[row] = Array(repeating: Cell(), count: columns)
        case "h" where parameters == "?25": isCursorShown = true
        case "l" where parameters == "?25": isCursorShown = false
        case "h" where parameters == "?2026", "l" where parameters == "?2026": break
        default: unknown.append("CSI \(parameters)\(last)")
        }
    }
}
