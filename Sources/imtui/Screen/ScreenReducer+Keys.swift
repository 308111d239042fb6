import FreeIMClient

extension ScreenReducer {
    /// The keys that help shows.
    static let keyTable: [(keys: String, does: String)] = [
        ("Enter", "send"),
        ("Alt-Enter, Ctrl-J", "new line"),
        ("PgUp, PgDn", "scroll; older history loads by itself"),
        ("Alt-Home, Esc", "to the oldest held; back to the newest"),
        ("Alt-Up, Alt-Down", "previous, next chat"),
        ("Alt-1 … Alt-9", "chat by its place"),
        ("Alt-A", "next chat with unread messages"),
        ("Up, Down", "lines, then what was sent before"),
        ("Ctrl-A E B F", "start, end, back, forward"),
        ("Ctrl-W U K Y", "cut word, to start, to end; paste"),
        ("Ctrl-_", "undo"),
        ("Ctrl-L", "draw the screen anew"),
        ("F1", "help"),
    ]

    static func reduceKey(_ state: inout ScreenState, _ key: Key) -> [ScreenEffect] {
        state.notice = ""
        if let page = state.helpPage {
            let step = key == .pageDown ? 1 : key == .pageUp ? -1 : 0
            let next = page + step
            let stays = step != 0 && next >= 0 && next < HelpView.pages(rows: state.rows)
            state.helpPage = stays ? next : nil
            return []
        }
        if let effects = navigate(&state, key) { return effects }
        let wasEmpty = state.composer.isEmpty
        edit(&state, key)
        return typed(state, wasEmpty)
    }

    /// Says that one begins or stops writing.
    private static func typed(_ state: ScreenState, _ wasEmpty: Bool) -> [ScreenEffect] {
        guard let selected = state.selected, wasEmpty != state.composer.isEmpty,
            !state.composer.text.hasPrefix("/")
        else { return [] }
        return [.typing(selected, wasEmpty)]
    }

    /// Keys that do something other than write; nil: none of them.
    private static func navigate(_ state: inout ScreenState, _ key: Key) -> [ScreenEffect]? {
        switch key {
        case .enter: return enter(&state)
        case .function(1):
            state.helpPage = 0
            return []
        case .escape:
            state.listing = nil
            state.scroll = 0
            return reload(state)
        case .control("l"): return [.redraw]
        case .control("c"):
            state.notice = "the draft is kept; /quit leaves"
            return []
        case .pageUp: return scroll(&state, by: max(1, state.rows - 6))
        case .pageDown: return scroll(&state, by: -max(1, state.rows - 6))
        case .alt("<"): return scroll(&state, by: TimelineView.height(state))
        case .home where state.composer.isEmpty:
            return scroll(&state, by: TimelineView.height(state))
        case .altUp: return step(&state, -1)
        case .altDown: return step(&state, 1)
        case .alt("a"):
            guard
                let next = state.conversations.first(where: {
                    $0.unread > 0 && $0.chatroomID != state.selected
                })
            else {
                state.notice = "nothing unread"
                return []
            }
            return select(&state, next.chatroomID)
        case .alt(let digit) where digit.isASCII && ("1"..."9").contains(digit):
            let place = (digit.wholeNumberValue ?? 1) - 1
            guard place < state.conversations.count else { return [] }
            return select(&state, state.conversations[place].chatroomID)
        default: return nil
        }
    }

    private static func step(_ state: inout ScreenState, _ by: Int) -> [ScreenEffect] {
        guard !state.conversations.isEmpty else { return [] }
        let at = state.conversations.firstIndex { $0.chatroomID == state.selected } ?? 0
        let next = min(max(at + by, 0), state.conversations.count - 1)
        return select(&state, state.conversations[next].chatroomID)
    }

    private static func scroll(_ state: inout ScreenState, by rows: Int) -> [ScreenEffect] {
        let most = max(0, TimelineView.height(state) - TimelineView.rows(state))
        let wanted = state.scroll + rows
        state.scroll = min(max(wanted, 0), most)
        if state.scroll == 0 { return reload(state) }
        guard rows > 0, wanted >= most, !state.isLoadingOlder,
            let chat = state.selectedConversation,
            let oldest = state.messages.first(where: { $0.seq > 0 })?.seq, oldest > chat.firstSeq
        else { return [] }
        state.isLoadingOlder = true
        state.window += ScreenState.windowStep
        return [
            .loadOlder(chat.chatroomID, before: oldest, limit: ScreenState.windowStep)
        ]
    }

    private static func enter(_ state: inout ScreenState) -> [ScreenEffect] {
        let line = state.composer.text
        if line.allSatisfy(\.isWhitespace) { return [] }
        if line.hasPrefix("/"), !line.hasPrefix("//") { return command(&state, line) }
        guard let selected = state.selected else {
            state.notice = "no chat is open; /friend add ACCOUNT begins one, /help lists more"
            return []
        }
        let text = line.hasPrefix("//") ? String(line.dropFirst()) : line
        _ = state.composer.take()
        remember(&state, line)
        state.scroll = 0
        state.unreadBehind = nil
        return [.send(selected, text), .saveDraft(selected, ""), .typing(selected, false)]
    }

    private static func remember(_ state: inout ScreenState, _ line: String) {
        if state.history.last != line { state.history.append(line) }
        if state.history.count > historyMax { state.history.removeFirst() }
        state.historyAt = nil
    }

    private static func command(_ state: inout ScreenState, _ line: String) -> [ScreenEffect] {
        let parsed = SlashCommand.parse(line)
        if case .wrong(let usage) = parsed {
            state.notice = usage
            return []
        }
        _ = state.composer.take()
        remember(&state, line)
        var effects: [ScreenEffect] = []
        if let selected = state.selected { effects.append(.saveDraft(selected, "")) }
        switch parsed {
        case .help: state.helpPage = 0
        case .quit:
            state.isEnding = true
            effects.append(.quit)
        case .retry:
            if let selected = state.selected { effects.append(.retry(selected)) }
        case .reconnect: effects.append(.reconnect)
        case .command(let command):
            effects.append(.command(command, chatroomID: state.selected))
        case .wrong: break
        }
        return effects
    }

    /// Keys that write.
    private static func edit(_ state: inout ScreenState, _ key: Key) {
        switch key {
        case .up:
            if !state.composer.vertical(-1) { recall(&state, -1) }
        case .down:
            if !state.composer.vertical(1) { recall(&state, 1) }
        default: EditKeys.apply(key, to: &state.composer)
        }
    }

    /// Calls back what was sent before.
    private static func recall(_ state: inout ScreenState, _ step: Int) {
        guard !state.history.isEmpty else { return }
        let at = state.historyAt ?? state.history.count
        let next = at + step
        if next >= state.history.count {
            if state.historyAt != nil { state.composer = Composer() }
            state.historyAt = nil
            return
        }
        state.historyAt = max(0, next)
        state.composer = Composer(state.history[max(0, next)])
    }
}

/// Readline's keys on a composer.
enum EditKeys {
    static func apply(_ key: Key, to composer: inout Composer) {
        switch key {
        case .character(let character): composer.insert(String(character))
        case .paste(let text): composer.insert(text)
        case .altEnter, .control("j"): composer.insert("\n")
        case .backspace, .control("h"): composer.backspace()
        case .delete, .control("d"): composer.deleteForward()
        case .left, .control("b"): composer.left()
        case .right, .control("f"): composer.right()
        case .home, .control("a"): composer.lineStart()
        case .end, .control("e"): composer.lineEnd()
        case .alt("b"): composer.wordLeft()
        case .alt("f"): composer.wordRight()
        case .control("k"): composer.killToEnd()
        case .control("u"): composer.killToStart()
        case .control("w"): composer.killWordLeft()
        case .control("y"): composer.yank()
        case .control("_"): composer.undo()
        default: break
        }
    }
}

/// The keys of the first screen.
enum SignInReducer {
    static func reduce(_ state: inout ScreenState, _ key: Key) -> [ScreenEffect] {
        guard var form = state.signIn else { return [] }
        defer { if state.signIn != nil { state.signIn = form } }
        if key == .control("c") || key == .control("d") || key == .escape {
            state.isEnding = true
            return [.quit]
        }
        if form.isBusy { return [] }
        switch key {
        case .tab, .down: form.focus = (form.focus + 1) % form.count
        case .up: form.focus = (form.focus + form.count - 1) % form.count
        case .function(2):
            form.isRegistering.toggle()
            form.focus = min(form.focus, form.count - 1)
        case .control("l"): return [.redraw]
        case .enter:
            if form.focus < form.count - 1 {
                form.focus += 1
                return []
            }
            if form.fields[2].isEmpty || form.fields[3].isEmpty {
                form.error = "account and password, please"
                return []
            }
            form.error = ""
            form.isBusy = true
            return [.signIn(form)]
        default: EditKeys.apply(key, to: &form.fields[form.focus])
        }
        return []
    }
}
