import FreeIMClient

/// Everything the screen does, without a terminal and without a network.
enum ScreenReducer {
    /// Lines kept of what was sent, to be called back.
    static let historyMax = 500
    /// Chats that are read again one by one; more are read as a list.
    static let singleReadsMax = 20

    /// Takes one action; what the screen has to have done outside.
    static func reduce(_ state: inout ScreenState, _ action: ScreenAction) -> [ScreenEffect] {
        absorb(&state, take(&state, action))
    }

    /// Carries out the effects that concern the screen alone.
    private static func absorb(
        _ state: inout ScreenState, _ effects: [ScreenEffect]
    ) -> [ScreenEffect] {
        var outside: [ScreenEffect] = []
        for effect in effects {
            switch effect {
            case .openChat(let chatroomID): outside += open(&state, chatroomID)
            case .openMessage(let chatroomID, let seq):
                outside += open(&state, chatroomID, seq)
            case .insert(let text): outside += write(&state) { $0.insert(text) }
            default: outside.append(effect)
            }
        }
        return outside
    }

    private static func take(_ state: inout ScreenState, _ action: ScreenAction) -> [ScreenEffect] {
        switch action {
        case .input(let event): return reduceInput(&state, event)
        case .event(let event): return reduceEvent(&state, event)
        case .chats(let list, let names): return took(&state, list, names)
        case .chat(let chat): return took(&state, chat)
        case .page(let load): return took(&state, load)
        case .draft(let chatroomID, let draft, let target):
            took(&state, chatroomID, draft, target)
            return []
        case .info(let pane, let people):
            guard pane.chatroomID == state.selected else { return [] }
            state.info = pane
            state.people = people
            return []
        case .membersFetched(let chatroomID):
            state.stale.isInfo = state.stale.isInfo || chatroomID == state.selected
            return []
        case .history(let lines):
            state.history = lines
            return []
        case .found(let messages, let query, let names):
            return found(&state, messages, query, names)
        case .pulled(let chatroomID, let range, let failure):
            return pulled(&state, chatroomID, range, failure)
        case .called(let call, let result): return called(&state, call, result)
        case .signedIn(let profile):
            state.signIn = nil
            state.account = profile.nickname.isEmpty ? profile.account : profile.nickname
            state.ownID = profile.userID
            state.timeline.ownID = profile.userID
            return [.loadHistory, .loadChats]
        case .signInFailed(let reason):
            state.signIn?.error = reason
            state.signIn?.isBusy = false
            return []
        case .edited(let text):
            state.composer.set(text)
            return [.redraw]
        case .transfer(let id, let transfer):
            state.transfers[id] = transfer
            return []
        case .typingEnded(let chatroomID, let userID):
            state.typing[chatroomID]?.remove(userID)
            return []
        case .notice(let text, let isWarning):
            state.notice = .init(text: text, isWarning: isWarning)
            return []
        case .openChat(let chatroomID): return open(&state, chatroomID)
        case .openMessage(let chatroomID, let seq): return open(&state, chatroomID, seq)
        case .showPicture(let picture):
            state.overlay = .picture(picture)
            return []
        case .quit:
            state.isEnding = true
            return [.quit]
        }
    }

    /// What has to be read before the next draw; a burst of events asks for one read.
    static func refresh(_ state: inout ScreenState) -> [ScreenEffect] {
        let stale = state.stale
        state.stale = ScreenState.Stale()
        var effects: [ScreenEffect] = []
        if stale.isList || stale.chats.count > singleReadsMax {
            effects.append(.loadChats)
        } else {
            effects += stale.chats.sorted().map { .loadChat($0) }
        }
        guard let selected = state.selected, state.signIn == nil else { return effects }
        if stale.isPage {
            let (place, limit) = state.timeline.refresh
            effects.append(.loadPage(selected, place, limit: limit, isRefresh: true))
        }
        if stale.isInfo { effects.append(.loadInfo(selected)) }
        if state.draft != state.savedDraft {
            state.savedDraft = state.draft
            effects.append(.saveDraft(selected, state.draft))
        }
        return effects
    }

    // MARK: What the cache gave

    private static func took(
        _ state: inout ScreenState, _ list: [CachedConversation], _ names: [Int64: String]
    ) -> [ScreenEffect] {
        let isKept = state.timeline.unreadBehind != nil
        state.chats = ChatOrder.arrange(list, keeping: isKept ? state.selected : nil)
        state.names.merge(names) { _, new in new }
        if let selected = state.selected, list.contains(where: { $0.chatroomID == selected }) {
            noteNumbers(&state)
            return []
        }
        guard let first = state.chats.first else {
            state.selected = nil
            state.timeline = Timeline()
            return []
        }
        return select(&state, first.chatroomID)
    }

    private static func took(
        _ state: inout ScreenState, _ chat: CachedConversation
    ) -> [ScreenEffect] {
        var list = state.chats.filter { $0.chatroomID != chat.chatroomID }
        list.append(chat)
        list.sort {
            ($0.updatedTime, $0.chatroomID) > ($1.updatedTime, $1.chatroomID)
        }
        return took(&state, list, [:])
    }

    /// Takes over what the list says of the open chat.
    private static func noteNumbers(_ state: inout ScreenState) {
        guard let chat = state.selectedChat else { return }
        state.timeline.first = chat.firstSeq
        state.timeline.head = chat.headSeq
    }

    private static func took(_ state: inout ScreenState, _ load: PageLoad) -> [ScreenEffect] {
        guard load.chatroomID == state.selected else { return [] }
        state.names.merge(load.names) { _, new in new }
        state.timeline.take(load)
        noteNumbers(&state)
        if case .around(let seq) = load.place, !load.isRefresh { arrive(&state, seq) }
        if case .browse(let browse) = state.mode {
            // Whoever browses keeps the line under the mark in sight.
            if state.timeline.isFollowing { state.timeline.reveal(browse.chosen, state.measured) }
        }
        return readThrough(&state) + loadAround(&state)
    }

    private static func took(
        _ state: inout ScreenState, _ chatroomID: Int64, _ draft: Draft, _ target: ChatMessage?
    ) {
        guard chatroomID == state.selected, state.composer.isEmpty else { return }
        state.composer.reset(draft.text)
        if let target {
            state.intent = draft.editOf.isEmpty ? .reply(target) : .edit(target)
        }
        state.savedDraft = state.draft
    }

    /// Marks as read what is on screen.
    static func readThrough(_ state: inout ScreenState) -> [ScreenEffect] {
        guard state.timeline.isFollowing, state.hasFocus, state.signIn == nil,
            let newest = state.timeline.newestRead,
            let place = state.chats.firstIndex(where: { $0.chatroomID == state.selected }),
            newest > state.chats[place].readSeq
        else { return [] }
        state.chats[place].readSeq = newest
        return [.markRead(state.chats[place].chatroomID, newest)]
    }

    // MARK: Opening

    /// Opens a chat, the draft of the one before kept.
    static func select(_ state: inout ScreenState, _ chatroomID: Int64) -> [ScreenEffect] {
        if chatroomID == state.selected { return [] }
        var effects = leave(&state)
        state.selected = chatroomID
        state.timeline = Timeline()
        state.timeline.ownID = state.ownID
        noteNumbers(&state)
        let chat = state.selectedChat
        state.timeline.unreadBehind = (chat?.unread ?? 0) > 0 ? chat?.readSeq : nil
        effects += [
            .loadDraft(chatroomID),
            .loadPage(
                chatroomID, .newest, limit: Timeline.pageMessages, isRefresh: false),
            .loadInfo(chatroomID),
        ]
        return effects + fetchMembers(state)
    }

    /// Who is in the open group, when the server can be asked.
    static func fetchMembers(_ state: ScreenState) -> [ScreenEffect] {
        guard let chat = state.selectedChat, chat.type == 2, state.connection == .online else {
            return []
        }
        return [.fetchMembers(chat.chatroomID)]
    }

    /// Puts the open chat aside with its draft.
    private static func leave(_ state: inout ScreenState) -> [ScreenEffect] {
        var effects: [ScreenEffect] = []
        if let before = state.selected {
            if state.draft != state.savedDraft { effects.append(.saveDraft(before, state.draft)) }
            if state.isTypingTold { effects.append(.typing(before, false)) }
            state.previous = before
        }
        state.isTypingTold = false
        state.composer.reset()
        state.intent = .message
        state.stash = nil
        state.savedDraft = Draft()
        state.completion = nil
        state.historyAt = nil
        state.mode = .compose
        state.hits = nil
        state.info = InfoPane()
        state.people = []
        return effects
    }

    private static func open(_ state: inout ScreenState, _ chatroomID: Int64) -> [ScreenEffect] {
        state.overlay = nil
        // A chat that is not in the list yet will be, once it is read anew.
        if !state.chats.contains(where: { $0.chatroomID == chatroomID }) {
            state.stale.isList = true
        }
        return select(&state, chatroomID)
    }

    private static func open(
        _ state: inout ScreenState, _ chatroomID: Int64, _ seq: Int64
    ) -> [ScreenEffect] {
        state.overlay = nil
        var effects: [ScreenEffect] = []
        if chatroomID != state.selected {
            effects = select(&state, chatroomID)
            state.timeline.unreadBehind = nil
        } else if state.timeline.messages.contains(where: { $0.seq == seq }) {
            settle(&state, seq)
            return loadAround(&state)
        }
        state.arrival = .chosen
        let limit = Timeline.pageMessages
        effects.append(.loadPage(chatroomID, .around(seq), limit: limit, isRefresh: false))
        return effects
    }

    /// Shows what a page was loaded for.
    private static func arrive(_ state: inout ScreenState, _ seq: Int64) {
        switch state.arrival {
        case .chosen: settle(&state, seq)
        case .top: showTop(&state)
        case .unread: state.timeline.show(.unread, atRow: 1, state.measured)
        }
        state.arrival = .chosen
        if case .browse = state.mode { chooseVisible(&state) }
    }

    /// Shows a message in the middle of the screen and stands on it.
    private static func settle(_ state: inout ScreenState, _ seq: Int64) {
        // An act on another message has no line of its own: the one behind it stands for it.
        guard
            let found = state.timeline.messages.first(where: { $0.seq >= seq })
                ?? state.timeline.messages.last
        else { return }
        let key = TimelineItem.Key.message(seq: found.seq)
        let middle = ScreenLayout(state).timelineRows / 3
        state.timeline.show(key, atRow: middle, state.measured)
        if case .browse(var browse) = state.mode {
            browse.chosen = key
            state.mode = .browse(browse)
        } else {
            state.mode = .browse(.init(chosen: key))
        }
    }
}
