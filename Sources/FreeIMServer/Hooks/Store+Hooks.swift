import FreeIMProtocol
import GRDB
import NIOCore

extension Store {
    /// The entries in those rows of the log that are still there, in that order.
    func items(_ db: Database, rows: [Int64]) throws -> [IMMessageItem] {
        let statement = try db.cachedStatement(sql: "SELECT body FROM message WHERE id = ?")
        return try rows.compactMap { row in
            let body = try [UInt8].fetch(statement, row)
            return body.flatMap {
                try? BodyCoding.decode(
                    IMMessageItem.self, from: ByteBuffer(bytes: $0), version: .protobuf)
            }
        }
    }

    /// Whether a message was recalled.
    func isRecalled(_ db: Database, _ item: IMMessageItem) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM recalled_message WHERE chatroom_id = ? AND seq = ?"),
            arguments: [item.chatroomID, item.seq]) != nil
    }

    /// How far a user has read, what is not written yet included.
    func readSeq(userID: Int64, chatroomID: Int64, written: Int64) -> Int64 {
        max(
            written,
            pendingCursors.receipt(
                PendingCursors.UserKey(userID: userID, chatroomID: chatroomID)
            ).readSeq)
    }
}

extension [UInt8] {
    fileprivate static func fetch(_ statement: Statement, _ row: Int64) throws -> [UInt8]? {
        try Row.fetchOne(statement, arguments: [row]).flatMap { found in
            try found.withUnsafeData(atIndex: 0) { $0.map { Array($0) } }
        }
    }
}
