import FreeIMClient

/// What lies over the chat and takes the keys.
enum ScreenOverlay: Equatable, Sendable {
    case help(HelpOverlay)
    case switcher(SwitcherOverlay)
    case search(SearchOverlay)
    case listing(ListingOverlay)
    case moments(MomentsOverlay)
    case emoji(EmojiOverlay, for: ChatMessage)
    case confirm(ConfirmOverlay)
    case form(FormOverlay)
    case picture(PictureOverlay)

    /// Gives it a key or a click.
    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        switch self {
        case .help(var part):
            defer { self = .help(part) }
            return part.handle(event, in: size)
        case .switcher(var part):
            defer { self = .switcher(part) }
            return part.handle(event, in: size)
        case .search(var part):
            defer { self = .search(part) }
            return part.handle(event, in: size)
        case .listing(var part):
            defer { self = .listing(part) }
            return part.handle(event, in: size)
        case .moments(var part):
            defer { self = .moments(part) }
            return part.handle(event, in: size)
        case .emoji(var part, let message):
            defer { self = .emoji(part, for: message) }
            return part.handle(event, in: size)
        case .confirm(var part):
            defer { self = .confirm(part) }
            return part.handle(event, in: size)
        case .form(var part):
            defer { self = .form(part) }
            return part.handle(event, in: size)
        case .picture(var part):
            defer { self = .picture(part) }
            return part.handle(event, in: size)
        }
    }

    /// Draws it over all but the header and the hint row.
    func draw(into grid: inout Grid) {
        let (rows, columns) = (max(0, grid.rows - 2), grid.columns)
        switch self {
        case .help(let part):
            part.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
        case .switcher(let part):
            part.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
        case .search(let part):
            part.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
        case .listing(let part):
            part.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
        case .moments(let part):
            part.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
        case .emoji(let part, _):
            part.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
        case .confirm(let part):
            part.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
        case .form(let part):
            part.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
        case .picture(let part):
            part.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
        }
    }
}

extension ScreenReducer {
    static func reduceOverlay(_ state: inout ScreenState, _ event: InputEvent) -> [ScreenEffect] {
        guard var overlay = state.overlay else { return [] }
        if case .key(let key) = event, key == .control("l") { return [.redraw] }
        var event = event
        if case .mouse(var mouse) = event {
            mouse.row -= 1
            event = .mouse(mouse)
        }
        let outcome = overlay.handle(
            event, in: GridSize(rows: max(0, state.rows - 2), columns: state.columns))
        state.overlay = overlay
        switch outcome {
        case .stay: return []
        case .close:
            state.overlay = nil
            return []
        case .chose(let emoji):
            state.overlay = nil
            return react(state, emoji, overlay)
        case .perform(let effects, let closes):
            if closes { state.overlay = nil }
            return effects.flatMap { follow(&state, $0) }
        }
    }

    /// What an overlay asks for: a command goes the way of a typed one.
    private static func follow(
        _ state: inout ScreenState, _ effect: ScreenEffect
    ) -> [ScreenEffect] {
        switch effect {
        case .call(let call, _): return run(&state, call)
        default: return [effect]
        }
    }

    /// The same emoji a second time takes one's reaction back.
    private static func react(
        _ state: ScreenState, _ emoji: String, _ overlay: ScreenOverlay
    ) -> [ScreenEffect] {
        guard case .emoji(_, let message) = overlay else { return [.insert(emoji)] }
        let isOwn = message.reactions.contains {
            $0.emoji == emoji && $0.userIDs.contains(state.ownID)
        }
        return [
            .send(
                .init(
                    chatroomID: message.chatroomID, text: isOwn ? "" : emoji,
                    kind: .reaction(message)))
        ]
    }
}
