import FreeIMText
import GRDB

extension Cache {
    /// Texts that the index names and that are then compared with the query, at most; only a
    /// query whose words are common and hardly ever stand together gets there.
    static let searchCandidatesMax = 5_000
    /// The newest messages that are looked through for a query without letters and symbols.
    static let searchScanMax = 5_000

    /// Messages that hold each part of `text` between spaces, newest first; all conversations
    /// when none is named.
    ///
    /// Case, accents and width do not matter. A part is found at the beginning of words, in
    /// scripts without spaces anywhere. Files are found by name; recalled messages are not.
    public func search(
        _ text: String, chatroomID: Int64? = nil, limit: Int, ownID: Int64
    ) throws -> [ChatMessage] {
        let query = SearchText.query(text)
        if query.parts.isEmpty || limit <= 0 { return [] }
        return try reading { db in
            var finding = try Finding(query, chatroomID, ownID, db)
            let found = try finding.next(limit)
            return found.sorted {
                ($0.time, $0.chatroomID, $0.seq) > ($1.time, $1.chatroomID, $1.seq)
            }
        }
    }

    /// A search that is under way.
    private struct Finding {
        let query: SearchText.Query
        let candidates: RowCursor
        let reader: MessageReader
        let content: Statement
        var left: Int

        init(
            _ query: SearchText.Query, _ chatroomID: Int64?, _ ownID: Int64, _ db: Database
        ) throws {
            self.query = query
            reader = MessageReader(db, ownID)
            content = try db.cachedStatement(
                sql: "SELECT code, content FROM message WHERE chatroom_id = ? AND seq = ?")
            let chat = chatroomID.map { "\"\(SearchIndex.chatWord($0))\" " } ?? ""
            let match = chat + query.match
            if match.isEmpty {
                left = Cache.searchScanMax
                candidates = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT chatroom_id, seq FROM search_doc ORDER BY doc_id DESC
                            """))
            } else {
                left = query.match.isEmpty ? Cache.searchScanMax : Cache.searchCandidatesMax
                candidates = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT d.chatroom_id, d.seq FROM search_index i
                            CROSS JOIN search_doc d ON d.doc_id = i.rowid
                            WHERE search_index MATCH ? ORDER BY i.rowid DESC
                            """),
                    arguments: [match])
            }
        }

        /// The next `limit` messages that hold what is looked for.
        mutating func next(_ limit: Int) throws -> [ChatMessage] {
            var found: [ChatMessage] = []
            while found.count < limit, left > 0, let place = try candidates.next() {
                left -= 1
                let chatroomID: Int64 = place[0]
                let seq: Int64 = place[1]
                let row = try Row.fetchOne(content, arguments: [chatroomID, seq])
                guard let row else { continue }
                let text = SearchIndex.text(code: row[0], content: row[1])
                guard SearchText.holds(text, query.parts) else { continue }
                found += try reader.fetch(
                    "WHERE m.chatroom_id = ? AND m.seq = ?", [chatroomID, seq])
            }
            return found
        }
    }
}
