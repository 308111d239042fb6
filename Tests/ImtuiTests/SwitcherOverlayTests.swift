import FreeIMClient
import Testing

@testable import imtui

@Suite struct SwitcherOverlayTests {
    private static let size = GridSize(rows: 24, columns: 80)

    private func press(_ overlay: inout SwitcherOverlay, _ key: Key) -> OverlayOutcome {
        overlay.handle(.key(key), in: SwitcherOverlayTests.size)
    }

    @Test func unreadChatsComeFirst() {
        var overlay = SwitcherOverlay(OverlayFixture.chats)
        #expect(overlay.offered == [4, 2, 1, 3, 5])
        #expect(press(&overlay, .down) == .stay)
        #expect(press(&overlay, .enter) == .perform([.openChat(2)], closes: true))
        #expect(press(&overlay, .escape) == .close)
        #expect(press(&overlay, .alt("k")) == .close)
    }

    @Test func typingFinds() {
        var overlay = SwitcherOverlay(OverlayFixture.chats)
        for character in "ds" { _ = press(&overlay, .character(character)) }
        #expect(overlay.offered.first == 1)
        #expect(press(&overlay, .enter) == .perform([.openChat(1)], closes: true))
        _ = press(&overlay, .control("u"))
        #expect(overlay.offered.count == 5)
        _ = overlay.handle(.paste("讨论"), in: SwitcherOverlayTests.size)
        #expect(overlay.offered == [3])
        _ = press(&overlay, .character("q"))
        #expect(press(&overlay, .enter) == .stay)
    }

    @Test func itsPictureAndTheMouse() {
        var overlay = SwitcherOverlay(OverlayFixture.chats)
        var grid = Grid(rows: 10, columns: 50)
        overlay.draw(into: &grid, row: 0, column: 0, rows: 10, columns: 50)
        #expect(
            grid.text == [
                "",
                "┌─ Go to a chat ─────────────────────────────────┐",
                "│                                                │",
                "│ › Bob                                     1 @1 │",
                "│   design                                     3 │",
                "│   Deep Sea                                     │",
                "│   产品讨论组                                   │",
                "│   windows                                      │",
                "└─ Enter opens · Esc closes ─────────────────────┘",
                "",
            ])
        #expect(grid.cursor?.row == 2 && grid.cursor?.column == 2)
        let size = GridSize(rows: 10, columns: 50)
        let click = MouseEvent(kind: .press(1), row: 5, column: 8)
        let clicked = overlay.handle(.mouse(click), in: size)
        #expect(clicked == .perform([.openChat(1)], closes: true))
        let outside = MouseEvent(kind: .press(1), row: 0, column: 8)
        let left = overlay.handle(.mouse(outside), in: size)
        #expect(left == .close)
    }
}
