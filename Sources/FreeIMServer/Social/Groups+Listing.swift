import FreeIMProtocol
import GRDB

/// Lists of members, and finding groups; both walk an index and end at the limit.
extension Groups {
    /// A page of members, highest role first, then by ID: behind a cursor, or from an offset.
    static func members(
        _ db: Database, _ group: Seen, after cursor: MemberCursor?, offset: Int64, limit: Int64
    ) throws -> [Row] {
        guard let cursor else {
            return try Row.fetchAll(
                db.cachedStatement(
                    sql: selection("m.chatroom_id = ?") + " LIMIT ? OFFSET ?"),
                arguments: [group.chatroomID, limit, offset])
        }
        // Of the cursor's own role those behind it, then all of the lower roles.
        let same = try Row.fetchAll(
            db.cachedStatement(
                sql: selection("m.chatroom_id = ? AND m.role = ? AND m.user_id > ?") + " LIMIT ?"),
            arguments: [group.chatroomID, cursor.role, cursor.userID, limit])
        if same.count >= limit || cursor.role == 0 { return same }
        return same
            + (try Row.fetchAll(
                db.cachedStatement(
                    sql: selection("m.chatroom_id = ? AND m.role < ?") + " LIMIT ?"),
                arguments: [group.chatroomID, cursor.role, limit - Int64(same.count)]))
    }

    private static func selection(_ condition: String) -> String {
        """
        SELECT u.id, u.account, u.nickname, u.avatar, m.alias, m.role, m.muted_until,
            m.joined_time
        FROM member m INDEXED BY member_role CROSS JOIN user u ON u.id = m.user_id
        WHERE \(condition) ORDER BY m.role DESC, m.user_id
        """
    }

    /// Groups that one search finds, over all its pages.
    static let foundMax: Int64 = 1_000

    /// IDs of groups that are not private, with that ID or a name that begins so.
    static func search(
        _ db: Database, _ text: String, offset: Int64, limit: Int64
    ) throws -> [Int64] {
        if offset >= foundMax { return [] }
        return try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id FROM (
                        SELECT id, 0 AS place, '' AS name FROM chat_group WHERE id = ?1
                            AND dissolved_time IS NULL AND permissions <> 'private'
                        UNION ALL SELECT * FROM (SELECT id, 1, name FROM chat_group
                            WHERE name COLLATE NOCASE >= ?2 AND name COLLATE NOCASE < ?3
                            AND dissolved_time IS NULL AND permissions <> 'private'
                            AND id IS NOT ?1 ORDER BY name COLLATE NOCASE, id LIMIT ?4 + ?5))
                    ORDER BY place, name COLLATE NOCASE, id LIMIT ?4 OFFSET ?5
                    """),
            arguments: [Int64(text), text, text + "\u{10FFFF}", limit, offset])
    }
}

/// Where a page of members ended: `role.userID`.
struct MemberCursor: Equatable, Sendable {
    let role: Int
    let userID: Int64

    init(behind row: Row) {
        role = row["role"]
        userID = row["id"]
    }

    /// nil for the empty text; throws for what is no cursor.
    init?(_ text: String) throws {
        if text.isEmpty { return nil }
        let parts = text.split(separator: ".").map { Int64($0) }
        guard parts.count == 2, let role = parts[0], (0...2).contains(role),
            let userID = parts[1], userID > 0
        else { throw Refusal(.malformedBody, "cursor: not one that this server gave.") }
        self.role = Int(role)
        self.userID = userID
    }

    var text: String { "\(role).\(userID)" }
}
