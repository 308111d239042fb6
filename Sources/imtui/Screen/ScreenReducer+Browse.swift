import FreeIMClient

/// Browse mode: a walk through the timeline, and what can be done with a message.
extension ScreenReducer {
    static func beginBrowse(_ state: inout ScreenState) -> [ScreenEffect] {
        let measured = state.measured
        let visible = visible(state.timeline, measured)
        guard let chosen = measured.items[visible].last(where: \.isChoosable) else {
            state.notice = .init(text: "nothing to browse here", isWarning: false)
            return []
        }
        state.mode = .browse(.init(chosen: chosen.key))
        return []
    }

    static func browse(_ state: inout ScreenState, _ action: UIAction) -> [ScreenEffect] {
        switch action {
        case .browseDown: return move(&state, 1)
        case .browseUp: return move(&state, -1)
        case .browseTop:
            let effects = toTop(&state)
            if effects.allSatisfy({ if case .loadPage = $0 { false } else { true } }) {
                choose(&state) { $0.first(where: \.isChoosable) }
            }
            return effects
        case .browseBottom:
            let effects = toBottom(&state)
            choose(&state) { $0.last(where: \.isChoosable) }
            return effects
        case .pageUp, .pageDown:
            let effects = page(&state, up: action == .pageUp)
            chooseVisible(&state)
            return effects
        case .browseSearch:
            editBrowse(&state) {
                $0.query = Composer()
                $0.isTyping = true
            }
            return []
        case .browseNext: return jump(&state, older: true)
        case .browsePrevious: return jump(&state, older: false)
        case .leaveBrowse:
            state.mode = .compose
            return []
        case .open: return openChosen(&state)
        case .reply, .edit, .recall, .react, .copy, .save, .pinMessage:
            return act(&state, action)
        default: return perform(&state, action)
        }
    }

    private static func editBrowse(
        _ state: inout ScreenState, _ change: (inout ScreenState.Browse) -> Void
    ) {
        guard case .browse(var browse) = state.mode else { return }
        change(&browse)
        state.mode = .browse(browse)
    }

    private static func choose(
        _ state: inout ScreenState, _ pick: ([TimelineItem]) -> TimelineItem?
    ) {
        guard let item = pick(state.measured.items) else { return }
        editBrowse(&state) { $0.chosen = item.key }
    }

    /// The mark follows the screen when that scrolls away from it.
    static func chooseVisible(_ state: inout ScreenState) {
        let measured = state.measured
        let items = measured.items[visible(state.timeline, measured)].filter(\.isChoosable)
        guard case .browse(let browse) = state.mode, let first = items.first, let last = items.last,
            !items.contains(where: { $0.key == browse.chosen })
        else { return }
        let all = measured.items
        let at = all.firstIndex { $0.key == browse.chosen } ?? 0
        let isBelow = at > (all.firstIndex { $0.key == last.key } ?? 0)
        editBrowse(&state) { $0.chosen = isBelow ? last.key : first.key }
    }

    private static func move(_ state: inout ScreenState, _ step: Int) -> [ScreenEffect] {
        guard case .browse(let browse) = state.mode else { return [] }
        let items = state.measured.items
        let at = items.firstIndex { $0.key == browse.chosen } ?? items.count - 1
        var next = at + step
        while items.indices.contains(next), !items[next].isChoosable { next += step }
        guard items.indices.contains(next) else {
            return step > 0 ? toBottom(&state) : scroll(&state, by: 1)
        }
        editBrowse(&state) { $0.chosen = items[next].key }
        state.timeline.reveal(items[next].key, state.measured)
        return readThrough(&state) + loadAround(&state)
    }

    static func chosenItem(_ state: ScreenState) -> TimelineItem? {
        guard case .browse(let browse) = state.mode else { return nil }
        return state.timeline.items(day: TimeText.weekday).last { $0.key == browse.chosen }
    }

    /// Enter: loads a hole, opens what a message leads to.
    static func openChosen(_ state: inout ScreenState) -> [ScreenEffect] {
        guard let item = chosenItem(state) else { return [] }
        if case .hole(let range, _) = item { return pull(&state, range) }
        return act(&state, .open)
    }

    // MARK: Acts on a message

    private static func act(_ state: inout ScreenState, _ action: UIAction) -> [ScreenEffect] {
        guard let message = chosenItem(state)?.message else {
            state.notice = .init(text: "that is no message", isWarning: false)
            return []
        }
        if action == .copy { return copy(&state, message) }
        guard message.seq > 0, message.isText, !message.isRecalled else {
            let isWaiting = message.seq == 0
            state.notice = .init(
                text: isWaiting ? "it is not sent yet" : "that can only be copied")
            return []
        }
        switch action {
        case .reply:
            begin(&state, .reply(message))
            return []
        case .edit: return edit(&state, message)
        case .recall:
            let line = "Recall this message for everyone?"
            let effect = ScreenEffect.send(
                .init(chatroomID: message.chatroomID, text: "", kind: .recall(message)))
            state.overlay = .confirm(ConfirmOverlay(line, [effect]))
            return []
        case .react:
            state.overlay = .emoji(EmojiOverlay(), for: message)
            return []
        case .open: return open(&state, message)
        case .save:
            guard message.file != nil else {
                state.notice = .init(text: "there is no file in it")
                return []
            }
            return [.file(.save(message))]
        case .pinMessage:
            state.stale.isPage = true
            state.stale.isInfo = true
            return [.setPin(message.chatroomID, seq: message.seq, !message.isPinned)]
        default: return []
        }
    }

    private static func begin(_ state: inout ScreenState, _ intent: ScreenState.Intent) {
        if case .edit = state.intent { _ = dropIntent(&state) }
        state.intent = intent
        state.mode = .compose
    }

    private static func edit(
        _ state: inout ScreenState, _ message: ChatMessage
    ) -> [ScreenEffect] {
        guard message.userID == state.ownID, message.code == 1 else {
            state.notice = .init(text: "only one's own texts can be edited")
            return []
        }
        begin(&state, .edit(message))
        state.stash = state.composer
        state.composer = Composer(message.content)
        return []
    }

    private static func copy(
        _ state: inout ScreenState, _ message: ChatMessage
    ) -> [ScreenEffect] {
        state.notice = .init(text: "copied", isWarning: false)
        return [.copy(message.file?.url ?? message.content)]
    }

    private static func open(
        _ state: inout ScreenState, _ message: ChatMessage
    ) -> [ScreenEffect] {
        if message.file != nil { return [.file(.open(message))] }
        let links = RichText.links(in: message.content, style: .plain).compactMap(\.link)
        if let first = links.first { return [.openLink(first)] }
        if let quote = message.quote {
            return [.openMessage(chatroomID: message.chatroomID, seq: quote.seq)]
        }
        state.notice = .init(text: "there is nothing to open in it", isWarning: false)
        return []
    }

    // MARK: Looking for text

    static func typeQuery(
        _ state: inout ScreenState, _ browse: ScreenState.Browse, _ key: Key
    ) -> [ScreenEffect] {
        switch key {
        case .enter:
            editBrowse(&state) { $0.isTyping = false }
            state.hits = nil
            guard !browse.query.isEmpty else { return [] }
            return [.search(browse.query.text, chatroomID: state.selected)]
        case .escape:
            editBrowse(&state) {
                $0.isTyping = false
                $0.query = Composer()
            }
        default:
            editBrowse(&state) { browse in
                _ = EditKeys.field(.key(key), &browse.query)
            }
        }
        return []
    }

    /// Takes what was found: for the search over all chats, or for browse mode.
    static func found(
        _ state: inout ScreenState, _ messages: [ChatMessage], _ query: String,
        _ names: [Int64: String]
    ) -> [ScreenEffect] {
        state.names.merge(names) { _, new in new }
        if case .search(var search) = state.overlay {
            search.took(results: messages, names: names, for: query)
            state.overlay = .search(search)
            return []
        }
        guard case .browse(let browse) = state.mode, browse.query.text == query else { return [] }
        state.hits = messages.filter { $0.chatroomID == state.selected }.map(\.seq)
        return jump(&state, older: true)
    }

    private static func jump(_ state: inout ScreenState, older: Bool) -> [ScreenEffect] {
        guard case .browse(let browse) = state.mode, let selected = state.selected else {
            return []
        }
        guard let hits = state.hits else {
            let text = browse.query.text
            return text.isEmpty ? [] : [.search(text, chatroomID: selected)]
        }
        let now: Int64
        switch browse.chosen {
        case .message(let seq), .hole(let seq), .day(let seq): now = seq
        case .pending, .unread, .start: now = Int64.max
        }
        guard let hit = older ? hits.first(where: { $0 < now }) : hits.last(where: { $0 > now })
        else {
            let way = older ? "older" : "newer"
            state.notice = .init(
                text: hits.isEmpty ? "not found" : "no \(way) message has it", isWarning: false)
            return []
        }
        return [.openMessage(chatroomID: selected, seq: hit)]
    }
}
