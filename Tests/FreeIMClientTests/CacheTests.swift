import Foundation
import FreeIMProtocol
import GRDB
import Testing

@testable import FreeIMClient

@Suite struct CacheTests {
    private let folder = TemporaryFolder()

    private func open() throws -> Cache { try Cache(path: folder.path + "/cache.sqlite") }

    private func item(
        _ seq: Int64, _ content: String, code: IMMessageCode = .text, target: String = "",
        user: Int64 = 2
    ) -> IMMessageItem {
        var item = IMMessageItem()
        item.chatroomID = 1
        item.seq = seq
        item.messageID = "MESSAGE-\(seq)"
        item.userID = user
        item.code = code
        item.content = content
        item.messageSendTime = seq
        item.targetMessageID = target
        return item
    }

    @Test func repeatsAreStoredOnceAndHolesAreFacts() throws {
        let cache = try open()
        let first = try cache.store([item(1, "a"), item(2, "b"), item(5, "e")], ownID: 1)
        let again = try cache.store([item(2, "b"), item(1, "a")], ownID: 1)
        #expect(first.map(\.seq) == [1, 2, 5] && again.isEmpty)
        #expect(try cache.ranges(1).ranges == [1...2, 5...5])
        #expect(try cache.sync(1).holes == [3...4])
        let reopened = try open()
        #expect(try reopened.ranges(1).ranges == [1...2, 5...5])
        #expect(try reopened.messages(1, limit: 10, ownID: 1).map(\.content) == ["a", "b", "e"])
        #expect(try reopened.doubled(1).isEmpty)
    }

    @Test func editsAndRecallsApplyWhicheverComesFirst() throws {
        let cache = try open()
        try cache.store([item(1, "helo")], ownID: 1)
        try cache.store([item(3, "hello", code: .edit, target: "MESSAGE-1")], ownID: 1)
        try cache.store([item(4, "", code: .recall, target: "MESSAGE-2")], ownID: 1)
        try cache.store([item(2, "secret")], ownID: 1)
        let messages = try cache.messages(1, limit: 10, ownID: 1)
        #expect(messages[0].content == "hello" && messages[0].isEdited)
        #expect(messages[1].content == "" && messages[1].isRecalled)
    }

    @Test func cursorsNeverMoveBackAndUnreadIsDerived() throws {
        let cache = try open()
        try cache.store((1...5).map { item($0, "x") }, ownID: 1)
        try cache.advance(1, read: 2)
        try cache.advance(1, read: 1)
        #expect(try cache.conversation(1, ownID: 1)?.unread == 3)
        try cache.store((6...7).map { item($0, "x", user: 1) }, ownID: 1)
        #expect(try cache.conversation(1, ownID: 1)?.unread == 3)
    }

    @Test func searchFindsChineseAndTakesPercentLiterally() throws {
        let cache = try open()
        try cache.store([item(1, "今天天气很好"), item(2, "100% sure")], ownID: 1)
        #expect(try cache.search("天气", limit: 9, ownID: 1).map(\.seq) == [1])
        #expect(try cache.search("100%", limit: 9, ownID: 1).map(\.seq) == [2])
        #expect(try cache.search("_", limit: 9, ownID: 1).isEmpty)
    }

    @Test func draftsAndTheOutboxSurviveAReopening() throws {
        let cache = try open()
        try cache.setDraft(1, Draft(text: "half a tho"))
        for number in 1...3 {
            try cache.enqueue(
                OutboxItem(
                    clientMessageID: "c\(number)", chatroomID: 1, code: 1, content: "m\(number)",
                    replyTo: "", targetMessageID: "", createdTime: 0, failure: nil))
        }
        let reopened = try open()
        #expect(try reopened.draftOf(1).text == "half a tho")
        #expect(try reopened.outbox().map(\.clientMessageID) == ["c1", "c2", "c3"])
    }

    @Test func itIsPrivateAndRefusesANewerVersion() throws {
        let cache = try open()
        let attributes = try FileManager.default.attributesOfItem(
            atPath: folder.path + "/cache.sqlite")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        try cache.pool.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        let error = #expect(throws: ClientError.self) { _ = try open() }
        #expect(error?.description.contains("newer") == true)
    }
}
