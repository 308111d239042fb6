import FreeIMProtocol
import GRDB

extension RouteTable {
    static let groupAdministration: [Route] = [
        changing(
            "/chatroom/add.group.member", "Adds members to a group.",
            [.needs("member_list", .integers)]
        ) { context, call in
            try Groups.invite(
                context, groupID: call.integer("group_id"), userID: call.userID,
                members: call.integers("member_list"))
        },
        changing(
            "/chatroom/remove.group.member", "Removes members from a group (admins).",
            [.needs("member_list", .integers)]
        ) { context, call in
            try Groups.expel(
                context, groupID: call.integer("group_id"), userID: call.userID,
                members: call.integers("member_list"))
        },
        changing(
            "/chatroom/group.role", "Gives a member a role; root hands the group over (owner).",
            [
                .needs("member_id", .integer),
                .needs("member_identity", .word(["root", "admin", "common"])),
            ]
        ) { context, call in
            try Groups.setRole(
                context, groupID: call.integer("group_id"), userID: call.userID,
                member: call.integer("member_id"), role: call.text("member_identity"))
        },
        changing(
            "/chatroom/group.mute", "Mutes a member, or all (0), for so many seconds (admins).",
            [.needs("member_id", .integer), .needs("seconds", .integer)]
        ) { context, call in
            try Groups.mute(
                context, groupID: call.integer("group_id"), userID: call.userID,
                member: call.integer("member_id"), seconds: call.integer("seconds"))
        },
        changing(
            "/chatroom/update.group", "Changes what is given of a group (admins).",
            [
                .takes("name", .line(nameMax)), .takes("avatar", .line(textMax)),
                .takes("desc", .text(textMax)), .takes("permissions", .word(Groups.permissions)),
                .takes("history_open", .flag),
            ]
        ) { context, call in
            var changes = Groups.Changes()
            if call.has("name") { changes.name = call.text("name") }
            if changes.name?.isEmpty == true {
                throw Refusal(.malformedBody, "name: must not be empty.")
            }
            if call.has("avatar") { changes.avatar = call.text("avatar") }
            if call.has("desc") { changes.description = call.text("desc") }
            if call.has("permissions") { changes.permissions = call.text("permissions") }
            if call.has("history_open") { changes.isHistoryOpen = call.flag("history_open") }
            try Groups.update(
                context, groupID: call.integer("group_id"), userID: call.userID, changes)
        },
        changing(
            "/chatroom/group.alias", "Names the caller in a group; empty: as everywhere.",
            [.takes("alias", .line(Groups.aliasCharactersMax))]
        ) { context, call in
            try Groups.setAlias(
                context, groupID: call.integer("group_id"), userID: call.userID,
                alias: call.text("alias"))
        },
        changing(
            "/chatroom/group.ban",
            "Removes a user and keeps them out, or lets them come again (admins).",
            [.needs("member_id", .integer), .takes("banned", .flag)]
        ) { context, call in
            try Groups.ban(
                context, groupID: call.integer("group_id"), userID: call.userID,
                member: call.integer("member_id"),
                isBanned: !call.has("banned") || call.flag("banned"))
        },
        Route(
            .post, "/chatroom/group.ban.list", "Those who are kept out of a group (admins).",
            [.needs("group_id", .integer)] + RouteField.paging,
            answers: .page(
                of: .object([
                    "member_id": .integer, "account": .text, "nickname": .text,
                    "banned_by": .integer, "created_time": .integer,
                ]))
        ) { call in
            let (offset, limit) = call.paging
            return try await call.store.read { db in
                let group = try Groups.member(
                    db, groupID: call.integer("group_id"), userID: call.userID, role: 1)
                let rows = try Groups.bans(
                    db, groupID: group.groupID, offset: offset, limit: limit)
                return list(
                    rows.map { row in
                        [
                            "member_id": .int(row["user_id"]), "account": .string(row["account"]),
                            "nickname": .string(row["nickname"]),
                            "banned_by": .int(row["banned_by"]),
                            "created_time": .int(row["created_time"]),
                        ]
                    })
            }
        },
        changing("/chatroom/dissolve.group", "Ends a group (owner).", []) { context, call in
            try Groups.dissolve(
                context, groupID: call.integer("group_id"), userID: call.userID)
        },
        Route(
            .post, "/chatroom/group.apply.list", "Requests to join a group (admins).",
            [.needs("group_id", .integer)] + RouteField.paging,
            answers: .page(
                of: .object([
                    "id": .integer, "member_id": .integer, "nickname": .text, "remark": .text,
                    "status": .integer, "created_time": .integer,
                ]))
        ) { call in
            let (offset, limit) = call.has("perpage") ? call.paging : (call.paging.offset * 5, 100)
            return try await call.store.read { db in
                _ = try Groups.member(
                    db, groupID: call.integer("group_id"), userID: call.userID, role: 1)
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT a.id, a.user_id, a.remark, a.status, a.created_time, u.nickname
                        FROM group_apply a JOIN user u ON u.id = a.user_id
                        WHERE a.group_id = ? ORDER BY a.id DESC LIMIT ? OFFSET ?
                        """, arguments: [call.integer("group_id"), limit, offset])
                return list(
                    rows.map { row in
                        [
                            "id": .int(row["id"]), "member_id": .int(row["user_id"]),
                            "nickname": .string(row["nickname"]),
                            "remark": .string(row["remark"]), "status": .int(row["status"]),
                            "created_time": .int(row["created_time"]),
                        ]
                    })
            }
        },
        Route(
            .post, "/chatroom/group.apply.action", "Accepts (1) or rejects (2) such a request.",
            [.needs("id", .integer), .needs("action", .number(1...2))]
        ) { call in
            try await call.store.write { context in
                try Groups.answer(
                    context, userID: call.userID, applyID: call.integer("id"),
                    accepts: call.integer("action") == 1)
            }
            return .null
        },
    ]

    /// A route that changes a group and answers nothing.
    private static func changing(
        _ path: String, _ summary: String, _ fields: [RouteField],
        _ work: @escaping @Sendable (WriteContext, RouteCall) throws -> Void
    ) -> Route {
        Route(.post, path, .user, summary, [.needs("group_id", .integer)] + fields) { call in
            try await call.store.write { context in try work(context, call) }
            return .null
        }
    }
}
