/// The rows of the timeline that are on screen.
enum TimelineView {
    struct Row: Equatable {
        let item: TimelineItem
        let spans: [Span]
    }

    /// From the top on, as many as there is room for; laid out from the bottom upwards.
    static func rows(_ state: ScreenState, _ layout: ScreenLayout) -> [Row] {
        let setting = state.setting
        let measured = state.measured
        guard layout.timelineRows > 0, let (index, clip) = state.timeline.bottom(measured) else {
            return []
        }
        var rows: [Row] = []
        var skipped = clip
        for item in measured.items[...index].reversed() {
            for spans in TimelineLayout.rows(item, setting).reversed() {
                if skipped > 0 {
                    skipped -= 1
                    continue
                }
                rows.append(Row(item: item, spans: spans))
                if rows.count == layout.timelineRows { return rows.reversed() }
            }
        }
        return rows.reversed()
    }

    static func draw(_ state: ScreenState, _ layout: ScreenLayout, into grid: inout Grid) {
        let rows = rows(state, layout)
        var row = 1 + layout.timelineRows - rows.count
        for line in rows {
            let isChosen = line.spans.contains { $0.style.paper == .chosen }
            if isChosen {
                grid.fill(
                    row: row, from: layout.left, to: layout.left + layout.width,
                    style: Style(paper: .chosen))
            }
            grid.put(
                spans: line.spans, row: row, column: layout.left,
                end: layout.left + layout.width)
            row += 1
        }
    }

    /// Rows of the window below the screen; nil: nothing is there.
    static func below(_ state: ScreenState) -> Int? {
        if state.timeline.isFollowing { return nil }
        let measured = state.measured
        guard let (index, clip) = state.timeline.bottom(measured) else { return nil }
        var rows = clip
        for item in measured.items[(index + 1)...] { rows += measured.height(item) }
        return rows
    }
}
