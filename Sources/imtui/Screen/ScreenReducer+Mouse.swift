import FreeIMClient

/// The wheel, and clicks on chats, holes, links, messages and the pane.
extension ScreenReducer {
    /// Rows that one turn of the wheel scrolls.
    static let wheelRows = 3

    static func reduceMouse(_ state: inout ScreenState, _ mouse: MouseEvent) -> [ScreenEffect] {
        switch mouse.kind {
        case .wheelUp:
            let effects = scroll(&state, by: wheelRows)
            chooseVisible(&state)
            return effects
        case .wheelDown:
            let effects = scroll(&state, by: -wheelRows)
            chooseVisible(&state)
            return effects
        case .press(1): return click(&state, mouse)
        case .press, .release, .drag: return []
        }
    }

    private static func click(_ state: inout ScreenState, _ mouse: MouseEvent) -> [ScreenEffect] {
        let layout = ScreenLayout(state)
        if mouse.column < layout.sidebar {
            let rows = SidebarView.rows(state, layout)
            guard let row = rows.last(where: { $0.row <= mouse.row }),
                mouse.row < row.row + row.height
            else { return [] }
            return select(&state, row.chat.chatroomID)
        }
        let place = InfoView.target(state, layout, row: mouse.row, column: mouse.column)
        if let place { return [place] }
        guard mouse.row >= 1, mouse.row <= layout.timelineRows else {
            if mouse.row == layout.statusRow, !state.timeline.isFollowing {
                return toBottom(&state)
            }
            return []
        }
        let grid = ScreenView.draw(state)
        if let link = grid.link(at: mouse.row, mouse.column) { return [.openLink(link)] }
        let rows = TimelineView.rows(state, layout)
        let at = mouse.row - 1 - (layout.timelineRows - rows.count)
        guard rows.indices.contains(at) else { return [] }
        let item = rows[at].item
        if case .hole(let range, _) = item { return pull(&state, range) }
        if let message = item.message, message.file != nil, message.seq > 0 {
            return [.file(.open(message))]
        }
        guard item.isChoosable else { return [] }
        if case .browse(var browse) = state.mode {
            browse.chosen = item.key
            state.mode = .browse(browse)
        } else {
            state.mode = .browse(.init(chosen: item.key))
        }
        return []
    }
}
