import FreeIMClient
import Testing

@testable import imtui

@Suite struct SearchOverlayTests {
    private static let size = GridSize(rows: 24, columns: 80)

    private func type(_ text: String, _ overlay: inout SearchOverlay) -> [OverlayOutcome] {
        text.map { overlay.handle(.key(.character($0)), in: SearchOverlayTests.size) }
    }

    @Test func eachChangeAsks() {
        var overlay = SearchOverlay(titles: [:])
        #expect(
            type("h i ", &overlay) == [
                .perform([.search("h", chatroomID: nil)], closes: false), .stay,
                .perform([.search("h i", chatroomID: nil)], closes: false), .stay,
            ])
        overlay.took(results: OverlayFixture.hits, for: "h")
        #expect(overlay.results.isEmpty, "that answer is for an older query")
        overlay.took(results: OverlayFixture.hits, for: "h i")
        #expect(overlay.results.count == 30)
        let cleared = overlay.handle(.key(.control("u")), in: SearchOverlayTests.size)
        #expect(cleared == .stay)
        #expect(overlay.results.isEmpty)
        var inChat = SearchOverlay(chatroomID: 7, titles: [7: "Sea"])
        #expect(
            type("x", &inChat) == [.perform([.search("x", chatroomID: 7)], closes: false)])
    }

    @Test func enterOpensTheHit() {
        var overlay = SearchOverlay(titles: [:])
        _ = type("hello", &overlay)
        overlay.took(results: OverlayFixture.hits, for: "hello")
        _ = overlay.handle(.key(.down), in: SearchOverlayTests.size)
        let opened = overlay.handle(.key(.enter), in: SearchOverlayTests.size)
        #expect(opened == .perform([.openMessage(chatroomID: 7, seq: 99)], closes: true))
        let click = MouseEvent(kind: .press(1), row: 6, column: 10)
        let clicked = overlay.handle(.mouse(click), in: SearchOverlayTests.size)
        #expect(clicked == .perform([.openMessage(chatroomID: 7, seq: 99)], closes: true))
    }

    @Test func hitsAreMarkedAndBroughtIntoSight() {
        let near = SearchSnippet("Hello there\nhello", "hello", columns: 40)
        #expect(near.text == "Hello there hello")
        #expect(near.marked == [0, 1, 2, 3, 4, 12, 13, 14, 15, 16])
        let far = SearchSnippet(String(repeating: "x ", count: 100) + "你好 end", "你好", columns: 40)
        #expect(far.text.hasPrefix("…"))
        #expect(far.marked.map { Array(far.text)[$0] } == ["你", "好"])
        #expect(TextWidth.of(far.text.prefix(far.marked.first ?? 0)) <= 16)
        #expect(SearchSnippet("nothing here", "zzz", columns: 10).marked.isEmpty)
    }

    @Test func itsPicture() {
        var overlay = SearchOverlay(titles: [7: "产品讨论组"], names: [2: "Bob"])
        _ = type("hello", &overlay)
        overlay.took(results: Array(OverlayFixture.hits.prefix(2)), for: "hello")
        var grid = Grid(rows: 10, columns: 60)
        overlay.draw(into: &grid, row: 0, column: 0, rows: 10, columns: 60)
        let time = TimeText.dayAndMinute(OverlayFixture.time)
        #expect(
            grid.text == [
                "",
                "┌─ Search all chats ───────────────────────────────── 1/2 ─┐",
                "│ hello                                                    │",
                "│ › 产品讨论组 · Bob                      \(time) │",
                "│   and Hello 你好 there                                   │",
                "│   产品讨论组 · Bob                      \(time) │",
                "│   before and Hello 你好 there                            │",
                "│                                                          │",
                "└─ Enter opens · Up Down choose · Esc closes ──────────────┘",
                "",
            ])
        #expect(grid.cells[4][8].style.isUnderlined)
        #expect(!grid.cells[4][4].style.isUnderlined)
    }
}
