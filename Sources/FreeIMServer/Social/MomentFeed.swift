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

    /// The number of items asked for, within bounds.
    static func limit(_ call: RouteCall) -> Int {
        let asked = call.has("limit") ? call.integer("limit") : Int64(pageDefault)
        return Int(min(max(asked, 1), Int64(pageMax)))
    }

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
        AND (m.user_id = ?1 OR (m.review_state = 0 AND \(isUnblocked("m.user_id"))
            AND (m.visibility = 0
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
                hasMore ? shown.last.map { PlaceCursor("m", $0).text } ?? "" : ""),
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

    /// A moment as the reader sees it; nil: there is none.
    func moment(_ id: Int64) throws -> JSONValue? {
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
            "place": JSONValue(parsing: Array((row["place"] as String).utf8)) ?? .null,
            "visibility": .string(
                Moments.Visibility(rawValue: row["visibility"])?.name ?? "users"),
            "review": .string(Moments.Review(rawValue: row["review_state"])?.name ?? "waiting"),
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
        try comments(id, before: Int64.max, limit: MomentFeed.shownMax).reversed().map(\.value)
    }

    /// Comments before that one, newest first, those of the blocked left out.
    private func comments(
        _ id: Int64, before: Int64, limit: Int
    ) throws -> [(id: Int64, value: JSONValue)] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT c.id, c.user_id, a.nickname, a.avatar, c.text, c.reply_to,
                        c.created_time
                    FROM moment_comment c JOIN user a ON a.id = c.user_id
                    WHERE c.moment_id = ?2 AND c.id < ?3
                        AND \(MomentFeed.isUnblocked("c.user_id"))
                    ORDER BY c.id DESC LIMIT ?4
                    """), arguments: [userID, id, before, limit]
        ).map { row in
            (
                row["id"],
                [
                    "id": .int(row["id"]), "user_id": .int(row["user_id"]),
                    "nickname": .string(row["nickname"]), "avatar": .string(row["avatar"]),
                    "text": .string(row["text"]), "reply_to": .int(row["reply_to"]),
                    "time": .int(row["created_time"]),
                ]
            )
        }
    }

    /// A page of a moment's comments, newest first. Throws `not_found`.
    func comments(of id: Int64, cursor: String, limit: Int) throws -> JSONValue {
        let before = try PlaceCursor("c", cursor)?.place ?? Int64.max
        try Moments.checkSeen(db, id, userID)
        let found = try comments(id, before: before, limit: limit + 1)
        return RouteTable.list(
            found.prefix(limit).map(\.value),
            nextCursor: found.count > limit ? PlaceCursor("c", found[limit - 1].id).text : "")
    }

    /// A page of those who like a moment, by their IDs. Throws `not_found`.
    func likes(of id: Int64, cursor: String, limit: Int) throws -> JSONValue {
        let after = try PlaceCursor("l", cursor)?.place ?? 0
        try Moments.checkSeen(db, id, userID)
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT l.user_id, a.nickname, a.avatar, l.created_time
                    FROM moment_like l JOIN user a ON a.id = l.user_id
                    WHERE l.moment_id = ?2 AND l.user_id > ?3
                        AND \(MomentFeed.isUnblocked("l.user_id"))
                    ORDER BY l.user_id LIMIT ?4
                    """), arguments: [userID, id, after, limit + 1])
        let page = rows.prefix(limit).map { row -> JSONValue in
            [
                "user_id": .int(row["user_id"]), "nickname": .string(row["nickname"]),
                "avatar": .string(row["avatar"]), "time": .int(row["created_time"]),
            ]
        }
        let next = rows.count > limit ? PlaceCursor("l", rows[limit - 1]["user_id"]).text : ""
        return RouteTable.list(page, nextCursor: next)
    }

    /// A page of moments in a state of review, newest first, as their authors see them.
    static func page(
        _ db: Database, in state: Moments.Review, cursor: String, limit: Int
    ) throws -> JSONValue {
        let before = try PlaceCursor("m", cursor)?.place ?? Int64.max
        // Said once more, so that the index of those not shown is found to fit.
        let part = state == .shown ? "" : "AND review_state <> 0"
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT id, user_id FROM moment WHERE review_state = ? AND id < ? \(part)
                ORDER BY id DESC LIMIT ?
                """, arguments: [state.rawValue, before, limit + 1])
        let page = try rows.prefix(limit).compactMap { row in
            try MomentFeed(db: db, userID: row["user_id"]).moment(row["id"])
        }
        let next = rows.count > limit ? PlaceCursor("m", rows[limit - 1]["id"]).text : ""
        return RouteTable.list(page, nextCursor: next)
    }
}

/// Where a page ended: a letter that says of what, and a number.
struct PlaceCursor: Equatable, Sendable {
    private let letter: Character
    let place: Int64

    init(_ letter: Character, _ place: Int64) {
        self.letter = letter
        self.place = place
    }

    /// nil for the empty text; throws for what is no cursor of that kind.
    init?(_ letter: Character, _ text: String) throws {
        if text.isEmpty { return nil }
        guard text.first == letter, let place = Int64(text.dropFirst()), place > 0 else {
            throw Refusal(.malformedBody, "cursor: not one that this server gave.")
        }
        self.init(letter, place)
    }

    var text: String { "\(letter)\(place)" }
}
