import FreeIMCore
import FreeIMProtocol
import GRDB

/// Numbers of a conversation that move forward; 0: nothing new.
struct SeqMarks: Sendable, Equatable {
    var head: Int64 = 0
    var first: Int64 = 0
    var ack: Int64 = 0
    var read: Int64 = 0
    var peerDelivered: Int64 = 0
    var peerRead: Int64 = 0
    /// Milliseconds since the epoch.
    var updated: Int64 = 0
}

extension Cache {
    /// Stores messages, the seqs they fill and what else is news of conversations, in one
    /// transaction; repeats change nothing.
    ///
    /// Returns those that were new, ascending by seq.
    func store(
        _ items: [IMMessageItem], _ marks: [Int64: SeqMarks], ownID: Int64
    ) throws -> [IMMessageItem] {
        if items.isEmpty, marks.isEmpty { return [] }
        return try writing { db in
            let stored = try Cache.store(items, ownID, db)
            try Cache.advance(marks, db)
            return stored
        }
    }

    /// Moves numbers of conversations forward, in one transaction; none ever moves back.
    func advance(_ marks: [Int64: SeqMarks]) throws {
        if !marks.isEmpty { try writing { db in try Cache.advance(marks, db) } }
    }

    private static func advance(_ marks: [Int64: SeqMarks], _ db: Database) throws {
        for (chatroomID, mark) in marks {
            try advance(
                chatroomID, head: mark.head, first: mark.first, ack: mark.ack, read: mark.read,
                peerDelivered: mark.peerDelivered, peerRead: mark.peerRead,
                updated: mark.updated, db)
        }
    }

    /// Takes a head back that turned out not to exist.
    func correctHead(_ chatroomID: Int64, _ head: Int64) throws {
        try writing { db in
            try db.execute(
                sql: "UPDATE conversation SET head_seq = ?2 WHERE chatroom_id = ?1",
                arguments: [chatroomID, head])
        }
    }

    /// Those of `repeats` that are not what is held at their place.
    func contradicted(by repeats: [IMMessageItem]) throws -> [IMMessageItem] {
        if repeats.isEmpty { return [] }
        return try reading { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT message_id, content, is_edited OR is_recalled FROM message
                    WHERE chatroom_id = ? AND seq = ?
                    """)
            return try repeats.filter { item in
                let row = try Row.fetchOne(statement, arguments: [item.chatroomID, item.seq])
                guard let row, row[0] == item.messageID else { return true }
                let isActedOn: Bool = row[2]
                return !isActedOn && !item.content.isEmpty && row[1] != item.content
            }
        }
    }

    /// The message ID held at a place; nil: none.
    func messageID(_ chatroomID: Int64, seq: Int64) throws -> String? {
        try reading { db in
            try String.fetchOne(
                db.cachedStatement(
                    sql: "SELECT message_id FROM message WHERE chatroom_id = ? AND seq = ?"),
                arguments: [chatroomID, seq])
        }
    }

    /// How far was read here, and what kind of chat it is, by chat.
    func readMarks() throws -> [Int64: (read: Int64, type: Int)] {
        try reading { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT chatroom_id, read_seq, type FROM conversation"))
            return Dictionary(rows.map { ($0[0], ($0[1], $0[2])) }) { $1 }
        }
    }

    /// Takes names from the conversation list, in one transaction.
    func setNicknames(_ names: [(userID: Int64, nickname: String)]) throws {
        if names.isEmpty { return }
        try writing { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO user (user_id, nickname) VALUES (?, ?) ON CONFLICT DO UPDATE
                    SET nickname = excluded.nickname WHERE nickname <> excluded.nickname
                    """)
            for name in names {
                try statement.execute(arguments: [name.userID, name.nickname])
            }
        }
    }
}
