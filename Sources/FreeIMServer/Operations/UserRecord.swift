import FreeIMProtocol
import GRDB

/// An account as operators see it.
enum UserRecord {
    /// The end of a ban for good: the last day that times are written with four digits.
    static let forGood: Int64 = 253_402_300_799_000

    /// The account that a call names by `member_id` or `account`, deleted ones aside.
    /// Throws `not_found`, `malformed_body`.
    static func find(_ db: Database, _ call: RouteCall) throws -> (id: Int64, account: String) {
        let row: Row?
        if call.has("member_id") {
            row = try Row.fetchOne(
                db, sql: "SELECT id, account FROM user WHERE id = ? AND deleted_time IS NULL",
                arguments: [call.integer("member_id")])
        } else if call.has("account") {
            row = try Row.fetchOne(
                db,
                sql: "SELECT id, account FROM user WHERE account = ? AND deleted_time IS NULL",
                arguments: [Accounts.folded(call.text("account"))])
        } else {
            throw Refusal(.malformedBody, "Give account or member_id.")
        }
        guard let row else { throw Refusal(.notFound, "There is no such account.") }
        return (row["id"], row["account"])
    }

    /// Accounts that hold `search` in account, nickname or phone, or whose ID it is.
    static func list(
        _ db: Database, search: String, offset: Int64, limit: Int64
    ) throws -> (rows: [Row], total: Int64) {
        let pattern =
            "%"
            + search.replacing("\\", with: "\\\\").replacing("%", with: "\\%")
            .replacing("_", with: "\\_") + "%"
        let condition = """
            FROM user WHERE ?1 = '' OR id = ?2 OR account LIKE ?3 ESCAPE '\\'
                OR nickname LIKE ?3 ESCAPE '\\' OR phone LIKE ?3 ESCAPE '\\'
            """
        let arguments: StatementArguments = [search, Int64(search) ?? -1, pattern]
        let total =
            try Int64.fetchOne(db, sql: "SELECT count(*) \(condition)", arguments: arguments) ?? 0
        let rows = try Row.fetchAll(
            db, sql: "SELECT * \(condition) ORDER BY id LIMIT ?4 OFFSET ?5",
            arguments: arguments + [limit, offset])
        return (rows, total)
    }

    static let shape = Shape.named(
        "AdminUser",
        .object([
            "member_id": .integer, "account": .text, "nickname": .text, "phone": .text,
            "is_bot": .flag, "has_password": .flag, "created_time": .integer,
            "last_seen_time": .integer, "deleted_time": .integer, "banned_until": .integer,
            "ban_reason": .text, "devices_online": .integer,
        ]))

    static func json(_ row: Row, _ directory: DeviceDirectory) -> [String: JSONValue] {
        [
            "member_id": .int(row["id"]), "account": .string(row["account"]),
            "nickname": .string(row["nickname"]), "phone": .string(row["phone"] ?? ""),
            "is_bot": .bool(row["is_bot"]),
            "has_password": .bool((row["password_hash"] as String?) != nil),
            "created_time": .int(row["created_time"]),
            "last_seen_time": .int(row["last_seen_time"]),
            "deleted_time": .int(row["deleted_time"] ?? 0),
            "banned_until": .int(row["banned_until"]),
            "ban_reason": .string(row["ban_reason"]),
            "devices_online": .int(Int64(directory.devices(row["id"]).count)),
        ]
    }

    /// What an account holds beside its row.
    static let holdings = Shape.object([
        "tokens": .integer, "friends": .integer, "groups": .integer, "moments": .integer,
        "media_files": .integer, "media_bytes": .integer,
    ])

    static func holdings(_ db: Database, userID: Int64, now: Int64) throws -> JSONValue {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT
                    (SELECT count(*) FROM access_token
                        WHERE user_id = ?1 AND expires_time > ?2) AS tokens,
                    (SELECT count(*) FROM friendship WHERE user_id = ?1) AS friends,
                    (SELECT count(*) FROM member m JOIN chatroom c ON c.id = m.chatroom_id
                        WHERE m.user_id = ?1 AND c.type = 2) AS groups,
                    (SELECT count(*) FROM moment WHERE user_id = ?1) AS moments,
                    (SELECT count(*) FROM media_owner WHERE user_id = ?1) AS media_files,
                    (SELECT coalesce(sum(f.size), 0) FROM media_owner o
                        JOIN media f ON f.name = o.name WHERE o.user_id = ?1) AS media_bytes
                """, arguments: [userID, now])
        var fields: [String: JSONValue] = [:]
        for name in ["tokens", "friends", "groups", "moments", "media_files", "media_bytes"] {
            fields[name] = .int(row?[name] ?? 0)
        }
        return .object(fields)
    }
}
