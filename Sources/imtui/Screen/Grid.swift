/// The screen as cells; a wide cluster takes two, the second of them empty.
struct Grid: Equatable, Sendable {
    /// One column of one row.
    struct Cell: Equatable, Sendable {
        /// The cluster that begins here; empty behind a wide one.
        var text: String
        var style: Style

        static let blank = Cell(text: " ", style: .plain)
    }

    let rows: Int
    let columns: Int
    private(set) var cells: [[Cell]]
    /// Where the cursor stands; nil: hidden.
    var cursor: (row: Int, column: Int)?

    init(rows: Int, columns: Int) {
        self.rows = max(rows, 0)
        self.columns = max(columns, 0)
        cells = Array(
            repeating: Array(repeating: .blank, count: self.columns), count: self.rows)
    }

    static func == (one: Grid, other: Grid) -> Bool {
        one.cells == other.cells && one.cursor?.row == other.cursor?.row
            && one.cursor?.column == other.cursor?.column
    }

    /// Writes text, safe for a terminal, from a column on up to `end`; returns where it stopped.
    @discardableResult
    mutating func put(
        _ text: String, row: Int, column: Int, end: Int? = nil, style: Style = .plain
    ) -> Int {
        var at = max(column, 0)
        let limit = min(end ?? columns, columns)
        guard (0..<rows).contains(row) else { return at }
        for character in SafeText.escaped(text) {
            let width = TextWidth.of(character)
            if width == 0 { continue }
            if at + width > limit { break }
            cells[row][at] = Cell(text: String(character), style: style)
            if width == 2 { cells[row][at + 1] = Cell(text: "", style: style) }
            at += width
        }
        return at
    }

    /// Fills part of a row with one style.
    mutating func fill(row: Int, from: Int = 0, to: Int? = nil, style: Style) {
        guard (0..<rows).contains(row) else { return }
        for column in max(from, 0)..<max(max(from, 0), min(to ?? columns, columns)) {
            cells[row][column] = Cell(text: " ", style: style)
        }
    }

    /// The rows as text, without blanks at their ends.
    var text: [String] {
        cells.map { row in
            var line = row.map(\.text).joined()
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
