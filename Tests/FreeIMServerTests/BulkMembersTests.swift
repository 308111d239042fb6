import FreeIMProtocol
import GRDB
import Testing

@testable import FreeIMServer

@Suite struct BulkMembersTests {
    private func counts(_ store: Store, _ room: Int64) async throws -> [Int] {
        try await store.read { db in
            [
                try Int.fetchOne(
                    db, sql: "SELECT member_count FROM chat_group WHERE chatroom_id = ?",
                    arguments: [room]) ?? -1,
                try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM member WHERE chatroom_id = ?",
                    arguments: [room]) ?? -1,
            ]
        }
    }

    @Test func manyJoinAtOnceAndThoseWhoAreThereStay() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open()
        let room = try await StoreFixture.group(store, users: 2)
        let added = try await store.write { context in
            for user in 3...1_000 { try StoreFixture.insertUser(context, Int64(user)) }
            return try context.addMembers(
                chatroomID: room, userIDs: Array(1...1_000) + [5, 5], role: 0, firstSeq: 1)
        }
        #expect(Set(added) == Set(3...1_000) && added.count == 998)
        #expect(try await counts(store, room) == [1_000, 1_000])
        let role = try await store.read { db in
            try Int.fetchOne(
                db, sql: "SELECT role FROM member WHERE chatroom_id = ? AND user_id = 1",
                arguments: [room])
        }
        #expect(role == 2)
        let ack = try await store.send(
            StoreFixture.text(room, "hello", id: "k"), userID: 900, deviceID: "",
            clientType: "")
        #expect(ack.seq == 1)
        await store.close()
    }

    @Test func aJobThatThrowsAddsNobody() async throws {
        struct Undone: Error {}
        let fixture = StoreFixture()
        let store = try fixture.open()
        let room = try await StoreFixture.group(store, users: 2)
        await #expect(throws: Undone.self) {
            try await store.write { context in
                try StoreFixture.insertUser(context, 3)
                try context.addMembers(
                    chatroomID: room, userIDs: [3], role: 0, firstSeq: 1)
                throw Undone()
            }
        }
        #expect(try await counts(store, room) == [2, 2])
        await #expect(throws: Refusal.self) {
            try await store.send(
                StoreFixture.text(room, "hello", id: "k"), userID: 3, deviceID: "",
                clientType: "")
        }
        await store.close()
    }
}
