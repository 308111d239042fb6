import FreeIMClient

/// The state as cells; pure, the same state gives the same screen.
enum ScreenView {
    static func draw(_ state: ScreenState) -> Grid {
        var grid = Grid(rows: state.rows, columns: state.columns)
        if state.rows < 3 || state.columns < 10 {
            grid.put("imtui: too small", row: 0, column: 0)
            return grid
        }
        if let form = state.signIn {
            SignInView.draw(form, into: &grid)
            return grid
        }
        let layout = ScreenLayout(state)
        header(state, layout, &grid)
        if layout.sidebar > 0 { sidebar(state, layout, &grid) }
        timeline(state, layout, &grid)
        status(state, layout, &grid)
        composer(state, layout, &grid)
        hints(state, layout, &grid)
        if let page = state.helpPage { HelpView.draw(page: page, into: &grid) }
        return grid
    }

    // MARK: Header

    private static func header(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        grid.fill(row: 0, style: .bar)
        var title = "imtui"
        if let chat = state.selectedConversation {
            title = chat.title
            if chat.type == 2 { title += " · \(chat.memberCount) members" }
        }
        let connection = connection(state.connection)
        let right = "\(state.account) · \(connection) "
        let rightColumn = max(1, layout.columns - TextWidth.of(right))
        grid.put(
            TextWidth.fit(title, max(0, rightColumn - 2)), row: 0, column: 1,
            style: Style(isBold: true, isReversed: true))
        grid.put(right, row: 0, column: rightColumn, style: .bar)
    }

    private static func connection(_ state: ConnectionState) -> String {
        switch state {
        case .online: "● online"
        case .connecting: "○ connecting"
        case .offline: "○ off line"
        }
    }

    // MARK: Sidebar

    private static func sidebar(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        for row in 1..<max(1, layout.hintRow) {
            grid.put("│", row: row, column: layout.sidebar, style: .quiet)
        }
        var row = 1
        for (place, chat) in state.conversations.enumerated() {
            guard row + 1 < layout.hintRow else { break }
            let isSelected = chat.chatroomID == state.selected
            let style = isSelected ? Style(isBold: true, isReversed: true) : .plain
            if isSelected { grid.fill(row: row, to: layout.sidebar, style: style) }
            let unread = chat.unread > 0 ? (chat.unread > 99 ? "99+" : "\(chat.unread)") : ""
            let unreadColumn = layout.sidebar - 1 - unread.count
            let number = place < 9 ? "\(place + 1)" : " "
            let sign = chat.isPinned ? "^" : chat.type == 2 ? "#" : " "
            grid.put(number, row: row, column: 0, style: isSelected ? style : .quiet)
            grid.put(sign, row: row, column: 1, style: isSelected ? style : .quiet)
            grid.put(
                TextWidth.fit(SafeText.escaped(chat.title), unreadColumn - 4), row: row, column: 3,
                style: chat.unread > 0 && !isSelected ? .bold : style)
            grid.put(
                unread, row: row, column: unreadColumn,
                style: isSelected ? style : Style(ink: .accent, isBold: true))
            grid.put(
                TextWidth.fit(preview(chat, state), layout.sidebar - 4), row: row + 1, column: 3,
                style: .quiet)
            row += 2
        }
        if state.conversations.isEmpty {
            grid.put("no chats yet", row: 1, column: 1, end: layout.sidebar, style: .quiet)
        }
    }

    private static func preview(_ chat: CachedConversation, _ state: ScreenState) -> String {
        guard let newest = chat.newest else { return "" }
        if newest.isRecalled { return "[recalled]" }
        let words = SystemEntry.words(newest, state.name) ?? newest.content
        let who =
            newest.userID == state.ownID && newest.isText
            ? "me: " : chat.type == 2 && newest.isText ? "\(state.name(newest.userID)): " : ""
        return SafeText.escaped(who + words).replacing("\n", with: " ")
    }

    // MARK: Timeline

    private static func timeline(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        if let listing = state.listing {
            for (row, line) in listing.prefix(layout.timelineRows).enumerated() {
                grid.put(TextWidth.fit(line, layout.width - 1), row: 1 + row, column: layout.left)
            }
            return
        }
        guard state.selected != nil else { return welcome(state, layout, &grid) }
        let lines = TimelineView.lines(state)
        let end = max(0, lines.count - state.scroll)
        let shown = lines[max(0, end - layout.timelineRows)..<end]
        var row = 1 + layout.timelineRows - shown.count
        for line in shown {
            var column = layout.left
            for piece in line.pieces {
                column = grid.put(piece.text, row: row, column: column, style: piece.style)
            }
            row += 1
        }
    }

    private static func welcome(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        let lines = [
            "Welcome, \(state.account).", "",
            "/friend add ACCOUNT     ask somebody to be friends",
            "/friend accept          accept who asked you",
            "/help                   everything else",
        ]
        for (index, line) in lines.enumerated() where index < layout.timelineRows {
            grid.put(
                line, row: 2 + index, column: layout.left + 2, style: index == 0 ? .bold : .quiet)
        }
    }

    // MARK: Below

    private static func status(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        var text = state.notice
        var style = Style(ink: .warning)
        if text.isEmpty, case .offline(let reason, let retryMs) = state.connection {
            text = "off line: \(reason)"
            if let retryMs { text += "; trying again within \(max(1, retryMs / 1_000)) s" }
            text += state.conversations.isEmpty ? "" : " — shown from this device"
        } else if text.isEmpty {
            let writing = state.selected.flatMap { state.typing[$0] } ?? []
            style = .quiet
            if !writing.isEmpty {
                text = writing.sorted().map(state.name).joined(separator: ", ") + " is writing…"
            }
        }
        if state.scroll > 0 {
            let below = "↓ \(state.scroll) lines below (Esc) "
            let column = layout.columns - TextWidth.of(below)
            grid.put(below, row: layout.statusRow, column: column, style: Style(ink: .accent))
        }
        grid.put(
            TextWidth.fit(SafeText.escaped(text), layout.width - (state.scroll > 0 ? 28 : 1)),
            row: layout.statusRow, column: layout.left, style: style)
    }

    private static func composer(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        let width = max(2, layout.width - 3)
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
        for row in 0..<layout.composerRows {
            let at = layout.composerRow + row
            grid.put(row == 0 ? "›" : " ", row: at, column: layout.left, style: .bold)
            if first + row < lines.count {
                grid.put(lines[first + row], row: at, column: layout.left + 2)
            }
        }
        grid.cursor = (
            layout.composerRow + cursorRow - first,
            min(layout.left + 2 + cursorColumn, layout.columns - 1)
        )
    }

    private static func hints(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        let hints =
            state.listing != nil
            ? "Esc back to the chat" : "F1 help · Alt-↑↓ chats · PgUp history · /quit"
        grid.put(
            TextWidth.fit(hints, layout.columns - 1), row: layout.hintRow, column: 1,
            style: .quiet)
    }
}

/// The first screen.
enum SignInView {
    static func draw(_ form: ScreenState.SignInForm, into grid: inout Grid) {
        let left = max(1, (grid.columns - 46) / 2)
        var row = max(0, grid.rows / 2 - 6)
        grid.put("FreeIM", row: row, column: left, style: Style(ink: .accent, isBold: true))
        grid.put(
            form.isRegistering ? "make an account" : "sign in", row: row, column: left + 8)
        row += 2
        for index in 0..<form.count {
            let isFocused = index == form.focus
            let text =
                index == 3
                ? String(repeating: "•", count: form.fields[index].characters.count)
                : form.fields[index].text
            grid.put(
                ScreenState.SignInForm.labels[index], row: row, column: left,
                style: isFocused ? .bold : .quiet)
            grid.put(
                TextWidth.fit(text, 34), row: row, column: left + 11,
                style: isFocused ? Style(isUnderlined: true) : .plain)
            if isFocused {
                let typed = String(form.fields[index].characters[..<form.fields[index].cursor])
                let width = index == 3 ? typed.count : TextWidth.of(typed)
                grid.cursor = (row, min(left + 11 + width, grid.columns - 1))
            }
            row += 1
        }
        let line = form.isBusy ? "one moment…" : form.error
        for part in TextWidth.wrap(SafeText.escaped(line), 46).prefix(3) {
            row += 1
            grid.put(part, row: row, column: left, style: Style(ink: .warning))
        }
        let other = form.isRegistering ? "sign in instead" : "make an account"
        grid.put(
            "Enter next · Tab moves · F2 \(other) · Esc leaves", row: grid.rows - 1, column: 1,
            style: .quiet)
    }
}

/// The pages that F1 shows, made from the tables of keys and commands.
enum HelpView {
    private static let lines: [(left: String, right: String)] =
        [("Keys", "")] + ScreenReducer.keyTable.map { ($0.keys, $0.does) }
        + [("", ""), ("Commands", "")] + SlashCommand.table.map { ($0.usage, $0.does) }

    /// Pages on a screen of so many rows.
    static func pages(rows: Int) -> Int {
        let perPage = max(1, rows - 2)
        return (lines.count + perPage - 1) / perPage
    }

    static func draw(page: Int, into grid: inout Grid) {
        let widest = lines.map { TextWidth.of($0.left) }.max() ?? 0
        let first = min(widest + 2, max(12, grid.columns * 55 / 100))
        for row in 0..<grid.rows { grid.fill(row: row, style: .plain) }
        let perPage = max(1, grid.rows - 2)
        let shown = lines.dropFirst(page * perPage).prefix(perPage)
        for (row, line) in shown.enumerated() {
            let isTitle = line.right.isEmpty
            grid.put(
                TextWidth.fit(line.left, first - 1), row: row, column: 2,
                style: isTitle ? .bold : .plain)
            grid.put(
                TextWidth.fit(line.right, grid.columns - first - 3), row: row, column: 2 + first,
                style: .quiet)
        }
        let count = pages(rows: grid.rows)
        let hint =
            page + 1 < count
            ? "page \(page + 1) of \(count) · PgDn more · any other key goes back"
            : "any key goes back"
        grid.put(hint, row: grid.rows - 1, column: 2, style: .quiet)
        grid.cursor = nil
    }
}
