import FreeIMProtocol
import GRDB
import NIOCore

extension Store {
    /// The caller's conversations and the oldest seq of each that may be read; of one alone when
    /// it is named. Throws `not_member`.
    func readable(
        by userID: Int64, chatroomID: Int64?
    ) async throws -> [Int64: Int64] {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT m.chatroom_id, \(Membership.firstSeq) FROM member m
                    JOIN chatroom c ON c.id = m.chatroom_id
                    WHERE m.user_id = ?1 AND (?2 IS NULL OR m.chatroom_id = ?2)
                        AND \(Membership.isAlive)
                    """, arguments: [userID, chatroomID])
            if rows.isEmpty, chatroomID != nil { throw Refusal.notMember }
            return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { one, _ in one })
        }
    }

    /// What was found, as it stands in the log, with its newest text; recalled and removed
    /// messages are left out.
    func messages(_ found: [MessageIndex.Found]) async throws -> [IMMessageItem] {
        try await read { db in
            try found.compactMap { found in
                let recalled = try Int64.fetchOne(
                    db.cachedStatement(
                        sql: "SELECT 1 FROM recalled_message WHERE chatroom_id = ? AND seq = ?"),
                    arguments: [found.chatroomID, found.seq])
                let reader = LogReader(db: db, chatroomID: found.chatroomID, entries: [])
                guard recalled == nil, let body = try reader.body(row: found.row) else {
                    return nil
                }
                var item = try BodyCoding.decode(
                    IMMessageItem.self, from: ByteBuffer(bytes: body), version: .protobuf)
                guard item.chatroomID == found.chatroomID, item.seq == found.seq else {
                    return nil
                }
                if item.code == .text { item.content = found.text }
                return item
            }
        }
    }
}
