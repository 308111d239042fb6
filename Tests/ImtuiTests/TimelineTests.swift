import FreeIMClient
import FreeIMCore
import Testing

@testable import imtui

@Suite struct TimelineTests {
    /// A timeline over seqs 1 … `count` of which the newest page is loaded.
    private func state(_ count: Int64, rows: Int = 12) -> ScreenState {
        var state = ScreenFixture.state(rows: rows, columns: 60)
        ScreenFixture.note(&state, head: count)
        let low = max(1, count - 99)
        let lines = (low...count).map { ScreenFixture.message($0, "line \($0)") }
        _ = ScreenReducer.reduce(&state, .page(ScreenFixture.page(lines, held: [1...count])))
        return state
    }

    private func load(_ state: inout ScreenState, _ effects: [ScreenEffect], of count: Int64) {
        var waiting = effects[...]
        while let effect = waiting.popFirst() {
            guard case .loadPage(let chat, let place, let limit, let isRefresh) = effect else {
                continue
            }
            let range: ClosedRange<Int64>
            switch place {
            case .newest: range = max(1, count - Int64(limit) + 1)...count
            case .before(let seq): range = max(1, seq - Int64(limit))...max(1, seq - 1)
            case .after(let seq): range = (seq + 1)...min(count, seq + Int64(limit))
            case .around(let seq):
                range = max(1, seq - Int64(limit / 2))...min(count, seq + Int64(limit / 2) - 1)
            }
            let lines = range.map { ScreenFixture.message($0, "line \($0)") }
            let page = ScreenFixture.page(
                lines, chat: chat, held: [1...count], place: place, limit: limit,
                isRefresh: isRefresh)
            waiting += ScreenReducer.reduce(&state, .page(page))
        }
    }

    private func lines(_ state: ScreenState) -> [String] {
        let layout = ScreenLayout(state)
        return Array(ScreenView.draw(state).text[1...layout.timelineRows])
    }

    @Test func scrollingUpAndDownComesBackToTheSameScreen() {
        var state = state(1_000)
        let before = lines(state)
        for _ in 0..<40 { load(&state, ScreenFixture.press(&state, .pageUp), of: 1_000) }
        #expect(lines(state) != before)
        for _ in 0..<45 { load(&state, ScreenFixture.press(&state, .pageDown), of: 1_000) }
        #expect(lines(state) == before && state.timeline.isFollowing)
    }

    @Test func everyLineIsSeenOnceOnTheWayUp() {
        var state = state(500)
        var seen: Set<String> = []
        for _ in 0..<1_000 {
            for line in lines(state) {
                if let place = line.range(of: "line ") {
                    seen.insert(String(line[place.lowerBound...]))
                }
            }
            load(
                &state,
                ScreenReducer.reduce(
                    &state, .input(.mouse(MouseEvent(kind: .wheelUp, row: 3, column: 30)))),
                of: 500)
        }
        #expect(seen == Set((1...500).map { "line \($0)" }))
        #expect(lines(state).first?.contains("the beginning") == true)
    }

    @Test func memoryIsBoundedWhateverTheHistory() {
        var state = state(5_000)
        for _ in 0..<600 {
            load(&state, ScreenFixture.press(&state, .pageUp), of: 5_000)
            #expect(state.timeline.messages.count <= Timeline.messagesMax)
        }
        #expect(!state.timeline.reachesHead)
    }

    @Test func whoReadsFurtherUpKeepsThePlace() {
        var state = state(300)
        load(&state, ScreenFixture.press(&state, .pageUp), of: 300)
        let before = lines(state)
        ScreenFixture.note(&state, head: 301)
        _ = ScreenReducer.reduce(&state, .event(.messages(chatroomID: 1)))
        load(&state, ScreenReducer.refresh(&state), of: 301)
        #expect(lines(state) == before)
    }

    @Test func topAndBottom() {
        var state = state(2_000)
        load(&state, ScreenFixture.press(&state, .alt(.home)), of: 2_000)
        #expect(lines(state).contains { $0.contains("line 1") })
        load(&state, ScreenFixture.press(&state, .alt(.end)), of: 2_000)
        #expect(state.timeline.isFollowing)
        #expect(lines(state).last?.contains("line 2000") == true)
    }

    @Test func aHoleIsARowThatSaysHowManyAndIsPulledInParts() {
        var state = state(3)
        ScreenFixture.note(&state, head: 5_000)
        let lines = [ScreenFixture.message(1, "a"), ScreenFixture.message(4_801, "b")]
        let page = ScreenFixture.page(lines, held: [1...1, 4_801...4_801])
        let effects = ScreenReducer.reduce(&state, .page(page))
        #expect(effects.contains(.pull(1, 4_601...4_800)))
        #expect(effects.contains(.pull(1, 4_802...5_000)))
        let text = self.lines(state).joined(separator: "\n")
        #expect(text.contains("loading 4,799 messages…") && text.contains("loading 199 messages…"))
    }

    @Test func aHoleThatCannotBePulledIsAskedForOnceAndThenOnAKey() {
        var state = state(3)
        let held: [ClosedRange<Int64>] = [1...1, 3...3]
        let page = ScreenFixture.page(
            [ScreenFixture.message(1, "a"), ScreenFixture.message(3, "b")], held: held)
        #expect(ScreenReducer.reduce(&state, .page(page)).contains(.pull(1, 2...2)))
        #expect(!ScreenReducer.reduce(&state, .page(page)).contains(.pull(1, 2...2)))
        _ = ScreenReducer.reduce(&state, .pulled(chatroomID: 1, 2...2, failure: nil))
        #expect(!ScreenReducer.reduce(&state, .page(page)).contains(.pull(1, 2...2)))
        #expect(lines(state).contains { $0.contains("1 message not loaded") })
        let effects = ScreenFixture.press(&state, .escape, .character("k"), .enter)
        #expect(effects.contains(.pull(1, 2...2)))
    }

    @Test func nothingIsPulledOffLine() {
        var state = state(3)
        state.connection = .offline(reason: "away", retryMs: nil)
        let page = ScreenFixture.page(
            [ScreenFixture.message(1, "a"), ScreenFixture.message(3, "b")],
            held: [1...1, 3...3])
        #expect(!ScreenReducer.reduce(&state, .page(page)).contains(.pull(1, 2...2)))
    }

    @Test func actsOnOtherMessagesAreNoHoles() {
        var state = state(3)
        let page = ScreenFixture.page(
            [ScreenFixture.message(1, "a"), ScreenFixture.message(3, "b")], held: [1...3])
        _ = ScreenReducer.reduce(&state, .page(page))
        #expect(!lines(state).contains { $0.contains("not loaded") })
    }

    @Test func aFoundMessageIsShownAndChosen() {
        var state = state(2_000)
        load(
            &state, ScreenReducer.reduce(&state, .openMessage(chatroomID: 1, seq: 700)), of: 2_000)
        #expect(lines(state).contains { $0.contains("▸") || $0.contains("line 700") })
        guard case .browse(let browse) = state.mode else {
            Issue.record("not in browse mode")
            return
        }
        #expect(browse.chosen == .message(seq: 700))
    }
}
