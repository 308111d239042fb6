import FreeIMProtocol
import GRDB

/// Removes messages whose time is over, oldest first, in small jobs.
///
/// A message is as old as its MessageId says. The log is walked in its order from where the last
/// walk ended, so what is kept is not looked at again; an entry goes together with all that the
/// indexes hold of it, and in the same transaction its conversation's FirstSeq moves behind it.
/// Only what the on-disk indexes hold may go: the tail is indexed first.
struct Retention: Sendable {
    /// Entries removed in one job.
    static let entriesPerJob = 250
    /// Rows of the log looked at in one read.
    static let rowsPerRead = 2_000
    /// Jobs in one sweep that wait for the tail to be indexed; the next sweep goes on.
    static let indexingJobsMax = 1_000

    /// What a sweep did.
    struct Swept: Sendable {
        /// Entries that went.
        var count = 0
        /// Conversations whose FirstSeq moved.
        var chatroomIDs: Set<Int64> = []
    }

    /// What one read found behind the place where the walk stands.
    private struct Part: Sendable {
        var entries: [TailRow] = []
        /// The row up to which all was looked at.
        var last: Int64
        /// An entry whose time is over and that is not indexed yet.
        var unindexed: Int64?
    }

    let store: Store
    /// Days that messages of single chats are kept; 0: for ever.
    let daysSingle: Int
    /// Days that messages of groups are kept; 0: for ever.
    let daysGroup: Int

    /// Removes what is too old at `now` (ms since the epoch). `pause` is called between two jobs.
    @discardableResult
    func sweep(now: Int64, pause: @Sendable () async -> Void = {}) async throws -> Swept {
        var swept = Swept()
        for (type, days) in [(IMChatroomType.single, daysSingle), (.group, daysGroup)] {
            let oldest = now - Int64(days) * 86_400_000
            if days == 0 || oldest <= 0 { continue }
            try await sweep(type, below: oldest << 12, &swept, pause)
        }
        return swept
    }

    /// For each type of chatroom the stamp below which, after a sweep at `now`, everything is gone.
    func gone(now: Int64) -> [IMChatroomType: Int64] {
        var gone: [IMChatroomType: Int64] = [:]
        for (type, days) in [(IMChatroomType.single, daysSingle), (.group, daysGroup)] {
            gone[type] = days == 0 ? 0 : max(0, now - Int64(days) * 86_400_000) << 12
        }
        return gone
    }

    private func sweep(
        _ type: IMChatroomType, below limit: Int64, _ swept: inout Swept,
        _ pause: @Sendable () async -> Void
    ) async throws {
        let key = "retention_row_\(type.rawValue)"
        var waited = 0
        while !Task.isCancelled {
            let place = try await store.read { db in try Retention.number(db, key) }
            let part = try await store.read { db in
                try Retention.read(db, type, behind: place, below: limit)
            }
            if part.last > place {
                try await store.write { context in
                    try context.remove(part.entries)
                    try context.db.execute(
                        sql: "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)",
                        arguments: [key, part.last])
                }
                swept.count += part.entries.count
                swept.chatroomIDs.formUnion(part.entries.lazy.map(\.chatroomID))
            } else if part.unindexed != nil, waited < Retention.indexingJobsMax {
                waited += 1
                try await store.write { context in context.hastenIndexing() }
            } else {
                break
            }
            await pause()
        }
    }

    private static func number(_ db: Database, _ key: String) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT value FROM setting WHERE key = ?", arguments: [key])
            ?? 0
    }

    private static func read(
        _ db: Database, _ type: IMChatroomType, behind place: Int64, below limit: Int64
    ) throws -> Part {
        let indexed = try number(db, "indexed_message_id")
        var part = Part(last: place)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT m.id, m.chatroom_id, m.seq, m.stamp, m.user_id, m.key_hash, c.type
                FROM message m JOIN chatroom c ON c.id = m.chatroom_id
                WHERE m.id > ? ORDER BY m.id LIMIT ?
                """, arguments: [place, rowsPerRead])
        while let row = try rows.next(), part.entries.count < entriesPerJob {
            let entry = TailRow(
                row: row[0], chatroomID: row[1], seq: row[2], stamp: row[3], userID: row[4],
                keyHash: row[5])
            // Stamps rise with the rows, so the first that is young enough ends the walk.
            if entry.stamp >= limit { break }
            if entry.row > indexed {
                part.unindexed = entry.row
                break
            }
            part.last = entry.row
            if row[6] == type.rawValue { part.entries.append(entry) }
        }
        return part
    }
}

extension WriteContext {
    /// Removes entries, each the oldest left of its conversation when its turn comes.
    fileprivate func remove(_ entries: [TailRow]) throws {
        if entries.isEmpty { return }
        var firstSeqs: [Int64: Int64] = [:]
        let row = try db.cachedStatement(sql: "DELETE FROM message WHERE id = ?")
        let seq = try db.cachedStatement(
            sql: "DELETE FROM message_seq WHERE chatroom_id = ? AND seq = ?")
        let stamp = try db.cachedStatement(
            sql: "DELETE FROM message_stamp WHERE chatroom_id = ? AND stamp = ?")
        let key = try db.cachedStatement(
            sql: "DELETE FROM message_key WHERE user_id = ? AND key_hash = ? AND message_id = ?")
        for entry in entries {
            try row.execute(arguments: [entry.row])
            try seq.execute(arguments: [entry.chatroomID, entry.seq])
            try stamp.execute(arguments: [entry.chatroomID, entry.stamp])
            if entry.keyHash != 0 {
                try key.execute(arguments: [entry.userID, entry.keyHash, entry.row])
            }
            firstSeqs[entry.chatroomID] = max(firstSeqs[entry.chatroomID] ?? 0, entry.seq + 1)
        }
        for (chatroomID, first) in firstSeqs {
            for sql in [
                "DELETE FROM recalled_message WHERE chatroom_id = ?1 AND seq < ?2",
                "DELETE FROM message_edit WHERE chatroom_id = ?1 AND target_seq < ?2",
                "UPDATE chatroom SET first_seq = max(first_seq, ?2) WHERE id = ?1",
            ] {
                try db.cachedStatement(sql: sql).execute(arguments: [chatroomID, first])
            }
        }
        try keepNewestStamp()
    }
}
