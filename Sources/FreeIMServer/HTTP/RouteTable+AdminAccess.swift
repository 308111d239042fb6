import FreeIMProtocol
import GRDB

extension RouteTable {
    /// Days of the longest ban that ends.
    static let banDaysMax: Int64 = 36_500
    /// Characters of a token's ID: the beginning of its hash, in hexadecimal.
    static let tokenIDCharacters = 16

    static let adminAccess: [Route] = [
        Route(
            .post, "/admin/ban", .admin,
            "Keeps an account out, for some days or for good; revokes its tokens.",
            whom + [.takes("days", .number(1...banDaysMax)), .takes("reason", .line(textMax))],
            answers: .object(["member_id": .integer, "banned_until": .integer])
        ) { call in
            try await call.store.write { context in
                let user = try UserRecord.find(context.db, call)
                let days = call.integer("days")
                let until =
                    days == 0 ? UserRecord.forGood : context.now + days * 24 * 3_600 * 1_000
                try context.db.execute(
                    sql: "UPDATE user SET banned_until = ?, ban_reason = ? WHERE id = ?",
                    arguments: [until, call.text("reason"), user.id])
                try revokeAll(context, user.id)
                try call.note(
                    context, "ban", target: user.account,
                    ["until": .int(until), "reason": .string(call.text("reason"))])
                return ["member_id": .int(user.id), "banned_until": .int(until)]
            }
        },
        Route(.post, "/admin/unban", .admin, "Ends a ban.", whom) { call in
            try await call.store.write { context in
                let user = try UserRecord.find(context.db, call)
                try context.db.execute(
                    sql: """
                        UPDATE user SET banned_until = 0, ban_reason = ''
                        WHERE id = ? AND banned_until > ?
                        """, arguments: [user.id, context.now])
                if context.db.changesCount == 0 {
                    throw Refusal(.conflict, "This account is not banned.")
                }
                try call.note(context, "unban", target: user.account)
            }
            return .null
        },
        Route(
            .post, "/admin/token.issue", .admin,
            "A new access token of an account, bound to a device when one is named.",
            whom + [
                .takes("device_id", .line(128)), .takes("seconds", .number(1...315_360_000)),
            ],
            answers: .object([
                "member_id": .integer, "access_token": .text, "token_id": .text,
                "expires_time": .integer,
            ])
        ) { call in
            let standard = Int64(call.services.accounts.settings.tokenLifetimeSeconds)
            return try await call.store.write { context in
                let user = try UserRecord.find(context.db, call)
                let banned = try Int64.fetchOne(
                    context.db, sql: "SELECT 1 FROM user WHERE id = ? AND banned_until > ?",
                    arguments: [user.id, context.now])
                if banned != nil {
                    throw Refusal(.conflict, "This account is banned; lift the ban first.")
                }
                let device = call.text("device_id")
                let seconds = call.has("seconds") ? call.integer("seconds") : standard
                let issued = try AccessToken.issue(
                    context, userID: user.id, deviceID: device.isEmpty ? nil : device,
                    lifetimeSeconds: Int(seconds))
                let id = String(
                    AccessToken.hash(issued.token).hex.prefix(tokenIDCharacters))
                try call.note(
                    context, "token.issue", target: user.account,
                    ["token_id": .string(id), "device_id": .string(device)])
                return [
                    "member_id": .int(user.id), "access_token": .string(issued.token),
                    "token_id": .string(id), "expires_time": .int(issued.expiresTime),
                ]
            }
        },
        Route(
            .post, "/admin/token.list", .admin,
            "An account's tokens by ID; the tokens themselves are not kept.", whom,
            answers: .page(
                of: .object([
                    "token_id": .text, "device_id": .text, "created_time": .integer,
                    "expires_time": .integer,
                ]), total: true)
        ) { call in
            try await call.store.read { db in
                let user = try UserRecord.find(db, call)
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT lower(hex(substr(hash, 1, 8))) AS id, device_id, created_time,
                            expires_time
                        FROM access_token WHERE user_id = ? ORDER BY created_time, hash
                        LIMIT \(RouteField.integersMax)
                        """, arguments: [user.id])
                return list(
                    rows.map { row in
                        [
                            "token_id": .string(row["id"]),
                            "device_id": .string(row["device_id"] ?? ""),
                            "created_time": .int(row["created_time"]),
                            "expires_time": .int(row["expires_time"]),
                        ]
                    }, total: Int64(rows.count))
            }
        },
        Route(
            .post, "/admin/token.revoke", .admin,
            "Revokes one token of an account, or all, and closes their connections.",
            whom + [.takes("token_id", .line(tokenIDCharacters)), .takes("all", .flag)],
            answers: .object(["revoked": .integer])
        ) { call in
            guard call.has("token_id") != call.flag("all") else {
                throw Refusal(.malformedBody, "Give token_id, or all: true.")
            }
            return try await call.store.write { context in
                let user = try UserRecord.find(context.db, call)
                let revoked = try revokeTokens(context, user.id, call)
                try call.note(
                    context, "token.revoke", target: user.account,
                    ["token_id": .string(call.text("token_id")), "revoked": .int(revoked)])
                return ["revoked": .int(revoked)]
            }
        },
    ]

    private static func revokeTokens(
        _ context: WriteContext, _ userID: Int64, _ call: RouteCall
    ) throws -> Int64 {
        if call.flag("all") {
            let count = try Int64.fetchOne(
                context.db, sql: "SELECT count(*) FROM access_token WHERE user_id = ?",
                arguments: [userID])
            try revokeAll(context, userID)
            return count ?? 0
        }
        let hash = try Row.fetchOne(
            context.db,
            sql: """
                SELECT hash FROM access_token
                WHERE user_id = ? AND lower(hex(substr(hash, 1, 8))) = ?
                """, arguments: [userID, call.text("token_id").lowercased()]
        ).map { try $0.withUnsafeData(atIndex: 0) { $0.map { Array($0) } ?? [] } }
        guard let hash else {
            throw Refusal(.notFound, "token_id: this account has no such token.")
        }
        try context.db.execute(
            sql: "DELETE FROM access_token WHERE hash = ?", arguments: [hash.databaseValue])
        context.closeConnections(userID: userID, tokenHash: hash, reason: .tokenRevoked)
        return 1
    }
}
