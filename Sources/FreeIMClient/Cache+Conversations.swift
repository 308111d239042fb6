import FreeIMCore
import FreeIMProtocol
import GRDB

extension Cache {
    /// What is read of a conversation, by position; the columns of its newest line follow.
    private static let conversationColumns = """
        c.chatroom_id, c.type, c.title, c.peer_id, c.head_seq, c.first_seq, c.ack_seq,
        c.read_seq, c.peer_delivered_seq, c.peer_read_seq, c.notify_level, c.pinned,
        c.member_count, c.updated_time,
        (SELECT count(*) FROM message x INDEXED BY message_silent
            WHERE x.chatroom_id = c.chatroom_id AND x.seq > c.read_seq AND x.is_silent = 1),
        (SELECT count(DISTINCT n.seq) FROM mention n WHERE n.chatroom_id = c.chatroom_id
            AND n.user_id IN (?1, -1) AND n.seq > c.read_seq AND n.author_id <> ?1),
        EXISTS (SELECT 1 FROM draft d WHERE d.chatroom_id = c.chatroom_id)
        """
    private static let conversationColumnsCount = 17

    private static let conversationSelect = """
        SELECT \(conversationColumns), \(MessageReader.columns) FROM conversation c
        LEFT JOIN message m ON m.chatroom_id = c.chatroom_id AND m.seq = (
            SELECT seq FROM message WHERE chatroom_id = c.chatroom_id AND code < 20
            ORDER BY seq DESC LIMIT 1)
        LEFT JOIN message q ON m.reply_to <> '' AND q.message_id = m.reply_to
            AND q.chatroom_id = m.chatroom_id
        """

    /// All conversations: pinned first, then the most recently active.
    public func conversations(ownID: Int64) throws -> [CachedConversation] {
        try reading { db in
            try Cache.conversations(
                """
                WHERE c.left_time IS NULL
                ORDER BY c.pinned DESC, c.updated_time DESC, c.chatroom_id DESC
                """, [ownID], ownID, db)
        }
    }

    /// One conversation; nil: not in the cache.
    public func conversation(_ chatroomID: Int64, ownID: Int64) throws -> CachedConversation? {
        try reading { db in
            try Cache.conversations(
                "WHERE c.chatroom_id = ?2", [ownID, chatroomID], ownID, db
            ).first
        }
    }

    private static func conversations(
        _ clause: String, _ arguments: StatementArguments, _ ownID: Int64, _ db: Database
    ) throws -> [CachedConversation] {
        let reader = MessageReader(db, ownID)
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "\(conversationSelect) \(clause)"), arguments: arguments)
        var found: [CachedConversation] = []
        while let row = try rows.next() { found.append(conversation(row, reader)) }
        return found
    }

    private static func conversation(_ row: Row, _ reader: MessageReader) -> CachedConversation {
        let headSeq: Int64 = row[4]
        let readSeq: Int64 = row[7]
        let uncounted: Int64 = row[14]
        let hasNewest = !row.hasNull(atIndex: conversationColumnsCount)
        var conversation = CachedConversation(
            chatroomID: row[0], type: row[1], title: row[2], peerID: row[3], headSeq: headSeq,
            firstSeq: row[5], ackSeq: row[6], readSeq: readSeq, peerDeliveredSeq: row[8],
            peerReadSeq: row[9], notifyLevel: row[10], isPinned: row[11], memberCount: row[12],
            updatedTime: row[13], unread: max(0, headSeq - readSeq - uncounted),
            newest: hasNewest ? reader.message(row, from: conversationColumnsCount).0 : nil)
        conversation.unreadMentions = row[15]
        conversation.hasDraft = row[16]
        return conversation
    }

    /// Takes what the server's list says; cursors never move back.
    package func update(_ items: [IMConversation]) throws {
        try writing { db in
            let statement = try db.cachedStatement(
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
                        peer_delivered_seq = max(peer_delivered_seq, excluded.peer_delivered_seq),
                        peer_read_seq = max(peer_read_seq, excluded.peer_read_seq),
                        notify_level = excluded.notify_level, pinned = excluded.pinned,
                        member_count = excluded.member_count, left_time = NULL,
                        updated_time = max(updated_time, excluded.updated_time)
                    """)
            for item in items {
                try statement.execute(arguments: [
                    item.chatroomID, item.chatroomType.rawValue, item.title, item.peerID,
                    item.headSeq, item.firstSeq, item.ackSeq, item.readSeq,
                    item.peerDeliveredSeq, item.peerReadSeq, item.notifyLevel, item.pinned,
                    item.memberCount, item.updatedTime,
                ])
            }
        }
    }

    /// Notes which conversations the server no longer lists: one is a member no longer.
    package func retain(_ chatroomIDs: Set<Int64>, now: Int64) throws {
        try writing { db in
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
    package func advance(
        _ chatroomID: Int64, head: Int64 = 0, first: Int64 = 0, ack: Int64 = 0, read: Int64 = 0,
        peerDelivered: Int64 = 0, peerRead: Int64 = 0, updated: Int64 = 0
    ) throws {
        try writing { db in
            try Cache.advance(
                chatroomID, head: head, first: first, ack: ack, read: read,
                peerDelivered: peerDelivered, peerRead: peerRead, updated: updated, db)
        }
    }

    static func advance(
        _ chatroomID: Int64, head: Int64 = 0, first: Int64 = 0, ack: Int64 = 0, read: Int64 = 0,
        peerDelivered: Int64 = 0, peerRead: Int64 = 0, updated: Int64 = 0, _ db: Database
    ) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO conversation (chatroom_id) VALUES (?)")
            .execute(arguments: [chatroomID])
        try db.cachedStatement(
            sql: """
                UPDATE conversation SET head_seq = max(head_seq, ?2),
                    first_seq = max(first_seq, ?3), ack_seq = max(ack_seq, ?4),
                    read_seq = max(read_seq, ?5),
                    peer_delivered_seq = max(peer_delivered_seq, ?6),
                    peer_read_seq = max(peer_read_seq, ?7),
                    updated_time = max(updated_time, ?8)
                WHERE chatroom_id = ?1
                """
        ).execute(arguments: [
            chatroomID, head, first, ack, read, max(peerDelivered, peerRead), peerRead, updated,
        ])
    }

    /// What is held of a conversation, as the machine that decides about pulls and acks.
    package func sync(_ chatroomID: Int64) throws -> ConversationSync {
        try reading { db in
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT first_seq, ack_seq, head_seq FROM conversation
                        WHERE chatroom_id = ?
                        """),
                arguments: [chatroomID])
            var sync = ConversationSync(
                held: try Cache.ranges(chatroomID, db), first: row?["first_seq"] ?? 1,
                acknowledged: row?["ack_seq"] ?? 0)
            sync.learned(head: row?["head_seq"] ?? 0, first: row?["first_seq"] ?? 1)
            return sync
        }
    }
}
