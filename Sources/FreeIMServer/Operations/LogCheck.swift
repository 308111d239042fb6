import GRDB

/// Looks at every conversation's log in one snapshot: dense from its first seq to its head, and
/// each index row names the entry that it should.
struct LogCheck {
    /// Problems told one by one; the rest are counted.
    static let problemsMax = 20

    /// Conversations that have entries.
    private(set) var conversations: Int64 = 0
    private(set) var entries: Int64 = 0
    private(set) var problems: [String] = []
    private(set) var problemCount = 0
    /// Newest seq of each chatroom that has entries.
    private(set) var heads: [Int64: Int64] = [:]

    init(_ db: Database) throws {
        let watermark = try LogCheck.watermark(db)
        let firsts = try LogCheck.firsts(db)
        let select = try RawStatement(
            db,
            """
            SELECT s.chatroom_id, s.seq, m.id IS NOT NULL AND m.chatroom_id = s.chatroom_id
                AND m.seq = s.seq
            FROM message_seq s LEFT JOIN message m ON m.id = s.message_id
            ORDER BY s.chatroom_id, s.seq
            """)
        try select.forEach { row in
            let (chatroomID, seq) = (row.int64(0), row.int64(1))
            if row.int64(2) != 1 {
                tell("conversation \(chatroomID): the index of seq \(seq) names no such entry")
            }
            take(chatroomID, seq, firsts)
            return true
        }
        let tail = try RawStatement(
            db,
            "SELECT chatroom_id, seq FROM message WHERE id > ?1 ORDER BY chatroom_id, seq")
        tail.bind(watermark)
        try tail.forEach { row in
            let (chatroomID, seq) = (row.int64(0), row.int64(1))
            // A run of the indexer that is under way has moved the beginning of it already.
            if seq > heads[chatroomID] ?? 0 { take(chatroomID, seq, firsts) }
            return true
        }
        conversations = Int64(heads.count)
    }

    /// Every message row up to this one is indexed.
    static func watermark(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db, sql: "SELECT value FROM setting WHERE key = 'indexed_message_id'") ?? 0
    }

    private static func firsts(_ db: Database) throws -> [Int64: Int64] {
        let select = try RawStatement(db, "SELECT id, first_seq FROM chatroom")
        var firsts: [Int64: Int64] = [:]
        try select.forEach { row in
            firsts[row.int64(0)] = row.int64(1)
            return true
        }
        return firsts
    }

    private mutating func take(_ chatroomID: Int64, _ seq: Int64, _ firsts: [Int64: Int64]) {
        entries += 1
        if let before = heads[chatroomID] {
            if seq != before + 1 {
                tell("conversation \(chatroomID): seq \(seq) stands behind \(before)")
            }
        } else if let first = firsts[chatroomID] {
            if seq != first {
                tell("conversation \(chatroomID): begins with seq \(seq) instead of \(first)")
            }
        } else {
            tell("conversation \(chatroomID): has entries and does not exist")
        }
        heads[chatroomID] = max(seq, heads[chatroomID] ?? 0)
    }

    private mutating func tell(_ problem: String) {
        problemCount += 1
        if problems.count < LogCheck.problemsMax { problems.append(problem) }
    }
}
