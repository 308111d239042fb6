import Testing

@testable import imtui

@Suite struct RichTextTests {
    private static let media = "/media/" + String(repeating: "0a", count: 32)

    @Test(arguments: [
        ("see https://example.com/a?b=c#d.", "https://example.com/a?b=c#d"),
        ("https://example.com", "https://example.com"),
        ("(https://example.com/a)", "https://example.com/a"),
        (
            "https://en.wikipedia.org/wiki/Swift_(bird)",
            "https://en.wikipedia.org/wiki/Swift_(bird)"
        ),
        ("(see https://a.org/Swift_(bird))", "https://a.org/Swift_(bird)"),
        ("[x](https://a.org/y)", "https://a.org/y"), ("<https://a.org/x>", "https://a.org/x"),
        ("\"http://a.org\",", "http://a.org"), ("**https://a.org/b**", "https://a.org/b"),
        ("看https://example.com/a吧", "https://example.com/a"),
        ("见 https://example.com/a，谢谢", "https://example.com/a"),
        ("https://example.com这里", "https://example.com"),
        ("https://zh.wikipedia.org/wiki/你好", "https://zh.wikipedia.org/wiki/你好"),
        ("https://例え.jp/パス です", "https://例え.jp/パス"),
        ("https://bücher.example/straße!", "https://bücher.example/straße"),
        ("HTTPS://EXAMPLE.COM/X", "HTTPS://EXAMPLE.COM/X"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("https://a.org:8080/x;y=1,2", "https://a.org:8080/x;y=1,2"),
        ("write mailto:a.b@example.com.", "mailto:a.b@example.com"),
        ("https://a.org/%E4%BD%A0好", "https://a.org/%E4%BD%A0"),
        ("https://a.org/x…", "https://a.org/x"), ("https://a.org/a\u{1b}[31m", "https://a.org/a"),
    ])
    func addresses(text: String, address: String) {
        let spans = RichText.links(in: text)
        #expect(spans.map(\.text).joined() == text)
        #expect(spans.compactMap(\.link) == [address])
        #expect(spans.first { $0.link != nil }?.text == address)
    }

    @Test(arguments: [
        "", "nothing", "http://", "https:// x", "xhttps://a.org", "mailto:nobody", "mailto:@",
        "/media/short.png", "a/b/c", "10:30", "freeim:", "ftp://a.org",
    ])
    func noAddress(text: String) {
        #expect(RichText.links(in: text).allSatisfy { $0.link == nil })
    }

    @Test func mediaAndSeveral() {
        let text = "\(Self.media).png and https://a.org https://b.org/\(Self.media).jpg"
        let links = RichText.links(in: text, style: .bold).compactMap(\.link)
        #expect(
            links == ["\(Self.media).png", "https://a.org", "https://b.org/\(Self.media).jpg"])
        #expect(RichText.links(in: "\(Self.media).").allSatisfy { $0.link == nil })
        #expect(RichText.links(in: "x", style: .bold) == [Span("x", .bold)])
    }

    @Test func manyAndLongStayBounded() {
        let many = String(repeating: "https://a.org ", count: 1_000)
        let spans = RichText.links(in: many)
        #expect(spans.compactMap(\.link).count == LinkFinder.linksMax)
        #expect(spans.map(\.text).joined() == many)
        let long = "https://a.org/" + String(repeating: "x", count: 60_000)
        #expect(RichText.links(in: long).compactMap(\.link).isEmpty)
    }

    private static func lines(_ text: String, _ columns: Int) -> [String] {
        RichText.wrap([Span(text)], columns: columns).map { $0.map(\.text).joined() }
    }

    @Test func breaking() {
        #expect(Self.lines("hello big world", 9) == ["hello big ", "world"])
        #expect(Self.lines("hello big world", 8) == ["hello ", "big ", "world"])
        #expect(Self.lines("你好世界，再见", 8) == ["你好世", "界，再见"])
        #expect(Self.lines("abc你好", 5) == ["abc你", "好"])
        #expect(Self.lines("「你好」吗", 6) == ["「你", "好」吗"])
        #expect(Self.lines("abcdefghij", 4) == ["abcd", "efgh", "ij"])
        #expect(Self.lines("a\n\nb\n", 4) == ["a", "", "b", ""])
        #expect(Self.lines("", 4) == [""])
        #expect(Self.lines("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 4) == ["👨‍👩‍👧👨‍👩‍👧", "👨‍👩‍👧"])
    }

    @Test(arguments: 0..<60) func everythingIsKeptAndFits(seed: UInt64) {
        var random = SeededBytes(seed)
        let parts = [
            "hello", " ", "  ", "你好，", "「世界」", "👨‍👩‍👧", "é", "(x)", "https://a.org/b", "—", "长",
        ]
        let spans = (0..<random.next(below: 20)).map { index in
            let text = parts[random.next(below: parts.count)]
            return Span(text, index % 2 == 0 ? .plain : .bold, link: index % 3 == 0 ? text : nil)
        }
        let text = spans.map(\.text).joined()
        for columns in 2...30 {
            let lines = RichText.wrap(spans, columns: columns)
            #expect(lines.flatMap { $0 }.map(\.text).joined() == text)
            for line in lines {
                var shown = line.map(\.text).joined()
                while shown.last == " " { shown.removeLast() }
                #expect(TextWidth.of(shown) <= columns)
            }
            for span in lines.flatMap({ $0 }) {
                #expect(spans.contains { $0.style == span.style && $0.link == span.link })
            }
        }
    }

    @Test func aWrappedLinkKeepsItsAddress() {
        let address = "https://example.com/a/long/path/that/does/not/fit"
        let lines = RichText.wrap(RichText.links(in: "see \(address) there"), columns: 20)
        let parts = lines.flatMap { $0 }.filter { $0.link != nil }
        #expect(parts.count > 2 && parts.allSatisfy { $0.link == address })
        #expect(parts.map(\.text).joined() == address)
        var grid = Grid(rows: lines.count, columns: 20)
        for (row, line) in lines.enumerated() { grid.put(spans: line, row: row, column: 0) }
        #expect(grid.link(at: 1, 0) == address && grid.link(at: 2, 5) == address)
        #expect(grid.link(at: 0, 0) == nil && grid.link(at: 99, 0) == nil)
        #expect(grid.styles[0].hasPrefix("1:0-19 underlined link → https://example.com/"))
    }
}
