import FreeIMClient

/// Searches the cache while one types, and leads to what was found.
struct SearchOverlay: OverlayPart {
    /// Hits that are shown.
    static let resultsMax = 200
    private static let columnsMax = 100
    /// Rows of a hit: where it is, and the line.
    private static let hitRows = 2

    /// The chat that is searched; nil: all.
    let chatroomID: Int64?
    private(set) var query = Composer()
    private(set) var results: [ChatMessage] = []
    private var titles: [Int64: String]
    private var names: [Int64: String]
    private var list = ListCursor()
    /// The query whose results have not come yet.
    private var awaited = ""

    /// `titles` by chat and `names` by user, as far as they are known.
    init(chatroomID: Int64? = nil, titles: [Int64: String], names: [Int64: String] = [:]) {
        self.chatroomID = chatroomID
        self.titles = titles
        self.names = names
    }

    /// What is asked for.
    private var wanted: String {
        query.text.trimmingBlanks
    }

    /// Takes what was found; results of an older query are dropped.
    mutating func took(
        results: [ChatMessage], names: [Int64: String] = [:], for query: String
    ) {
        guard query == wanted else { return }
        self.names.merge(names) { _, new in new }
        self.results = Array(results.prefix(SearchOverlay.resultsMax))
        awaited = ""
        list.reset()
    }

    private func box(_ size: GridSize) -> OverlayBox {
        OverlayBox(in: size, rows: size.rows - 4, columns: SearchOverlay.columnsMax)
    }

    /// Hits that have room.
    private func hits(_ box: OverlayBox) -> Int { max((box.rows - 1) / SearchOverlay.hitRows, 1) }

    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        let box = box(size)
        if list.handle(event, count: results.count, rows: hits(box)) { return .stay }
        switch event {
        case .key(.escape), .key(.control("c")): return .close
        case .key(.enter): return open(list.chosen)
        case .mouse(let mouse):
            guard case .press = mouse.kind else { return .stay }
            if !box.holds(mouse) { return .close }
            guard let row = box.innerRow(mouse), row > 0 else { return .stay }
            let first = list.first(count: results.count, rows: hits(box))
            return open(first + (row - 1) / SearchOverlay.hitRows)
        default:
            let before = wanted
            guard EditKeys.field(event, &query), wanted != before else { return .stay }
            return search()
        }
    }

    private mutating func search() -> OverlayOutcome {
        awaited = wanted
        if wanted.isEmpty {
            results = []
            list.reset()
            return .stay
        }
        return .perform([.search(wanted, chatroomID: chatroomID)], closes: false)
    }

    private func open(_ index: Int) -> OverlayOutcome {
        guard results.indices.contains(index) else { return .stay }
        let hit = results[index]
        return .perform([.openMessage(chatroomID: hit.chatroomID, seq: hit.seq)], closes: true)
    }

    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        let box = box(GridSize(rows: rows, columns: columns))
        let place = chatroomID.map { titles[$0] ?? "this chat" } ?? "all chats"
        box.draw(
            title: "Search \(place)", hint: "Enter opens · Up Down choose · Esc closes",
            into: &grid, row: row, column: column)
        let left = column + box.innerLeft
        let end = left + box.columns
        let top = row + box.innerTop
        FieldView(query).draw(into: &grid, row: top, column: left, end: end, isFocused: true)
        if box.rows < 2 { return }
        if results.isEmpty {
            let words =
                wanted.isEmpty
                ? "type what to look for" : awaited.isEmpty ? "nothing found" : "searching…"
            grid.put(words, row: top + 1, column: left, end: end, style: .quiet)
            return
        }
        let first = list.first(count: results.count, rows: hits(box))
        for index in first..<min(first + hits(box), results.count) {
            let line = top + 1 + (index - first) * SearchOverlay.hitRows
            draw(
                results[index], index == list.chosen, into: &grid, row: line, left: left, end: end,
                last: top + box.rows - 1)
        }
        let count = "\(list.chosen + 1)/\(results.count)"
        if box.isFramed, box.columns > 20 {
            grid.put(
                " \(count) ", row: row + box.top, column: end - count.count - 2, end: end,
                style: .quiet)
        }
    }

    private func draw(
        _ hit: ChatMessage, _ isChosen: Bool, into grid: inout Grid, row: Int, left: Int, end: Int,
        last: Int
    ) {
        let style = isChosen ? Style.chosen : .plain
        let title = titles[hit.chatroomID] ?? "chat \(hit.chatroomID)"
        let sender = names[hit.userID] ?? "user \(hit.userID)"
        let place = chatroomID == nil ? "\(title) · \(sender)" : sender
        let time = TimeText.dayAndMinute(hit.time)
        for line in row...max(row, min(row + 1, last)) {
            grid.fill(row: line, from: left, to: end, style: style)
        }
        var quiet = style
        quiet.ink = .quiet
        grid.put(isChosen ? "›" : " ", row: row, column: left, end: end, style: style)
        let room = end - left - 2 - time.count - 2
        if room >= 8 {
            grid.put(
                TextWidth.fit(SafeText.escaped(place), room), row: row, column: left + 2, end: end,
                style: quiet)
            grid.put(time, row: row, column: end - time.count, end: end, style: quiet)
        } else {
            grid.put(
                TextWidth.fit(SafeText.escaped(place), end - left - 2), row: row,
                column: left + 2, end: end, style: quiet)
        }
        if row + 1 > last { return }
        let name = { (id: Int64) in names[id] ?? "user \(id)" }
        let snippet = SearchSnippet(MessageText.words(hit, name), wanted, columns: end - left - 2)
        OverlayText.put(
            snippet.text, marked: snippet.marked, into: &grid, row: row + 1, column: left + 2,
            end: end, style: style)
    }
}

/// The part of a text around what was looked for, in one line.
struct SearchSnippet: Equatable {
    let text: String
    /// The characters that were looked for.
    let marked: [Int]

    init(_ text: String, _ query: String, columns: Int) {
        let characters = text.map { $0.isWhitespace ? " " : $0 }
        let folded = characters.map(FuzzyQuery.fold)
        let words = query.split(whereSeparator: \.isWhitespace).map { $0.map(FuzzyQuery.fold) }
        var marked: Set<Int> = []
        for word in words where !word.isEmpty && word.count <= folded.count {
            var at = 0
            while at <= folded.count - word.count {
                if folded[at..<at + word.count].elementsEqual(word) {
                    marked.formUnion(at..<at + word.count)
                    at += word.count
                } else {
                    at += 1
                }
            }
        }
        // A hit far to the right is brought to the first third of the line.
        var first = 0
        if let hit = marked.min() {
            var width = characters[..<hit].reduce(0) { $0 + TextWidth.of($1) }
            let isFar = width + 8 > columns
            while isFar, first < hit, width > columns / 3 {
                width -= TextWidth.of(characters[first])
                first += 1
            }
        }
        let shown = String(characters[first...])
        self.text = first > 0 ? "…" + shown : shown
        let shift = first > 0 ? 1 - first : 0
        self.marked = marked.filter { $0 >= first }.map { $0 + shift }.sorted()
    }
}

extension String {
    /// Without blanks at both ends.
    var trimmingBlanks: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
