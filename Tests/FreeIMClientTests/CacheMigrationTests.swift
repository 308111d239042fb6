import FreeIMSchema
import GRDB
import Testing

@testable import FreeIMClient

/// Caches of older programs.
@Suite struct CacheMigrationTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path + "/cache.sqlite" }

    /// A cache as schema 1 left it.
    private func makeOld() throws {
        _ = try Cache(path: path + ".other")  // makes the folder
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in
            try db.execute(sql: FreeIMSchema.client[0].sql)
            try db.execute(
                sql: """
                    PRAGMA user_version = 1;
                    INSERT INTO conversation (chatroom_id, type, title, head_seq, read_seq)
                        VALUES (1, 2, 'Old group', 9, 2);
                    INSERT INTO message (chatroom_id, seq, message_id, user_id, code, content,
                            send_time, target_message_id, is_edited, is_recalled) VALUES
                        (1, 1, 'M1', 2, 1, '今天天气很好', 1000, '', 0, 0),
                        (1, 2, 'M2', 2, 1, 'edited text', 2000, '', 1, 0),
                        (1, 3, 'M3', 2, 1, '', 3000, '', 0, 1),
                        (1, 4, 'M4', 1, 1, 'own text', 4000, '', 0, 0),
                        (1, 5, 'M5', 2, 21, 'edited text', 5000, 'M2', 0, 0),
                        (1, 6, 'M6', 2, 20, '', 6000, 'M3', 0, 0),
                        (1, 7, 'M7', 4, 22, '👍', 7000, 'M1', 0, 0),
                        (1, 8, 'M8', 4, 22, '❤️', 8000, 'M1', 0, 0),
                        (1, 9, 'M9', 4, 22, '😂', 9000, 'M4', 0, 0);
                    INSERT INTO held_range VALUES (1, 1, 9);
                    INSERT INTO pending_act VALUES ('M2', 1, 5, 21, 'edited text'),
                        ('M3', 1, 6, 20, '');
                    INSERT INTO outbox (client_message_id, position, chatroom_id, code, content,
                        created_time) VALUES ('c1', 1, 1, 1, 'waits', 5);
                    INSERT INTO draft VALUES (1, 'half');
                    INSERT INTO user VALUES (2, 'bo', 'Bo');
                    INSERT INTO meta VALUES ('user_id', '1');
                    """)
        }
        try queue.close()
    }

    @Test func everythingOfSchemaOneIsKeptAndFound() throws {
        try makeOld()
        for _ in 1...2 {
            let cache = try Cache(path: path)
            #expect(try cache.page(1, .newest, limit: 9, ownID: 1).map(\.seq) == [1, 2, 3, 4])
            #expect(try cache.search("天气", limit: 9, ownID: 1).map(\.seq) == [1])
            #expect(try cache.search("text", limit: 9, ownID: 1).map(\.seq) == [4, 2])
            #expect(
                try cache.message(1, seq: 1, ownID: 1)?.reactions == [
                    .init(emoji: "❤️", userIDs: [4])
                ])
            #expect(try cache.draftOf(1) == Draft(text: "half"))
            #expect(try cache.outbox().map(\.content) == ["waits"])
            #expect(cache.name(2) == "Bo" && cache.meta("user_id") == "1")
            #expect(try cache.conversation(1, ownID: 1)?.unread == 0)
            #expect(try cache.check().isEmpty)
        }
        let cache = try Cache(path: path)
        try cache.store(
            [CacheItems.item(10, "later", code: .edit, target: "M4")], ownID: 1)
        #expect(try cache.search("later", limit: 9, ownID: 1).map(\.seq) == [4])
        #expect(try cache.search("own", limit: 9, ownID: 1).isEmpty)
    }

    @Test func anIndexOfAnotherVersionIsMadeAnew() throws {
        let cache = try Cache(path: path)
        try cache.store([CacheItems.item(1, "needle")], ownID: 1)
        try cache.setMeta("search_version", "0")
        try cache.writing { db in
            try db.execute(
                sql: """
                    INSERT INTO search_index (search_index) VALUES ('delete-all');
                    DELETE FROM search_doc;
                    """)
        }
        #expect(try cache.search("needle", limit: 1, ownID: 1).isEmpty)
        #expect(try cache.check().count == 1)
        let reopened = try Cache(path: path)
        #expect(try reopened.search("needle", limit: 1, ownID: 1).count == 1)
        #expect(try reopened.check().isEmpty)
    }

    @Test func aHalfDoneMigrationLeavesTheOldFile() throws {
        try makeOld()
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in try db.execute(sql: "CREATE TABLE search_doc (other TEXT)") }
        try queue.close()
        #expect(throws: ClientError.self) { _ = try Cache(path: path) }
        let again = try DatabaseQueue(path: path)
        try again.write { db in
            #expect(try Int.fetchOne(db, sql: "PRAGMA user_version") == 1)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM message") == 9)
            try db.execute(sql: "DROP TABLE search_doc")
        }
        try again.close()
        #expect(try Cache(path: path).check().isEmpty)
    }
}
