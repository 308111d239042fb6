import FreeIMClient

/// The row above the composer: what happened, who writes, what waits, how far down one is not.
enum StatusView {
    static func draw(_ state: ScreenState, _ layout: ScreenLayout, into grid: inout Grid) {
        let right = right(state)
        let rightColumn = layout.left + layout.width - TextWidth.of(right) - 1
        let room = right.isEmpty ? layout.width - 1 : max(0, rightColumn - layout.left - 1)
        let (text, style) = left(state)
        grid.put(
            TextWidth.fit(SafeText.escaped(text), room), row: layout.statusRow,
            column: layout.left, style: style)
        if rightColumn > layout.left {
            grid.put(
                right, row: layout.statusRow, column: rightColumn,
                style: Style(ink: .accent, isBold: true))
        }
    }

    private static func left(_ state: ScreenState) -> (String, Style) {
        if case .browse(let browse) = state.mode, browse.isTyping {
            return ("find: \(browse.query.text)▏", .bold)
        }
        if !state.notice.text.isEmpty {
            let ink: Style.Ink = state.notice.isWarning ? .warning : .accent
            return (state.notice.text, Style(ink: ink))
        }
        if let transfer = state.transfers.values.min(by: { $0.name < $1.name }) {
            return (progress(transfer), Style(ink: .accent))
        }
        if case .offline(let reason, let retryMs) = state.connection {
            var text = "off line: \(reason)"
            if let retryMs { text += "; next try within \(max(1, retryMs / 1_000)) s" }
            return (text, Style(ink: .warning))
        }
        let writing = (state.selected.flatMap { state.typing[$0] } ?? []).sorted()
        if writing.isEmpty { return ("", .quiet) }
        let names = writing.prefix(3).map(state.name).joined(separator: ", ")
        let more = writing.count > 3 ? " and \(writing.count - 3) more" : ""
        let verb = writing.count == 1 ? "is" : "are"
        return ("\(names)\(more) \(verb) writing…", .quiet)
    }

    private static func right(_ state: ScreenState) -> String {
        var parts: [String] = []
        let waiting = state.timeline.pending.count { $0.state == .pending }
        if waiting > 0 { parts.append("⋯ \(waiting) queued") }
        if let below = TimelineView.below(state) {
            parts.append(
                state.timeline.reachesHead && below > 0
                    ? "↓ \(below) lines below" : "↓ newer below")
        }
        return parts.joined(separator: " · ")
    }

    /// "sending cat.png ━━━━━━────── 52 % of 1.2 MB".
    static func progress(_ transfer: ScreenState.Transfer) -> String {
        let width = 16
        let total = max(transfer.total, 1)
        let done = min(max(transfer.done, 0), total)
        let filled = Int(Int64(width) * done / total)
        let bar =
            String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
        let verb = transfer.isUpload ? "sending" : "fetching"
        return "\(verb) \(transfer.name) \(bar) \(100 * done / total) % of "
            + SentFile.amount(transfer.total)
    }
}
