/// A text being written as the rows of its box.
struct ComposerLayout: Equatable, Sendable {
    /// The characters of each row, newlines left out; never empty.
    let ranges: [Range<Int>]
    /// The text of each row.
    let rows: [String]
    let cursorRow: Int
    /// Always less than the width of the box.
    let cursorColumn: Int
    private let characters: [Character]

    /// Wraps at one column less than `width`, so that the cursor has a place behind a full row.
    init(_ characters: [Character], cursor: Int, width: Int) {
        let most = max(width - 1, 2)
        var ranges: [Range<Int>] = []
        var start = 0
        while true {
            let end = characters[start...].firstIndex(of: "\n") ?? characters.count
            var at = start
            let wrapped = TextWidth.wrap(String(characters[start..<end]), most)
            for line in wrapped.dropLast() {
                let next = min(at + line.count, end)
                ranges.append(at..<next)
                at = next
            }
            ranges.append(at..<end)
            if end == characters.count { break }
            start = end + 1
        }
        self.characters = characters
        self.ranges = ranges
        rows = ranges.map { String(characters[$0]) }
        let row = ranges.lastIndex { $0.lowerBound <= cursor } ?? 0
        cursorRow = row
        let before = characters[ranges[row].lowerBound..<min(cursor, ranges[row].upperBound)]
        cursorColumn = min(before.reduce(0) { $0 + TextWidth.of($1) }, max(width - 1, 0))
    }

    /// The character at a cell, for a click or for going up and down: the nearest of its row.
    func place(row: Int, column: Int) -> Int {
        let range = ranges[min(max(row, 0), ranges.count - 1)]
        var at = range.lowerBound
        var used = 0
        while at < range.upperBound {
            used += TextWidth.of(characters[at])
            if used > column { return at }
            at += 1
        }
        // Behind the last character of a wrapped row stands the next row's first.
        let isWrapped = at < characters.count && characters[at] != "\n"
        return isWrapped && at > range.lowerBound ? at - 1 : at
    }
}
