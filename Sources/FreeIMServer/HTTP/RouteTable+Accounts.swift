import FreeIMProtocol
import GRDB

extension RouteTable {
    static let accounts: [Route] = [
        Route(
            .post, "/register", .anyone, "Makes an account and signs it in.",
            [
                .needs("account", .text(nameMax)), .needs("password", .text(textMax)),
                .takes("nickname", .text(nameMax)),
            ], answers: "uid, access_token, expires_time"
        ) { call in
            signedIn(
                try await call.services.accounts.register(
                    account: call.text("account"), password: call.text("password"),
                    nickname: call.text("nickname").trimmingWhitespace(),
                    deviceID: call.deviceID, address: call.address))
        },
        Route(
            .post, "/login/password", .anyone, "Signs in with account and password.",
            [.needs("account", .text(nameMax)), .needs("password", .text(textMax))],
            answers: "uid, access_token, expires_time"
        ) { call in
            signedIn(
                try await call.services.accounts.signIn(
                    account: call.text("account"), password: call.text("password"),
                    deviceID: call.deviceID, address: call.address))
        },
        Route(.post, "/logout", "Revokes this token and closes its connections.") { call in
            try await call.services.accounts.logout(call.owner)
            return .null
        },
        Route(
            .post, "/account/password", "Sets a new password and revokes all other tokens.",
            [.needs("old", .text(textMax)), .needs("new", .text(textMax))]
        ) { call in
            try await call.services.accounts.changePassword(
                call.owner, old: call.text("old"), new: call.text("new"))
            return .null
        },
        Route(.get, "/account/devices", "Lists the devices of this account.") { call in
            let userID = call.userID
            return try await call.store.read { db in
                let rows = try Row.fetchAll(
                    db, sql: "SELECT * FROM device WHERE user_id = ? ORDER BY id",
                    arguments: [userID])
                return list(
                    rows.map { row in
                        [
                            "device_id": .string(row["device_id"]),
                            "device_type": .string(row["device_type"]),
                            "client_type": .string(row["client_type"]),
                            "last_seen_time": .int(row["last_seen_time"]),
                        ]
                    }, total: Int64(rows.count))
            }
        },
    ]

    private static func signedIn(_ reply: IMAuthReply) -> JSONValue {
        [
            "uid": .int(reply.userID), "access_token": .string(reply.accessToken),
            "expires_time": .int(reply.expiresTime),
        ]
    }
}
