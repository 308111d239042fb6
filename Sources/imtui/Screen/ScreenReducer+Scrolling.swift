import FreeIMClient

/// Moving through the timeline, and loading what is needed there.
extension ScreenReducer {
    /// Items kept loaded beyond each edge of the screen.
    static let marginItems = 30

    static func scroll(_ state: inout ScreenState, by rows: Int) -> [ScreenEffect] {
        _ = state.timeline.scroll(by: rows, state.measured)
        return readThrough(&state) + loadAround(&state)
    }

    static func page(_ state: inout ScreenState, up isUp: Bool) -> [ScreenEffect] {
        let rows = max(1, ScreenLayout(state).timelineRows - 2)
        return scroll(&state, by: isUp ? rows : -rows)
    }

    /// To the oldest message that is held.
    static func toTop(_ state: inout ScreenState) -> [ScreenEffect] {
        guard let selected = state.selected else { return [] }
        let oldest = state.timeline.held.ranges.first?.lowerBound ?? state.timeline.first
        if state.timeline.reachesStart {
            showTop(&state)
            return loadAround(&state)
        }
        state.arrival = .top
        let limit = Timeline.pageMessages
        return [.loadPage(selected, .around(oldest), limit: limit, isRefresh: false)]
    }

    /// The first thing in the window in the first row.
    static func showTop(_ state: inout ScreenState) {
        let measured = state.measured
        guard let first = measured.items.first else { return }
        state.timeline.show(first.key, atRow: 0, measured)
    }

    /// Back to the newest line.
    static func toBottom(_ state: inout ScreenState) -> [ScreenEffect] {
        guard let selected = state.selected else { return [] }
        state.timeline.anchor = .bottom
        if state.timeline.reachesHead { return readThrough(&state) }
        let limit = Timeline.pageMessages
        return [.loadPage(selected, .newest, limit: limit, isRefresh: false)]
    }

    static func toFirstUnread(_ state: inout ScreenState) -> [ScreenEffect] {
        guard let selected = state.selected, let behind = state.timeline.unreadBehind else {
            state.notice = .init(text: "nothing unread here", isWarning: false)
            return []
        }
        let measured = state.measured
        if measured.items.contains(where: { $0.key == .unread }) {
            state.timeline.show(.unread, atRow: 1, measured)
            return loadAround(&state)
        }
        state.arrival = .unread
        let limit = Timeline.pageMessages
        return [.loadPage(selected, .around(behind + 1), limit: limit, isRefresh: false)]
    }

    /// The items on screen, from the top on.
    static func visible(_ timeline: Timeline, _ measured: Timeline.Measured) -> Range<Int> {
        guard let (index, clip) = timeline.bottom(measured) else { return 0..<0 }
        var rows = -clip
        var top = index
        while true {
            rows += measured.height(measured.items[top])
            if rows >= measured.rows || top == 0 { return top..<(index + 1) }
            top -= 1
        }
    }

    /// Loads from the cache what is near the screen, and from the server what lacks on it.
    static func loadAround(_ state: inout ScreenState) -> [ScreenEffect] {
        guard let selected = state.selected else { return [] }
        let measured = state.measured
        let visible = visible(state.timeline, measured)
        let limit = Timeline.pageMessages
        var effects: [ScreenEffect] = []
        if let oldest = state.timeline.messages.first, !state.timeline.reachesStart,
            visible.lowerBound < marginItems
        {
            effects.append(
                .loadPage(selected, .before(oldest.seq), limit: limit, isRefresh: false))
        } else if let newest = state.timeline.messages.last, !state.timeline.reachesHead,
            measured.items.count - visible.upperBound < marginItems
        {
            effects.append(
                .loadPage(selected, .after(newest.seq), limit: limit, isRefresh: false))
        }
        for item in measured.items[visible] {
            if case .hole(let range, let isLoading) = item, !isLoading,
                state.connection == .online,
                !state.timeline.unpulled.contains(range.upperBound)
            {
                effects += pull(&state, range)
            }
        }
        return effects
    }

    /// Pulls the newest part of a hole.
    static func pull(_ state: inout ScreenState, _ hole: ClosedRange<Int64>) -> [ScreenEffect] {
        guard let selected = state.selected, !state.timeline.pulling.contains(hole.upperBound)
        else { return [] }
        state.timeline.pulling.insert(hole.upperBound)
        let low = max(hole.lowerBound, hole.upperBound - Timeline.pullMessages + 1)
        return [.pull(selected, low...hole.upperBound)]
    }

    /// A pull came to its end. Whatever is still missing then waits for the reader's word.
    static func pulled(
        _ state: inout ScreenState, _ chatroomID: Int64, _ range: ClosedRange<Int64>,
        _ failure: String?
    ) -> [ScreenEffect] {
        guard chatroomID == state.selected else { return [] }
        state.timeline.pulling.remove(range.upperBound)
        state.timeline.unpulled.insert(range.upperBound)
        state.stale.isPage = true
        if let failure { state.notice = .init(text: "older messages: \(failure)") }
        return []
    }
}
