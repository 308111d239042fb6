import FreeIMProtocol
import GRDB

extension RouteTable {
    static let friends: [Route] = [
        Route(
            .post, "/user/add.friend", "Asks for friendship; mutual requests are friendship.",
            [.needs("friend_id", .integer), .takes("remark", .text(textMax))],
            answers: .object(["chatroom_id": .nullable(.integer)])
        ) { call in
            let chat = try await call.store.write { context in
                try Friends.add(
                    context, userID: call.userID, friendID: call.integer("friend_id"),
                    remark: call.text("remark"))
            }
            return ["chatroom_id": chat.map { .int($0) } ?? .null]
        },
        Route(
            .post, "/user/friend.apply.list", "Friend requests to the caller.",
            RouteField.paging, answers: .page(of: applyShape)
        ) { call in
            let (offset, limit) = call.paging
            return try await call.store.read { db in
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT a.id, a.from_user_id, a.remark, a.status, a.created_time,
                            u.account, u.nickname, u.avatar, u.gender
                        FROM friend_apply a JOIN user u ON u.id = a.from_user_id
                        WHERE a.to_user_id = ? ORDER BY a.id DESC LIMIT ? OFFSET ?
                        """, arguments: [call.userID, limit, offset])
                return list(rows.map(apply))
            }
        },
        Route(
            .post, "/user/friend.apply.action", "Accepts (1) or rejects (2) a friend request.",
            [.needs("id", .integer), .needs("action", .number(1...2))],
            answers: .object(["chatroom_id": .nullable(.integer)])
        ) { call in
            let chat = try await call.store.write { context in
                try Friends.answer(
                    context, userID: call.userID, applyID: call.integer("id"),
                    accepts: call.integer("action") == 1)
            }
            return ["chatroom_id": chat.map { .int($0) } ?? .null]
        },
        Route(
            .post, "/user/friend.list", "The caller's friends: all, or a page.",
            RouteField.paging, answers: .page(of: friendShape, total: true)
        ) { call in
            let isPaged = call.has("page") || call.has("perpage")
            let (offset, limit) = isPaged ? call.paging : (0, Int64(Friends.listMax))
            return try await call.store.read { db in
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT u.id, u.account, u.nickname, u.avatar, u.gender, u.signature,
                            f.remark, s.chatroom_id
                        FROM friendship f JOIN user u ON u.id = f.friend_id
                        LEFT JOIN single_chat s ON s.user_low = min(f.user_id, f.friend_id)
                            AND s.user_high = max(f.user_id, f.friend_id)
                        WHERE f.user_id = ? ORDER BY u.nickname, u.id LIMIT ? OFFSET ?
                        """, arguments: [call.userID, limit, offset])
                let total = try Int64.fetchOne(
                    db, sql: "SELECT count(*) FROM friendship WHERE user_id = ?",
                    arguments: [call.userID])
                return list(rows.map(friend), total: total)
            }
        },
        simple("/user/del.friend", "Ends a friendship; the history stays.") { context, call in
            try Friends.remove(
                context, userID: call.userID, friendID: call.integer("friend_id"))
        },
        Route(
            .post, "/user/friend.remark", "Names a friend for oneself.",
            [.needs("friend_id", .integer), .takes("remark", .line(nameMax))]
        ) { call in
            try await call.store.write { context in
                try Friends.remark(
                    context, userID: call.userID, friendID: call.integer("friend_id"),
                    remark: call.text("remark"))
            }
            return .null
        },
        simple("/user/block", "Blocks a user: no messages, no requests.") { context, call in
            try Friends.block(
                context, userID: call.userID, friendID: call.integer("friend_id"),
                isBlocked: true)
        },
        simple("/user/unblock", "Takes a block back.") { context, call in
            try Friends.block(
                context, userID: call.userID, friendID: call.integer("friend_id"),
                isBlocked: false)
        },
        Route(
            .post, "/user/block.list", "Whom the caller has blocked.", RouteField.paging,
            answers: .page(
                of: .object([
                    "member_id": .integer, "account": .text, "nickname": .text, "avatar": .text,
                    "created_time": .integer,
                ]), total: true)
        ) { call in
            let (offset, limit) = call.paging
            return try await call.store.read { db in
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT u.id, u.account, u.nickname, u.avatar, b.created_time
                        FROM user_block b JOIN user u ON u.id = b.blocked_id
                        WHERE b.user_id = ? ORDER BY b.blocked_id LIMIT ? OFFSET ?
                        """, arguments: [call.userID, limit, offset])
                let total = try Int64.fetchOne(
                    db, sql: "SELECT count(*) FROM user_block WHERE user_id = ?",
                    arguments: [call.userID])
                return list(rows.map(blocked), total: total)
            }
        },
    ]

    /// A route that takes `friend_id` and answers nothing.
    private static func simple(
        _ path: String, _ summary: String,
        _ work: @escaping @Sendable (WriteContext, RouteCall) throws -> Void
    ) -> Route {
        Route(.post, path, .user, summary, [.needs("friend_id", .integer)]) { call in
            try await call.store.write { context in try work(context, call) }
            return .null
        }
    }

    private static let applyShape = Shape.named(
        "FriendRequest",
        .object([
            "id": .integer, "member_id": .integer, "account": .text, "nickname": .text,
            "avatar": .text, "gender": .integer, "remark": .text, "status": .integer,
            "created_time": .integer,
        ]))

    private static let friendShape = Shape.named(
        "Friend",
        .object([
            "member_id": .integer, "account": .text, "nickname": .text, "avatar": .text,
            "gender": .integer, "remark": .text, "signature": .text,
            "chatroom_id": .nullable(.integer),
        ]))

    private static func blocked(_ row: Row) -> JSONValue {
        [
            "member_id": .int(row["id"]), "account": .string(row["account"]),
            "nickname": .string(row["nickname"]), "avatar": .string(row["avatar"]),
            "created_time": .int(row["created_time"]),
        ]
    }

    private static func apply(_ row: Row) -> JSONValue {
        [
            "id": .int(row["id"]), "member_id": .int(row["from_user_id"]),
            "account": .string(row["account"]), "nickname": .string(row["nickname"]),
            "avatar": .string(row["avatar"]), "gender": .int(row["gender"]),
            "remark": .string(row["remark"]), "status": .int(row["status"]),
            "created_time": .int(row["created_time"]),
        ]
    }

    private static func friend(_ row: Row) -> JSONValue {
        let chat: Int64? = row["chatroom_id"]
        return [
            "member_id": .int(row["id"]), "account": .string(row["account"]),
            "nickname": .string(row["nickname"]), "avatar": .string(row["avatar"]),
            "gender": .int(row["gender"]), "remark": .string(row["remark"]),
            "signature": .string(row["signature"]),
            "chatroom_id": chat.map { .int($0) } ?? .null,
        ]
    }
}
