/// The first screen: where to, and who.
enum SignInView {
    /// Columns before a field's text.
    private static let labelColumns = 11
    private static let fieldColumns = 34

    static func draw(_ form: SignInForm, into grid: inout Grid) {
        grid.cursor = nil
        let width = labelColumns + fieldColumns
        let left = max(0, min((grid.columns - width) / 2, grid.columns - labelColumns - 8))
        let height = form.count + 5
        var row = max(0, (grid.rows - height) / 2)
        let isTight = grid.rows < form.count + 4
        if !isTight {
            let at = grid.put("FreeIM", row: row, column: left, style: .bold)
            grid.put(
                form.isRegistering ? "make an account" : "sign in", row: row, column: at + 2)
            row += 2
        }
        // The field that is written in stays on a screen of few rows.
        let room = max(1, isTight ? grid.rows - 1 : form.count)
        let first = max(0, min(form.focus - room + 1, form.count - room))
        for index in first..<min(first + room, form.count) {
            draw(form, field: index, into: &grid, row: row, left: left)
            row += 1
        }
        let line = form.isBusy ? "one moment…" : form.error
        let other = form.isRegistering ? "sign in instead" : "make an account"
        let hint = "Enter next · Tab moves · F2 \(other) · Esc leaves"
        let hintRow = grid.rows - 1
        if isTight {
            grid.put(
                line.isEmpty ? hint : line, row: hintRow, column: 0,
                style: line.isEmpty ? .quiet : Style(ink: .warning))
            return
        }
        for part in TextWidth.wrap(SafeText.escaped(line), max(2, grid.columns - left)).prefix(3)
        where row + 1 < hintRow {
            row += 1
            grid.put(part, row: row, column: left, style: Style(ink: .warning))
        }
        grid.put(TextWidth.fit(hint, grid.columns - 1), row: hintRow, column: 1, style: .quiet)
    }

    private static func draw(
        _ form: SignInForm, field index: Int, into grid: inout Grid, row: Int, left: Int
    ) {
        let isFocused = index == form.focus
        grid.put(
            SignInForm.labels[index], row: row, column: left, style: isFocused ? .bold : .quiet)
        let end = min(left + labelColumns + fieldColumns, grid.columns)
        FieldView(form.fields[index], isSecret: index == 3).draw(
            into: &grid, row: row, column: left + labelColumns, end: end, isFocused: isFocused)
    }
}
