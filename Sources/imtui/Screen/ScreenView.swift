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
        if layout.sidebar > 0 { SidebarView.draw(state, layout, into: &grid) }
        if state.selected == nil {
            welcome(state, layout, &grid)
        } else {
            TimelineView.draw(state, layout, into: &grid)
        }
        InfoView.draw(state, layout, into: &grid)
        StatusView.draw(state, layout, into: &grid)
        ComposerView.draw(state, layout, into: &grid)
        if let overlay = state.overlay {
            // It says itself which keys it takes.
            grid.cursor = nil
            overlay.draw(into: &grid)
        } else {
            hints(state, layout, &grid)
        }
        return grid
    }

    // MARK: Header

    private static func header(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        grid.fill(row: 0, style: .bar)
        var title = "imtui"
        if let chat = state.selectedChat {
            title = SafeText.escaped(chat.title)
            if chat.type == 2 { title += " · \(chat.memberCount) members" }
            if chat.notifyLevel > 0 { title += " · muted" }
        }
        let right = "\(SafeText.escaped(state.account)) · \(connection(state.connection)) "
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

    private static func welcome(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        let lines = [
            "Welcome, \(state.account).", "",
            "/friend add ACCOUNT     ask somebody to be friends",
            "/friend accept          accept who asked you",
            "F1                      keys and commands",
        ]
        for (index, line) in lines.enumerated() where index < layout.timelineRows {
            grid.put(
                line, row: 2 + index, column: layout.left + 2, style: index == 0 ? .bold : .quiet)
        }
    }

    // MARK: The last row

    private static func hints(_ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid) {
        let style: Style
        let text: String
        switch state.mode {
        case .compose:
            text = "F1 help · Esc browse · Alt-K chats · Alt-S search · Tab completes · /quit"
            style = .quiet
        case .browse(let browse) where browse.isTyping:
            text = "Enter looks for it · Esc cancels"
            style = .quiet
        case .browse:
            text =
                "BROWSE  Esc back · j k move · r reply · e edit · d recall · + react · y copy"
                + " · o open · s save · p pin · / find"
            style = Style(isBold: true)
        }
        grid.put(
            TextWidth.fit(text, layout.columns - 2), row: layout.hintRow, column: 1, style: style)
    }
}
