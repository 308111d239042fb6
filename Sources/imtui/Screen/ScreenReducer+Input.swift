import FreeIMClient

/// Keys, pastes and what else the terminal gives.
extension ScreenReducer {
    static func reduceInput(_ state: inout ScreenState, _ event: InputEvent) -> [ScreenEffect] {
        switch event {
        case .resized(let rows, let columns):
            state.rows = rows
            state.columns = columns
            return [.redraw]
        case .resumed: return [.retake]
        case .ended, .endAsked:
            state.isEnding = true
            return [.quit]
        case .suspendAsked: return [.suspend]
        case .focus(let hasFocus):
            state.hasFocus = hasFocus
            return hasFocus ? readThrough(&state) : []
        case .reply: return [.take(event)]
        case .key, .paste, .mouse: break
        }
        state.notice = ScreenState.Notice()
        if state.signIn != nil { return reduceSignIn(&state, event) }
        if state.overlay != nil { return reduceOverlay(&state, event) }
        switch event {
        case .key(let key): return reduceKey(&state, key)
        case .paste(let text): return write(&state) { $0.paste(text) }
        case .mouse(let mouse): return reduceMouse(&state, mouse)
        case .resized, .resumed, .ended, .endAsked, .suspendAsked, .focus, .reply: return []
        }
    }

    private static func reduceSignIn(
        _ state: inout ScreenState, _ event: InputEvent
    ) -> [ScreenEffect] {
        guard var form = state.signIn else { return [] }
        let effects = SignInReducer.reduce(&form, event)
        state.signIn = form
        if effects.contains(.quit) { state.isEnding = true }
        return effects
    }

    private static func reduceKey(_ state: inout ScreenState, _ key: Key) -> [ScreenEffect] {
        if case .browse(let browse) = state.mode, browse.isTyping {
            return typeQuery(&state, browse, key)
        }
        if case .browse = state.mode {
            let action = state.bindings.action(for: key, in: .browse)
            return action.map { browse(&state, $0) } ?? []
        }
        let action = state.bindings.action(for: key, in: .compose)
        if state.completion != nil, action != .complete, action != .completeBack {
            state.completion = nil
        }
        if let action { return perform(&state, action) }
        return write(&state) { _ = EditKeys.type(key, into: &$0) }
    }

    /// Changes the text being written, and tells the others that one writes.
    static func write(
        _ state: inout ScreenState, _ change: (inout Composer) -> Void
    ) -> [ScreenEffect] {
        change(&state.composer)
        return tellTyping(&state)
    }

    /// Says that one begins or stops writing, once.
    static func tellTyping(_ state: inout ScreenState) -> [ScreenEffect] {
        let isTyping = !state.composer.isEmpty && !state.composer.text.hasPrefix("/")
        guard let selected = state.selected, isTyping != state.isTypingTold else { return [] }
        state.isTypingTold = isTyping
        return [.typing(selected, isTyping)]
    }

    /// What a key is bound to, outside browse mode.
    static func perform(_ state: inout ScreenState, _ action: UIAction) -> [ScreenEffect] {
        switch action {
        case .send: return enter(&state)
        case .up: return vertical(&state, -1)
        case .down: return vertical(&state, 1)
        case .deleteBack where state.composer.cursor == 0 && state.intent != .message:
            return dropIntent(&state)
        case .complete: return complete(&state, 1)
        case .completeBack: return complete(&state, -1)
        case .externalEditor: return [.externalEditor(state.composer.text)]
        case .chatPrevious: return step(&state, -1)
        case .chatNext: return step(&state, 1)
        case .chat1, .chat2, .chat3, .chat4, .chat5, .chat6, .chat7, .chat8, .chat9:
            return choose(&state, place: Int(action.rawValue.suffix(1)) ?? 1)
        case .nextUnread: return nextUnread(&state)
        case .switcher:
            state.overlay = .switcher(SwitcherOverlay(state.chats))
            return []
        case .lastChat:
            guard let previous = state.previous else { return [] }
            return select(&state, previous)
        case .pageUp: return page(&state, up: true)
        case .pageDown: return page(&state, up: false)
        case .timelineTop: return toTop(&state)
        case .timelineBottom: return toBottom(&state)
        case .firstUnread: return toFirstUnread(&state)
        case .searchAll:
            state.overlay = .search(SearchOverlay(titles: titles(state), names: state.names))
            return []
        case .toggleSidebar:
            state.showsSidebar.toggle()
            return []
        case .toggleInfo: return toggleInfo(&state)
        case .browse: return beginBrowse(&state)
        case .redraw: return [.redraw]
        case .keepDraft:
            state.notice = .init(text: "the draft is kept; /quit leaves", isWarning: false)
            return []
        case .suspend: return [.suspend]
        case .help:
            state.overlay = .help(HelpOverlay(keys: state.bindings))
            return []
        case .browseDown, .browseUp, .browseTop, .browseBottom, .browseSearch, .browseNext,
            .browsePrevious, .reply, .edit, .recall, .react, .copy, .open, .save, .pinMessage,
            .leaveBrowse:
            return []
        case .newLine, .left, .right, .wordLeft, .wordRight, .lineStart, .lineEnd, .deleteBack,
            .deleteForward, .deleteWordBack, .deleteWordForward, .killToEnd, .killToStart,
            .killWordBack, .yank, .yankPop, .undo, .redo, .transpose:
            let width = ScreenLayout(state).composerColumns
            return write(&state) { _ = EditKeys.apply(action, to: &$0, width: width) }
        }
    }

    private static func toggleInfo(_ state: inout ScreenState) -> [ScreenEffect] {
        state.showsInfo.toggle()
        if state.showsInfo, state.columns < ScreenLayout.infoFromColumns {
            let columns = ScreenLayout.infoFromColumns
            state.notice = .init(
                text: "the pane needs \(columns) columns", isWarning: false)
        }
        state.stale.isInfo = state.showsInfo
        return []
    }

    static func titles(_ state: ScreenState) -> [Int64: String] {
        Dictionary(state.chats.map { ($0.chatroomID, $0.title) }) { first, _ in first }
    }

    // MARK: Lines and history

    private static func vertical(_ state: inout ScreenState, _ step: Int) -> [ScreenEffect] {
        let width = ScreenLayout(state).composerColumns
        let action: UIAction = step < 0 ? .up : .down
        if EditKeys.apply(action, to: &state.composer, width: width) { return [] }
        guard !state.history.isEmpty else { return [] }
        let at = state.historyAt ?? state.history.count
        let next = at + step
        if next >= state.history.count {
            if state.historyAt != nil { state.composer.set(state.unsent?.text ?? "") }
            state.historyAt = nil
            state.unsent = nil
            return []
        }
        if state.historyAt == nil { state.unsent = state.composer }
        state.historyAt = max(0, next)
        state.composer.set(state.history[max(0, next)])
        return []
    }

    private static func complete(_ state: inout ScreenState, _ step: Int) -> [ScreenEffect] {
        if var completion = state.completion {
            completion.step(step, in: &state.composer)
            state.completion = completion
            return []
        }
        let sources = CompletionSources(
            people: state.people.filter { $0.userID != state.ownID },
            hasAll: state.selectedChat?.type == 2, chats: state.chats.map(\.title))
        guard let completion = Completion(&state.composer, sources, isBack: step < 0) else {
            state.notice = .init(text: "nothing to complete here", isWarning: false)
            return []
        }
        state.completion = completion.isDone ? nil : completion
        return tellTyping(&state)
    }

    // MARK: Chats

    private static func step(_ state: inout ScreenState, _ by: Int) -> [ScreenEffect] {
        guard !state.chats.isEmpty else { return [] }
        let at = state.chats.firstIndex { $0.chatroomID == state.selected } ?? 0
        let next = min(max(at + by, 0), state.chats.count - 1)
        return select(&state, state.chats[next].chatroomID)
    }

    private static func choose(_ state: inout ScreenState, place: Int) -> [ScreenEffect] {
        guard place <= state.chats.count else { return [] }
        return select(&state, state.chats[place - 1].chatroomID)
    }

    private static func nextUnread(_ state: inout ScreenState) -> [ScreenEffect] {
        let others = state.chats.filter { $0.chatroomID != state.selected }
        guard
            let next = others.first(where: { $0.unreadMentions > 0 })
                ?? others.first(where: { $0.unread > 0 })
        else {
            state.notice = .init(text: "nothing unread", isWarning: false)
            return []
        }
        return select(&state, next.chatroomID)
    }
}
