import FreeIMClient

/// The list of chats on the left.
enum SidebarView {
    /// Columns from which a chat has a second row, its newest line.
    static let previewFromColumns = 20

    struct Row: Equatable {
        let chat: CachedConversation
        let place: Int
        let row: Int
        let height: Int
    }

    /// Where the chats stand: the selected one is always among them.
    static func rows(_ state: ScreenState, _ layout: ScreenLayout) -> [Row] {
        let height = layout.sidebar >= previewFromColumns ? 2 : 1
        let room = max(0, layout.hintRow - 1) / height
        guard room > 0 else { return [] }
        let selected = state.chats.firstIndex { $0.chatroomID == state.selected } ?? 0
        let start = max(0, min(selected - room * 3 / 4, state.chats.count - room))
        return state.chats.enumerated().dropFirst(start).prefix(room).enumerated().map {
            Row(chat: $1.element, place: $1.offset, row: 1 + $0 * height, height: height)
        }
    }

    static func draw(_ state: ScreenState, _ layout: ScreenLayout, into grid: inout Grid) {
        for row in 1..<max(1, layout.hintRow) {
            grid.put("│", row: row, column: layout.sidebar, style: .quiet)
        }
        for row in rows(state, layout) { draw(row, state, layout, &grid) }
        if state.chats.isEmpty {
            grid.put("no chats yet", row: 1, column: 1, end: layout.sidebar, style: .quiet)
        }
    }

    private static func draw(
        _ row: Row, _ state: ScreenState, _ layout: ScreenLayout, _ grid: inout Grid
    ) {
        let chat = row.chat
        let isSelected = chat.chatroomID == state.selected
        let style = isSelected ? Style(isBold: true, isReversed: true) : .plain
        let quiet = isSelected ? style : .quiet
        if isSelected { grid.fill(row: row.row, to: layout.sidebar, style: style) }
        let badge = badge(chat)
        let badgeColumn = layout.sidebar - TextWidth.of(badge)
        grid.put(row.place < 9 ? "\(row.place + 1)" : " ", row: row.row, column: 0, style: quiet)
        grid.put(sign(chat), row: row.row, column: 1, style: quiet)
        let isUnread = chat.unread > 0 && chat.notifyLevel == 0
        grid.put(
            TextWidth.fit(SafeText.escaped(chat.title), badgeColumn - 3), row: row.row, column: 2,
            style: isUnread && !isSelected ? .bold : style)
        let ink: Style.Ink = chat.notifyLevel == 0 || chat.unreadMentions > 0 ? .accent : .quiet
        grid.put(
            badge, row: row.row, column: badgeColumn,
            style: isSelected ? style : Style(ink: ink, isBold: true))
        if row.height == 2 {
            grid.put(
                TextWidth.fit(preview(chat, state), layout.sidebar - 3), row: row.row + 1,
                column: 2, style: .quiet)
        }
    }

    /// Pinned, a group, or nothing to say.
    private static func sign(_ chat: CachedConversation) -> String {
        chat.isPinned ? "^" : chat.type == 2 ? "#" : " "
    }

    /// Mentions with `@`, unread messages, a draft as a pencil; empty: nothing waits.
    private static func badge(_ chat: CachedConversation) -> String {
        let unread = chat.unread > 999 ? "999+" : "\(chat.unread)"
        if chat.unreadMentions > 0 { return "@\(unread)" }
        if chat.unread > 0 { return unread }
        return chat.hasDraft ? "✎" : ""
    }

    private static func preview(_ chat: CachedConversation, _ state: ScreenState) -> String {
        guard let newest = chat.newest else { return "" }
        if newest.isRecalled { return "[recalled]" }
        let words = SystemEntry.words(newest, state.actor) ?? newest.content
        let who =
            newest.userID == state.ownID && newest.isText
            ? "me: " : chat.type == 2 && newest.isText ? "\(state.name(newest.userID)): " : ""
        let line = (who + words).prefix(layoutCharacters)
        return SafeText.escaped(String(line)).replacing("\n", with: " ")
    }

    /// Characters of a preview that are looked at.
    private static let layoutCharacters = 80
}
