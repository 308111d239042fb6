import FreeIMClient
import Testing

@testable import imtui

@Suite struct ListingOverlayTests {
    private static let size = GridSize(rows: 24, columns: 80)

    private func press(_ overlay: inout ListingOverlay, _ keys: [Key]) -> OverlayOutcome {
        var outcome = OverlayOutcome.stay
        for key in keys { outcome = overlay.handle(.key(key), in: ListingOverlayTests.size) }
        return outcome
    }

    @Test func enterGoesWhereTheRowLeads() {
        var overlay = ListingOverlay(OverlayFixture.listing, chatroomID: 7)
        #expect(press(&overlay, [.enter]) == .perform([.openChat(5)], closes: true))
        #expect(
            press(&overlay, [.character("j"), .enter])
                == .perform(
                    [.call(CommandCall("profile.show", ["user": "bob"]), chatroomID: 7)],
                    closes: true))
        #expect(press(&overlay, [.down, .enter]) == .stay)
        #expect(
            press(&overlay, [.end, .enter])
                == .perform([.openMessage(chatroomID: 5, seq: 12)], closes: true))
        #expect(press(&overlay, [.character("q")]) == .close)
    }

    @Test func filters() {
        var overlay = ListingOverlay(OverlayFixture.listing)
        let typed = "away".map { Key.character($0) }
        #expect(press(&overlay, [.character("/")] + typed) == .stay)
        #expect(overlay.shown == ["bob\t小明\taway"])
        #expect(press(&overlay, [.escape]) == .stay)
        #expect(overlay.shown.count == 4)
        _ = press(&overlay, [.character("/")] + "hello".map { Key.character($0) } + [.enter])
        #expect(overlay.shown == ["#12 hello"])
        #expect(press(&overlay, [.escape]) == .stay)
        #expect(press(&overlay, [.escape]) == .close)
    }

    @Test func itsPicture() {
        let overlay = ListingOverlay(OverlayFixture.listing)
        var grid = Grid(rows: 10, columns: 50)
        overlay.draw(into: &grid, row: 0, column: 0, rows: 10, columns: 50)
        #expect(
            grid.text == [
                "",
                "┌─ Friends ──────────────────────────────────────┐",
                "│ › alice  Alice  online                         │",
                "│   bob    小明   away                           │",
                "│   a line without any target that is long       │",
                "│   enough to be wrapped at 40 columns           │",
                "│   #12 hello                                    │",
                "└─ Enter opens · Esc closes · / filters ─────────┘",
                "",
                "",
            ])
    }
}
