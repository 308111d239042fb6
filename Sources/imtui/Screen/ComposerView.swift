import FreeIMClient

/// The text being written, what it is to become, and what can complete it.
enum ComposerView {
    static func draw(_ state: ScreenState, _ layout: ScreenLayout, into grid: inout Grid) {
        let end = layout.left + layout.width
        if layout.hasIntentRow {
            grid.put(
                TextWidth.fit(SafeText.escaped(intent(state)), layout.width - 1),
                row: layout.intentRow, column: layout.left, end: end, style: Style(ink: .accent))
        }
        let width = layout.composerColumns
        let characters = state.composer.characters
        let lines = TextWidth.wrap(state.composer.text, width)
        let before = TextWidth.wrap(String(characters[..<state.composer.cursor]), width)
        var cursorRow = before.count - 1
        var cursorColumn = TextWidth.of(before.last ?? "")
        if cursorColumn >= width {
            cursorRow += 1
            cursorColumn = 0
        }
        let first = max(0, cursorRow - layout.composerRows + 1)
        let isBrowsing = state.mode != .compose
        for row in 0..<layout.composerRows {
            let at = layout.composerRow + row
            grid.put(
                row == 0 ? "›" : " ", row: at, column: layout.left,
                style: isBrowsing ? .quiet : .bold)
            if first + row < lines.count {
                grid.put(
                    lines[first + row], row: at, column: layout.left + 2, end: end,
                    style: isBrowsing ? .quiet : .plain)
            }
        }
        if !isBrowsing {
            grid.cursor = (
                layout.composerRow + cursorRow - first,
                min(layout.left + 2 + cursorColumn, layout.columns - 1)
            )
        }
        if let completion = state.completion {
            let rows = min(completion.rows, layout.timelineRows)
            completion.draw(
                into: &grid, row: layout.statusRow - rows, column: layout.left + 2, rows: rows,
                columns: max(0, layout.width - 4))
        }
    }

    private static func intent(_ state: ScreenState) -> String {
        switch state.intent {
        case .message: ""
        case .reply(let message):
            "↳ to \(state.name(message.userID)): \(line(message)) — Backspace at the start cancels"
        case .edit(let message): "✎ instead of: \(line(message)) — Backspace at the start cancels"
        }
    }

    private static func line(_ message: ChatMessage) -> String {
        String(message.content.prefix(60)).replacing("\n", with: " ")
    }
}
