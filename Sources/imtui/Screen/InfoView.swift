import FreeIMClient

/// The pane on the right: members, pins, files of the open chat.
enum InfoView {
    /// Members shown at most.
    static let membersMax = 12

    struct Line: Equatable {
        var text: String
        var style = Style.plain
        /// What a click does.
        var target: ScreenEffect?
    }

    static func lines(_ state: ScreenState, rows: Int) -> [Line] {
        guard let chat = state.selectedChat else { return [] }
        let pane = state.info
        var lines: [Line] = []
        func title(_ text: String) {
            if !lines.isEmpty { lines.append(Line(text: "")) }
            lines.append(Line(text: text, style: .bold))
        }
        if chat.type == 2 {
            title("Members \(chat.memberCount)")
            for person in pane.members.prefix(membersMax) {
                let mark = ["owner": "★ ", "root": "★ ", "admin": "☆ "][person.role] ?? "  "
                let style = Style(ink: .person(Int(person.userID % Int64(Style.personCount))))
                lines.append(Line(text: mark + display(person), style: style))
            }
            let more = Int(chat.memberCount) - min(pane.members.count, membersMax)
            if more > 0, !pane.members.isEmpty {
                lines.append(Line(text: "  and \(more) more", style: .quiet))
            }
        } else if let person = pane.members.first(where: { $0.userID == chat.peerID }) {
            title(display(person))
            if !person.account.isEmpty {
                lines.append(Line(text: "@\(person.account)", style: .quiet))
            }
        }
        title("Pins")
        if pane.pins.isEmpty { lines.append(Line(text: "none", style: .quiet)) }
        for pin in pane.pins.prefix(8) {
            let words = SystemEntry.words(pin, state.name) ?? pin.content
            let text = "\(state.name(pin.userID)): \(words.prefix(80))".replacing("\n", with: " ")
            lines.append(
                Line(
                    text: text,
                    target: .openMessage(chatroomID: pin.chatroomID, seq: pin.seq)))
        }
        title("Files")
        if pane.files.isEmpty { lines.append(Line(text: "none", style: .quiet)) }
        for message in pane.files.prefix(max(0, rows - lines.count)) {
            guard let file = message.file else { continue }
            lines.append(
                Line(
                    text: file.name, style: Style(ink: .link),
                    target: .openMessage(chatroomID: message.chatroomID, seq: message.seq)))
        }
        return lines
    }

    private static func display(_ person: Person) -> String {
        person.nickname.isEmpty ? person.account : person.nickname
    }

    static func draw(_ state: ScreenState, _ layout: ScreenLayout, into grid: inout Grid) {
        guard layout.info > 0 else { return }
        let rule = layout.columns - layout.info - 1
        for row in 1..<max(1, layout.hintRow) {
            grid.put("│", row: row, column: rule, style: .quiet)
        }
        let rows = max(0, layout.hintRow - 1)
        for (index, line) in lines(state, rows: rows).prefix(rows).enumerated() {
            grid.put(
                TextWidth.fit(SafeText.escaped(line.text), layout.info - 2), row: 1 + index,
                column: rule + 2, style: line.style)
        }
    }

    /// What a click there does; nil: nothing.
    static func target(
        _ state: ScreenState, _ layout: ScreenLayout, row: Int, column: Int
    ) -> ScreenEffect? {
        guard layout.info > 0, column >= layout.columns - layout.info, row >= 1 else { return nil }
        let lines = lines(state, rows: max(0, layout.hintRow - 1))
        return lines.indices.contains(row - 1) ? lines[row - 1].target : nil
    }
}
