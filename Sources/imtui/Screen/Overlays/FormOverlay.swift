import FreeIMProtocol

/// A few lines to fill in, and the command that they are for.
struct FormOverlay: OverlayPart {
    /// One line of it.
    struct Field: Equatable, Sendable {
        /// The command's name for it; empty: it has to be the same as the field before.
        var name: String
        var label: String
        var isSecret = false
        var composer = Composer()
        /// What stood there at first: it is one command of its own, when it was changed.
        var before: String?
    }

    private static let fieldColumns = 30

    private let title: String
    private let command: String
    private(set) var fields: [Field]
    private(set) var focus = 0
    private(set) var error = ""

    init(title: String, command: String, fields: [Field]) {
        self.title = title
        self.command = command
        self.fields = fields
    }

    /// The old password, and the new one twice; none of it is shown.
    static func password() -> FormOverlay {
        FormOverlay(
            title: "Password", command: "account.password",
            fields: [
                Field(name: "old", label: "old", isSecret: true),
                Field(name: "new", label: "new", isSecret: true),
                Field(name: "", label: "again", isSecret: true),
            ])
    }

    /// What others see: fields of `profile.set` with what they are now; each one that was changed
    /// is one command.
    static func profile(_ values: [(name: String, value: String)]) -> FormOverlay {
        FormOverlay(
            title: "Profile", command: "profile.set",
            fields: values.map {
                Field(
                    name: $0.name, label: $0.name, composer: Composer($0.value), before: $0.value)
            })
    }

    private var labelColumns: Int {
        (fields.map { TextWidth.of($0.label) }.max() ?? 0) + 2
    }

    private func box(_ size: GridSize) -> OverlayBox {
        OverlayBox(
            in: size, rows: fields.count + 1, columns: labelColumns + FormOverlay.fieldColumns)
    }

    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        switch event {
        case .key(.escape), .key(.control("c")): return .close
        case .key(.tab), .key(.down): focus = (focus + 1) % max(fields.count, 1)
        case .key(.up), .key(Key(.tab, .shift)):
            focus = (focus + fields.count - 1) % max(fields.count, 1)
        case .key(.enter):
            if focus < fields.count - 1 {
                focus += 1
                return .stay
            }
            return submit()
        case .mouse(let mouse):
            let box = box(size)
            if case .press = mouse.kind, let row = box.innerRow(mouse) {
                let at = row + firstField(box)
                if fields.indices.contains(at) { focus = at }
            }
        default:
            if fields.indices.contains(focus) {
                _ = EditKeys.field(event, &fields[focus].composer)
            }
        }
        return .stay
    }

    private mutating func submit() -> OverlayOutcome {
        var arguments: [String: JSONValue] = [:]
        var calls: [CommandCall] = []
        for (index, field) in fields.enumerated() {
            let text = field.composer.text
            if field.name.isEmpty {
                if index > 0, text != fields[index - 1].composer.text {
                    error = "the two are not the same"
                    focus = index
                    return .stay
                }
                continue
            }
            if let before = field.before {
                if before == text { continue }
                var change: [String: JSONValue] = ["field": .string(field.name)]
                if !text.isEmpty { change["value"] = .string(text) }
                calls.append(CommandCall(command, change))
                continue
            }
            if field.isSecret, text.isEmpty {
                error = "\(field.label): nothing is there"
                focus = index
                return .stay
            }
            arguments[field.name] = .string(text)
        }
        if !arguments.isEmpty { calls.append(CommandCall(command, arguments)) }
        if calls.isEmpty { return .close }
        return .perform(calls.map { .call($0, chatroomID: nil) }, closes: true)
    }

    /// The first field on screen, so that the one that is written in shows.
    private func firstField(_ box: OverlayBox) -> Int {
        max(0, focus - max(box.rows - 1, 1) + 1)
    }

    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        let box = box(GridSize(rows: rows, columns: columns))
        box.draw(
            title: title, hint: "Enter next, then done · Tab moves · Esc closes", into: &grid,
            row: row, column: column)
        let left = column + box.innerLeft
        let end = left + box.columns
        let top = row + box.innerTop
        let first = firstField(box)
        let room = max(box.rows - 1, min(box.rows, 1))
        for (index, field) in fields.enumerated().dropFirst(first).prefix(room) {
            let line = top + index - first
            let isFocused = index == focus
            grid.put(
                field.label, row: line, column: left, end: end, style: isFocused ? .bold : .quiet)
            FieldView(field.composer, isSecret: field.isSecret).draw(
                into: &grid, row: line, column: min(left + labelColumns, end - 1), end: end,
                isFocused: isFocused)
        }
        if box.rows > room, !error.isEmpty {
            grid.put(
                TextWidth.fit(error, box.columns), row: top + box.rows - 1, column: left, end: end,
                style: Style(ink: .warning))
        }
    }
}
