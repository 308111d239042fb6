import FreeIMProtocol
import FreeIMText
import GRDB

/// What one transaction changes in `index.sqlite`.
///
/// FTS5 writes a segment of its own whenever a row number is smaller than the one before, so the
/// changes of the words are gathered and written ascending, at the end.
struct IndexBatch {
    private struct Document {
        let chatroomID: Int64
        let seq: Int64
        let stamp: Int64
        /// What the index holds before the transaction; nil: nothing.
        let old: String?
        /// What it shall hold; nil: nothing.
        var new: String?
    }

    let db: Database
    /// Whether words are kept.
    let searches: Bool
    /// By message row.
    private var documents: [Int64: Document] = [:]

    init(db: Database, searches: Bool) {
        self.db = db
        self.searches = searches
    }

    /// The word that restricts a search to a conversation; no text can hold it.
    static func chatWord(_ chatroomID: Int64) -> String { "\u{e000}\(chatroomID)" }

    private static func words(_ chatroomID: Int64, _ text: String) -> String {
        chatWord(chatroomID) + " " + SearchText.words(text)
    }

    /// What search looks at of a message: its text, or the name of its file.
    static func text(code: IMMessageCode, content: String) -> String {
        switch code {
        case .image, .video, .voice, .file:
            JSONValue(parsing: Array(content.utf8))?["name"].text ?? ""
        case .custom, .text, .location, .command, .friendAdded, .groupCreated, .memberJoined,
            .memberUpdated, .memberLeft, .recall, .edit, .reaction, .UNRECOGNIZED:
            content
        }
    }

    /// Follows one entry of the log.
    mutating func take(_ entry: LogFollower.Entry) throws {
        let item = entry.item
        guard let stamp = MessageID(item.messageID)?.stamp else { return }
        switch item.code {
        case .recall: try recall(item)
        case .edit: try edit(item, row: entry.row)
        case .custom, .text, .image, .location, .video, .voice, .file, .command:
            if item.content.isEmpty { return }
            try use(item.content, entry.row, item.chatroomID, Int64(stamp))
            let text = IndexBatch.text(code: item.code, content: item.content)
            if !searches || text.isEmpty { return }
            // An entry is new: how far the log was read is written with what was made of it.
            documents[entry.row] = Document(
                chatroomID: item.chatroomID, seq: item.seq, stamp: Int64(stamp), old: nil,
                new: text)
        case .friendAdded, .groupCreated, .memberJoined, .memberUpdated, .memberLeft, .reaction,
            .UNRECOGNIZED:
            break
        }
    }

    private mutating func recall(_ item: IMMessageItem) throws {
        guard let stamp = MessageID(item.targetMessageID).map({ Int64($0.stamp) }) else { return }
        try db.cachedStatement(sql: "DELETE FROM media_use WHERE chatroom_id = ? AND stamp = ?")
            .execute(arguments: [item.chatroomID, stamp])
        try replace(item.chatroomID, stamp, with: nil)
    }

    private mutating func edit(_ item: IMMessageItem, row: Int64) throws {
        // A recall empties the edits too.
        guard !item.content.isEmpty,
            let stamp = MessageID(item.targetMessageID).map({ Int64($0.stamp) })
        else { return }
        try use(item.content, row, item.chatroomID, stamp)
        let text = item.content
        try replace(item.chatroomID, stamp, with: text)
    }

    private mutating func replace(
        _ chatroomID: Int64, _ stamp: Int64, with text: String?
    ) throws {
        var row = documents.first { $0.value.chatroomID == chatroomID && $0.value.stamp == stamp }?
            .key
        if row == nil {
            row = try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT message_row FROM search_doc WHERE chatroom_id = ? AND stamp = ?
                        """),
                arguments: [chatroomID, stamp])
        }
        guard let row, var document = try document(row: row) else { return }
        document.new = text
        documents[row] = document
    }

    private func document(row: Int64) throws -> Document? {
        if let known = documents[row] { return known }
        let found = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM search_doc WHERE message_row = ?"),
            arguments: [row])
        return found.map { found in
            Document(
                chatroomID: found["chatroom_id"], seq: found["seq"], stamp: found["stamp"],
                old: found["text"], new: found["text"])
        }
    }

    /// Notes the stored files that a content names.
    private func use(
        _ content: String, _ row: Int64, _ chatroomID: Int64, _ stamp: Int64
    ) throws {
        for name in IndexBatch.mediaNames(content) {
            try db.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO media_use (name, message_row, chatroom_id, stamp)
                    VALUES (?, ?, ?, ?)
                    """
            ).execute(arguments: [name, row, chatroomID, stamp])
        }
    }

    /// Whether `media/` stands in a text, with a backslash before the slash or without; most texts
    /// end here.
    private static func mayNameMedia(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.count >= MediaName.path.utf8.count else { return false }
            for index in 4..<bytes.count where bytes[index] == UInt8(ascii: "a") {
                if bytes[index - 1] == UInt8(ascii: "i"), bytes[index - 2] == UInt8(ascii: "d"),
                    bytes[index - 3] == UInt8(ascii: "e"), bytes[index - 4] == UInt8(ascii: "m")
                {
                    return true
                }
            }
            return false
        }
    }

    /// The names of stored files (`HASH.EXTENSION`) in a text, wherever they stand.
    static func mediaNames(_ text: String) -> [String] {
        if !mayNameMedia(text) { return [] }
        // JSON may write a slash with a backslash before it.
        let plain = text.replacing("\\/", with: "/")
        let parts = plain.split(separator: "/media/", omittingEmptySubsequences: false).dropFirst()
        return parts.compactMap { part in
            let name = part.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") }
            return MediaName(String(name))?.text
        }
    }

    /// Takes out what is older than a stamp in a conversation; true: there may be more.
    mutating func prune(_ chatroomID: Int64, before stamp: Int64, most: Int) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM media_use WHERE chatroom_id = ? AND stamp < ?",
            arguments: [chatroomID, stamp])
        let rows = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT message_row FROM search_doc WHERE chatroom_id = ? AND stamp < ?
                    ORDER BY stamp LIMIT ?
                    """),
            arguments: [chatroomID, stamp, most])
        for row in rows {
            var document = try document(row: row)
            document?.new = nil
            documents[row] = document
        }
        try write()
        return rows.count == most
    }

    /// Writes what was gathered.
    mutating func write() throws {
        let delete = try db.cachedStatement(
            sql: "INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', ?, ?)")
        let insert = try db.cachedStatement(
            sql: "INSERT INTO search_index (rowid, words) VALUES (?, ?)")
        for (row, document) in documents.sorted(by: { $0.key < $1.key })
        where document.old != document.new {
            if let old = document.old {
                try delete.execute(arguments: [row, IndexBatch.words(document.chatroomID, old)])
            }
            guard let new = document.new else {
                try db.cachedStatement(sql: "DELETE FROM search_doc WHERE message_row = ?")
                    .execute(arguments: [row])
                continue
            }
            try insert.execute(arguments: [row, IndexBatch.words(document.chatroomID, new)])
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO search_doc (message_row, chatroom_id, seq, stamp, text)
                    VALUES (?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [row, document.chatroomID, document.seq, document.stamp, new])
        }
        documents.removeAll(keepingCapacity: true)
    }
}
