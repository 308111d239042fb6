import FreeIMProtocol
import Testing

@testable import FreeIMClient

/// Pages and what belongs to a line: quotes, reactions, pins, mentions, files.
@Suite struct CacheReadingTests {
    private let folder = TemporaryFolder()
    private let cache: Cache

    init() throws {
        cache = try Cache(path: folder.path + "/cache.sqlite")
    }

    private func page(_ place: PagePlace, _ limit: Int) throws -> [Int64] {
        try cache.page(1, place, limit: limit, ownID: 1).map(\.seq)
    }

    @Test func pagesGoByPlaceAndLeaveActsOut() throws {
        var items = (1...20).map { CacheItems.item($0, "line \($0)") }
        items[9] = CacheItems.item(10, "👍", code: .reaction, target: CacheItems.id(1))
        items[18] = CacheItems.item(19, "x", code: .edit, target: CacheItems.id(2))
        items[19] = CacheItems.item(20, "", code: .recall, target: CacheItems.id(3))
        try cache.store(items, ownID: 1)
        #expect(try page(.newest, 3) == [16, 17, 18])
        #expect(try page(.before(12), 3) == [8, 9, 11])
        #expect(try page(.after(8), 3) == [9, 11, 12])
        #expect(try page(.around(11), 4) == [8, 9, 11, 12])
        #expect(try page(.around(10), 4) == [8, 9, 11, 12])
        #expect(try page(.before(1), 4).isEmpty && page(.after(18), 4).isEmpty)
        #expect(try page(.newest, 0).isEmpty && page(.newest, -1).isEmpty)
        #expect(try cache.ranges(1).ranges == [1...20])
    }

    @Test func reactionsAreEachMembersNewestWhicheverComesFirst() throws {
        let target = CacheItems.id(1)
        func reaction(_ seq: Int64, _ emoji: String, _ user: Int64) -> IMMessageItem {
            CacheItems.item(seq, emoji, user: user, code: .reaction, target: target)
        }
        try cache.store([reaction(6, "❤️", 3), reaction(3, "👍", 3)], ownID: 1)
        try cache.store([reaction(4, "❤️", 2), reaction(5, "😂", 4)], ownID: 1)
        try cache.store([CacheItems.item(1, "target")], ownID: 1)
        var message = try cache.message(1, seq: 1, ownID: 1)
        #expect(
            message?.reactions == [
                .init(emoji: "❤️", userIDs: [2, 3]), .init(emoji: "😂", userIDs: [4]),
            ])
        try cache.store([reaction(7, "", 4)], ownID: 1)
        try cache.store([reaction(8, String(repeating: "x", count: 65), 2)], ownID: 1)
        message = try cache.message(id: target, ownID: 1)
        #expect(message?.reactions == [.init(emoji: "❤️", userIDs: [2, 3])])
        try cache.store([CacheItems.item(9, "", code: .recall, target: target)], ownID: 1)
        #expect(try cache.message(1, seq: 1, ownID: 1)?.reactions == [])
    }

    @Test func anActOfAnotherChatroomDoesNothing() throws {
        try cache.store([CacheItems.item(1, "mine")], ownID: 1)
        let target = CacheItems.id(1)
        try cache.store(
            [
                CacheItems.item(1, "theirs", chat: 2, code: .edit, target: target),
                CacheItems.item(2, "", chat: 2, code: .recall, target: target),
                CacheItems.item(3, "👎", chat: 2, code: .reaction, target: target),
            ], ownID: 1)
        let message = try cache.message(1, seq: 1, ownID: 1)
        #expect(message?.content == "mine" && message?.isRecalled == false)
        #expect(message?.reactions == [])
    }

    @Test func aReplyQuotesWhatItAnswersAsItIsNow() throws {
        let long = String(repeating: "长", count: 500)
        try cache.store(
            [
                CacheItems.item(1, long),
                CacheItems.item(2, "yes", replyTo: CacheItems.id(1)),
                CacheItems.item(3, "lost", replyTo: "NOT-HELD"),
                CacheItems.item(
                    4, #"{"url":"/media/a.png","name":"cat.png"}"#, code: .image),
                CacheItems.item(5, "nice", replyTo: CacheItems.id(4)),
            ], ownID: 1)
        func quote(_ seq: Int64) throws -> ChatMessage.Quote? {
            try cache.message(1, seq: seq, ownID: 1)?.quote
        }
        #expect(try quote(2)?.text == String(long.prefix(ChatMessage.quoteCharactersMax)))
        #expect(try quote(2)?.seq == 1 && quote(2)?.userID == 2 && quote(3) == nil)
        #expect(try quote(5)?.text == "cat.png")
        try cache.store(
            [CacheItems.item(6, "short", code: .edit, target: CacheItems.id(1))], ownID: 1)
        #expect(try quote(2)?.text == "short")
        try cache.store([CacheItems.item(7, "", code: .recall, target: CacheItems.id(1))], ownID: 1)
        #expect(try quote(2)?.text == "" && quote(2)?.isRecalled == true)
    }

    @Test func unreadAndMentionsCountWhatOthersWroteAndIsThere() throws {
        try cache.store(
            [
                CacheItems.item(1, "read", mentions: [1]),
                CacheItems.item(2, "hi @me", mentions: [1, -1, 1]),
                CacheItems.item(3, "own", user: 1, mentions: [-1]),
                CacheItems.item(4, "@all", mentions: [-1]),
                CacheItems.item(5, "gone @me", mentions: [1]),
                CacheItems.item(6, "", code: .recall, target: CacheItems.id(5)),
                CacheItems.item(7, "joined", code: .memberJoined),
                CacheItems.item(8, "👍", code: .reaction, target: CacheItems.id(3)),
                CacheItems.item(9, "@other", mentions: [7]),
            ], ownID: 1)
        try cache.advance(1, read: 1)
        let chat = try #require(try cache.conversation(1, ownID: 1))
        #expect(chat.unread == 3 && chat.unreadMentions == 2)
        #expect(chat.newest?.content == "@other" && chat.newest?.mentions == [7])
        #expect(try cache.conversations(ownID: 1).first == chat)
        try cache.advance(1, read: 9)
        let read = try cache.conversation(1, ownID: 1)
        #expect(read?.unread == 0 && read?.unreadMentions == 0)
    }

    @Test func aLyingServersMentionsAndSeqsAreBounded() throws {
        let many = CacheItems.item(1, "all of you", mentions: (1...30_000).map { $0 })
        let far = CacheItems.item(Int64.max, "far")
        #expect(try cache.store([many, far, CacheItems.item(0, "zero")], ownID: 1).count == 1)
        let held = try cache.message(1, seq: 1, ownID: 1)
        #expect(held?.mentions.count == StoreTransaction.mentionsMax)
        #expect(try cache.ranges(1).ranges == [1...1])
    }

    @Test func pinsAndFilesAreNewestFirst() throws {
        let file = #"{"url":"/media/a.png","name":"cat.png"}"#
        try cache.store(
            [
                CacheItems.item(1, file, code: .image), CacheItems.item(2, "text"),
                CacheItems.item(3, file, code: .video), CacheItems.item(4, file, code: .file),
                CacheItems.item(5, "", code: .recall, target: CacheItems.id(3)),
            ], ownID: 1)
        #expect(try cache.files(1, limit: 9, ownID: 1).map(\.seq) == [4, 1])
        #expect(try cache.files(1, limit: 1, ownID: 1).map(\.seq) == [4])
        for seq: Int64 in [1, 2, 99] { try cache.setPin(1, seq: seq, true) }
        #expect(try cache.pins(1, ownID: 1).map(\.seq) == [2, 1])
        #expect(try page(.newest, 9) == [1, 2, 3, 4])
        #expect(try cache.message(1, seq: 2, ownID: 1)?.isPinned == true)
        try cache.setPin(1, seq: 2, false)
        #expect(try cache.pins(1, ownID: 1).map(\.seq) == [1])
    }

    @Test func aStoreMovesTheConversationInTheSameTransaction() throws {
        try cache.store([CacheItems.item(5, "x", time: 77_000)], ownID: 1)
        let chat = try cache.conversation(1, ownID: 1)
        #expect(chat?.headSeq == 5 && chat?.updatedTime == 77_000)
        var page = IMSyncPage()
        page.chatroomID = 1
        page.messages = [CacheItems.item(9, "y")]
        page.headSeq = 30
        page.firstSeq = 4
        #expect(try cache.store(page, ownID: 1).map(\.seq) == [9])
        let moved = try cache.conversation(1, ownID: 1)
        #expect(moved?.headSeq == 30 && moved?.firstSeq == 4)
        #expect(try cache.sync(1).holes == [4...4, 6...8, 10...30])
    }
}
