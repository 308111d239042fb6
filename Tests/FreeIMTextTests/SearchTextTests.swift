import Testing

@testable import FreeIMText

/// How texts are cut for the full-text index.
@Suite struct SearchTextTests {
    private func words(_ text: String) -> [String] {
        SearchText.words(text).split(separator: " ").map(String.init)
    }

    /// Whether the index would name the text, and the text holds the query.
    private func finds(_ query: String, _ text: String) -> Bool {
        let asked = SearchText.query(query)
        let held = Set(words(text))
        let isNamed = asked.match.split(separator: " ").allSatisfy { word in
            let bare = word.filter { $0 != "\"" && $0 != "*" }
            return word.hasSuffix("*")
                ? held.contains { $0.hasPrefix(bare) } : held.contains(String(bare))
        }
        return isNamed && SearchText.holds(text, asked.parts)
    }

    @Test func wordsGoInWholeAndWithTheirBeginnings() {
        #expect(words("Hello, WORLD") == ["h", "he", "hel", "hello", "w", "wo", "wor", "world"])
        #expect(words("a an the") == ["a", "a", "an", "t", "th", "the"])
        #expect(words("x_y v1.20") == ["x", "y", "v", "v1", "2", "20"])
        #expect(words("... !?  \n") == [])
        let long = String(repeating: "a", count: 70_000)
        #expect(words(long).map(\.count) == [1, 2, 3, SearchText.wordCharactersMax])
    }

    @Test func scriptsWithoutSpacesGoInAsCharactersAndPairs() {
        #expect(words("天气好") == ["天", "天气", "气", "气好", "好"])
        #expect(words("好") == ["好"])
        #expect(words("天气，好") == ["天", "天气", "气", "好"])
        #expect(words("カメラ") == ["カ", "カメ", "メ", "メラ", "ラ"])
        #expect(words("안녕 하") == ["안", "안녕", "녕", "하"])
        #expect(words("ภาษา").contains("ภา"))
        #expect(words("iPhone手机") == ["i", "ip", "iph", "iphone", "手", "手机", "机"])
        #expect(words("𠮷野家") == ["𠮷", "𠮷野", "野", "野家", "家"])
    }

    @Test func caseAccentsAndWidthDoNotMatter() {
        #expect(words("Café") == words("CAFE") && words("Cafe\u{301}") == words("cafe"))
        #expect(words("ＡＢＣ１") == words("abc1"))
        #expect(words("Việt NAM") == words("viet nam"))
        #expect(words("Ζεύς") == words("ζευσ"))
        #expect(words("Ёлка") == words("елка"))
    }

    @Test func emojiStandForThemselvesAndMarksAreNothing() {
        #expect(words("😂👍🏽") == ["😂", "👍"])
        #expect(words("👨‍👩‍👧") == ["👨", "👩", "👧"])
        #expect(words("❤️") == ["❤"])
        let marked = "e" + String(repeating: "\u{301}", count: 10_000)
        #expect(words(marked) == ["e"])
        #expect(words("\u{e000}12 \u{200d}") == ["1", "12"])
    }

    @Test(arguments: [
        ("hel", "say hello"), ("HELLO", "hello"), ("hello wor", "world, hello"),
        ("天气", "今天天气很好"), ("今天天气很好", "今天天气很好"), ("气", "天气"), ("好", "很好"),
        ("手机", "iPhone手机"), ("iPhone手", "iphone手机"), ("こんにちは", "みんなこんにちは。"),
        ("녕하", "안녕하세요"), ("😂", "haha😂"), ("example.com/a", "see https://example.com/abc"),
        ("100%", "100% sure"), ("c++", "C++ is"), ("don't", "I don't"), ("cafe", "das Café"),
        ("meeting 明天", "明天 meeting"), ("𠮷", "𠮷野家"), ("👨‍👩‍👧", "we 👨‍👩‍👧"),
    ])
    func finding(query: String, text: String) {
        #expect(finds(query, text))
    }

    @Test(arguments: [
        ("天好", "天，好"), ("天气好", "天气，气好"), ("天气好", "天气 气好"), ("ello", "hello"),
        ("hello world", "hello"), ("c++", "c is not +"), ("a.b", "a b"), ("今天", "天今"),
        ("👨‍👩‍👧", "👩👨"), ("hello-world", "hello world"),
    ])
    func notFinding(query: String, text: String) {
        #expect(!finds(query, text))
    }

    @Test func queriesAskForLittle() {
        #expect(SearchText.query("the").match == #""the""#)
        #expect(SearchText.query("message").match == #""message"*"#)
        #expect(SearchText.query("server-err").match == #""server" "err""#)
        #expect(SearchText.query("今天今天").match == #""今天" "天今""#)
        #expect(SearchText.query("?! ").match.isEmpty && SearchText.query("?! ").parts.count == 1)
        #expect(SearchText.query(" \n").parts.isEmpty)
        #expect(SearchText.query(#"" OR *"#).match == #""or""#)
        let long = SearchText.query((0..<500).map { "w\($0)" }.joined(separator: " "))
        #expect(long.match.split(separator: " ").count == SearchText.queryWordsMax)
    }
}
