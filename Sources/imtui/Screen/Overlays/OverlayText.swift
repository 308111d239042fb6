/// A line with some of its characters marked.
enum OverlayText {
    /// Writes up to `end` with an ellipsis where it was cut; marked characters are bold and
    /// underlined. Returns where it stopped.
    @discardableResult
    static func put(
        _ text: String, marked: [Int], into grid: inout Grid, row: Int, column: Int, end: Int,
        style: Style
    ) -> Int {
        var mark = style
        mark.isBold = true
        mark.isUnderlined = true
        let marked = Set(marked)
        var room = end - column
        let isCut = TextWidth.of(SafeText.escaped(text)) > room
        if isCut { room -= 1 }
        var at = column
        for (index, character) in text.enumerated() {
            let shown = SafeText.escaped(String(character))
            if at + TextWidth.of(shown) > column + room { break }
            at = grid.put(
                shown, row: row, column: at, end: end, style: marked.contains(index) ? mark : style)
        }
        if isCut, at < end { at = grid.put("…", row: row, column: at, end: end, style: style) }
        return at
    }
}
