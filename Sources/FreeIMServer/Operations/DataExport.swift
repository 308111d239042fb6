import Foundation
import FreeIMProtocol
import GRDB
import NIOCore

/// Prints what belongs to one user, or one conversation's log, as JSON lines; also while a server
/// runs on the folder. Reads pages of the log, so no long snapshot keeps the server's
/// write-ahead log.
final class DataExport {
    /// Log entries read at a time.
    static let pageEntries: Int64 = 1_000

    private let queue: DatabaseQueue
    private let write: ([UInt8]) throws -> Void

    init(directory: String, write: @escaping ([UInt8]) throws -> Void) throws {
        let path = "\(directory)/\(StoreOpening.fileName)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError("there is no database in \(directory); name another with --data")
        }
        let version = try StoreOpening.version(path)
        guard version == StoreOpening.newestVersion else {
            throw StoreError(
                "the database has schema version \(version), this program has "
                    + "\(StoreOpening.newestVersion); use its own version, or migrate it")
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(Double(StoreOpening.busyMs) / 1_000)
        queue = try DatabaseQueue(path: path, configuration: configuration)
        self.write = write
    }

    /// The log of a conversation, from its first entry to its head.
    func chatroom(_ chatroomID: Int64) throws {
        let type = try queue.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT type FROM chatroom WHERE id = ?", arguments: [chatroomID])
        }
        guard type != nil else { throw StoreError("there is no conversation \(chatroomID)") }
        var seq: Int64 = 0
        while true {
            let items = try queue.read { try page($0, chatroomID, after: seq) }
            for item in items { try say("message", RouteTable.message(item)) }
            guard let last = items.last else { return }
            seq = last.seq
        }
    }

    /// The next entries of a log: what is indexed, then what is not yet.
    private func page(
        _ db: Database, _ chatroomID: Int64, after seq: Int64
    ) throws -> [IMMessageItem] {
        let indexed = try Row.fetchAll(
            db,
            sql: """
                SELECT m.body FROM message_seq s JOIN message m ON m.id = s.message_id
                WHERE s.chatroom_id = ? AND s.seq > ? ORDER BY s.seq LIMIT ?
                """, arguments: [chatroomID, seq, Self.pageEntries])
        if !indexed.isEmpty { return try indexed.map(DataExport.item) }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT body FROM message WHERE id > ? AND chatroom_id = ? AND seq > ?
                ORDER BY seq LIMIT ?
                """,
            arguments: [try LogCheck.watermark(db), chatroomID, seq, Self.pageEntries]
        ).map(DataExport.item)
    }

    /// Profile, friends, own messages and moments of an account.
    func user(account: String) throws {
        let row = try queue.read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM user WHERE account = ? AND deleted_time IS NULL",
                arguments: [Accounts.folded(account)])
        }
        guard let row else { throw StoreError("there is no account '\(account)'") }
        let userID: Int64 = row["id"]
        var profile: [String: JSONValue] = [:]
        for column in row.columnNames where column != "password_hash" {
            profile[column] = DataExport.json(row[column])
        }
        try say("profile", .object(profile))
        for (kind, sql) in DataExport.lists {
            let rows = try queue.read { try Row.fetchAll($0, sql: sql, arguments: [userID]) }
            for row in rows {
                var fields: [String: JSONValue] = [:]
                for column in row.columnNames { fields[column] = DataExport.json(row[column]) }
                try say(kind, .object(fields))
            }
        }
        try messages(of: userID)
    }

    /// What one user has, beside messages.
    private static let lists: KeyValuePairs<String, String> = [
        "device": """
        SELECT device_id, device_type, client_type, first_auth_time, last_seen_time
        FROM device WHERE user_id = ?
        """,
        "friend": """
        SELECT f.friend_id, u.account, f.remark, f.created_time
        FROM friendship f JOIN user u ON u.id = f.friend_id WHERE f.user_id = ?
        """,
        "block": "SELECT blocked_id, created_time FROM user_block WHERE user_id = ?",
        "conversation": """
        SELECT m.chatroom_id, c.type, g.name, m.joined_time, m.alias, m.read_seq
        FROM member m JOIN chatroom c ON c.id = m.chatroom_id
        LEFT JOIN chat_group g ON g.chatroom_id = m.chatroom_id WHERE m.user_id = ?
        """,
        "outside_identity": """
        SELECT provider, subject, created_time FROM outside_identity WHERE user_id = ?
        """,
        "media": "SELECT name, created_time FROM media_owner WHERE user_id = ?",
        "moment": "SELECT * FROM moment WHERE user_id = ? ORDER BY id",
        "moment_comment": "SELECT * FROM moment_comment WHERE user_id = ? ORDER BY id",
        "moment_like": "SELECT moment_id, created_time FROM moment_like WHERE user_id = ?",
    ]

    private func messages(of userID: Int64) throws {
        var rows = try queue.read { db in
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT message_id FROM message_key WHERE user_id = ?1
                    UNION
                    SELECT id FROM message WHERE id > ?2 AND user_id = ?1 AND key_hash <> 0
                    ORDER BY 1
                    """, arguments: [userID, try LogCheck.watermark(db)])
        }[...]
        while !rows.isEmpty {
            let part = rows.prefix(Int(Self.pageEntries))
            rows = rows.dropFirst(part.count)
            let items = try queue.read { db in
                let select = try db.cachedStatement(sql: "SELECT body FROM message WHERE id = ?")
                return try part.compactMap { row in
                    try Row.fetchOne(select, arguments: [row]).map(DataExport.item)
                }
            }
            for item in items { try say("message", RouteTable.message(item)) }
        }
    }

    private func say(_ kind: String, _ value: JSONValue) throws {
        guard case .object(var fields) = value else { return }
        fields["kind"] = .string(kind)
        try write(try JSONValue.object(fields).bytes() + [UInt8(ascii: "\n")])
    }

    private static func item(_ row: Row) throws -> IMMessageItem {
        let body = try row.withUnsafeData(atIndex: 0) { $0.map { Array($0) } ?? [] }
        return try BodyCoding.decode(
            IMMessageItem.self, from: ByteBuffer(bytes: body), version: .protobuf)
    }

    private static func json(_ value: DatabaseValue) -> JSONValue {
        switch value.storage {
        case .null: .null
        case .int64(let number): .int(number)
        case .double(let number): .double(number)
        case .string(let text): .string(text)
        case .blob(let data): .string(data.hex)
        }
    }
}
