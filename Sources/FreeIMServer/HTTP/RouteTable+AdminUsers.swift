import FreeIMProtocol
import GRDB

extension RouteTable {
    /// How an operator names an account; one of the two.
    static let whom: [RouteField] = [
        .takes("account", .line(nameMax)), .takes("member_id", .integer),
    ]

    static let adminUsers: [Route] = [
        Route(
            .post, "/admin/user.list", .admin,
            "Accounts, all or those that hold a text in account, nickname or phone.",
            [.takes("search", .line(nameMax))] + RouteField.paging,
            answers: .page(of: UserRecord.shape, total: true)
        ) { call in
            let (offset, limit) = call.paging
            let directory = call.services.directory
            return try await call.store.read { db in
                let found = try UserRecord.list(
                    db, search: call.text("search"), offset: offset, limit: limit)
                return list(
                    found.rows.map { .object(UserRecord.json($0, directory)) },
                    total: found.total)
            }
        },
        Route(
            .post, "/admin/user.show", .admin, "One account, its devices and what it holds.",
            whom, answers: userShown
        ) { call in
            try await show(call)
        },
        Route(
            .post, "/admin/user.add", .admin,
            "Makes an account; without a password only tokens open it.",
            [
                .needs("account", .line(nameMax)), .takes("password", .content(textMax)),
                .takes("nickname", .line(nameMax)),
            ], answers: .object(["member_id": .integer, "account": .text])
        ) { call in
            let account = try Accounts.checked(call.text("account"))
            let hash = try await hash(call)
            return try await call.store.write { context in
                try checkFree(context.db, account)
                let nickname = call.text("nickname")
                try context.db.execute(
                    sql: """
                        INSERT INTO user (account, password_hash, nickname, created_time)
                        VALUES (?, ?, ?, ?)
                        """,
                    arguments: [
                        account, hash, nickname.isEmpty ? account : nickname, context.now,
                    ])
                let userID = context.db.lastInsertedRowID
                try SystemChat.join(context, userID: userID)
                try call.note(
                    context, "user.add", target: account, ["has_password": .bool(hash != nil)])
                return ["member_id": .int(userID), "account": .string(account)]
            }
        },
        Route(
            .post, "/admin/user.password", .admin,
            "Sets a password, revokes all tokens and closes the connections.",
            whom + [.needs("password", .content(textMax))]
        ) { call in
            let hash = try await hash(call)
            try await call.store.write { context in
                let user = try UserRecord.find(context.db, call)
                try context.db.execute(
                    sql: "UPDATE user SET password_hash = ? WHERE id = ?",
                    arguments: [hash, user.id])
                try revokeAll(context, user.id)
                try call.note(context, "user.password", target: user.account)
            }
            return .null
        },
        Route(
            .post, "/admin/user.rename", .admin, "Changes the name that an account signs in with.",
            whom + [.needs("new_account", .line(nameMax))],
            answers: .object(["member_id": .integer, "account": .text])
        ) { call in
            let name = try Accounts.checked(call.text("new_account"))
            return try await call.store.write { context in
                let user = try UserRecord.find(context.db, call)
                if name != user.account { try checkFree(context.db, name) }
                try context.db.execute(
                    sql: "UPDATE user SET account = ? WHERE id = ?", arguments: [name, user.id])
                try call.note(
                    context, "user.rename", target: user.account, ["to": .string(name)])
                return ["member_id": .int(user.id), "account": .string(name)]
            }
        },
        Route(
            .post, "/admin/user.delete", .admin,
            "Deletes an account and what is personal; conversations keep their logs.", whom
        ) { call in
            let userID = try await call.store.write { context in
                let user = try UserRecord.find(context.db, call)
                try AccountDeletion(context, userID: user.id).run()
                try call.note(context, "user.delete", target: "user \(user.id)")
                return user.id
            }
            try? await call.services.hooks?.queue.forget(userID)
            return .null
        },
    ]

    private static let userShown: Shape = {
        guard case .named(_, let fields) = UserRecord.shape else { return .anything }
        return fields.adding([
            "devices": .list(
                .object([
                    "device_id": .text, "device_type": .text, "client_type": .text,
                    "first_seen_time": .integer, "last_seen_time": .integer, "is_online": .flag,
                ])),
            "holds": UserRecord.holdings,
        ])
    }()

    private static func show(_ call: RouteCall) async throws -> JSONValue {
        let directory = call.services.directory
        let now = WallClock.milliseconds()
        return try await call.store.read { db in
            let user = try UserRecord.find(db, call)
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM user WHERE id = ?", arguments: [user.id])
            var fields = row.map { UserRecord.json($0, directory) } ?? [:]
            let online = directory.devices(user.id)
            let devices = try Accounts.devices(db, userID: user.id, now: now)
            fields["devices"] = .array(devices.map { device($0, online) })
            fields["holds"] = try UserRecord.holdings(db, userID: user.id, now: now)
            return .object(fields)
        }
    }

    private static func device(_ row: Row, _ online: Set<Int64>) -> JSONValue {
        let fields: [String: JSONValue] = [
            "device_id": .string(row["device_id"]), "device_type": .string(row["device_type"]),
            "client_type": .string(row["client_type"]),
            "first_seen_time": .int(row["first_auth_time"]),
            "last_seen_time": .int(row["last_seen_time"]),
            "is_online": .bool(online.contains(row["id"])),
        ]
        return .object(fields)
    }

    /// The hash of the password that a call gives; nil: it gives none.
    private static func hash(_ call: RouteCall) async throws -> String? {
        guard call.has("password") else { return nil }
        let password = call.text("password")
        try Accounts.check(password: password)
        return try await call.services.accounts.hasher.hash(password)
    }

    private static func checkFree(_ db: Database, _ account: String) throws {
        let taken = try Int64.fetchOne(
            db, sql: "SELECT id FROM user WHERE account = ?", arguments: [account])
        if taken != nil {
            throw Refusal(.conflict, "The account name is taken; choose another.")
        }
    }

    /// Revokes every token of an account and closes its connections.
    static func revokeAll(_ context: WriteContext, _ userID: Int64) throws {
        try context.db.execute(
            sql: "DELETE FROM access_token WHERE user_id = ?", arguments: [userID])
        context.closeConnections(userID: userID, reason: .tokenRevoked)
    }
}
