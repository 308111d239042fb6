import FreeIMClient

/// The lines that a command answers with; those that lead somewhere can be chosen.
struct ListingOverlay: OverlayPart {
    /// Lines that one row is wrapped into.
    static let rowLinesMax = 8
    /// Columns that a cell's column is widened for.
    static let cellColumnsMax = 32
    private static let columnsMax = 100

    private let listing: Listing
    private let chatroomID: Int64?
    private var filter: Composer?
    private var isFiltering = false
    private var found: [Int]
    /// Columns of each cell but the last.
    private var widths: [Int] = []
    private var chosen = 0
    private var scroll = LineScroll()

    /// `chatroomID` is what commands of its rows are run in.
    init(_ listing: Listing, chatroomID: Int64? = nil) {
        self.listing = listing
        self.chatroomID = chatroomID
        found = Array(listing.rows.indices)
        for row in listing.rows {
            for (index, cell) in ListingOverlay.cells(row).dropLast().enumerated() {
                if index == widths.count { widths.append(0) }
                let width = min(TextWidth.of(cell), ListingOverlay.cellColumnsMax)
                widths[index] = max(widths[index], width)
            }
        }
    }

    private static func cells(_ row: Listing.Row) -> [String] {
        row.text.split(separator: "\t", omittingEmptySubsequences: false)
            .map { SafeText.escaped(String($0), keepsNewlines: true) }
    }

    /// The rows that are shown, in words.
    var shown: [String] { found.map { listing.rows[$0].text } }

    /// The lines of a row, the cells between its tabs below one another.
    private func lines(_ row: Int, _ columns: Int) -> [String] {
        var text = ""
        let cells = ListingOverlay.cells(listing.rows[row])
        for (index, cell) in cells.enumerated() {
            text += cell
            if index < cells.count - 1 {
                let blanks = max(widths[index] - TextWidth.of(cell), 0) + 2
                text += String(repeating: " ", count: blanks)
            }
        }
        let wrapped = TextWidth.wrap(text, max(columns - 2, 2))
        if wrapped.count <= ListingOverlay.rowLinesMax { return wrapped }
        return Array(wrapped.prefix(ListingOverlay.rowLinesMax - 1)) + ["…"]
    }

    private func box(_ size: GridSize) -> OverlayBox {
        let columns = min(size.columns - 4, ListingOverlay.columnsMax)
        let filterRows = filter == nil ? 0 : 1
        // The box keeps its height while a filter makes the list shorter.
        var rows = filterRows
        for row in listing.rows.indices {
            rows += lines(row, columns).count
            if rows >= size.rows { break }
        }
        return OverlayBox(in: size, rows: min(max(rows, 3), size.rows - 4), columns: columns)
    }

    private func listRows(_ box: OverlayBox) -> Int {
        max(box.rows - (filter == nil ? 0 : 1), 1)
    }

    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        let box = box(size)
        if isFiltering, let outcome = filtering(event) { return outcome }
        if case .mouse(let mouse) = event { return handle(mouse, box) }
        guard case .key(let key) = event else { return .stay }
        switch key {
        case .escape, .control("c"), .character("q"):
            if filter != nil {
                filter = nil
                search()
                return .stay
            }
            return .close
        case .character("/"):
            filter = filter ?? Composer()
            isFiltering = true
        case .enter: return open(chosen)
        case .up, .character("k"), .control("p"): move(-1, box)
        case .down, .character("j"), .control("n"): move(1, box)
        case .pageUp: move(-max(listRows(box) - 1, 1), box)
        case .pageDown, .character(" "): move(max(listRows(box) - 1, 1), box)
        case .home, .character("g"): move(-found.count, box)
        case .end, .character("G"): move(found.count, box)
        default: break
        }
        return .stay
    }

    /// What goes into the filter's line; nil: nothing of it.
    private mutating func filtering(_ event: InputEvent) -> OverlayOutcome? {
        switch event {
        case .key(.escape):
            filter = nil
            isFiltering = false
            search()
            return .stay
        case .key(.enter):
            isFiltering = false
            return found.count == 1 ? open(0) : .stay
        case .key(.up), .key(.down), .key(.pageUp), .key(.pageDown), .mouse: return nil
        default:
            var line = filter ?? Composer()
            _ = EditKeys.field(event, &line)
            filter = line
            search()
            return .stay
        }
    }

    private mutating func search() {
        chosen = 0
        scroll = LineScroll()
        let words = (filter?.text ?? "").lowercased().split(separator: " ")
        found = listing.rows.indices.filter { row in
            let text = listing.rows[row].text.lowercased()
            return words.allSatisfy { text.contains($0) }
        }
    }

    private mutating func handle(_ mouse: MouseEvent, _ box: OverlayBox) -> OverlayOutcome {
        switch mouse.kind {
        case .wheelUp: move(-3, box)
        case .wheelDown: move(3, box)
        case .release, .drag: break
        case .press:
            if !box.holds(mouse) { return .close }
            guard let row = box.innerRow(mouse) else { return .stay }
            let line = row - (filter == nil ? 0 : 1)
            let all = found.map { lines($0, box.columns).count }
            var at = line + scroll.first(total: all.reduce(0, +), rows: listRows(box))
            guard line >= 0 else { return .stay }
            for (index, count) in all.enumerated() {
                if at < count {
                    chosen = index
                    return open(index)
                }
                at -= count
            }
        }
        return .stay
    }

    private mutating func move(_ step: Int, _ box: OverlayBox) {
        chosen = min(max(chosen + step, 0), max(found.count - 1, 0))
        let counts = found.map { lines($0, box.columns).count }
        guard counts.indices.contains(chosen) else { return }
        let start = counts[..<chosen].reduce(0, +)
        scroll.show(
            start..<start + counts[chosen], total: counts.reduce(0, +), rows: listRows(box))
    }

    private func open(_ index: Int) -> OverlayOutcome {
        guard found.indices.contains(index), let target = listing.rows[found[index]].target else {
            return .stay
        }
        switch target {
        case .chat(let chat): return .perform([.openChat(chat)], closes: true)
        case .message(let chat, let seq):
            return .perform([.openMessage(chatroomID: chat, seq: seq)], closes: true)
        case .call(let call):
            return .perform([.call(call, chatroomID: chatroomID)], closes: true)
        }
    }

    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        let box = box(GridSize(rows: rows, columns: columns))
        let leads = listing.rows.contains { $0.target != nil }
        let hint = (leads ? "Enter opens · " : "") + "Esc closes · / filters · j k move"
        box.draw(title: listing.title, hint: hint, into: &grid, row: row, column: column)
        let left = column + box.innerLeft
        let end = left + box.columns
        var line = row + box.innerTop
        let last = row + box.innerTop + box.rows
        if let filter {
            let at = grid.put("/", row: line, column: left, end: end, style: .quiet)
            FieldView(filter).draw(
                into: &grid, row: line, column: at, end: end, isFocused: isFiltering)
            line += 1
        }
        if found.isEmpty, line < last {
            let words = listing.rows.isEmpty ? "nothing here" : "no row fits"
            grid.put(words, row: line, column: left, end: end, style: .quiet)
        }
        let all = found.enumerated().flatMap { index, row in
            lines(row, box.columns).enumerated().map { (index, $0.offset, $0.element) }
        }
        for (index, part, text) in all.dropFirst(
            scroll.first(total: all.count, rows: listRows(box)))
        {
            if line >= last { break }
            let isChosen = index == chosen && leads
            let style = isChosen ? Style.chosen : .plain
            grid.fill(row: line, from: left, to: end, style: style)
            let mark = isChosen && part == 0 ? "›" : " "
            grid.put(mark, row: line, column: left, end: end, style: style)
            grid.put(text, row: line, column: left + 2, end: end, style: style)
            line += 1
        }
    }
}
