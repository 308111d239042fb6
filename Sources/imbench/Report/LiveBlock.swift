/// A block of lines at the end of a terminal's output that is written over in place.
///
/// Every function answers the bytes to write.
struct LiveBlock {
    private var drawn = 0
    private var isCursorHidden = false

    /// The lines in place of those that stand there.
    mutating func draw(_ lines: [String]) -> String {
        var text = isCursorHidden ? "" : "\u{1b}[?25l"
        isCursorHidden = true
        text += start
        for line in lines { text += line + "\u{1b}[K\n" }
        // What a longer block left below.
        text += "\u{1b}[J"
        drawn = lines.count
        return text
    }

    /// A line above the block, which is drawn again behind it.
    mutating func note(_ line: String, lines: [String]) -> String {
        let text = start + "\u{1b}[J" + line + "\n"
        drawn = 0
        return lines.isEmpty ? text : text + draw(lines)
    }

    /// Leaves the block where it is and gives the cursor back.
    mutating func end() -> String {
        defer { isCursorHidden = false }
        drawn = 0
        return isCursorHidden ? "\u{1b}[?25h" : ""
    }

    private var start: String { drawn > 0 ? "\r\u{1b}[\(drawn)A" : "" }
}
