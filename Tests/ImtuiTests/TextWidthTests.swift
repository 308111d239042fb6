import Testing

@testable import imtui

@Suite struct TextWidthTests {
    @Test(arguments: [
        ("a", 1), ("é", 1), ("e\u{301}", 1), ("你", 2), ("한", 2), ("あ", 2), ("ｱ", 1), ("Ａ", 2),
        ("👋", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("👍🏽", 2),
        ("\u{200b}", 0), ("—", 1), ("…", 1), ("✓", 1), ("漢字かな", 8), ("", 0),
    ])
    func columns(text: String, width: Int) {
        #expect(TextWidth.of(text) == width)
    }

    @Test func wrappingKeepsEveryCharacterAndFits() {
        let text = "Hi 爱丽丝, this is 👨‍👩‍👧 a line that wraps — 你好世界你好世界你好世界 end"
        for columns in 2...40 {
            let lines = TextWidth.wrap(text, columns)
            #expect(lines.joined() == text)
            #expect(lines.allSatisfy { TextWidth.of($0) <= columns })
        }
    }

    @Test func fittingCutsWithAnEllipsis() {
        #expect(TextWidth.fit("你好世界", 8) == "你好世界")
        #expect(TextWidth.fit("你好世界", 7) == "你好世…")
        #expect(TextWidth.fit("你好世界", 6) == "你好…")
        #expect(TextWidth.fit("abc", 0) == "")
    }

    @Test func nothingThatATerminalObeysIsLeft() {
        let evil = "\u{1b}[2J\u{7}\u{9b}31m\u{202e}abc\r\n\u{7f}"
        let safe = SafeText.escaped(evil)
        #expect(
            safe.unicodeScalars.allSatisfy { scalar in
                scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value)
                    && !(0x202a...0x202e).contains(scalar.value)
            })
        #expect(safe.contains("abc"))
    }
}
