/// Asks before something that cannot be taken back.
struct ConfirmOverlay: OverlayPart {
    private let question: String
    private let effects: [ScreenEffect]

    /// `effects` are performed when it is agreed to.
    init(_ question: String, _ effects: [ScreenEffect]) {
        self.question = question
        self.effects = effects
    }

    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        switch event {
        case .key(.character("y")), .key(.character("Y")):
            return .perform(effects, closes: true)
        case .key(.character("n")), .key(.character("N")), .key(.escape), .key(.control("c")),
            .key(.character("q")):
            return .close
        default: return .stay
        }
    }

    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        let size = GridSize(rows: rows, columns: columns)
        let text = SafeText.escaped(question, keepsNewlines: true)
        let wanted = min(max(TextWidth.of(text), 24), 56)
        let lines = TextWidth.wrap(text, max(min(wanted, columns - 4), 2))
        let box = OverlayBox(in: size, rows: lines.count + 1, columns: wanted)
        box.draw(title: "Sure?", hint: "", into: &grid, row: row, column: column)
        let left = column + box.innerLeft
        let end = left + box.columns
        let top = row + box.innerTop
        // The answer keys stay where the question has to be cut.
        for (index, line) in lines.prefix(max(box.rows - 1, 0)).enumerated() {
            grid.put(line, row: top + index, column: left, end: end)
        }
        guard box.rows > 0 else { return }
        grid.put("y yes · n no", row: top + box.rows - 1, column: left, end: end, style: .bold)
    }
}
