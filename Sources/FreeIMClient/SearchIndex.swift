import Foundation
import FreeIMProtocol
import FreeIMText
import GRDB

/// What one transaction changes in the full-text index.
///
/// FTS5 writes a segment of its own whenever a row number is smaller than the one before, so the
/// changes are gathered and written ascending, at the end.
struct SearchIndex {
    /// What the index holds of a document before the transaction, and what it shall hold.
    private struct Change {
        var old: String?
        var new: String?
    }

    /// Documents that a millisecond has room for before later ones take the place.
    private static let docsPerMillisecond: Int64 = 8
    /// Milliseconds since the epoch that a document's number can stand for: until the year 2109.
    private static let timeMax: Int64 = 1 << 42

    private var changes: [Int64: Change] = [:]

    /// What search looks at of a message: its text, or the name of its file.
    static func text(code: Int, content: String) -> String {
        FileContent.codes.contains(code) ? FileContent(content).name : content
    }

    /// The word that restricts a search to a chatroom; no text can hold it.
    static func chatWord(_ chatroomID: Int64) -> String {
        "\u{e000}\(chatroomID < 0 ? "n" : "")\(chatroomID.magnitude)"
    }

    private static func words(_ chatroomID: Int64, _ code: Int, _ content: String) -> String {
        chatWord(chatroomID) + " " + SearchText.words(text(code: code, content: content))
    }

    private static func base(_ time: Int64) -> Int64 {
        min(max(time, 0), timeMax) * docsPerMillisecond
    }

    /// Takes a message in.
    mutating func add(
        _ chatroomID: Int64, seq: Int64, code: Int, content: String, time: Int64, _ db: Database
    ) throws {
        guard code < 8 else { return }
        let docID = try SearchIndex.takeDocument(chatroomID, seq, time, db)
        changes[docID] = Change(new: SearchIndex.words(chatroomID, code, content))
    }

    /// Follows an edit, or with `to` nil a recall.
    mutating func replace(
        _ chatroomID: Int64, seq: Int64, code: Int, from: String, to: String?, time: Int64,
        _ db: Database
    ) throws {
        guard code < 8 else { return }
        let found = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT doc_id FROM search_doc
                    WHERE doc_id >= ? AND chatroom_id = ? AND seq = ? ORDER BY doc_id LIMIT 1
                    """),
            arguments: [SearchIndex.base(time), chatroomID, seq])
        guard let docID = found else { return }
        var change =
            changes[docID] ?? Change(old: SearchIndex.words(chatroomID, code, from), new: nil)
        change.new = to.map { SearchIndex.words(chatroomID, code, $0) }
        changes[docID] = change
        if to == nil {
            try db.cachedStatement(sql: "DELETE FROM search_doc WHERE doc_id = ?")
                .execute(arguments: [docID])
        }
    }

    /// Writes what was gathered.
    mutating func write(_ db: Database) throws {
        let delete = try db.cachedStatement(
            sql: """
                INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', ?, ?)
                """)
        let insert = try db.cachedStatement(
            sql: "INSERT INTO search_index (rowid, words) VALUES (?, ?)")
        for (docID, change) in changes.sorted(by: { $0.key < $1.key })
        where change.old != change.new {
            if let old = change.old { try delete.execute(arguments: [docID, old]) }
            if let new = change.new { try insert.execute(arguments: [docID, new]) }
        }
        changes.removeAll(keepingCapacity: true)
    }

    /// A number at or soon after the message's time that no other document has.
    private static func takeDocument(
        _ chatroomID: Int64, _ seq: Int64, _ time: Int64, _ db: Database
    ) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO search_doc VALUES (?, ?, ?)")
        var docID = base(time)
        for _ in 0..<docsPerMillisecond {
            try statement.execute(arguments: [docID, chatroomID, seq])
            if db.changesCount == 1 { return docID }
            docID += 1
        }
        // A burst: behind the last of the run that begins here.
        let window = 1_000 * docsPerMillisecond
        while true {
            let last = try Int64.fetchOne(
                db.cachedStatement(
                    sql: "SELECT max(doc_id) FROM search_doc WHERE doc_id BETWEEN ? AND ?"),
                arguments: [docID, docID + window])
            docID = last.map { $0 + 1 } ?? docID
            try statement.execute(arguments: [docID, chatroomID, seq])
            if db.changesCount == 1 { return docID }
        }
    }

    /// Makes the whole index anew from the messages, in the transaction that is open.
    static func rebuild(_ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO search_index (search_index) VALUES ('delete-all');
                DELETE FROM search_doc;
                """)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT chatroom_id, seq, code, content, send_time FROM message
                WHERE code < 8 AND is_recalled = 0 ORDER BY send_time
                """)
        var index = SearchIndex()
        while let row = try rows.next() {
            try index.add(
                row[0], seq: row[1], code: row[2], content: row[3], time: row[4], db)
            if index.changes.count >= 1_000 { try index.write(db) }
        }
        try index.write(db)
        try db.execute(
            sql: "INSERT OR REPLACE INTO meta VALUES ('search_version', ?)",
            arguments: ["\(SearchText.version)"])
    }
}
