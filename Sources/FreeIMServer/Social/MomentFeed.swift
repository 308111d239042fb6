import FreeIMProtocol
import GRDB

/// Reads moments as one user sees them, in one snapshot. User ?1 of every statement is the reader.
struct MomentFeed {
    /// Moments in one page.
    static let pageMax = 100
    /// Moments in one page when the request names no limit.
    static let pageDefault = 20
    /// Names of who likes a moment, and newest comments, that come with it.
    static let shownMax = 10

    /// SQL: neither of the reader and the user in that column has blocked the other.
    static func isUnblocked(_ column: String) -> String {
        """
        NOT EXISTS (SELECT 1 FROM user_block b
            WHERE (b.user_id = ?1 AND b.blocked_id = \(column))
                OR (b.user_id = \(column) AND b.blocked_id = ?1))
        """
    }

    /// SQL: the reader may see moment `m`.
    static let isVisible = """
        EXISTS (SELECT 1 FROM user u WHERE u.id = m.user_id AND u.deleted_time IS NULL)
        AND (m.user_id = ?1 OR (\(isUnblocked("m.user_id")) AND (m.visibility = 0
            OR (m.visibility = 1 AND EXISTS (SELECT 1 FROM friendship f
                WHERE f.user_id = m.user_id AND f.friend_id = ?1))
            OR (m.visibility = 2 AND EXISTS (SELECT 1 FROM moment_viewer v
                WHERE v.user_id = ?1 AND v.moment_id = m.id)))))
        """

    let db: Database
    let userID: Int64

    /// A page of the moments before that one, newest first: of one member, or (0) of everybody.
    func page(memberID: Int64, before: Int64, limit: Int) throws -> JSONValue {
        let ids =
            memberID == 0
            ? try Int64.fetchAll(
                db.cachedStatement(sql: MomentFeed.everybody),
                arguments: [userID, before, limit + 1])
            : try Int64.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT m.id FROM moment m WHERE m.user_id = ?4 AND m.id < ?2
                        AND \(MomentFeed.isVisible) ORDER BY m.id DESC LIMIT ?3
                        """), arguments: [userID, before, limit + 1, memberID])
        let shown = ids.prefix(limit)
        let hasMore = ids.count > shown.count
        return [
            "list": .array(try shown.compactMap(moment)),
            "next_cursor": .string(
                hasMore ? shown.last.map { MomentCursor(before: $0).text } ?? "" : ""),
        ]
    }

    /// Each branch walks an index and ends at the limit, that of the friends for each friend (the
    /// CROSS JOIN keeps friends outermost); together they are all that one may see.
    private static let everybody = """
        SELECT id FROM (
            SELECT * FROM (SELECT m.id FROM moment m
                WHERE m.visibility = 0 AND m.id < ?2 AND \(isVisible)
                ORDER BY m.id DESC LIMIT ?3)
            UNION ALL SELECT * FROM (SELECT m.id FROM moment m
                WHERE m.user_id = ?1 AND m.visibility <> 0 AND m.id < ?2
                ORDER BY m.id DESC LIMIT ?3)
            UNION ALL SELECT * FROM (SELECT m.id FROM friendship g
                CROSS JOIN moment m ON m.id IN (SELECT n.id FROM moment n
                    WHERE n.user_id = g.friend_id AND n.visibility = 1 AND n.id < ?2
                    ORDER BY n.id DESC LIMIT ?3)
                WHERE g.user_id = ?1 AND \(isVisible) ORDER BY m.id DESC LIMIT ?3)
            UNION ALL SELECT * FROM (SELECT m.id FROM moment_viewer w
                JOIN moment m ON m.id = w.moment_id
                WHERE w.user_id = ?1 AND w.moment_id < ?2 AND m.user_id <> ?1 AND \(isVisible)
                ORDER BY w.moment_id DESC LIMIT ?3)
        ) ORDER BY id DESC LIMIT ?3
        """

    private func moment(_ id: Int64) throws -> JSONValue? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT m.*, a.account, a.nickname, a.avatar,
                        (SELECT count(*) FROM moment_like l WHERE l.moment_id = m.id
                            AND \(MomentFeed.isUnblocked("l.user_id"))) AS like_count,
                        EXISTS (SELECT 1 FROM moment_like l WHERE l.moment_id = m.id
                            AND l.user_id = ?1) AS is_liked,
                        (SELECT count(*) FROM moment_comment c WHERE c.moment_id = m.id
                            AND \(MomentFeed.isUnblocked("c.user_id"))) AS comment_count
                    FROM moment m JOIN user a ON a.id = m.user_id WHERE m.id = ?2
                    """), arguments: [userID, id])
        guard let row else { return nil }
        let images: String = row["images"]
        return [
            "id": .int(id), "user_id": .int(row["user_id"]), "account": .string(row["account"]),
            "nickname": .string(row["nickname"]), "avatar": .string(row["avatar"]),
            "text": .string(row["text"]),
            "images": JSONValue(parsing: Array(images.utf8)) ?? [],
            "video": .string(row["video"]), "cover": .string(row["cover"]),
            "visibility": .string(
                Moments.Visibility(rawValue: row["visibility"])?.name ?? "users"),
            "like_count": .int(row["like_count"]), "is_liked": .bool(row["is_liked"]),
            "likes": .array(try likes(id)), "comments": .array(try comments(id)),
            "comment_count": .int(row["comment_count"]), "time": .int(row["created_time"]),
        ]
    }

    private func likes(_ id: Int64) throws -> [JSONValue] {
        try String.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT a.nickname FROM moment_like l JOIN user a ON a.id = l.user_id
                    WHERE l.moment_id = ?2 AND \(MomentFeed.isUnblocked("l.user_id"))
                    ORDER BY l.created_time, l.user_id LIMIT ?3
                    """), arguments: [userID, id, MomentFeed.shownMax]
        ).map { .string($0) }
    }

    private func comments(_ id: Int64) throws -> [JSONValue] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT c.id, c.user_id, a.nickname, c.text, c.reply_to, c.created_time
                    FROM moment_comment c JOIN user a ON a.id = c.user_id
                    WHERE c.moment_id = ?2 AND \(MomentFeed.isUnblocked("c.user_id"))
                    ORDER BY c.id DESC LIMIT ?3
                    """), arguments: [userID, id, MomentFeed.shownMax]
        ).reversed().map { row in
            [
                "id": .int(row["id"]), "user_id": .int(row["user_id"]),
                "nickname": .string(row["nickname"]), "text": .string(row["text"]),
                "reply_to": .int(row["reply_to"]), "time": .int(row["created_time"]),
            ]
        }
    }
}

/// Where a page of moments ended: `m` and the ID of its last one.
struct MomentCursor: Equatable {
    /// Moments with smaller IDs follow.
    let before: Int64

    init(before: Int64) {
        self.before = before
    }

    /// The beginning for the empty text; throws for what is no cursor.
    init(_ text: String) throws {
        if text.isEmpty {
            self.init(before: Int64.max)
            return
        }
        guard text.hasPrefix("m"), let before = Int64(text.dropFirst()), before > 0 else {
            throw Refusal(.malformedBody, "cursor: not one that this server gave.")
        }
        self.init(before: before)
    }

    var text: String { "m\(before)" }
}
