/// Picks an emoji from a grid, by name or with the arrows.
struct EmojiOverlay: OverlayPart {
    /// Columns of one emoji with the blanks around it.
    private static let cell = 4
    private static let columnsMax = 48
    private static let rowsMax = 10

    private let title: String
    private(set) var query = Composer()
    private var found = EmojiTable.all
    private var chosen = 0

    init(title: String = "React") {
        self.title = title
    }

    private func box(_ size: GridSize) -> OverlayBox {
        OverlayBox(in: size, rows: EmojiOverlay.rowsMax, columns: EmojiOverlay.columnsMax)
    }

    private func perRow(_ box: OverlayBox) -> Int { max(box.columns / EmojiOverlay.cell, 1) }

    /// The first row of the grid that is on screen.
    private func firstRow(_ box: OverlayBox) -> Int {
        max(chosen / perRow(box) - max(box.rows - 2, 0), 0)
    }

    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        let box = box(size)
        switch event {
        case .key(.escape), .key(.control("c")): return .close
        case .key(.enter):
            return found.indices.contains(chosen) ? .chose(found[chosen].text) : .stay
        case .key(.left): move(-1)
        case .key(.right), .key(.tab): move(1)
        case .key(.up): move(-perRow(box))
        case .key(.down): move(perRow(box))
        case .key(.pageUp): move(-perRow(box) * max(box.rows - 1, 1))
        case .key(.pageDown): move(perRow(box) * max(box.rows - 1, 1))
        case .mouse(let mouse): return handle(mouse, box)
        default:
            if EditKeys.field(event, &query) {
                let name = query.text.filter { $0 != ":" && !$0.isWhitespace }
                found = EmojiTable.find(name)
                chosen = 0
            }
        }
        return .stay
    }

    private mutating func handle(_ mouse: MouseEvent, _ box: OverlayBox) -> OverlayOutcome {
        switch mouse.kind {
        case .wheelUp: move(-perRow(box))
        case .wheelDown: move(perRow(box))
        case .release, .drag: break
        case .press:
            if !box.holds(mouse) { return .close }
            guard let row = box.innerRow(mouse), row > 0 else { return .stay }
            let column = (mouse.column - box.innerLeft) / EmojiOverlay.cell
            let index = (firstRow(box) + row - 1) * perRow(box) + column
            guard (0..<perRow(box)).contains(column), found.indices.contains(index) else {
                return .stay
            }
            return .chose(found[index].text)
        }
        return .stay
    }

    private mutating func move(_ step: Int) {
        let next = chosen + step
        if found.indices.contains(next) { chosen = next }
    }

    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        let box = box(GridSize(rows: rows, columns: columns))
        let name = found.indices.contains(chosen) ? ":\(found[chosen].name):" : "none fits"
        box.draw(
            title: title, hint: "\(name) · Enter picks · Esc closes", into: &grid, row: row,
            column: column)
        let left = column + box.innerLeft
        let end = left + box.columns
        let top = row + box.innerTop
        FieldView(query).draw(into: &grid, row: top, column: left, end: end, isFocused: true)
        let width = perRow(box)
        for line in 0..<max(box.rows - 1, 0) {
            for place in 0..<width {
                let index = (firstRow(box) + line) * width + place
                guard found.indices.contains(index) else { return }
                let at = left + place * EmojiOverlay.cell
                let isChosen = index == chosen
                let style = isChosen ? Style.chosen : .plain
                grid.put(
                    isChosen ? "›" : " ", row: top + 1 + line, column: at, end: end, style: style)
                grid.put(
                    found[index].text, row: top + 1 + line, column: at + 1, end: end, style: style)
            }
        }
    }
}
