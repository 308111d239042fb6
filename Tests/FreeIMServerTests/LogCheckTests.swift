import GRDB
import Testing

@testable import FreeIMServer

@Suite struct LogCheckTests {
    private func check(_ change: @escaping @Sendable (Database) throws -> Void) async throws
        -> LogCheck
    {
        let fixture = StoreFixture()
        let store = try fixture.open()
        let chatroomID = try await StoreFixture.group(store, users: 2)
        for index in 0..<20 {
            _ = try await store.send(
                StoreFixture.text(chatroomID, "x", id: "\(index)"), userID: 1, deviceID: "",
                clientType: "")
        }
        try await store.write { context in
            try change(context.db)
        }
        let result = try await store.read { try LogCheck($0) }
        await store.close()
        return result
    }

    @Test func aSoundLog() async throws {
        let log = try await check { _ in }
        #expect(log.problems == [])
        #expect(log.entries == 20)
        #expect(log.conversations == 1)
        #expect(log.heads.values.first == 20)
    }

    @Test(arguments: [
        "DELETE FROM message WHERE seq = 7",
        "UPDATE message SET seq = 30 WHERE seq = 20",
        "DELETE FROM message WHERE seq = 1",
        "UPDATE message SET chatroom_id = 99 WHERE seq = 20",
    ])
    func aHoleIsFound(sql: String) async throws {
        let log = try await check { try $0.execute(sql: sql) }
        #expect(log.problemCount >= 1, "\(sql)")
    }

    @Test func anIndexThatNamesNothingIsFound() async throws {
        let log = try await check { db in
            try db.execute(
                sql: """
                    INSERT INTO message_seq SELECT chatroom_id, seq, id + 1000, user_id
                    FROM message WHERE seq <= 3
                    """)
        }
        #expect(log.problemCount == 3)
    }

    /// What is indexed already, of a run that is under way, is counted once.
    @Test func aRunUnderWay() async throws {
        let log = try await check { db in
            try db.execute(
                sql: """
                    INSERT INTO message_seq SELECT chatroom_id, seq, id, user_id FROM message
                    WHERE seq <= 9
                    """)
        }
        #expect(log.problems == [])
        #expect(log.entries == 20)
    }

    /// Retention moves where a log begins.
    @Test func aLogThatBeginsLater() async throws {
        let log = try await check { db in
            try db.execute(
                sql: "DELETE FROM message WHERE seq < 5; UPDATE chatroom SET first_seq = 5")
        }
        #expect(log.problems == [])
    }
}
