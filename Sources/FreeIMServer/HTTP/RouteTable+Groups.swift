import FreeIMProtocol
import GRDB

extension RouteTable {
    static let groups: [Route] = [
        Route(
            .post, "/chatroom/create.group", "Makes a group with its first members.",
            [
                .needs("name", .line(nameMax)), .takes("avatar", .line(textMax)),
                .takes("desc", .text(textMax)), .takes("member_list", .integers),
                .takes("permissions", .word(Groups.permissions)),
                .takes("history_open", .flag),
            ], answers: groupShape
        ) { call in
            var draft = Groups.Draft(name: call.text("name").trimmingWhitespace())
            if draft.name.isEmpty {
                throw Refusal(.malformedBody, "name: must not be empty.")
            }
            draft.avatar = call.text("avatar")
            draft.description = call.text("desc")
            if call.has("permissions") { draft.permissions = call.text("permissions") }
            draft.isHistoryOpen = call.flag("history_open")
            draft.members = call.integers("member_list")
            let wanted = draft
            return try await call.store.write { context in
                let made = try Groups.create(context, ownerID: call.userID, wanted)
                return try group(context.db, made.groupID, call.userID)
            }
        },
        Route(
            .post, "/chatroom/add.group", "Joins a public group; asks to join a protected one.",
            [.needs("group_id", .integer), .takes("remark", .text(textMax))],
            answers: .object(["joined": .flag])
        ) { call in
            let isJoined = try await call.store.write { context in
                try Groups.join(
                    context, groupID: call.integer("group_id"), userID: call.userID,
                    remark: call.text("remark"))
            }
            return ["joined": .bool(isJoined)]
        },
        Route(
            .post, "/chatroom/out.group", "Leaves a group.", [.needs("group_id", .integer)]
        ) { call in
            try await call.store.write { context in
                try Groups.leave(
                    context, groupID: call.integer("group_id"), userID: call.userID)
            }
            return .null
        },
        Route(
            .get, "/chatroom/my.group.list", "The caller's groups.",
            RouteField.paging, answers: .page(of: groupShape, total: true)
        ) { call in
            let (offset, limit) = call.paging
            return try await call.store.read { db in
                let ids = try Int64.fetchAll(
                    db,
                    sql: """
                        SELECT g.id FROM member m JOIN chat_group g
                            ON g.chatroom_id = m.chatroom_id
                        WHERE m.user_id = ? AND g.dissolved_time IS NULL ORDER BY g.id
                        """, arguments: [call.userID])
                let page = ids.dropFirst(Int(offset)).prefix(Int(limit))
                return list(
                    try page.map { try group(db, $0, call.userID) }, total: Int64(ids.count))
            }
        },
        Route(
            .post, "/chatroom/group.info", "A group of the caller.",
            [.needs("group_id", .integer)], answers: groupShape
        ) { call in
            try await call.store.read { db in
                _ = try Groups.member(
                    db, groupID: call.integer("group_id"), userID: call.userID)
                return try group(db, call.integer("group_id"), call.userID)
            }
        },
        Route(
            .get, "/chatroom/group.member/:group_id",
            "The members of a group of the caller: owner and admins first, then by ID.",
            [.needs("group_id", .integer), .takes("cursor", .content(64))] + RouteField.paging,
            answers: .page(of: memberShape, total: true, cursor: true)
        ) { call in
            let (offset, limit) = call.paging
            let cursor = try MemberCursor(call.text("cursor"))
            return try await call.store.read { db in
                let seen = try Groups.member(
                    db, groupID: call.integer("group_id"), userID: call.userID)
                let rows = try Groups.members(
                    db, seen, after: cursor, offset: cursor == nil ? offset : 0, limit: limit + 1)
                let total = try Int64.fetchOne(
                    db, sql: "SELECT member_count FROM chat_group WHERE id = ?",
                    arguments: [seen.groupID])
                let page = rows.prefix(Int(limit))
                let next = rows.count > page.count ? page.last.map(MemberCursor.init(behind:)) : nil
                return list(page.map(member), total: total, nextCursor: next?.text ?? "")
            }
        },
        Route(
            .post, "/search/group",
            "Finds groups by ID, or those not private by the beginning of their name.",
            [.needs("search", .line(nameMax))] + RouteField.paging,
            answers: .page(of: groupShape)
        ) { call in
            let (offset, limit) = call.paging
            return try await call.store.read { db in
                let ids = try Groups.search(
                    db, call.text("search"), offset: offset, limit: limit)
                return list(try ids.map { try group(db, $0, call.userID) })
            }
        },
    ]

    /// A group as `group` makes it.
    static let groupShape = Shape.named(
        "Group",
        .object([
            "group_id": .integer, "chatroom_id": .integer, "name": .text, "avatar": .text,
            "desc": .text, "permissions": .text, "owner_id": .integer, "member_count": .integer,
            "created_time": .integer, "muted_until": .integer, "history_open": .flag,
            "member_identity": .nullable(.text),
        ]))

    private static let memberShape = Shape.object([
        "member_id": .integer, "account": .text, "nickname": .text, "avatar": .text,
        "alias": .text, "member_identity": .text, "muted_until": .integer,
        "joined_time": .integer,
    ])

    /// A group as its own members (and those who search) see it.
    static func group(_ db: Database, _ groupID: Int64, _ userID: Int64) throws -> JSONValue {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT g.*, m.role FROM chat_group g LEFT JOIN member m
                    ON m.chatroom_id = g.chatroom_id AND m.user_id = ?2
                WHERE g.id = ?1
                """, arguments: [groupID, userID])
        guard let row else { throw Refusal.notMember }
        let role: Int? = row["role"]
        return [
            "group_id": .int(groupID), "chatroom_id": .int(row["chatroom_id"]),
            "name": .string(row["name"]), "avatar": .string(row["avatar"]),
            "desc": .string(row["description"]), "permissions": .string(row["permissions"]),
            "owner_id": .int(row["owner_id"]), "member_count": .int(row["member_count"]),
            "created_time": .int(row["created_time"]),
            "muted_until": .int(row["muted_until"]),
            "history_open": .bool(row["history_open"]),
            "member_identity": role.map { .string(name(ofRole: $0)) } ?? .null,
        ]
    }

    private static func name(ofRole role: Int) -> String {
        Groups.roles.first { $0.value == role }?.key ?? "common"
    }

    private static func member(_ row: Row) -> JSONValue {
        [
            "member_id": .int(row["id"]), "account": .string(row["account"]),
            "nickname": .string(row["nickname"]), "avatar": .string(row["avatar"]),
            "alias": .string(row["alias"]),
            "member_identity": .string(name(ofRole: row["role"])),
            "muted_until": .int(row["muted_until"]), "joined_time": .int(row["joined_time"]),
        ]
    }
}
