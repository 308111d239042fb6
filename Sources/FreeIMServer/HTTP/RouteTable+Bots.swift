import FreeIMHTTPClient
import FreeIMProtocol
import GRDB

extension RouteTable {
    /// What operators do with bots.
    static let bots: [Route] = [
        Route(
            .post, "/admin/bot.create", .admin,
            "Makes a bot; its token is shown this once and does not expire.",
            [.needs("account", .line(nameMax))] + botFields,
            answers: .object(["bot_id": .integer, "access_token": .text])
        ) { call in
            let (account, change) = (call.text("account"), botChange(call))
            let (made, row) = try await call.store.write { context in
                let made = try Bots.make(context, account: account, change)
                try call.note(context, "bot.create", target: account, change.noted)
                return (made, try Bots.newestRow(context.db))
            }
            try await tell(call, change, row)
            return ["bot_id": .int(made.userID), "access_token": .string(made.token)]
        },
        Route(
            .post, "/admin/bot.update", .admin, "Changes what is given of a bot.",
            [.needs("bot_id", .integer)] + botFields
        ) { call in
            let (userID, change) = (call.integer("bot_id"), botChange(call))
            let row = try await call.store.write { context in
                try Bots.change(context, userID: userID, change)
                try call.note(context, "bot.update", target: "\(userID)", change.noted)
                return try Bots.newestRow(context.db)
            }
            try await tell(call, change, row)
            return .null
        },
        Route(
            .post, "/admin/bot.list", .admin, "The bots.", RouteField.paging,
            answers: .page(
                of: .object([
                    "bot_id": .integer, "account": .text, "nickname": .text, "avatar": .text,
                    "webhook_url": .text, "sends_per_second": .integer, "created_time": .integer,
                ]), total: true)
        ) { call in
            let (offset, limit) = call.paging
            return try await call.store.read { db in
                let (rows, total) = try Bots.list(db, offset: offset, limit: limit)
                return list(
                    rows.map { row in
                        [
                            "bot_id": .int(row["user_id"]), "account": .string(row["account"]),
                            "nickname": .string(row["nickname"]),
                            "avatar": .string(row["avatar"]),
                            "webhook_url": .string(row["webhook_url"]),
                            "sends_per_second": .int(row["sends_per_second"]),
                            "created_time": .int(row["created_time"]),
                        ]
                    }, total: total)
            }
        },
        Route(
            .post, "/admin/bot.token", .admin,
            "A new token for a bot; those before are revoked and their connections closed.",
            [.needs("bot_id", .integer)], answers: .object(["access_token": .text])
        ) { call in
            let userID = call.integer("bot_id")
            let token = try await call.store.write { context in
                try call.note(context, "bot.token", target: "\(userID)")
                return try Bots.renewToken(context, userID: userID)
            }
            return ["access_token": .string(token)]
        },
        Route(
            .post, "/admin/bot.delete", .admin, "Deletes a bot, as an account is deleted.",
            [.needs("bot_id", .integer)]
        ) { call in
            let userID = call.integer("bot_id")
            try await call.store.write { context in
                try Bots.delete(context, userID: userID)
                try call.note(context, "bot.delete", target: "\(userID)")
            }
            try? await call.services.hooks?.queue.forget(userID)
            return .null
        },
    ]

    private static let botFields: [RouteField] = [
        .takes("nickname", .line(nameMax)), .takes("avatar", .line(textMax)),
        .takes("webhook_url", .line(HTTPURL.charactersMax)),
        .takes("sends_per_second", .number(Bots.sendsPerSecond)),
    ]

    private static func botChange(_ call: RouteCall) -> Bots.Change {
        func given(_ name: String) -> String? { call.has(name) ? call.text(name) : nil }
        return Bots.Change(
            nickname: given("nickname"), avatar: given("avatar"),
            webhookURL: given("webhook_url"),
            sendsPerSecond: call.has("sends_per_second") ? call.integer("sends_per_second") : nil)
    }

    /// From here on the log is looked at for bots, if it was not before.
    private static func tell(_ call: RouteCall, _ change: Bots.Change, _ row: Int64) async throws {
        if change.webhookURL?.isEmpty ?? true { return }
        try await call.services.hooks?.botsChanged(after: row)
    }
}
