import FreeIMClient

/// Finds a chat by a few letters of its title; unread ones come first while nothing is typed.
struct SwitcherOverlay: OverlayPart {
    /// One chat as far as it is shown.
    private struct Row: Equatable, Sendable {
        var chatroomID: Int64
        var title: String
        var unread: Int64
        var mentions: Int64
    }

    /// A chat that is offered, with the characters of its title that were hit.
    private struct Hit: Equatable, Sendable {
        var index: Int
        var places: [Int] = []
    }

    /// Rows of the box, the query's with them.
    private static let rowsMax = 20
    private static let columnsMax = 60

    private let rows: [Row]
    private(set) var query = Composer()
    private var found: [Hit] = []
    private var list = ListCursor()

    /// `chats` in the order of the sidebar, with their titles as they are shown.
    init(_ chats: [CachedConversation]) {
        rows = chats.map {
            Row(
                chatroomID: $0.chatroomID, title: $0.title, unread: $0.unread,
                mentions: $0.unreadMentions)
        }
        search()
    }

    /// The chats that are offered, best first.
    var offered: [Int64] { found.map { rows[$0.index].chatroomID } }

    private mutating func search() {
        if query.isEmpty {
            let order = rows.indices.sorted {
                (rank($0), $0) < (rank($1), $1)
            }
            found = order.map { Hit(index: $0) }
        } else {
            found = FuzzyMatch.rank(query.text, rows.map(\.title)).map {
                Hit(index: $0.index, places: $0.match.places)
            }
        }
        list.reset()
    }

    private func rank(_ index: Int) -> Int {
        rows[index].mentions > 0 ? 0 : rows[index].unread > 0 ? 1 : 2
    }

    private func box(_ size: GridSize) -> OverlayBox {
        OverlayBox(
            in: size, rows: min(rows.count + 1, SwitcherOverlay.rowsMax),
            columns: SwitcherOverlay.columnsMax)
    }

    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        let box = box(size)
        let listRows = max(box.rows - 1, 1)
        if list.handle(event, count: found.count, rows: listRows) { return .stay }
        switch event {
        case .key(.escape), .key(.control("c")), .key(.alt("k")): return .close
        case .key(.enter): return open(list.chosen)
        case .mouse(let mouse):
            guard case .press = mouse.kind else { return .stay }
            if !box.holds(mouse) { return .close }
            guard let row = box.innerRow(mouse), row > 0 else { return .stay }
            return open(list.first(count: found.count, rows: listRows) + row - 1)
        default:
            let before = query.text
            if EditKeys.field(event, &query), query.text != before { search() }
            return .stay
        }
    }

    private func open(_ row: Int) -> OverlayOutcome {
        guard found.indices.contains(row) else { return .stay }
        return .perform([.openChat(rows[found[row].index].chatroomID)], closes: true)
    }

    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        let box = box(GridSize(rows: rows, columns: columns))
        box.draw(
            title: "Go to a chat", hint: "Enter opens · Esc closes", into: &grid, row: row,
            column: column)
        let left = column + box.innerLeft
        let end = left + box.columns
        var line = row + box.innerTop
        FieldView(query).draw(into: &grid, row: line, column: left, end: end, isFocused: true)
        let listRows = box.rows - 1
        if listRows < 1 { return }
        if found.isEmpty {
            let words = self.rows.isEmpty ? "there is no chat yet" : "no chat fits"
            grid.put(words, row: line + 1, column: left, end: end, style: .quiet)
        }
        let first = list.first(count: found.count, rows: listRows)
        for index in first..<min(first + listRows, found.count) {
            line += 1
            draw(found[index], index == list.chosen, into: &grid, row: line, left: left, end: end)
        }
    }

    private func draw(
        _ hit: Hit, _ isChosen: Bool, into grid: inout Grid, row: Int,
        left: Int, end: Int
    ) {
        let chat = rows[hit.index]
        let style = isChosen ? Style.chosen : .plain
        grid.fill(row: row, from: left, to: end, style: style)
        grid.put(isChosen ? "›" : " ", row: row, column: left, end: end, style: style)
        var note = chat.unread > 0 ? "\(chat.unread)" : ""
        if chat.mentions > 0 { note += " @\(chat.mentions)" }
        let room = max(end - left - 2 - (note.isEmpty ? 0 : note.count + 1), 0)
        OverlayText.put(
            chat.title, marked: hit.places, into: &grid, row: row, column: left + 2,
            end: left + 2 + room, style: style)
        if !note.isEmpty {
            grid.put(note, row: row, column: max(end - note.count, left), end: end, style: style)
        }
    }
}
