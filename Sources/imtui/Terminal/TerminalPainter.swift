/// Puts a grid on the terminal: only the runs of cells that changed, each at its own column.
///
/// ncurses has the terminal's modes. The cells are written directly, because a cluster of several
/// scalars (a family, a flag) has no place in one of ncurses' own cells. The cursor is set anew
/// behind every cluster that is not ASCII, so a terminal that draws one otherwise shifts nothing.
///
///     var painter = TerminalPainter(traits: terminal.traits)
///     terminal.write(painter.paint(ScreenView.draw(state)))
struct TerminalPainter {
    /// Unchanged cells that are written again rather than jumped over.
    static let gapMax = 4
    /// Styles whose sequences are kept; then all are forgotten.
    static let stylesMax = 2_048
    /// Bytes of an address that is sent as a link; longer ones are text alone.
    static let linkBytesMax = 2_048

    /// Changing them draws all anew.
    var traits: TerminalTraits {
        didSet {
            if traits == oldValue { return }
            sequences = [:]
            invalidate()
        }
    }
    private var shown: Grid?
    private var sequences: [Style: [UInt8]] = [:]
    private var pictures = PicturePainter()

    init(traits: TerminalTraits) {
        self.traits = traits
    }

    /// Forgets what is on screen: the next grid is drawn whole.
    mutating func invalidate() {
        shown = nil
        pictures.forget()
    }

    /// The bytes that turn what is shown into `grid`; none when nothing changed.
    mutating func paint(_ grid: Grid) -> [UInt8] {
        if let shown, shown == grid { return [] }
        var out = Output()
        out.text("\u{1b}[?2026h\u{1b}[?25l")
        let isWhole = shown?.rows != grid.rows || shown?.columns != grid.columns
        let before = isWhole ? Grid(rows: grid.rows, columns: grid.columns) : shown ?? grid
        if isWhole { out.text("\u{1b}[0m\u{1b}[2J") }
        let drawsPictures = traits.hasKittyGraphics || traits.hasSixel
        let new = drawsPictures ? grid.graphics : []
        let old = drawsPictures && !isWhole ? before.graphics : []
        let removed = old.filter { !new.contains($0) }
        for row in 0..<grid.rows
        where !before.isRow(row, likeIn: grid)
            || (new + removed).contains(where: { $0.covers(row) })
        {
            paintRow(
                row, grid, before, hidden: new, wasHidden: old, redrawn: removed, &out)
        }
        out.style(.plain, [0x1b, 0x5b, 0x30, 0x6d])
        if !new.isEmpty || !old.isEmpty {
            out.bytes += pictures.paint(new, before: old, traits)
        }
        out.text(cursorBytes(grid))
        shown = grid
        out.text("\u{1b}[?2026l")
        return out.bytes
    }

    /// Draws one row of what is shown again and puts the cursor back: what a probe wrote there
    /// is gone. Nothing when nothing is shown yet.
    mutating func repaint(row: Int) -> [UInt8] {
        guard let shown, (0..<shown.rows).contains(row) else { return [] }
        var out = Output()
        out.text("\u{1b}[\(row + 1);1H\u{1b}[0m\u{1b}[2K")
        let drawsPictures = traits.hasKittyGraphics || traits.hasSixel
        paintRow(
            row, shown, Grid(rows: shown.rows, columns: shown.columns),
            hidden: drawsPictures ? shown.graphics : [], wasHidden: [], redrawn: [], &out)
        out.style(.plain, [0x1b, 0x5b, 0x30, 0x6d])
        out.text(cursorBytes(shown))
        return out.bytes
    }

    private func cursorBytes(_ grid: Grid) -> String {
        guard let cursor = grid.cursor, (0..<grid.rows).contains(cursor.row),
            (0..<grid.columns).contains(cursor.column)
        else { return "" }
        return "\u{1b}[\(cursor.row + 1);\(cursor.column + 1)H\u{1b}[?25h"
    }

    // MARK: One row

    private mutating func paintRow(
        _ row: Int, _ grid: Grid, _ before: Grid, hidden: [Grid.Graphic],
        wasHidden: [Grid.Graphic], redrawn: [Grid.Graphic], _ out: inout Output
    ) {
        let cells = grid.cells[row]
        let others = before.cells[row]
        var column = 0
        while column < cells.count {
            let isHidden = hidden.contains { $0.covers(row: row, column: column) }
            let wasHidden = wasHidden.contains { $0.covers(row: row, column: column) }
            let isSame: Bool
            if redrawn.contains(where: { $0.covers(row: row, column: column) }) {
                isSame = false
            } else if isHidden || wasHidden {
                isSame = isHidden && (wasHidden || others[column] == .blank)
            } else {
                isSame = grid.isSame(cells[column], others[column], in: before)
            }
            if isSame || cells[column].text.isEmpty {
                column += 1
                continue
            }
            column = write(
                isHidden ? .blank : cells[column], row: row, column: column, grid, &out)
        }
        out.endLink()
    }

    /// Writes a cell at its place; the column behind it.
    private mutating func write(
        _ cell: Grid.Cell, row: Int, column: Int, _ grid: Grid, _ out: inout Output
    ) -> Int {
        let isWide = column + 1 < grid.columns && grid.cells[row][column + 1].text.isEmpty
        let columns = cell.text.isEmpty ? 1 : isWide ? 2 : 1
        move(to: row, column, grid, &out)
        out.style(cell.style, sequence(cell.style))
        out.link(cell.link == 0 || !traits.hasLinks ? nil : grid.link(at: row, column))
        let text = traits.drawn(shade(cell) ?? cell.text, columns: columns)
        out.text(text)
        out.place = text.utf8.count == columns ? (row, column + columns) : nil
        return column + columns
    }

    /// Brings the cursor to a cell: not at all, by writing a short gap again, or by a jump.
    private mutating func move(
        to row: Int, _ column: Int, _ grid: Grid, _ out: inout Output
    ) {
        if let place = out.place, place.row == row, place.column <= column,
            column - place.column <= Self.gapMax, place.column < column,
            grid.cells[row][place.column..<column].allSatisfy({
                $0.text.utf8.count == 1 && $0.style == out.current && $0.link == 0
            }), out.linkNow == nil, grid.graphics.isEmpty
        {
            for cell in grid.cells[row][place.column..<column] {
                out.text(traits.drawn(cell.text, columns: 1))
            }
            return
        }
        if let place = out.place, place == (row, column) { return }
        if let line = out.row, line == row {
            out.text("\u{1b}[\(column + 1)G")
        } else {
            out.text("\u{1b}[\(row + 1);\(column + 1)H")
        }
        out.row = row
    }

    /// A half block by its brightness, where there are no colours for it.
    private func shade(_ cell: Grid.Cell) -> String? {
        guard case .rgb(let upper) = cell.style.ink, case .rgb(let lower) = cell.style.paper,
            traits.colours == .none || traits.colours == .sixteen
        else { return nil }
        let light = (TerminalPalette.luminance(upper) + TerminalPalette.luminance(lower)) / 2
        let shades = traits.isUTF8 ? [" ", "░", "▒", "▓", "█"] : [" ", ".", ":", "*", "#"]
        return shades[min(Int(light.squareRoot() * 5), 4)]
    }

    // MARK: Styles

    private mutating func sequence(_ style: Style) -> [UInt8] {
        if let known = sequences[style] { return known }
        if sequences.count >= Self.stylesMax { sequences = [:] }
        let made = Array(traits.sequence(style).utf8)
        sequences[style] = made
        return made
    }

    /// What is sent, and where that leaves the terminal.
    private struct Output {
        var bytes: [UInt8] = []
        /// Where the cursor stands for certain.
        var place: (row: Int, column: Int)?
        /// The row that it stands in.
        var row: Int?
        /// The style of what is written next.
        private(set) var current = Style.plain
        private(set) var linkNow: String?

        mutating func text(_ text: String) { bytes.append(contentsOf: text.utf8) }

        mutating func style(_ style: Style, _ sequence: [UInt8]) {
            if style == current { return }
            current = style
            bytes += sequence
        }

        mutating func link(_ link: String?) {
            if link == linkNow { return }
            linkNow = link
            guard let link, let safe = TerminalPainter.safeLink(link) else {
                return text("\u{1b}]8;;\u{1b}\\")
            }
            text("\u{1b}]8;id=\(TerminalPainter.linkID(link));\(safe)\u{1b}\\")
        }

        mutating func endLink() { link(nil) }
    }

    /// An address as it may be sent: printable ASCII, the rest by percent; nil: too long.
    static func safeLink(_ link: String) -> String? {
        guard link.utf8.count <= linkBytesMax else { return nil }
        var safe = ""
        for byte in link.utf8 {
            if (0x21...0x7e).contains(byte) {
                safe.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                safe += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return safe
    }

    /// The same for each part of a link that was wrapped, so that they light up together.
    static func linkID(_ link: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in link.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 36)
    }
}

extension Grid.Graphic {
    /// Whether it has cells in a row.
    func covers(_ row: Int) -> Bool { (self.row..<self.row + rows).contains(row) }
}

extension TerminalTraits {
    /// The sequence (SGR) that begins a style from nothing.
    func sequence(_ style: Style) -> String {
        var codes = ["0"]
        var style = style
        var paper: [String] = []
        var paperInk: String?
        switch (style.paper, colours) {
        case (.plain, _): break
        case (.rgb(let value), .many), (.rgb(let value), .every): paper = rgb(48, value)
        case (.rgb, _): break
        case (.chosen, .none), (.chosen, .sixteen): style.isReversed = true
        case (.mention, .none): style.isBold = true
        case (.mention, .sixteen):
            paper = ["43"]
            paperInk = "30"
        case (_, .many), (_, .every):
            if let colour = TerminalPalette.paper(style.paper, background) {
                paper = ["48;5;\(colour.paper)"]
                paperInk = "38;5;\(colour.ink)"
            }
        }
        if style.isBold { codes.append("1") }
        if style.isItalic { codes.append("3") }
        if style.isUnderlined { codes.append("4") }
        if style.isReversed { codes.append("7") }
        let ink = inkCodes(style.ink)
        codes += ink.isEmpty || (paperInk == "30") ? [paperInk].compactMap { $0 } : ink
        codes += paper
        return "\u{1b}[\(codes.joined(separator: ";"))m"
    }

    private func rgb(_ kind: Int, _ value: UInt32) -> [String] {
        colours == .every
            ? ["\(kind);2;\(value >> 16 & 255);\(value >> 8 & 255);\(value & 255)"]
            : ["\(kind);5;\(TerminalPalette.nearest(value))"]
    }

    private func inkCodes(_ ink: Style.Ink) -> [String] {
        switch colours {
        case .none:
            // Faint is no colour; a link is underlined, since nothing else shows it.
            return ink == .quiet ? ["2"] : ink == .link ? ["4"] : []
        case .sixteen:
            switch ink {
            case .plain, .rgb: return []
            case .quiet: return ["2"]
            case .accent: return ["36"]
            case .good: return ["32"]
            case .warning: return [background == .dark ? "33" : "31"]
            case .link: return ["4", background == .dark ? "36" : "34"]
            case .person(let number):
                let dark = [96, 93, 92, 95, 94, 91, 36, 33, 32, 35, 37, 31]
                let light = [34, 31, 32, 35, 36, 30]
                let list = background == .dark ? dark : light
                return ["\(list[((number % list.count) + list.count) % list.count])"]
            }
        case .many, .every:
            if case .rgb(let value) = ink { return rgb(38, value) }
            return TerminalPalette.ink(ink, background).map { ["38;5;\($0)"] } ?? []
        }
    }
}
