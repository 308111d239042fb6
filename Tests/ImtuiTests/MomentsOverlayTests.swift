import FreeIMProtocol
import Testing

@testable import imtui

@Suite struct MomentsOverlayTests {
    private static let size = GridSize(rows: 24, columns: 80)

    private func loaded() -> MomentsOverlay {
        var overlay = MomentsOverlay(ownID: 1)
        overlay.took(data: OverlayFixture.feed, for: MomentsOverlay.firstCall)
        return overlay
    }

    private func press(_ overlay: inout MomentsOverlay, _ keys: Key...) -> OverlayOutcome {
        var outcome = OverlayOutcome.stay
        for key in keys { outcome = overlay.handle(.key(key), in: MomentsOverlayTests.size) }
        return outcome
    }

    private func call(_ name: String, _ arguments: [String: JSONValue]) -> OverlayOutcome {
        .perform([.call(CommandCall(name, arguments), chatroomID: nil)], closes: false)
    }

    @Test func likesAtOnceAndTakesItBackWhenRefused() {
        var overlay = loaded()
        #expect(press(&overlay, .character("l")) == call("moment.like", ["id": 9]))
        #expect(overlay.posts[0].isLiked)
        #expect(overlay.posts[0].likeCount == 3)
        #expect(press(&overlay, .character("l")) == call("moment.unlike", ["id": 9]))
        #expect(overlay.posts[0].likeCount == 2)
        _ = press(&overlay, .character("l"))
        overlay.failed("not now", for: CommandCall("moment.like", ["id": 9]))
        #expect(!overlay.posts[0].isLiked)
        #expect(overlay.notice == "not now")
    }

    @Test func commentsAndPublishes() {
        var overlay = loaded()
        #expect(press(&overlay, .character("c"), .character("h"), .character("i")) == .stay)
        #expect(press(&overlay, .enter) == call("moment.comment", ["id": 9, "text": "hi"]))
        let next = overlay.took(data: ["id": 5], for: CommandCall("moment.comment", ["id": 9]))
        #expect(next == [.call(MomentsOverlay.firstCall, chatroomID: nil)])
        _ = press(&overlay, .character("p"), .character("a"), .control("j"), .character("b"))
        #expect(
            press(&overlay, .enter)
                == call("moment.publish", ["text": "a\nb", "visibility": "friends"]))
        _ = press(&overlay, .character("p"), .tab, .character("c"))
        #expect(
            press(&overlay, .enter)
                == call("moment.publish", ["text": "c", "visibility": "public"]))
        #expect(press(&overlay, .character("p"), .enter) == .stay)
        #expect(press(&overlay, .character("p"), .escape) == .stay)
        #expect(press(&overlay, .escape) == .close)
    }

    @Test func deletesOnlyWhatIsOnesOwn() {
        var overlay = loaded()
        #expect(press(&overlay, .character("D"), .character("y")) == .stay)
        #expect(press(&overlay, .character("j")) == .stay)
        #expect(press(&overlay, .character("D"), .character("n")) == .stay)
        #expect(
            press(&overlay, .character("D"), .character("y")) == call("moment.delete", ["id": 8]))
    }

    @Test func loadsMoreAtTheEnd() {
        var overlay = loaded()
        #expect(press(&overlay, .character("n")) == call("moment.list", ["before": "m.7"]))
        #expect(press(&overlay, .character("n")) == .stay, "one page at a time")
        let page: JSONValue = [
            "list": [OverlayFixture.post(7), OverlayFixture.post(6)], "next_cursor": "",
        ]
        overlay.took(data: page, for: CommandCall("moment.list", ["before": "m.7"]))
        #expect(overlay.posts.map(\.id) == [9, 8, 7, 6])
        #expect(press(&overlay, .character("n")) == .stay)
        #expect(overlay.notice == "there is no more")
        var scrolled = loaded()
        var outcome = OverlayOutcome.stay
        for _ in 0..<20 where outcome == .stay { outcome = press(&scrolled, .pageDown) }
        #expect(outcome == call("moment.list", ["before": "m.7"]))
        var stepped = loaded()
        outcome = .stay
        for _ in 0..<40 where outcome == .stay { outcome = press(&stepped, .character("j")) }
        #expect(outcome == call("moment.list", ["before": "m.7"]))
    }

    @Test func readsWhatIsOddAndBoundsWhatItHolds() {
        var overlay = MomentsOverlay(ownID: 1)
        overlay.took(data: .null, for: MomentsOverlay.firstCall)
        overlay.took(data: ["list": [1, "x", ["id": "12"]]], for: MomentsOverlay.firstCall)
        #expect(overlay.posts.map(\.id) == [12])
        let many = (0..<MomentsOverlay.postsMax + 50).map { OverlayFixture.post(Int64($0)) }
        overlay.took(
            data: ["list": .array(many), "next_cursor": "3"], for: MomentsOverlay.firstCall)
        #expect(overlay.posts.count == MomentsOverlay.postsMax)
        #expect(press(&overlay, .character("n")) == .stay)
    }

    @Test func itsPicture() {
        let overlay = loaded()
        var grid = Grid(rows: 13, columns: 60)
        overlay.draw(into: &grid, row: 0, column: 0, rows: 13, columns: 60)
        let time = TimeText.dayAndMinute(OverlayFixture.time)
        #expect(
            grid.text.prefix(9) == [
                "┌─ Moments ────────────────────────────────────────────────┐",
                "│ › Bob · \(time) · friends                       │",
                "│ │   a day at sea                                         │",
                "│ │   [picture] /media/a.png                               │",
                "│ │   ♥ Carol and 1 more                                   │",
                "│ │   2 older comments                                     │",
                "│ │   Carol: nice                                          │",
                "│                                                          │",
                "│   Bob · \(time) · friends                       │",
            ])
        #expect(grid.text.last == "└─ Esc closes · l like · c comment · p publish · n more ───┘")
    }

    @Test func theScreenKeepsTheFeedWhileItsNextPageComes() {
        var state = ScreenState()
        state.overlay = .moments(loaded())
        let call = CommandCall("moment.list", ["before": "m.7"])
        #expect(ScreenReducer.run(&state, call) == [.call(call, chatroomID: nil)])
        #expect(state.overlay == .moments(loaded()))
        state.overlay = nil
        _ = ScreenReducer.run(&state, MomentsOverlay.firstCall)
        #expect(state.overlay == .moments(MomentsOverlay(ownID: state.ownID)))
    }
}
