import FreeIMClient

/// Everything the screen does, without a terminal and without a network.
enum ScreenReducer {
    /// Lines kept of what was sent, to be called back.
    static let historyMax = 200

    static func reduce(_ state: inout ScreenState, _ action: ScreenAction) -> [ScreenEffect] {
        switch action {
        case .key(let key):
            return state.signIn == nil
                ? reduceKey(&state, key) : SignInReducer.reduce(&state, key)
        case .resized(let rows, let columns):
            state.rows = rows
            state.columns = columns
            return [.redraw]
        case .event(let event): return reduceEvent(&state, event)
        case .conversations(let list, let names): return took(&state, list, names)
        case .messages(let chatroomID, let messages, let names):
            return took(&state, chatroomID, messages, names)
        case .draft(let chatroomID, let text):
            if chatroomID == state.selected { state.composer = Composer(text) }
            return []
        case .olderLoaded(let failure):
            state.isLoadingOlder = false
            if let failure { state.notice = failure }
            return reload(state)
        case .signedIn(let account, let userID):
            state.signIn = nil
            state.account = account
            state.ownID = userID
            return [.loadConversations]
        case .signInFailed(let reason):
            state.signIn?.error = reason
            state.signIn?.isBusy = false
            return []
        case .notice(let text):
            state.notice = text
            return []
        case .listing(let lines):
            state.listing = lines
            return []
        case .open(let chatroomID): return select(&state, chatroomID)
        case .drawNow: return []
        }
    }

    private static func took(
        _ state: inout ScreenState, _ list: [CachedConversation], _ names: [Int64: String]
    ) -> [ScreenEffect] {
        state.conversations = list
        state.names.merge(names) { _, new in new }
        if let selected = state.selected, list.contains(where: { $0.chatroomID == selected }) {
            return []
        }
        guard let first = list.first else {
            state.selected = nil
            state.messages = []
            return []
        }
        return select(&state, first.chatroomID)
    }

    private static func took(
        _ state: inout ScreenState, _ chatroomID: Int64, _ messages: [ChatMessage],
        _ names: [Int64: String]
    ) -> [ScreenEffect] {
        guard chatroomID == state.selected else { return [] }
        let before = TimelineView.height(state)
        let hadNewest = state.messages.last
        state.messages = messages
        state.names.merge(names) { _, new in new }
        // Who reads further up keeps the place while lines come in below.
        if state.scroll > 0, messages.last != hadNewest, !state.isLoadingOlder {
            state.scroll += max(0, TimelineView.height(state) - before)
        }
        return readThrough(state)
    }

    /// Marks as read what is on screen.
    private static func readThrough(_ state: ScreenState) -> [ScreenEffect] {
        guard state.scroll == 0, let chat = state.selectedConversation,
            let newest = state.messages.last(where: { $0.seq > 0 })?.seq, newest > chat.readSeq
        else { return [] }
        return [.markRead(chat.chatroomID, newest)]
    }

    static func reload(_ state: ScreenState) -> [ScreenEffect] {
        guard let selected = state.selected else { return [] }
        return [.loadMessages(selected, limit: state.window)]
    }

    /// Opens a chat, the draft of the one before kept.
    static func select(_ state: inout ScreenState, _ chatroomID: Int64) -> [ScreenEffect] {
        if chatroomID == state.selected { return [] }
        var effects: [ScreenEffect] = []
        if let before = state.selected {
            effects.append(.saveDraft(before, state.composer.text))
        }
        state.selected = chatroomID
        state.messages = []
        state.scroll = 0
        state.window = ScreenState.windowStep
        state.isLoadingOlder = false
        state.composer = Composer()
        state.listing = nil
        let chat = state.selectedConversation
        state.unreadBehind = (chat?.unread ?? 0) > 0 ? chat?.readSeq : nil
        return effects + [.loadDraft(chatroomID), .loadMessages(chatroomID, limit: state.window)]
    }

    private static func reduceEvent(
        _ state: inout ScreenState, _ event: ChatEvent
    ) -> [ScreenEffect] {
        switch event {
        case .connection(let connection):
            state.connection = connection
            return connection == .online ? [.loadConversations] + reload(state) : []
        case .conversationsChanged: return [.loadConversations]
        case .messages(let chatroomID), .outbox(let chatroomID), .receipt(let chatroomID):
            return [.loadConversations] + (chatroomID == state.selected ? reload(state) : [])
        case .typing(let chatroomID, let userID, let isTyping):
            if isTyping {
                state.typing[chatroomID, default: []].insert(userID)
            } else {
                state.typing[chatroomID]?.remove(userID)
            }
            return []
        case .signedOut(let reason):
            state.notice = "signed out: \(reason)"
            var form = ScreenState.SignInForm()
            form.error = reason
            state.signIn = form
            return []
        case .notice(let text):
            state.notice = text
            return []
        case .received(let message):
            state.typing[message.chatroomID]?.remove(message.userID)
            return []
        }
    }
}
