import Testing

@testable import imtui

@Suite struct SafeTextTests {
    private static func isSafe(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value)
                && !(0x202a...0x202e).contains(scalar.value)
                && !(0x2066...0x2069).contains(scalar.value)
        }
    }

    @Test func nothingThatATerminalObeysIsLeft() {
        let evil = "\u{1b}[2J\u{7}\u{9b}31m\u{202e}abc\r\n\u{7f}\u{2028}\u{fff9}\u{feff}\u{61c}"
        let safe = SafeText.escaped(evil)
        #expect(Self.isSafe(safe))
        #expect(safe == "␛[2J␇\u{fffd}31m\u{fffd}abc␍␊␡␤\u{fffd}\u{fffd}\u{fffd}")
    }

    @Test func newlinesStayWhenAskedFor() {
        #expect(SafeText.escaped("a\nb\u{2028}c\td", keepsNewlines: true) == "a\nb\nc    d")
        #expect(SafeText.escaped("a\nb") == "a␊b")
    }

    @Test(arguments: 0..<100) func everythingIsMadeSafe(seed: UInt64) {
        var random = SeededBytes(seed)
        let bytes = (0..<300).map { _ in UInt8(random.next(below: 256)) }
        #expect(Self.isSafe(SafeText.escaped(String(decoding: bytes, as: UTF8.self))))
        let scalars = (0..<200).compactMap { _ in
            Unicode.Scalar(UInt32(random.next(below: 0x11_0000)))
        }
        let safe = SafeText.escaped(String(String.UnicodeScalarView(scalars)))
        #expect(Self.isSafe(safe))
        #expect(safe.allSatisfy { $0.unicodeScalars.count <= SafeText.clusterScalarsMax })
    }

    @Test func tagsOnlyWhereTheyNameARegion() {
        let flag = "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"
        #expect(SafeText.escaped(flag) == flag)
        #expect(SafeText.escaped("a\u{e0067}\u{e007f}") == "a\u{fffd}\u{fffd}")
        #expect(SafeText.escaped(flag + "\u{e0067}") == flag + "\u{fffd}")
    }

    @Test func clustersAreCut() {
        let marks = "e" + String(repeating: "\u{301}", count: 10_000) + "x"
        let safe = SafeText.escaped(marks)
        #expect(safe.count == 2 && safe.hasSuffix("x"))
        #expect(safe.unicodeScalars.count == SafeText.clusterScalarsMax + 1)
        #expect(TextWidth.of(safe) == 2)
        let family = Array(repeating: "👨", count: 500).joined(separator: "\u{200d}") + "👩"
        let short = SafeText.escaped(family)
        #expect(short.allSatisfy { $0.unicodeScalars.count <= SafeText.clusterScalarsMax })
        let kiss = "👩🏽‍❤️‍💋‍👨🏿 👨🏽‍👩🏽‍👧🏽‍👦🏽"
        #expect(SafeText.escaped(kiss) == kiss)
    }

    @Test(arguments: [
        "plain", "Grüße", "你好，世界", "привет всем, это довольно длинная строка", "नमस्ते दुनिया",
        "مرحبا بالعالم كله", "👨‍👩‍👧 🇩🇪 ❤️ 1️⃣", "葛\u{e0100}", "안녕하세요 여러분",
    ])
    func harmlessTextStays(text: String) {
        #expect(SafeText.escaped(text) == text)
    }
}
