import GRDB

extension Cache {
    /// Lines kept of what was entered.
    public static let inputLinesMax = 500
    /// Bytes of a line that is kept of what was entered; longer ones are left out.
    static let inputLineBytesMax = 65_536

    /// What was begun in a conversation; empty: nothing.
    public func draftOf(_ chatroomID: Int64) throws -> Draft {
        try reading { db in
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT text, reply_to, edit_of FROM draft WHERE chatroom_id = ?"),
                arguments: [chatroomID])
            guard let row else { return Draft() }
            return Draft(text: row[0], replyTo: row[1], editOf: row[2])
        }
    }

    /// Keeps what was begun in a conversation; an empty draft is forgotten.
    public func setDraft(_ chatroomID: Int64, _ draft: Draft) throws {
        try writing { db in
            if draft.isEmpty {
                try db.execute(
                    sql: "DELETE FROM draft WHERE chatroom_id = ?", arguments: [chatroomID])
            } else {
                try db.execute(
                    sql: """
                        INSERT OR REPLACE INTO draft (chatroom_id, text, reply_to, edit_of)
                        VALUES (?, ?, ?, ?)
                        """,
                    arguments: [chatroomID, draft.text, draft.replyTo, draft.editOf])
            }
        }
    }

    /// The newest `limit` lines that were entered, the newest last; empty when unreadable.
    public func inputHistory(limit: Int) -> [String] {
        let lines = try? reading { db in
            try String.fetchAll(
                db.cachedStatement(sql: "SELECT text FROM input_line ORDER BY id DESC LIMIT ?"),
                arguments: [max(0, limit)])
        }
        return (lines ?? []).reversed()
    }

    /// Keeps a line that was entered; one like the last is left out, the oldest beyond
    /// `inputLinesMax` give way.
    public func addInput(_ line: String) throws {
        guard !line.isEmpty, line.utf8.count <= Cache.inputLineBytesMax else { return }
        try writing { db in
            try db.execute(
                sql: """
                    INSERT INTO input_line (text) SELECT ?1 WHERE ?1 IS NOT (
                        SELECT text FROM input_line ORDER BY id DESC LIMIT 1)
                    """, arguments: [line])
            try db.execute(
                sql: "DELETE FROM input_line WHERE id <= (SELECT max(id) FROM input_line) - ?",
                arguments: [Cache.inputLinesMax])
        }
    }
}
