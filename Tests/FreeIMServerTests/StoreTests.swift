import Foundation
import FreeIMProtocol
import GRDB
import NIOConcurrencyHelpers
import Testing

@testable import FreeIMServer

@Suite struct StoreTests {
    @Test func aSendIsStoredOnceAndItsRetryGetsTheSameAnswer() async throws {
        let fixture = StoreFixture()
        var store = try fixture.open()
        let room = try await StoreFixture.group(store, users: 2)
        let other = try await secondGroup(store)
        let first = try await send(store, room, "hello", id: "k1")
        let retry = try await send(store, other, "hello", id: "k1")
        #expect(first.seq == 1 && !first.duplicate)
        #expect(retry.duplicate && retry.chatroomID == room && retry.seq == 1)
        #expect(retry.messageID == first.messageID)
        await store.close()
        store = try fixture.open()
        let later = try await send(store, room, "hello", id: "k1")
        #expect(later.duplicate && later.messageID == first.messageID)
        #expect(fixture.published.seqs(room) == [1])
        await store.close()
    }

    @Test func seqsAreDenseAndTheTailAndTheIndexReadAsOneLog() async throws {
        let fixture = StoreFixture()
        var store = try fixture.open()
        let room = try await StoreFixture.group(store, users: 2)
        // Two runs and a half: most is indexed, the newest part is not.
        let count = Int64(TailIndexer.runRows * 5 / 2)
        let opened = store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<Int64(64) {
                group.addTask {
                    for number in stride(from: sender, to: count, by: 64) {
                        _ = try await send(opened, room, "\(number)", id: "n\(number)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(fixture.published.seqs(room) == Array(1...count))
        for _ in 0..<2 {
            let log = try await StoreFixture.log(store, room, userID: 2)
            #expect(log.map(\.seq) == Array(1...count))
            #expect(Set(log.map(\.content)).count == Int(count))
            #expect(log.map(\.messageID) == log.map(\.messageID).sorted())
            let indexed = try await store.read { db in
                try Int64.fetchOne(db, sql: "SELECT count(*) FROM message_seq") ?? 0
            }
            #expect(indexed >= TailIndexer.runRows && indexed <= count)
            let retry = try await send(store, room, "0", id: "n0")
            #expect(retry.duplicate)
            try await backwards(store, room, log)
            await store.close()
            store = try fixture.open()
        }
        await store.close()
    }

    /// Pages backwards, and by ID, across the border between index and tail.
    private func backwards(
        _ store: Store, _ room: Int64, _ log: [IMMessageItem]
    ) async throws {
        var request = IMSyncRequest()
        request.chatroomID = room
        request.limit = 500
        var seqs: [Int64] = []
        while true {
            let page = try await store.sync(request, userID: 2, bytesMax: 65_536)
            seqs = page.messages.map(\.seq) + seqs
            guard page.hasMore_p, let first = page.messages.first else { break }
            request.beforeMessageID = first.messageID
        }
        #expect(seqs == log.map(\.seq))
        for item in [log[0], log[8_191], log[8_192], log[log.count - 2]] {
            var after = IMSyncRequest()
            after.chatroomID = room
            after.afterMessageID = item.messageID
            after.limit = 1
            let page = try await store.sync(after, userID: 2, bytesMax: 65_536)
            #expect(page.messages.map(\.seq) == [item.seq + 1])
        }
    }

    @Test func aJobThatThrowsLeavesNothing() async throws {
        struct Stop: Error {}
        let fixture = StoreFixture()
        let store = try fixture.open()
        let room = try await StoreFixture.group(store, users: 2)
        _ = try await send(store, room, "one", id: "1")
        await #expect(throws: Stop.self) {
            try await store.write { context in
                try context.append(
                    chatroomID: room, code: .memberLeft, content: "{}", actorID: 2)
                try context.removeMember(chatroomID: room, userID: 2)
                throw Stop()
            }
        }
        let ack = try await send(store, room, "two", id: "2")
        #expect(ack.seq == 2)
        #expect(fixture.published.seqs(room) == [1, 2])
        let log = try await StoreFixture.log(store, room, userID: 2)
        #expect(log.map(\.content) == ["one", "two"])
        await store.close()
    }

    @Test func idsStayUniqueWhenTheClockStepsBackOverARestart() async throws {
        let fixture = StoreFixture()
        var store = try fixture.open(clock: { 2_000_000 })
        let room = try await StoreFixture.group(store, users: 2)
        let before = try await send(store, room, "a", id: "a")
        await store.close()
        store = try fixture.open(clock: { 1_000_000 })
        let after = try await send(store, room, "b", id: "b")
        #expect(after.messageID > before.messageID)
        await store.close()
    }

    @Test func aRecalledMessageAndItsEditsAreServedEmpty() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open()
        let room = try await StoreFixture.group(store, users: 3)
        let said = try await send(store, room, "secret", id: "1", user: 2)
        try await act(store, room, .edit, on: said.messageID, "secret too", id: "2", user: 2)
        await #expect(throws: Refusal.self) {
            try await act(store, room, .recall, on: said.messageID, "", id: "3", user: 3)
        }
        try await act(store, room, .recall, on: said.messageID, "", id: "4", user: 1)
        let log = try await StoreFixture.log(store, room, userID: 3)
        #expect(log.map(\.code) == [.text, .edit, .recall])
        #expect(log.map(\.content) == ["", "", ""])
        await store.close()
    }

    @Test func aReservedIDIsTheKeyForADay() async throws {
        let fixture = StoreFixture()
        let day: Int64 = 24 * 3_600 * 1_000
        let clock = NIOLockedValueBox<Int64>(day)
        let store = try fixture.open(clock: { clock.withLockedValue { $0 } })
        let room = try await StoreFixture.group(store, users: 2)
        let used = try await store.reserveMessageID(chatroomID: room, userID: 1)
        let late = try await store.reserveMessageID(chatroomID: room, userID: 1)
        var item = StoreFixture.text(room, "reserved", id: "")
        item.messageID = used
        let ack = try await store.send(item, userID: 1, deviceID: "", clientType: "")
        #expect(ack.messageID == used && !ack.duplicate)
        clock.withLockedValue { $0 += day + 1 }
        _ = try await store.reserveMessageID(chatroomID: room, userID: 1)
        let again = try await store.send(item, userID: 1, deviceID: "", clientType: "")
        #expect(again.duplicate && again.seq == ack.seq)
        item.messageID = late
        let tooLate = item
        let error = await #expect(throws: Refusal.self) {
            try await store.send(tooLate, userID: 1, deviceID: "", clientType: "")
        }
        #expect(error?.code == .malformedBody)
        await store.close()
    }

    @Test func aDatabaseOfANewerVersionIsRefused() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open()
        try await store.write { try $0.db.execute(sql: "PRAGMA user_version = 99") }
        await store.close()
        let error = #expect(throws: StoreError.self) { _ = try fixture.open() }
        #expect(error?.description.contains("newer") == true)
    }

    private func secondGroup(_ store: Store) async throws -> Int64 {
        try await store.write { context in
            let room = try context.createChatroom(type: .group)
            try context.addMember(chatroomID: room, userID: 1, role: 2, firstSeq: 1)
            return room
        }
    }

    private func act(
        _ store: Store, _ room: Int64, _ code: IMMessageCode, on target: String,
        _ content: String, id: String, user: Int64
    ) async throws {
        var item = StoreFixture.text(room, content, id: id)
        item.code = code
        item.targetMessageID = target
        _ = try await store.send(item, userID: user, deviceID: "", clientType: "")
    }
}

/// Sends a text as that user.
func send(
    _ store: Store, _ room: Int64, _ text: String, id: String, user: Int64 = 1
) async throws -> IMMessageACK {
    try await store.send(
        StoreFixture.text(room, text, id: id), userID: user, deviceID: "", clientType: "")
}
