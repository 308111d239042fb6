/// Everything a key can be bound to; the raw value is its name in the config.
enum UIAction: String, CaseIterable, Sendable {
    // Writing.
    case send, newLine = "new-line"
    case left, right, up, down
    case wordLeft = "word-left", wordRight = "word-right"
    case lineStart = "line-start", lineEnd = "line-end"
    case deleteBack = "delete-back", deleteForward = "delete-forward"
    case deleteWordBack = "delete-word-back", deleteWordForward = "delete-word-forward"
    case killToEnd = "kill-to-end", killToStart = "kill-to-start"
    case killWordBack = "kill-word-back"
    case yank, yankPop = "yank-pop", undo, redo, transpose
    case complete, completeBack = "complete-back"
    case externalEditor = "external-editor"
    // Moving between chats and through history.
    case chatPrevious = "chat-previous", chatNext = "chat-next"
    case chat1 = "chat-1", chat2 = "chat-2", chat3 = "chat-3", chat4 = "chat-4"
    case chat5 = "chat-5", chat6 = "chat-6", chat7 = "chat-7", chat8 = "chat-8"
    case chat9 = "chat-9"
    case nextUnread = "next-unread", switcher, lastChat = "last-chat"
    case pageUp = "page-up", pageDown = "page-down"
    case timelineTop = "timeline-top", timelineBottom = "timeline-bottom"
    case firstUnread = "first-unread", searchAll = "search-all"
    // The screen.
    case toggleSidebar = "toggle-sidebar", toggleInfo = "toggle-info"
    case browse, redraw, keepDraft = "keep-draft", suspend, help
    // Browse mode.
    case browseDown = "browse-down", browseUp = "browse-up"
    case browseTop = "browse-top", browseBottom = "browse-bottom"
    case browseSearch = "browse-search"
    case browseNext = "browse-next", browsePrevious = "browse-previous"
    case reply, edit, recall, react, copy, open, save, pinMessage = "pin-message"
    case leaveBrowse = "leave-browse"

    /// Where a binding holds.
    enum Context: String, CaseIterable, Sendable {
        /// While writing, and everywhere else but in browse mode.
        case compose
        /// In browse mode, before the bindings of `compose`.
        case browse
    }
}
