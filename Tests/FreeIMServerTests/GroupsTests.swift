import FreeIMProtocol
import GRDB
import Testing

@testable import FreeIMServer

@Suite struct GroupsTests {
    /// Users 1 … count, and a group of user 1 with the others.
    private func group(_ store: Store, users count: Int64) async throws -> Groups.Seen {
        try await store.write { context in
            for user in 1...count { try StoreFixture.insertUser(context, user) }
            var draft = Groups.Draft(name: "g")
            draft.members = Array(2...count)
            let made = try Groups.create(context, ownerID: 1, draft)
            return try Groups.member(context.db, groupID: made.groupID, userID: 1)
        }
    }

    @Test func aDissolvedGroupIsGoneBeforeItsRowsAre() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open()
        let seen = try await group(store, users: 20)
        _ = try await send(store, seen.chatroomID, "hello", id: "1", user: 2)
        try await store.write { try Groups.dissolve($0, groupID: seen.groupID, userID: 1) }
        #expect(try await members(store, seen) == 20)
        for user in [Int64(1), 2] {
            await #expect(throws: Refusal.self) {
                try await send(store, seen.chatroomID, "x", id: "late", user: user)
            }
            await #expect(throws: Refusal.self) {
                try await StoreFixture.log(store, seen.chatroomID, userID: user)
            }
            await #expect(throws: Refusal.self) {
                try await store.reserveMessageID(chatroomID: seen.chatroomID, userID: user)
            }
            await #expect(throws: Refusal.self) {
                try await store.conversation(seen.chatroomID, userID: user)
            }
            #expect(try await store.conversations(userID: user, offset: 0, limit: 9).total == 0)
        }
        var jobs = 0
        while try await store.write({ try Groups.dropMembers($0, most: 8) }) { jobs += 1 }
        #expect(jobs == 3)
        #expect(try await members(store, seen) == 0)
        await store.close()
    }

    private func members(_ store: Store, _ seen: Groups.Seen) async throws -> Int {
        try await store.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM member WHERE chatroom_id = ?",
                arguments: [seen.chatroomID]) ?? -1
        }
    }

    /// A page of a large group walks an index; its cost is that of the page.
    @Test func listsWalkIndexes() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open()
        let seen = try await group(store, users: 12)
        let plans = try await store.read { db in
            try [
                """
                SELECT * FROM member m INDEXED BY member_role CROSS JOIN user u
                ON u.id = m.user_id WHERE m.chatroom_id = 1 AND m.role = 0 AND m.user_id > 5
                ORDER BY m.role DESC, m.user_id LIMIT 5
                """,
                """
                SELECT id FROM chat_group WHERE name COLLATE NOCASE >= 'a'
                AND name COLLATE NOCASE < 'b' AND dissolved_time IS NULL
                AND permissions <> 'private' ORDER BY name COLLATE NOCASE, id LIMIT 5
                """,
            ].map { sql in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql)
                    .map { $0["detail"] as String }.joined(separator: "; ")
            }
        }
        for (plan, index) in zip(plans, ["member_role", "chat_group_name"]) {
            #expect(plan.contains(index) && !plan.contains("TEMP B-TREE"), "\(plan)")
        }
        let pages = try await store.read { db -> [Int64] in
            var ids: [Int64] = []
            var cursor: MemberCursor?
            repeat {
                let rows = try Groups.members(db, seen, after: cursor, offset: 0, limit: 5)
                ids += rows.map { $0["id"] }
                cursor = rows.last.map(MemberCursor.init(behind:))
                if rows.isEmpty { break }
            } while true
            return ids
        }
        #expect(pages == Array(1...12))
        await store.close()
    }

    @Test func requestsHaveARate() throws {
        let day = RequestRate.dayMs
        try RequestRate.check([], most: 3, now: day * 9)
        try RequestRate.check([day * 9, day * 9], most: 3, now: day * 9)
        try RequestRate.check([day * 9, day * 9, day * 8], most: 3, now: day * 9)
        let refusal = #expect(throws: Refusal.self) {
            try RequestRate.check([day * 9, day * 9, day * 8 + 5], most: 3, now: day * 9)
        }
        #expect(refusal?.code == .rateLimited && refusal?.retryAfterMs == 5)
    }

    @Test(arguments: ["0.5", "2.9223372036854775807"]) func cursors(text: String) throws {
        #expect(try MemberCursor(text)?.text == text)
    }

    @Test(arguments: ["3.1", "-1.1", "1", "1.0", "1.x", "..", "1.2.3"])
    func whatIsNoCursor(text: String) {
        #expect(throws: Refusal.self) { try MemberCursor(text) }
    }
}
