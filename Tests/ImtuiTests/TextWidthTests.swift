import Testing

@testable import imtui

@Suite struct TextWidthTests {
    @Test(arguments: [
        ("a", 1), ("é", 1), ("e\u{301}", 1), ("你", 2), ("한", 2), ("あ", 2), ("ｱ", 1), ("Ａ", 2),
        ("👋", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("👍🏽", 2),
        ("\u{200b}", 0), ("—", 1), ("…", 1), ("✓", 1), ("漢字かな", 8), ("", 0), ("a\r\nb", 2),
        ("né 你e\u{301}好 ─ 👋🏽x", 14), ("か\u{3099}き", 4), ("ж\u{301}ж", 2),
    ])
    func columns(text: String, width: Int) {
        #expect(TextWidth.of(text) == width)
    }

    @Test func corpus() {
        #expect(WidthCorpus.entries.count >= 300)
        for entry in WidthCorpus.entries {
            #expect(entry.cluster.count == 1, "\(entry)")
            #expect(TextWidth.of(entry.cluster) == entry.columns, "\(entry)")
            for character in entry.cluster {
                #expect(TextWidth.of(character) == entry.columns, "\(entry)")
            }
        }
    }

    /// Counting by bytes and by cluster is the same, whatever stands beside what.
    @Test(arguments: 0..<50) func bytesAndClustersAgree(seed: UInt64) {
        var random = SeededBytes(seed)
        let parts = WidthCorpus.entries.map(\.cluster) + ["a", " ", "你", "é", "ж", "あ", "한"]
        for _ in 0..<40 {
            let text = (0..<random.next(below: 12)).map { _ in
                parts[random.next(below: parts.count)]
            }.joined()
            let sum = text.reduce(0) { $0 + TextWidth.of($1) }
            #expect(TextWidth.of(text) == sum, "\(text.unicodeScalars.map { $0.value })")
            #expect(TextWidth.of(text[...]) == sum)
        }
    }

    /// The table agrees with what the standard library knows of the scalars.
    @Test func marksTakeNothing() {
        var wrong: [String] = []
        for value in UInt32(0x300)..<0x20000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let category = scalar.properties.generalCategory
            let isMark = category == .nonspacingMark || category == .enclosingMark
            if isMark, TextWidth.of(scalar) != 0 { wrong.append(String(value, radix: 16)) }
            if scalar.properties.isEmojiPresentation, TextWidth.of(scalar) != 2 {
                wrong.append(String(value, radix: 16))
            }
        }
        #expect(wrong.isEmpty, "\(wrong)")
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
}
