import Foundation
import FreeIMCore
import GRDB

extension Cache {
    /// Faults that `check` lists before it stops.
    static let faultsMax = 100

    /// A number that is another one whenever some other program changed the cache.
    public func dataVersion() -> Int64 {
        // The writer's connection: what this program writes itself does not count.
        let found = try? pool.writeWithoutTransaction { db in
            try Int64.fetchOne(db, sql: "PRAGMA data_version")
        }
        return (found ?? nil) ?? 0
    }

    /// Tidies the text index, makes it anew where it does not fit the messages, and gives unused
    /// space back to the disk; drops nothing. Takes a minute for a million messages.
    ///
    /// Returns the bytes on disk before and after. Throws `ClientError.cache`; the cache is then
    /// as it was.
    public func compact() throws -> (before: Int64, after: Int64) {
        let before = size()
        let isWhole = try check().isEmpty
        try writing { db in
            if !isWhole { try SearchIndex.rebuild(db) }
            try db.execute(sql: "INSERT INTO search_index (search_index) VALUES ('optimize')")
        }
        try caught {
            try pool.vacuum()
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        }
        return (before, size())
    }

    private func size() -> Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
            return sum + ((attributes?[.size] as? Int64) ?? 0)
        }
    }

    /// Looks for damage: in the file, in the ranges against the rows, in the index against the
    /// rows. Empty: none was found. Reads all of it, so it takes seconds for a million messages.
    public func check() throws -> [String] {
        let isIndexSound = try soundIndex()
        return try reading { db in
            var faults = try String.fetchAll(db, sql: "PRAGMA quick_check(\(Cache.faultsMax))")
            faults.removeAll { $0 == "ok" }
            if !isIndexSound { faults.append("the text index is damaged; compact makes it anew") }
            for (sql, words) in Cache.checks {
                let rows = try Row.fetchCursor(db, sql: sql)
                while faults.count < Cache.faultsMax, let row = try rows.next() {
                    faults.append("chat \(row[0] as Int64): \(row[1] as Int64) \(words)")
                }
            }
            return faults
        }
    }

    /// Whether the text index fits together.
    private func soundIndex() throws -> Bool {
        try caught {
            do {
                try pool.write { db in
                    try db.execute(
                        sql: "INSERT INTO search_index (search_index) VALUES ('integrity-check')")
                }
                return true
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
                return false
            }
        }
    }

    private static let checks: [(sql: String, words: String)] = [
        (
            """
            SELECT m.chatroom_id, count(*) FROM message m WHERE NOT EXISTS (
                SELECT 1 FROM held_range r WHERE r.chatroom_id = m.chatroom_id
                AND r.low_seq <= m.seq AND r.high_seq >= m.seq)
            GROUP BY 1
            """, "messages are held but not noted as held"
        ),
        (
            """
            SELECT r.chatroom_id, r.held - coalesce(m.rows, 0) FROM (
                SELECT chatroom_id, sum(high_seq - low_seq + 1) AS held FROM held_range
                GROUP BY 1) r
            LEFT JOIN (SELECT chatroom_id, count(*) AS rows FROM message GROUP BY 1) m
                ON m.chatroom_id = r.chatroom_id
            WHERE r.held > coalesce(m.rows, 0)
            """, "messages are noted as held and are not there"
        ),
        (
            """
            SELECT a.chatroom_id, count(*) FROM held_range a JOIN held_range b
                ON b.chatroom_id = a.chatroom_id AND b.low_seq > a.low_seq
                AND b.low_seq <= a.high_seq + 1
            GROUP BY 1
            """, "ranges overlap"
        ),
        (
            """
            SELECT m.chatroom_id, count(*) FROM (
                SELECT chatroom_id, seq FROM message WHERE code < 8 AND is_recalled = 0
                EXCEPT SELECT chatroom_id, seq FROM search_doc) m GROUP BY 1
            """, "messages cannot be found by their text"
        ),
        (
            """
            SELECT d.chatroom_id, count(*) FROM (
                SELECT chatroom_id, seq FROM search_doc
                EXCEPT SELECT chatroom_id, seq FROM message WHERE code < 8 AND is_recalled = 0
                ) d GROUP BY 1
            """, "entries of the text index have no message"
        ),
    ]
}
