/// The screen as cells; a wide cluster takes two, the second of them empty.
///
/// Everything that is put in goes through `SafeText`. Pictures stand in the cells as half blocks,
/// and as `graphics` for a terminal that can draw them itself.
struct Grid: Equatable, Sendable {
    /// Different addresses that one grid's cells lead to; further ones lead nowhere.
    static let linksMax = 4_096
    /// Pictures that are drawn as such at once; further ones stay half blocks.
    static let graphicsMax = 64

    /// One column of one row.
    struct Cell: Equatable, Sendable {
        /// The cluster that begins here; empty behind a wide one.
        var text: String
        var style: Style
        /// The place of its address in the grid's `links`, from 1; 0: none.
        var link: UInt16 = 0

        static let blank = Cell(text: " ", style: .plain)
    }

    /// A picture over cells; what is put on its cells later takes it away again.
    struct Graphic: Equatable, Sendable {
        var row: Int
        var column: Int
        var rows: Int
        var columns: Int
        /// Names the picture: the same ID is the same picture.
        var id: UInt32
        var picture: Picture

        /// By place and ID; pixels are not looked at.
        static func == (one: Graphic, other: Graphic) -> Bool {
            one.row == other.row && one.column == other.column && one.rows == other.rows
                && one.columns == other.columns && one.id == other.id
        }

        func covers(row: Int, column: Int) -> Bool {
            (self.row..<self.row + rows).contains(row)
                && (self.column..<self.column + columns).contains(column)
        }
    }

    let rows: Int
    let columns: Int
    private(set) var cells: [[Cell]]
    /// The addresses that cells lead to; a cell's number counts from 1.
    private(set) var links: [String] = []
    private(set) var graphics: [Graphic] = []
    /// Where the cursor stands; nil: hidden.
    var cursor: (row: Int, column: Int)?

    init(rows: Int, columns: Int) {
        self.rows = max(rows, 0)
        self.columns = max(columns, 0)
        cells = Array(
            repeating: Array(repeating: .blank, count: self.columns), count: self.rows)
    }

    static func == (one: Grid, other: Grid) -> Bool {
        one.rows == other.rows && one.columns == other.columns
            && one.cursor?.row == other.cursor?.row && one.cursor?.column == other.cursor?.column
            && one.graphics == other.graphics
            && (0..<one.rows).allSatisfy { one.isRow($0, likeIn: other) }
    }

    /// Whether a row looks and leads the same in both grids.
    func isRow(_ row: Int, likeIn other: Grid) -> Bool {
        let (own, others) = (cells[row], other.cells[row])
        if links == other.links { return own == others }
        return own.count == others.count
            && own.indices.allSatisfy { isSame(own[$0], others[$0], in: other) }
    }

    /// Whether two cells look and lead the same, each by its own grid's links.
    func isSame(_ cell: Cell, _ otherCell: Cell, in other: Grid) -> Bool {
        cell.text == otherCell.text && cell.style == otherCell.style
            && ((cell.link == 0 && otherCell.link == 0)
                || address(cell.link) == other.address(otherCell.link))
    }

    // MARK: Writing

    /// Writes text, safe for a terminal, from a column on up to `end`; returns where it stopped.
    @discardableResult
    mutating func put(
        _ text: String, row: Int, column: Int, end: Int? = nil, style: Style = .plain,
        link: String? = nil
    ) -> Int {
        var at = max(column, 0)
        let limit = min(end ?? columns, columns)
        guard (0..<rows).contains(row) else { return at }
        let number = link.map { self.number(of: $0) } ?? 0
        for character in SafeText.escaped(text) {
            let width = TextWidth.of(character)
            if width == 0 { continue }
            if at + width > limit { break }
            set(
                Cell(text: String(character), style: style, link: number), row: row, column: at,
                width: width)
            at += width
        }
        return at
    }

    /// Writes spans one behind the other; returns where they stopped.
    @discardableResult
    mutating func put(spans: [Span], row: Int, column: Int, end: Int? = nil) -> Int {
        var at = max(column, 0)
        let limit = min(end ?? columns, columns)
        for span in spans {
            if at >= limit { break }
            let stopped = put(
                span.text, row: row, column: at, end: limit, style: span.style, link: span.link)
            at = stopped
        }
        return at
    }

    /// Fills part of a row with one style.
    mutating func fill(row: Int, from: Int = 0, to: Int? = nil, style: Style) {
        guard (0..<rows).contains(row) else { return }
        let cell = Cell(text: " ", style: style)
        for column in max(from, 0)..<max(max(from, 0), min(to ?? columns, columns)) {
            set(cell, row: row, column: column, width: 1)
        }
    }

    /// Changes how part of a row looks and leaves its text.
    mutating func restyle(
        row: Int, from: Int = 0, to: Int? = nil, _ change: (inout Style) -> Void
    ) {
        guard (0..<rows).contains(row) else { return }
        for column in max(from, 0)..<max(max(from, 0), min(to ?? columns, columns)) {
            change(&cells[row][column].style)
        }
    }

    /// Places a picture: its half blocks as cells, and the picture itself for a terminal that
    /// draws pictures. Cells beyond the grid are left out, and then the picture itself too.
    mutating func place(
        _ picture: Picture, id: UInt32, row: Int, column: Int, rows: Int, columns: Int
    ) {
        guard rows > 0, columns > 0 else { return }
        for (index, line) in picture.cells(columns: columns, rows: rows).enumerated()
        where (0..<self.rows).contains(row + index) {
            for (offset, cell) in line.enumerated()
            where (0..<self.columns).contains(column + offset) {
                set(cell, row: row + index, column: column + offset, width: 1)
            }
        }
        let isInside =
            row >= 0 && column >= 0 && row + rows <= self.rows && column + columns <= self.columns
        guard isInside, graphics.count < Self.graphicsMax else { return }
        graphics.append(
            Graphic(
                row: row, column: column, rows: rows, columns: columns, id: id, picture: picture))
    }

    /// One cell; what is left of a wide cluster that it covers by half becomes blank.
    private mutating func set(_ cell: Cell, row: Int, column: Int, width: Int) {
        let last = column + width - 1
        if column > 0, cells[row][column].text.isEmpty { cells[row][column - 1].text = " " }
        if last + 1 < columns, cells[row][last + 1].text.isEmpty {
            cells[row][last + 1].text = " "
        }
        cells[row][column] = cell
        if width == 2 {
            var behind = cell
            behind.text = ""
            cells[row][last] = behind
        }
        if !graphics.isEmpty {
            graphics.removeAll {
                $0.covers(row: row, column: column) || $0.covers(row: row, column: last)
            }
        }
    }

    private mutating func number(of link: String) -> UInt16 {
        if links.last == link { return UInt16(links.count) }
        if let place = links.firstIndex(of: link) { return UInt16(place + 1) }
        guard links.count < Self.linksMax, !link.isEmpty else { return 0 }
        links.append(link)
        return UInt16(links.count)
    }

    // MARK: Reading

    private func address(_ number: UInt16) -> String? {
        number == 0 || Int(number) > links.count ? nil : links[Int(number) - 1]
    }

    /// The address that a cell leads to; nil: none, or no such cell.
    func link(at row: Int, _ column: Int) -> String? {
        guard (0..<rows).contains(row), (0..<columns).contains(column) else { return nil }
        return address(cells[row][column].link)
    }

    /// The rows as text, without blanks at their ends.
    var text: [String] {
        cells.map { row in
            var line = row.map(\.text).joined()
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// The rows' looks for tests: `row:from-to bold person(3) on chosen → address`, one line for
    /// each run of cells that is not plain; columns count from 0, the last one is in the run.
    var styles: [String] {
        var lines: [String] = []
        for row in 0..<rows {
            var start = 0
            while start < columns {
                let first = cells[row][start]
                var end = start + 1
                while end < columns, cells[row][end].style == first.style,
                    cells[row][end].link == first.link
                {
                    end += 1
                }
                if first.style != .plain || first.link != 0 {
                    let link = address(first.link).map { " → \($0)" } ?? ""
                    lines.append("\(row):\(start)-\(end - 1) \(first.style.words)\(link)")
                }
                start = end
            }
        }
        return lines
    }
}

extension Style {
    /// The style in words, for tests and what they print.
    var words: String {
        var words: [String] = []
        if isBold { words.append("bold") }
        if isUnderlined { words.append("underlined") }
        if isItalic { words.append("italic") }
        if isReversed { words.append("reversed") }
        if ink != .plain { words.append("\(ink)") }
        if paper != .plain { words.append("on \(paper)") }
        return words.isEmpty ? "plain" : words.joined(separator: " ")
    }
}
