import Foundation
import FreeIMCore
import FreeIMProtocol
import GRDB

extension Cache {
    /// Stores messages and the seqs they fill, in one transaction; repeats change nothing.
    ///
    /// Returns those that were new, ascending by seq.
    @discardableResult
    func store(_ items: [IMMessageItem], ownID: Int64) throws -> [IMMessageItem] {
        if items.isEmpty { return [] }
        return try pool.write { db in
            var stored: [IMMessageItem] = []
            for item in items where item.seq > 0 {
                if try insert(item, db) { stored.append(item) }
                if item.userID == ownID, !item.clientMessageID.isEmpty {
                    try db.execute(
                        sql: "DELETE FROM outbox WHERE client_message_id = ?",
                        arguments: [item.clientMessageID])
                }
            }
            for (chatroomID, group) in Dictionary(grouping: items, by: \.chatroomID) {
                try widen(chatroomID, group.map(\.seq).filter { $0 > 0 }, db)
            }
            return stored.sorted { $0.seq < $1.seq }
        }
    }

    private func insert(_ item: IMMessageItem, _ db: Database) throws -> Bool {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO message (chatroom_id, seq, message_id, user_id, code,
                    content, send_time, client_message_id, target_message_id, reply_to)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                item.chatroomID, item.seq, item.messageID, item.userID, item.code.rawValue,
                item.content, item.messageSendTime, item.clientMessageID, item.targetMessageID,
                item.replyTo,
            ])
        guard db.changesCount == 1 else { return false }
        if item.code == .edit || item.code == .recall {
            try db.execute(
                sql: "INSERT OR IGNORE INTO pending_act VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    item.targetMessageID, item.chatroomID, item.seq, item.code.rawValue,
                    item.content,
                ])
            try act(on: item.targetMessageID, db)
        } else {
            try act(on: item.messageID, db)
        }
        return true
    }

    /// Carries out the edits and recalls of a message that is held, the newest last.
    private func act(on messageID: String, _ db: Database) throws {
        let held = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM message WHERE message_id = ?"),
            arguments: [messageID])
        guard held != nil else { return }
        let acts = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT code, content FROM pending_act WHERE target_message_id = ?
                    ORDER BY seq
                    """),
            arguments: [messageID])
        for act in acts {
            let isRecall = act["code"] == IMMessageCode.recall.rawValue
            try db.execute(
                sql: isRecall
                    ? "UPDATE message SET content = '', is_recalled = 1 WHERE message_id = ?2"
                    : """
                    UPDATE message SET content = ?1, is_edited = 1
                    WHERE message_id = ?2 AND is_recalled = 0
                    """,
                arguments: [act["content"] as String, messageID])
        }
    }

    private func widen(_ chatroomID: Int64, _ seqs: [Int64], _ db: Database) throws {
        var held = try ranges(chatroomID, db)
        let before = held
        for seq in seqs { held.insert(seq) }
        if held == before { return }
        try db.execute(
            sql: "DELETE FROM held_range WHERE chatroom_id = ?", arguments: [chatroomID])
        for range in held.ranges {
            try db.execute(
                sql: "INSERT INTO held_range VALUES (?, ?, ?)",
                arguments: [chatroomID, range.lowerBound, range.upperBound])
        }
        try db.execute(
            sql: """
                INSERT INTO conversation (chatroom_id, head_seq) VALUES (?1, ?2)
                ON CONFLICT DO UPDATE SET head_seq = max(head_seq, excluded.head_seq)
                """, arguments: [chatroomID, held.ranges.last?.upperBound ?? 0])
    }

    private func ranges(_ chatroomID: Int64, _ db: Database) throws -> SeqRanges {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT low_seq, high_seq FROM held_range WHERE chatroom_id = ?
                    ORDER BY low_seq
                    """),
            arguments: [chatroomID])
        return SeqRanges(rows.map { ($0[0] as Int64)...($0[1] as Int64) })
    }

    /// The seqs held of a conversation.
    public func ranges(_ chatroomID: Int64) throws -> SeqRanges {
        try pool.read { db in try ranges(chatroomID, db) }
    }

    /// The newest `limit` messages before `beforeSeq` (nil: the newest of all), ascending.
    public func messages(
        _ chatroomID: Int64, beforeSeq: Int64? = nil, limit: Int, ownID: Int64
    ) throws -> [ChatMessage] {
        try pool.read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT m.*, c.peer_delivered_seq, c.peer_read_seq FROM message m
                        LEFT JOIN conversation c ON c.chatroom_id = m.chatroom_id
                        WHERE m.chatroom_id = ? AND m.seq < ? ORDER BY m.seq DESC LIMIT ?
                        """),
                arguments: [chatroomID, beforeSeq ?? Int64.max, limit])
            return rows.reversed().map { Cache.message($0, ownID: ownID) }
        }
    }

    static func message(_ row: Row, ownID: Int64) -> ChatMessage {
        var message = ChatMessage(
            chatroomID: row["chatroom_id"], seq: row["seq"], messageID: row["message_id"],
            userID: row["user_id"], code: row["code"], content: row["content"],
            time: row["send_time"], clientMessageID: row["client_message_id"],
            targetMessageID: row["target_message_id"], replyTo: row["reply_to"])
        message.isEdited = row["is_edited"]
        message.isRecalled = row["is_recalled"]
        if message.userID == ownID {
            let read: Int64 = row["peer_read_seq"] ?? 0
            let delivered: Int64 = row["peer_delivered_seq"] ?? 0
            message.state =
                message.seq <= read ? .read : message.seq <= delivered ? .delivered : .sent
        }
        return message
    }

    /// Messages whose text holds `text`, newest first; all conversations when none is named.
    public func search(
        _ text: String, chatroomID: Int64? = nil, limit: Int, ownID: Int64
    ) throws -> [ChatMessage] {
        let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
            .replacingOccurrences(of: "%", with: "\\%")
            .replacingOccurrences(of: "_", with: "\\_")
        return try pool.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT m.*, 0 AS peer_delivered_seq, 0 AS peer_read_seq FROM message m
                    WHERE m.code < 8 AND m.content LIKE ?1 ESCAPE '\\'
                    AND (?2 IS NULL OR m.chatroom_id = ?2)
                    ORDER BY m.message_id DESC LIMIT ?3
                    """, arguments: ["%\(escaped)%", chatroomID, limit])
            return rows.map { Cache.message($0, ownID: ownID) }
        }
    }
}

extension Cache {
    /// The stored message with that ClientMessageId of one's own; nil: none.
    func stored(clientMessageID: String, ownID: Int64) throws -> ChatMessage? {
        try pool.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT *, 0 AS peer_delivered_seq, 0 AS peer_read_seq FROM message
                    WHERE client_message_id = ? AND user_id = ?
                    """, arguments: [clientMessageID, ownID]
            ).map { Cache.message($0, ownID: ownID) }
        }
    }
}

extension Cache {
    /// Seqs whose message is held twice: the same ClientMessageId of the same sender at two
    /// places, or a row outside the ranges. Empty: none.
    public func doubled(_ chatroomID: Int64) throws -> [Int64] {
        try pool.read { db in
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT max(seq) FROM message
                    WHERE chatroom_id = ?1 AND client_message_id <> ''
                    GROUP BY user_id, client_message_id HAVING count(*) > 1
                    UNION SELECT seq FROM message m WHERE chatroom_id = ?1 AND NOT EXISTS (
                        SELECT 1 FROM held_range r WHERE r.chatroom_id = ?1
                        AND m.seq BETWEEN r.low_seq AND r.high_seq)
                    ORDER BY 1
                    """, arguments: [chatroomID])
        }
    }
}
