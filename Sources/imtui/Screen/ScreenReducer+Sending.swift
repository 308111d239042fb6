import FreeIMClient

/// What Enter does, and what becomes of commands.
extension ScreenReducer {
    static func enter(_ state: inout ScreenState) -> [ScreenEffect] {
        let line = state.composer.text
        if line.allSatisfy(\.isWhitespace) { return [] }
        if line.hasPrefix("/"), !line.hasPrefix("//"), state.intent == .message {
            return command(&state, line)
        }
        guard let selected = state.selected else {
            state.notice = .init(
                text: "no chat is open; /friend add ACCOUNT begins one, /help lists more")
            return []
        }
        let text = line.hasPrefix("//") ? String(line.dropFirst()) : line
        var outgoing = ScreenEffect.Outgoing(chatroomID: selected, text: text)
        outgoing.mentions = MentionText.users(in: text, among: state.people)
            .filter { $0 != state.ownID }
        switch state.intent {
        case .message: break
        case .reply(let message): outgoing.replyTo = message.messageID
        case .edit(let message):
            outgoing.kind = .edit(message)
            if text == message.content { return dropIntent(&state) }
        }
        var effects: [ScreenEffect] = [.send(outgoing)]
        // Whoever writes is there: the next attempt need not wait.
        if case .offline(_, .some) = state.connection { effects.append(.reconnect) }
        effects += remember(&state, line)
        _ = state.composer.take()
        if let stash = state.stash { state.composer = stash }
        state.stash = nil
        state.intent = .message
        state.timeline.unreadBehind = nil
        effects += tellTyping(&state)
        return effects + toBottom(&state)
    }

    private static func remember(_ state: inout ScreenState, _ line: String) -> [ScreenEffect] {
        state.historyAt = nil
        state.unsent = nil
        if state.history.last == line { return [] }
        state.history.append(line)
        if state.history.count > historyMax { state.history.removeFirst() }
        return [.remember(line)]
    }

    /// Takes back what a reply or an edit began; the text from before an edit returns.
    static func dropIntent(_ state: inout ScreenState) -> [ScreenEffect] {
        if case .edit = state.intent { state.composer = state.stash ?? Composer() }
        state.stash = nil
        state.intent = .message
        return tellTyping(&state)
    }

    // MARK: Commands

    private static func command(_ state: inout ScreenState, _ line: String) -> [ScreenEffect] {
        if line.trimmingBlanks == "/password" {
            // What is typed there shows as dots.
            state.composer.reset()
            state.overlay = .form(.password())
            return tellTyping(&state)
        }
        let call: CommandCall
        switch CommandTable.parse(slash: line) {
        case .wrong(let usage):
            state.notice = .init(text: usage)
            return []
        case .call(let parsed): call = parsed
        }
        state.composer.reset()
        // A line with a password in it is not kept.
        let isSecret = CommandTable.find(call.name)?.isSecret == true
        var effects = isSecret ? [] : remember(&state, line)
        effects += tellTyping(&state)
        return effects + run(&state, call)
    }

    /// Runs a command: what is the screen's own business at once, the rest outside.
    static func run(_ state: inout ScreenState, _ call: CommandCall) -> [ScreenEffect] {
        switch call.name {
        case "help": return perform(&state, .help)
        case "quit":
            state.isEnding = true
            return [.quit]
        case "retry": return state.selected.map { [.retry($0)] } ?? []
        case "reconnect": return [.reconnect]
        case "message.search":
            let text = call.arguments["text"]?.text ?? ""
            var overlay = SearchOverlay(titles: titles(state), names: state.names)
            let size = GridSize(rows: max(0, state.rows - 2), columns: state.columns)
            let outcome = overlay.handle(.paste(text), in: size)
            state.overlay = .search(overlay)
            if case .perform(let effects, _) = outcome { return effects }
            return []
        case "moment.list":
            // A feed that is open asks for its next page: what it holds stays.
            if case .moments = state.overlay { break }
            state.overlay = .moments(MomentsOverlay(ownID: state.ownID))
        case "file.send":
            state.notice = .init(text: "sending the file…", isWarning: false)
        default: break
        }
        return [.call(call, chatroomID: state.selected)]
    }

    /// A command came to its end.
    static func called(
        _ state: inout ScreenState, _ call: CommandCall,
        _ result: Result<CommandResult, ClientError>
    ) -> [ScreenEffect] {
        switch result {
        case .failure(let error):
            state.notice = .init(text: error.description)
            if case .moments(var moments) = state.overlay {
                moments.failed(error.description, for: call)
                state.overlay = .moments(moments)
            }
            return []
        case .success(let result):
            state.stale.isList = true
            state.stale.isInfo = true
            state.stale.isPage = true
            if !result.notice.isEmpty {
                state.notice = .init(text: result.notice, isWarning: false)
            }
            if case .moments(var moments) = state.overlay, call.name.hasPrefix("moment.") {
                let effects = moments.took(data: result.data, for: call)
                state.overlay = .moments(moments)
                return effects
            }
            if let listing = result.listing {
                state.overlay = .listing(ListingOverlay(listing, chatroomID: state.selected))
            }
            if let chatroomID = result.opens { return [.openChat(chatroomID)] }
            return []
        }
    }
}
