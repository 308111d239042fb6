import FreeIMClient
import Testing

@testable import imtui

@Suite struct ScreenViewTests {
    @Test func theScreenAtEightyColumns() {
        let grid = ScreenView.draw(ScreenFixture.state())
        let text = grid.text
        let right = "alice · ● online"
        #expect(text[0] == " 鲍勃" + String(repeating: " ", count: 58) + right)
        #expect(text[1].hasPrefix("1  鲍勃             │"))
        #expect(text[3].hasPrefix("2# the whole team 2 │"))
        #expect(text[20].contains("fine 👨‍👩‍👧, you? ✓✓"))
        #expect(text[22].contains("›"))
        #expect(text[23].contains("F1 help"))
        #expect(grid.cursor?.row == 22)
    }

    @Test func aNarrowScreenHasNoSidebar() {
        let text = ScreenView.draw(ScreenFixture.state(rows: 12, columns: 40)).text
        #expect(text[0] == " 鲍勃                  alice · ● online")
        #expect(!text.joined().contains("│"))
        #expect(text[8].contains("fine"))
    }

    @Test func everyRowIsExactlyAsWideAsTheScreen() {
        for rows in [1, 2, 3, 5, 12, 24, 60] {
            for columns in [1, 5, 10, 20, 39, 69, 70, 80, 119, 120, 160, 200] {
                var state = ScreenFixture.state(rows: rows, columns: columns)
                state.composer = Composer(String(repeating: "你好 wide text ", count: 20))
                for isHelp in [false, true] {
                    state.helpPage = isHelp ? 0 : nil
                    let grid = ScreenView.draw(state)
                    #expect(grid.cells.count == rows)
                    for row in grid.cells {
                        #expect(row.count == columns)
                        let width = row.reduce(0) { $0 + TextWidth.of($1.text) }
                        #expect(width == columns, "\(rows)×\(columns)")
                    }
                }
            }
        }
    }

    @Test func aHoleIsARowThatSaysHowMany() {
        var state = ScreenFixture.state()
        state.messages = [ScreenFixture.message(1, "a"), ScreenFixture.message(122, "b")]
        let text = ScreenView.draw(state).text.joined(separator: "\n")
        #expect(text.contains("120 messages not loaded"))
    }

    @Test func aRefusedSendSaysWhyInWords() {
        var state = ScreenFixture.state()
        var failed = ScreenFixture.message(0, "no", user: 1)
        failed.state = .failed("You are not friends")
        state.messages.append(failed)
        let text = ScreenView.draw(state).text.joined(separator: "\n")
        #expect(text.contains("no ✗"))
        #expect(text.contains("not sent: You are not friends"))
    }

    @Test func offLineIsSaidWithItsReason() {
        var state = ScreenFixture.state()
        state.connection = .offline(reason: "nobody answers", retryMs: 4_000)
        let text = ScreenView.draw(state).text
        #expect(text[0].hasSuffix("○ off line"))
        #expect(text[21].contains("off line: nobody answers; trying again within 4 s"))
    }

    @Test func messageTextCannotReachTheTerminal() {
        var state = ScreenFixture.state()
        state.messages = [ScreenFixture.message(1, "\u{1b}[31mred\u{7}")]
        state.conversations[0].title = "\u{1b}]0;owned\u{7}"
        var painter = TerminalPainter(colours: .none)
        let bytes = painter.paint(ScreenView.draw(state))
        #expect(!bytes.contains("\u{1b}[31m") && !bytes.contains("\u{7}"))
        #expect(!bytes.contains("\u{1b}]"))
    }

    @Test func onlyRowsThatChangedArePainted() {
        var painter = TerminalPainter(colours: .many)
        var state = ScreenFixture.state()
        let whole = painter.paint(ScreenView.draw(state))
        let nothing = painter.paint(ScreenView.draw(state))
        state.composer.insert("x")
        let one = painter.paint(ScreenView.draw(state))
        #expect(nothing.utf8.count < 60)
        #expect(one.utf8.count < whole.utf8.count / 4 && one.contains("x"))
    }
}
