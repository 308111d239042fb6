import FreeIMCore
import FreeIMProtocol
import GRDB

extension Cache {
    /// Stores messages, the seqs they fill and the conversations' heads, in one transaction;
    /// repeats change nothing.
    ///
    /// Returns those that were new, ascending by seq.
    @discardableResult
    package func store(_ items: [IMMessageItem], ownID: Int64) throws -> [IMMessageItem] {
        if items.isEmpty { return [] }
        return try writing { db in try Cache.store(items, ownID, db) }
    }

    /// Stores a page, with what the server says of the conversation's ends, in one transaction.
    @discardableResult
    package func store(_ page: IMSyncPage, ownID: Int64) throws -> [IMMessageItem] {
        try writing { db in
            try Cache.advance(
                page.chatroomID, head: page.headSeq, first: page.firstSeq, db)
            return try Cache.store(page.messages, ownID, db)
        }
    }

    static func store(
        _ items: [IMMessageItem], _ ownID: Int64, _ db: Database
    ) throws -> [IMMessageItem] {
        var transaction = StoreTransaction(db)
        var stored: [IMMessageItem] = []
        // What is no seq is a server's mistake.
        let items = items.filter { $0.seq > 0 && $0.seq <= ConversationSync.seqMax }
        for item in items {
            if try transaction.insert(item, ownID: ownID) { stored.append(item) }
        }
        for (chatroomID, group) in Dictionary(grouping: items, by: \.chatroomID) {
            let updated = group.lazy.map(\.messageSendTime).max() ?? 0
            try transaction.widen(
                chatroomID, group.map(\.seq), updated: updated)
        }
        try transaction.finish()
        return stored.sorted { $0.seq < $1.seq }
    }

    static func ranges(_ chatroomID: Int64, _ db: Database) throws -> SeqRanges {
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
        try reading { db in try Cache.ranges(chatroomID, db) }
    }

    // MARK: Pages

    /// A part of a conversation, ascending: what was written and what the server noted.
    ///
    /// Edits, recalls and reactions are applied and are no lines of their own.
    public func page(
        _ chatroomID: Int64, _ place: PagePlace, limit: Int, ownID: Int64
    ) throws -> [ChatMessage] {
        if limit <= 0 { return [] }
        return try reading { db in
            let reader = MessageReader(db, ownID)
            switch place {
            case .newest: return try reader.before(chatroomID, Int64.max, limit)
            case .before(let seq): return try reader.before(chatroomID, seq, limit)
            case .after(let seq): return try reader.after(chatroomID, seq, limit)
            case .around(let seq):
                return try reader.before(chatroomID, seq, limit / 2)
                    + reader.after(chatroomID, seq - 1, limit - limit / 2)
            }
        }
    }

    /// The newest `limit` messages before `beforeSeq` (nil: the newest of all), ascending.
    public func messages(
        _ chatroomID: Int64, beforeSeq: Int64? = nil, limit: Int, ownID: Int64
    ) throws -> [ChatMessage] {
        let place = beforeSeq.map { PagePlace.before($0) } ?? .newest
        return try page(chatroomID, place, limit: limit, ownID: ownID)
    }

    /// One message; nil: it is not held.
    public func message(
        _ chatroomID: Int64, seq: Int64, ownID: Int64
    ) throws -> ChatMessage? {
        try reading { db in
            try MessageReader(db, ownID).fetch(
                "WHERE m.chatroom_id = ? AND m.seq = ?", [chatroomID, seq]
            ).first
        }
    }

    /// One message by its MessageId; nil: it is not held.
    public func message(id: String, ownID: Int64) throws -> ChatMessage? {
        try reading { db in
            try MessageReader(db, ownID).fetch("WHERE m.message_id = ?", [id]).first
        }
    }

    /// The stored message with that ClientMessageId of one's own; nil: none.
    func stored(clientMessageID: String, ownID: Int64) throws -> ChatMessage? {
        try reading { db in
            try MessageReader(db, ownID).fetch(
                "WHERE m.client_message_id = ? AND m.client_message_id <> '' AND m.user_id = ?",
                [clientMessageID, ownID]
            ).first
        }
    }

    /// The files that were sent in a conversation, newest first; recalled ones are left out.
    public func files(
        _ chatroomID: Int64, limit: Int, ownID: Int64
    ) throws -> [ChatMessage] {
        try reading { db in
            try MessageReader(db, ownID).fetch(
                """
                WHERE m.chatroom_id = ? AND m.code IN (2, 4, 5, 6) AND m.is_recalled = 0
                ORDER BY m.seq DESC LIMIT ?
                """, [chatroomID, max(0, limit)])
        }
    }

    // MARK: Pins

    /// The messages pinned on this device that are held, newest first.
    public func pins(_ chatroomID: Int64, ownID: Int64) throws -> [ChatMessage] {
        try reading { db in
            try MessageReader(db, ownID).fetch(
                """
                WHERE m.chatroom_id = ?1
                AND m.seq IN (SELECT seq FROM pin WHERE chatroom_id = ?1)
                ORDER BY m.seq DESC
                """, [chatroomID])
        }
    }

    /// Pins a message on this device, or takes the pin away.
    public func setPin(_ chatroomID: Int64, seq: Int64, _ isPinned: Bool) throws {
        try writing { db in
            try db.execute(
                sql: isPinned
                    ? "INSERT OR IGNORE INTO pin VALUES (?, ?)"
                    : "DELETE FROM pin WHERE chatroom_id = ? AND seq = ?",
                arguments: [chatroomID, seq])
        }
    }

    /// Seqs whose message is held twice: the same ClientMessageId of the same sender at two
    /// places, or a row outside the ranges. Empty: none.
    public func doubled(_ chatroomID: Int64) throws -> [Int64] {
        try reading { db in
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
