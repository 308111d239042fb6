import FreeIMCore
import FreeIMProtocol
import GRDB

extension Cache {
    /// All conversations: pinned first, then the most recently active.
    public func conversations(ownID: Int64) throws -> [CachedConversation] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM conversation WHERE left_time IS NULL
                    ORDER BY pinned DESC, updated_time DESC, chatroom_id DESC
                    """
            ).map { try conversation($0, ownID, db) }
        }
    }

    /// One conversation; nil: not in the cache.
    public func conversation(_ chatroomID: Int64, ownID: Int64) throws -> CachedConversation? {
        try pool.read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM conversation WHERE chatroom_id = ?",
                arguments: [chatroomID]
            ).map { try conversation($0, ownID, db) }
        }
    }

    private func conversation(
        _ row: Row, _ ownID: Int64, _ db: Database
    ) throws -> CachedConversation {
        let chatroomID: Int64 = row["chatroom_id"]
        let readSeq: Int64 = row["read_seq"]
        let headSeq: Int64 = row["head_seq"]
        let uncounted = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) FROM message WHERE chatroom_id = ? AND seq > ?
                    AND (user_id = ? OR is_recalled = 1 OR code >= 8)
                    """),
            arguments: [chatroomID, readSeq, ownID])
        let newest = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT *, 0 AS peer_delivered_seq, 0 AS peer_read_seq FROM message
                    WHERE chatroom_id = ? AND code < 20 ORDER BY seq DESC LIMIT 1
                    """),
            arguments: [chatroomID])
        return CachedConversation(
            chatroomID: chatroomID, type: row["type"], title: row["title"],
            peerID: row["peer_id"], headSeq: headSeq, firstSeq: row["first_seq"],
            ackSeq: row["ack_seq"], readSeq: readSeq,
            peerDeliveredSeq: row["peer_delivered_seq"], peerReadSeq: row["peer_read_seq"],
            notifyLevel: row["notify_level"], isPinned: row["pinned"],
            memberCount: row["member_count"], updatedTime: row["updated_time"],
            unread: max(0, headSeq - readSeq - (uncounted ?? 0)),
            newest: newest.map { Cache.message($0, ownID: ownID) })
    }

    /// Takes what the server's list says; cursors never move back.
    func update(_ items: [IMConversation]) throws {
        try pool.write { db in
            for item in items {
                try db.execute(
                    sql: """
                        INSERT INTO conversation (chatroom_id, type, title, peer_id, head_seq,
                            first_seq, ack_seq, read_seq, peer_delivered_seq, peer_read_seq,
                            notify_level, pinned, member_count, updated_time)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT DO UPDATE SET type = excluded.type, title = excluded.title,
                            peer_id = excluded.peer_id,
                            head_seq = max(head_seq, excluded.head_seq),
                            first_seq = max(first_seq, excluded.first_seq),
                            ack_seq = max(ack_seq, excluded.ack_seq),
                            read_seq = max(read_seq, excluded.read_seq),
                            peer_delivered_seq =
                                max(peer_delivered_seq, excluded.peer_delivered_seq),
                            peer_read_seq = max(peer_read_seq, excluded.peer_read_seq),
                            notify_level = excluded.notify_level, pinned = excluded.pinned,
                            member_count = excluded.member_count, left_time = NULL,
                            updated_time = max(updated_time, excluded.updated_time)
                        """,
                    arguments: [
                        item.chatroomID, item.chatroomType.rawValue, item.title, item.peerID,
                        item.headSeq, item.firstSeq, item.ackSeq, item.readSeq,
                        item.peerDeliveredSeq, item.peerReadSeq, item.notifyLevel, item.pinned,
                        item.memberCount, item.updatedTime,
                    ])
            }
        }
    }

    /// Notes which conversations the server no longer lists: one is a member no longer.
    func retain(_ chatroomIDs: Set<Int64>, now: Int64) throws {
        try pool.write { db in
            let known = try Int64.fetchAll(
                db, sql: "SELECT chatroom_id FROM conversation WHERE left_time IS NULL")
            for chatroomID in known where !chatroomIDs.contains(chatroomID) {
                try db.execute(
                    sql: "UPDATE conversation SET left_time = ? WHERE chatroom_id = ?",
                    arguments: [now, chatroomID])
            }
        }
    }

    /// Moves numbers of a conversation forward; none ever moves back.
    func advance(
        _ chatroomID: Int64, head: Int64 = 0, first: Int64 = 0, ack: Int64 = 0, read: Int64 = 0,
        peerDelivered: Int64 = 0, peerRead: Int64 = 0, updated: Int64 = 0
    ) throws {
        try pool.write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO conversation (chatroom_id) VALUES (?)",
                arguments: [chatroomID])
            try db.execute(
                sql: """
                    UPDATE conversation SET head_seq = max(head_seq, ?2),
                        first_seq = max(first_seq, ?3), ack_seq = max(ack_seq, ?4),
                        read_seq = max(read_seq, ?5),
                        peer_delivered_seq = max(peer_delivered_seq, ?6),
                        peer_read_seq = max(peer_read_seq, ?7),
                        updated_time = max(updated_time, ?8)
                    WHERE chatroom_id = ?1
                    """,
                arguments: [
                    chatroomID, head, first, ack, read, max(peerDelivered, peerRead), peerRead,
                    updated,
                ])
        }
    }

    /// What is held of a conversation, as the machine that decides about pulls and acks.
    func sync(_ chatroomID: Int64) throws -> ConversationSync {
        try pool.read { db in
            let row = try Row.fetchOne(
                db,
                sql: "SELECT first_seq, ack_seq, head_seq FROM conversation WHERE chatroom_id = ?",
                arguments: [chatroomID])
            var sync = ConversationSync(
                held: try Cache.held(chatroomID, db), first: row?["first_seq"] ?? 1,
                acknowledged: row?["ack_seq"] ?? 0)
            sync.learned(head: row?["head_seq"] ?? 0, first: row?["first_seq"] ?? 1)
            return sync
        }
    }

    private static func held(_ chatroomID: Int64, _ db: Database) throws -> SeqRanges {
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT low_seq, high_seq FROM held_range WHERE chatroom_id = ? ORDER BY low_seq",
            arguments: [chatroomID])
        return SeqRanges(rows.map { ($0[0] as Int64)...($0[1] as Int64) })
    }
}
