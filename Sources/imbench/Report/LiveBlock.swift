/// A block of lines at the end of a terminal's output that is written over in place.
///
/// Every function answers the bytes to write.
struct LiveBlock {
    /// Columns of each line that stands there.
    private var drawn: [Int] = []
    private var isCursorHidden = false

    /// The lines in place of those that stand there, on a terminal so wide.
    mutating func draw(_ lines: [String], columns: Int) -> String {
        var text = isCursorHidden ? "" : "\u{1b}[?25l"
        isCursorHidden = true
        text += start(columns)
        for line in lines { text += line + "\u{1b}[K\n" }
        // What a longer block left below.
        text += "\u{1b}[J"
        drawn = lines.map(Self.shownWidth)
        return text
    }

    /// A line above the block, which is drawn again behind it.
    mutating func note(_ line: String, lines: [String], columns: Int) -> String {
        let text = start(columns) + "\u{1b}[J" + line + "\n"
        drawn = []
        return lines.isEmpty ? text : text + draw(lines, columns: columns)
    }

    /// Leaves the block where it is and gives the cursor back.
    mutating func end() -> String {
        defer { isCursorHidden = false }
        drawn = []
        return isCursorHidden ? "\u{1b}[?25h" : ""
    }

    /// To the block's first column. In a window made narrower, long lines take several rows.
    private func start(_ columns: Int) -> String {
        let rows = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
        return rows > 0 ? "\r\u{1b}[\(rows)A" : ""
    }

    /// Columns of a line without its colours.
    private static func shownWidth(_ line: String) -> Int {
        var plain = ""
        var isCode = false
        for character in line {
            if character == "\u{1b}" {
                isCode = true
            } else if !isCode {
                plain.append(character)
            } else if character.isLetter {
                isCode = false
            }
        }
        return LiveLine.width(plain)
    }
}
