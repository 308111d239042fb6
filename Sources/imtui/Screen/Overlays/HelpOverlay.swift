/// Every key and every command, made from their tables.
struct HelpOverlay: OverlayPart {
    /// One line: a title, or what does what.
    private struct Line: Equatable, Sendable {
        var left: String
        var right: String

        var isTitle: Bool { right.isEmpty }
    }

    private static let columnsMax = 100

    private let lines: [Line]
    private var filter: Composer?
    private var isFiltering = false
    private var found: [Line]
    private var scroll = LineScroll()

    init(keys: KeyBindings, commands: [CommandDefinition] = CommandTable.all) {
        var lines: [Line] = []
        for group in UIAction.Group.allCases {
            lines.append(Line(left: group.rawValue, right: ""))
            for row in keys.helpRows where row.group == group {
                lines.append(Line(left: row.keys, right: row.does))
            }
        }
        lines.append(Line(left: "Commands", right: ""))
        lines += commands.map { Line(left: $0.usage, right: $0.summary) }
        self.lines = lines
        found = lines
    }

    private func box(_ size: GridSize) -> OverlayBox {
        OverlayBox(in: size, rows: size.rows - 2, columns: HelpOverlay.columnsMax)
    }

    private func listRows(_ box: OverlayBox) -> Int {
        max(box.rows - (filter == nil ? 0 : 1), 1)
    }

    /// Columns of what stands left.
    private func leftColumns(_ columns: Int) -> Int {
        let widest = lines.lazy.filter { !$0.isTitle }.map { TextWidth.of($0.left) }.max() ?? 0
        return min(widest, max(columns / 2 - 2, 4))
    }

    /// The lines on screen: a long one is wrapped on both sides.
    private func drawn(_ columns: Int) -> [(left: String, right: String, isTitle: Bool)] {
        let width = leftColumns(columns)
        return found.flatMap { line -> [(left: String, right: String, isTitle: Bool)] in
            if line.isTitle { return [(line.left, "", true)] }
            let left = TextWidth.wrap(line.left, width)
            let right = TextWidth.wrap(line.right, max(columns - width - 2, 4))
            return (0..<max(left.count, right.count)).map { index in
                (
                    index < left.count ? left[index] : "",
                    index < right.count ? right[index] : "", false
                )
            }
        }
    }

    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        let box = box(size)
        let page = max(listRows(box) - 1, 1)
        if case .mouse(let mouse) = event {
            switch mouse.kind {
            case .wheelUp: move(-3, box)
            case .wheelDown: move(3, box)
            case .press: return box.holds(mouse) ? .stay : .close
            case .release, .drag: break
            }
            return .stay
        }
        if isFiltering, filtering(event) { return .stay }
        guard case .key(let key) = event else { return .stay }
        switch key {
        case .escape, .character("q"), .function(1), .control("c"):
            if filter == nil { return .close }
            filter = nil
            search()
        case .character("/"):
            filter = filter ?? Composer()
            isFiltering = true
        case .up, .character("k"), .control("p"): move(-1, box)
        case .down, .character("j"), .control("n"): move(1, box)
        case .pageUp: move(-page, box)
        case .pageDown, .character(" "): move(page, box)
        case .home, .character("g"): move(-drawn(box.columns).count, box)
        case .end, .character("G"): move(drawn(box.columns).count, box)
        default: break
        }
        return .stay
    }

    /// Takes what is for the filter's line; false: nothing of it.
    private mutating func filtering(_ event: InputEvent) -> Bool {
        switch event {
        case .key(.escape):
            filter = nil
            isFiltering = false
            search()
        case .key(.enter): isFiltering = false
        case .key(.up), .key(.down), .key(.pageUp), .key(.pageDown): return false
        default:
            var line = filter ?? Composer()
            _ = EditKeys.field(event, &line)
            filter = line
            search()
        }
        return true
    }

    /// The titles stay where a line below them does.
    private mutating func search() {
        scroll = LineScroll()
        let words = (filter?.text ?? "").lowercased().split(separator: " ")
        var kept: [Line] = []
        for line in lines {
            if line.isTitle {
                if kept.last?.isTitle == true { kept.removeLast() }
                kept.append(line)
                continue
            }
            let text = "\(line.left) \(line.right)".lowercased()
            if words.allSatisfy({ text.contains($0) }) { kept.append(line) }
        }
        if kept.last?.isTitle == true { kept.removeLast() }
        found = kept
    }

    private mutating func move(_ step: Int, _ box: OverlayBox) {
        scroll.move(step, total: drawn(box.columns).count, rows: listRows(box))
    }

    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        let box = box(GridSize(rows: rows, columns: columns))
        box.draw(
            title: "Help", hint: "Esc closes · j k PgUp PgDn scroll · / filters", into: &grid,
            row: row, column: column)
        let left = column + box.innerLeft
        let end = left + box.columns
        var line = row + box.innerTop
        let last = line + box.rows
        if let filter {
            let at = grid.put("/", row: line, column: left, end: end, style: .quiet)
            FieldView(filter).draw(
                into: &grid, row: line, column: at, end: end, isFocused: isFiltering)
            line += 1
        }
        let all = drawn(box.columns)
        let first = scroll.first(total: all.count, rows: listRows(box))
        let right = left + leftColumns(box.columns) + 2
        for entry in all.dropFirst(first) {
            if line >= last { break }
            grid.put(
                entry.left, row: line, column: left, end: entry.isTitle ? end : min(right - 1, end),
                style: entry.isTitle ? .bold : .plain)
            grid.put(entry.right, row: line, column: right, end: end, style: .quiet)
            line += 1
        }
        if all.isEmpty, line < last {
            grid.put("nothing fits", row: line, column: left, end: end, style: .quiet)
        }
        if box.isFramed, all.count > listRows(box) {
            let place = "\(min(first + listRows(box), all.count))/\(all.count)"
            grid.put(
                " \(place) ", row: row + box.top, column: end - place.count - 2, end: end,
                style: .quiet)
        }
    }
}
