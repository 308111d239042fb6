import FreeIMCore
import FreeIMProtocol
import GRDB

/// Puts messages into the cache within one transaction, with all that follows from them.
///
/// What the cache holds afterwards does not depend on the order in which messages came.
struct StoreTransaction {
    /// User IDs kept of a message's mentions.
    static let mentionsMax = 500
    /// Bytes of a reaction; a longer one is no emoji and does not count.
    static let reactionBytesMax = 64

    let db: Database
    private var index = SearchIndex()

    init(_ db: Database) {
        self.db = db
    }

    /// Takes one message in; false: it was held.
    mutating func insert(_ item: IMMessageItem, ownID: Int64) throws -> Bool {
        let mentions = StoreTransaction.mentions(item)
        try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO message (chatroom_id, seq, message_id, user_id, code,
                    content, send_time, client_message_id, target_message_id, reply_to, mentions,
                    is_silent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            item.chatroomID, item.seq, item.messageID, item.userID, item.code.rawValue,
            item.content, item.messageSendTime, item.clientMessageID, item.targetMessageID,
            item.replyTo, MentionList.text(mentions),
            item.userID == ownID || item.code.rawValue >= 8,
        ])
        let isNew = db.changesCount == 1
        if item.userID == ownID, !item.clientMessageID.isEmpty {
            try db.cachedStatement(sql: "DELETE FROM outbox WHERE client_message_id = ?")
                .execute(arguments: [item.clientMessageID])
        }
        guard isNew else { return false }
        switch item.code {
        case .edit, .recall: try act(item)
        case .reaction: try react(item)
        default: try added(item, mentions)
        }
        return true
    }

    /// Writes what was gathered for the full-text index.
    mutating func finish() throws {
        try index.write(db)
    }

    private static func mentions(_ item: IMMessageItem) -> [Int64] {
        if item.mentions.isEmpty { return [] }
        var seen: Set<Int64> = []
        var mentions: [Int64] = []
        for userID in item.mentions where mentions.count < mentionsMax {
            if seen.insert(userID).inserted { mentions.append(userID) }
        }
        return mentions
    }

    /// A line that others may have acted on before it came.
    private mutating func added(_ item: IMMessageItem, _ mentions: [Int64]) throws {
        for userID in mentions where item.code.rawValue < 8 {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO mention VALUES (?, ?, ?, ?)")
                .execute(arguments: [item.chatroomID, userID, item.seq, item.userID])
        }
        if item.code.rawValue < 8 {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO author VALUES (?, ?)")
                .execute(arguments: [item.chatroomID, item.userID])
        }
        try index.add(
            item.chatroomID, seq: item.seq, code: item.code.rawValue, content: item.content,
            time: item.messageSendTime, db)
        try follow(item.messageID, in: item.chatroomID)
    }

    private mutating func act(_ item: IMMessageItem) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO pending_act VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [
                item.targetMessageID, item.chatroomID, item.seq, item.code.rawValue, item.content,
            ])
        try follow(item.targetMessageID, in: item.chatroomID)
    }

    /// Carries out what is known to be done to a message: the newest edit, or a recall.
    private mutating func follow(_ messageID: String, in chatroomID: Int64) throws {
        let act = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT code, content FROM pending_act
                    WHERE target_message_id = ? AND chatroom_id = ? AND code IN (20, 21)
                    ORDER BY code, seq DESC LIMIT 1
                    """),
            arguments: [messageID, chatroomID])
        guard let act else { return }
        let target = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT seq, code, content, send_time, is_recalled FROM message
                    WHERE message_id = ? AND chatroom_id = ? AND code < 20
                    """),
            arguments: [messageID, chatroomID])
        guard let target, target[4] == false else { return }
        let seq: Int64 = target[0]
        let isRecall = act[0] == IMMessageCode.recall.rawValue
        let content: String = isRecall ? "" : act[1]
        try index.replace(
            chatroomID, seq: seq, code: target[1], from: target[2], to: isRecall ? nil : content,
            time: target[3], db)
        try db.cachedStatement(
            sql: """
                UPDATE message SET content = ?1, is_edited = ?2, is_recalled = ?3,
                    is_silent = max(is_silent, ?3)
                WHERE chatroom_id = ?4 AND seq = ?5
                """
        ).execute(arguments: [content, !isRecall, isRecall, chatroomID, seq])
        if isRecall {
            try db.execute(
                sql: "DELETE FROM mention WHERE chatroom_id = ? AND seq = ?",
                arguments: [chatroomID, seq])
        }
    }

    private func react(_ item: IMMessageItem) throws {
        guard !item.targetMessageID.isEmpty,
            item.content.utf8.count <= StoreTransaction.reactionBytesMax
        else { return }
        try db.cachedStatement(
            sql: """
                INSERT INTO reaction VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET seq = excluded.seq, emoji = excluded.emoji
                WHERE excluded.seq > seq
                """
        ).execute(arguments: [
            item.chatroomID, item.targetMessageID, item.userID, item.seq, item.content,
        ])
    }

    /// Notes seqs as held, and that the conversation reaches that far; none ever moves back.
    func widen(_ chatroomID: Int64, _ seqs: [Int64], updated: Int64) throws {
        var added = SeqRanges()
        for seq in seqs { added.insert(seq) }
        for range in added.ranges { try widen(chatroomID, range) }
        try db.cachedStatement(
            sql: """
                INSERT INTO conversation (chatroom_id, head_seq, updated_time) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET head_seq = max(head_seq, excluded.head_seq),
                    updated_time = max(updated_time, excluded.updated_time)
                """
        ).execute(arguments: [chatroomID, added.ranges.last?.upperBound ?? 0, updated])
    }

    private func widen(_ chatroomID: Int64, _ range: ClosedRange<Int64>) throws {
        // The usual case: behind the last one.
        try db.cachedStatement(
            sql: """
                UPDATE held_range SET high_seq = ?3 WHERE chatroom_id = ?1 AND high_seq = ?2 - 1
                AND low_seq = (SELECT max(low_seq) FROM held_range WHERE chatroom_id = ?1)
                """
        ).execute(arguments: [chatroomID, range.lowerBound, range.upperBound])
        if db.changesCount == 1 { return }
        let touching = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT low_seq, high_seq FROM held_range
                    WHERE chatroom_id = ?1 AND low_seq <= ?3 + 1 AND low_seq >= (
                        SELECT coalesce(max(low_seq), 0) FROM held_range
                        WHERE chatroom_id = ?1 AND low_seq <= ?2)
                    AND high_seq >= ?2 - 1
                    """),
            arguments: [chatroomID, range.lowerBound, range.upperBound])
        var low = range.lowerBound
        var high = range.upperBound
        for row in touching {
            low = min(low, row[0])
            high = max(high, row[1])
            if row[0] == low, row[1] == high, touching.count == 1 { return }
            try db.cachedStatement(
                sql: "DELETE FROM held_range WHERE chatroom_id = ? AND low_seq = ?"
            ).execute(arguments: [chatroomID, row[0] as Int64])
        }
        try db.cachedStatement(sql: "INSERT INTO held_range VALUES (?, ?, ?)")
            .execute(arguments: [chatroomID, low, high])
    }
}

/// User IDs as the cache writes them: with commas between.
enum MentionList {
    static func text(_ userIDs: [Int64]) -> String {
        userIDs.isEmpty ? "" : userIDs.map { "\($0)" }.joined(separator: ",")
    }

    static func userIDs(_ text: String) -> [Int64] {
        text.isEmpty ? [] : text.split(separator: ",").compactMap { Int64($0) }
    }
}
