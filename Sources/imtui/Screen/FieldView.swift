/// A line that is written in, scrolled so that its cursor shows.
struct FieldView {
    private let composer: Composer
    private let isSecret: Bool

    /// A secret one shows a dot for each character.
    init(_ composer: Composer, isSecret: Bool = false) {
        self.composer = composer
        self.isSecret = isSecret
    }

    /// Draws from a column up to `end`; one that is focused has the cursor.
    func draw(
        into grid: inout Grid, row: Int, column: Int, end: Int, isFocused: Bool,
        style: Style = .plain
    ) {
        let room = end - column
        guard room > 0, (0..<grid.rows).contains(row) else { return }
        let shown = isSecret ? composer.characters.map { _ in "•" } : composer.characters
        var first = 0
        if isFocused {
            // The cursor needs a column too.
            var width = 1
            first = composer.cursor
            while first > 0, width + TextWidth.of(shown[first - 1]) <= room {
                first -= 1
                width += TextWidth.of(shown[first])
            }
        }
        var look = style
        if isFocused { look.isUnderlined = true }
        let text = String(shown[first...])
        let fitting = isFocused ? text : TextWidth.fit(text, room)
        grid.put(fitting, row: row, column: column, end: end, style: look)
        if isFocused {
            let before = shown[first..<composer.cursor].reduce(0) { $0 + TextWidth.of($1) }
            grid.cursor = (row, min(column + before, grid.columns - 1))
        }
    }
}
