import FreeIMProtocol
import Testing

@testable import FreeIMClient

/// Full-text search over what the cache holds.
@Suite struct CacheSearchTests {
    private let folder = TemporaryFolder()
    private let cache: Cache

    init() throws {
        cache = try Cache(path: folder.path + "/cache.sqlite")
    }

    private func store(_ items: IMMessageItem...) throws {
        try cache.store(items, ownID: 1)
    }

    private func found(_ text: String, chat: Int64? = nil, limit: Int = 50) throws -> [Int64] {
        try cache.search(text, chatroomID: chat, limit: limit, ownID: 1).map(\.seq)
    }

    @Test func theNewestComeFirstWhateverOrderTheyCameIn() throws {
        try store(CacheItems.item(7, "word seven"), CacheItems.item(8, "word eight"))
        try store(CacheItems.item(1, "word one"), CacheItems.item(2, "word two"))
        try store(CacheItems.item(3, "wordless", chat: 2, time: 7_500))
        #expect(try found("word") == [8, 3, 7, 2, 1])
        #expect(try found("word", limit: 2) == [8, 3])
        #expect(try found("word", chat: 1, limit: 2) == [8, 7])
        #expect(try found("word", chat: 2) == [3])
        #expect(try found("word", chat: 3).isEmpty)
    }

    @Test func editsReplaceAndRecallsRemove() throws {
        try store(CacheItems.item(1, "first draft"), CacheItems.item(2, "second draft"))
        try store(CacheItems.item(3, "final text", code: .edit, target: CacheItems.id(1)))
        #expect(try found("draft") == [2] && found("final") == [1])
        try store(CacheItems.item(4, "", code: .recall, target: CacheItems.id(2)))
        #expect(try found("draft").isEmpty)
        try store(CacheItems.item(5, "third text", code: .edit, target: CacheItems.id(1)))
        try store(CacheItems.item(6, "late", code: .edit, target: CacheItems.id(2)))
        #expect(try found("text") == [1] && found("final").isEmpty && found("late").isEmpty)
        #expect(try cache.check().isEmpty)
    }

    @Test func actsThatComeFirstAreFollowedWithinOneTransaction() throws {
        try store(
            CacheItems.item(9, "new words", code: .edit, target: CacheItems.id(1)),
            CacheItems.item(8, "", code: .recall, target: CacheItems.id(2)),
            CacheItems.item(1, "old words"), CacheItems.item(2, "old words"))
        #expect(try found("words") == [1] && found("old").isEmpty && found("new") == [1])
        #expect(try cache.check().isEmpty)
    }

    @Test func chineseIsFoundByOneTwoAndMoreCharacters() throws {
        try store(
            CacheItems.item(1, "今天天气很好"), CacheItems.item(2, "今天，天气不好"),
            CacheItems.item(3, "天天见"), CacheItems.item(4, "明天meeting改到下午"))
        #expect(try found("天") == [4, 3, 2, 1])
        #expect(try found("好") == [2, 1])
        #expect(try found("天气") == [2, 1])
        #expect(try found("今天天气") == [1])
        #expect(try found("天meet") == [4])
        #expect(try found("下午 明天") == [4])
        #expect(try found("天今").isEmpty)
    }

    @Test func aQueryIsTakenAsItIsWritten() throws {
        try store(
            CacheItems.item(1, "100% sure"), CacheItems.item(2, "100 percent"),
            CacheItems.item(3, #"say "NEAR" OR * ^ col:umn"#), CacheItems.item(4, "what???"))
        #expect(try found("100%") == [1])
        #expect(try found(#""NEAR""#) == [3])
        #expect(try found("col:umn") == [3] && found("OR") == [3])
        #expect(try found("???") == [4])
        #expect(try found("").isEmpty && found("  ").isEmpty && found("\u{0}").isEmpty)
        #expect(try found(String(repeating: "天", count: 100_000)).isEmpty)
    }

    @Test func filesAreFoundByNameAndActsNotAtAll() throws {
        try store(
            CacheItems.item(
                1, #"{"url":"/media/abc.png","name":"Urlaub 海边.png","size":1}"#, code: .image),
            CacheItems.item(2, "/media/plain.pdf", code: .file),
            CacheItems.item(3, "👍", code: .reaction, target: CacheItems.id(1)),
            CacheItems.item(4, "somebody joined", code: .memberJoined))
        #expect(try found("urlaub") == [1] && found("海边") == [1] && found("plain") == [2])
        #expect(try found("media").isEmpty && found("👍").isEmpty && found("joined").isEmpty)
    }

    @Test func thousandsOfOneMomentAndWildTimesAreKeptApart() throws {
        let items = (1...3_000).map { CacheItems.item($0, "same moment", time: 5_000) }
        try cache.store(items, ownID: 1)
        try store(
            CacheItems.item(4_001, "wild moment", time: -9),
            CacheItems.item(4_002, "wild moment", time: Int64.max))
        #expect(try found("moment", limit: 5_000).count == 3_002)
        #expect(try found("wild") == [4_002, 4_001])
        #expect(try cache.check().isEmpty)
    }

    @Test func longLinesAndHeapsOfMarksAreHeldAndFound() throws {
        let marks = "zalgo" + String(repeating: "\u{301}\u{336}", count: 5_000)
        let line = String(repeating: "长 line ", count: 6_500) + "needle"
        try store(CacheItems.item(1, marks), CacheItems.item(2, line))
        #expect(try found("zalgo") == [1] && found("needle") == [2] && found("长") == [2])
        #expect(try cache.message(1, seq: 1, ownID: 1)?.content == marks)
        try store(CacheItems.item(3, "short", code: .edit, target: CacheItems.id(2)))
        #expect(try found("needle").isEmpty && found("short") == [2])
    }
}
