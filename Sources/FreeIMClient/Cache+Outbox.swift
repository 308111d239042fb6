import FreeIMProtocol
import GRDB

/// A send on disk.
public struct OutboxItem: Sendable, Equatable {
    public let clientMessageID: String
    public let chatroomID: Int64
    public let code: Int
    public let content: String
    public let replyTo: String
    public let targetMessageID: String
    /// Milliseconds since the epoch.
    public let createdTime: Int64
    /// Why the server refused it for good; nil: it waits.
    public let failure: String?
    /// User IDs mentioned; −1 means everyone.
    public var mentions: [Int64] = []
}

extension Cache {
    /// Puts a send on disk, behind all others.
    package func enqueue(_ item: OutboxItem) throws {
        try writing { db in
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO outbox (client_message_id, position, chatroom_id, code,
                        content, reply_to, target_message_id, created_time, mentions)
                    VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM outbox),
                        ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                    """,
                arguments: [
                    item.clientMessageID, item.chatroomID, item.code, item.content,
                    item.replyTo, item.targetMessageID, item.createdTime,
                    MentionList.text(item.mentions),
                ])
        }
    }

    /// The sends on disk in the order they were written; of one conversation, or of all.
    public func outbox(_ chatroomID: Int64? = nil) throws -> [OutboxItem] {
        try reading { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM outbox WHERE ?1 IS NULL OR chatroom_id = ?1 ORDER BY position",
                arguments: [chatroomID]
            ).map(Cache.outboxItem)
        }
    }

    func outboxItem(_ clientMessageID: String) throws -> OutboxItem? {
        try reading { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM outbox WHERE client_message_id = ?",
                arguments: [clientMessageID]
            ).map(Cache.outboxItem)
        }
    }

    /// Notes that a send was refused for good (or, with nil, is to be tried again).
    func setFailure(_ clientMessageID: String, _ failure: String?) throws {
        try writing { db in
            try db.execute(
                sql: "UPDATE outbox SET failure = ? WHERE client_message_id = ?",
                arguments: [failure, clientMessageID])
        }
    }

    /// Takes a send out unsent.
    public func discard(_ clientMessageID: String) throws {
        try writing { db in
            try db.execute(
                sql: "DELETE FROM outbox WHERE client_message_id = ?",
                arguments: [clientMessageID])
        }
    }

    private static func outboxItem(_ row: Row) -> OutboxItem {
        OutboxItem(
            clientMessageID: row["client_message_id"], chatroomID: row["chatroom_id"],
            code: row["code"], content: row["content"], replyTo: row["reply_to"],
            targetMessageID: row["target_message_id"], createdTime: row["created_time"],
            failure: row["failure"], mentions: MentionList.userIDs(row["mentions"]))
    }
}
