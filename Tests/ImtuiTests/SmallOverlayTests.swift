import FreeIMProtocol
import Testing

@testable import imtui

@Suite struct SmallOverlayTests {
    private static let size = GridSize(rows: 24, columns: 80)

    private func press(_ overlay: inout some OverlayPart, _ keys: Key...) -> OverlayOutcome {
        var outcome = OverlayOutcome.stay
        for key in keys { outcome = overlay.handle(.key(key), in: SmallOverlayTests.size) }
        return outcome
    }

    private func picture(_ overlay: some OverlayPart, rows: Int, columns: Int) -> [String] {
        var grid = Grid(rows: rows, columns: columns)
        overlay.draw(into: &grid, row: 0, column: 0, rows: rows, columns: columns)
        return grid.text
    }

    @Test func picksAnEmoji() {
        var overlay = EmojiOverlay()
        #expect(press(&overlay, .enter) == .chose("👍"))
        #expect(press(&overlay, .right, .enter) == .chose("❤️"))
        #expect(press(&overlay, .left, .left, .enter) == .chose("👍"))
        for character in ":rocket" { _ = press(&overlay, .character(character)) }
        #expect(press(&overlay, .enter) == .chose("🚀"))
        _ = press(&overlay, .character("q"))
        #expect(press(&overlay, .enter) == .stay)
        #expect(press(&overlay, .escape) == .close)
        let shown = picture(EmojiOverlay(), rows: 8, columns: 30)
        #expect(shown[0] == "┌─ React ────────────────────┐")
        #expect(shown[2] == "│ ›👍  ❤️  😂  🎉  😮  😢    │")
        let click = MouseEvent(kind: .press(1), row: 2, column: 7)
        var fresh = EmojiOverlay()
        let clicked = fresh.handle(.mouse(click), in: GridSize(rows: 8, columns: 30))
        #expect(clicked == .chose("❤️"))
    }

    @Test func asksFirst() {
        var overlay = ConfirmOverlay("Leave the group?", [.quit])
        #expect(press(&overlay, .enter) == .stay)
        #expect(press(&overlay, .character("y")) == .perform([.quit], closes: true))
        #expect(press(&overlay, .character("n")) == .close)
        #expect(press(&overlay, .escape) == .close)
        #expect(picture(overlay, rows: 5, columns: 20)[2].contains("y yes · n no"))
    }

    @Test func helpHasEveryKeyAndEveryCommand() {
        var overlay = HelpOverlay(keys: .standard)
        let all = picture(overlay, rows: 400, columns: 120).joined(separator: "\n")
        for row in KeyBindings.standard.helpRows {
            #expect(all.contains(row.keys) && all.contains(row.does), "\(row.keys)")
        }
        for command in CommandTable.all { #expect(all.contains(command.slash)) }
        _ = press(&overlay, .character("/"))
        for character in "undo" { _ = press(&overlay, .character(character)) }
        let found = picture(overlay, rows: 24, columns: 80).joined(separator: "\n")
        #expect(found.contains("Ctrl-_"))
        #expect(found.contains("Writing"))
        #expect(!found.contains("Browse mode"))
        #expect(press(&overlay, .escape) == .stay)
        #expect(press(&overlay, .function(1)) == .close)
        var scrolled = HelpOverlay(keys: .standard)
        _ = press(&scrolled, .end)
        #expect(picture(scrolled, rows: 24, columns: 80).joined().contains("/quit"))
    }

    @Test func aPasswordIsNeverShown() {
        var overlay = FormOverlay.password()
        for character in "old1" { _ = press(&overlay, .character(character)) }
        _ = press(&overlay, .enter)
        for character in "new1" { _ = press(&overlay, .character(character)) }
        _ = press(&overlay, .tab)
        #expect(press(&overlay, .character("n"), .enter) == .stay)
        #expect(overlay.error == "the two are not the same")
        for character in "ew1" { _ = press(&overlay, .character(character)) }
        let shown = picture(overlay, rows: 24, columns: 80).joined()
        #expect(!shown.contains("old1") && !shown.contains("new1"))
        #expect(shown.contains("••••"))
        #expect(
            press(&overlay, .enter)
                == .perform(
                    [
                        .call(
                            CommandCall("account.password", ["old": "old1", "new": "new1"]),
                            chatroomID: nil)
                    ], closes: true))
        var empty = FormOverlay.password()
        #expect(press(&empty, .up, .enter) == .stay)
        #expect(!empty.error.isEmpty)
    }

    @Test func aProfileSendsWhatWasChanged() {
        var overlay = FormOverlay.profile([("nickname", "Alice"), ("signature", "hello")])
        _ = press(&overlay, .character("!"), .enter)
        #expect(
            press(&overlay, .enter)
                == .perform(
                    [
                        .call(
                            CommandCall(
                                "profile.set", ["field": "nickname", "value": "Alice!"]),
                            chatroomID: nil)
                    ], closes: true))
        var same = FormOverlay.profile([("nickname", "Alice")])
        #expect(press(&same, .enter) == .close)
    }
}
