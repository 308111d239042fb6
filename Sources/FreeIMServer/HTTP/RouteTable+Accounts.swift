import FreeIMProtocol
import GRDB

extension RouteTable {
    static let accounts: [Route] = [
        Route(
            .post, "/register", .anyone, "Makes an account and signs it in.",
            [
                .needs("account", .line(nameMax)), .needs("password", .content(textMax)),
                .takes("nickname", .line(nameMax)),
            ], answers: signedIn
        ) { call in
            signedIn(
                try await call.services.accounts.register(
                    account: call.text("account"), password: call.text("password"),
                    nickname: call.text("nickname").trimmingWhitespace(),
                    deviceID: call.deviceID, address: call.address))
        },
        Route(
            .post, "/login/password", .anyone, "Signs in with account and password.",
            [.needs("account", .line(nameMax)), .needs("password", .content(textMax))],
            answers: signedIn
        ) { call in
            signedIn(
                try await call.services.accounts.signIn(
                    account: call.text("account"), password: call.text("password"),
                    deviceID: call.deviceID, address: call.address))
        },
        Route(.post, "/logout", "Revokes this token and closes its connections.") { call in
            try await call.services.accounts.logout(
                call.owner, deviceID: call.deviceID)
            return .null
        },
        Route(
            .post, "/account/password", "Sets a new password and revokes all other tokens.",
            [.needs("old", .content(textMax)), .needs("new", .content(textMax))]
        ) { call in
            try await call.services.accounts.changePassword(
                call.owner, old: call.text("old"), new: call.text("new"))
            return .null
        },
        Route(
            .get, "/account/devices", "Lists the devices of this account.",
            answers: .page(
                of: .object([
                    "device_id": .text, "device_type": .text, "client_type": .text,
                    "first_seen_time": .integer, "last_seen_time": .integer, "is_online": .flag,
                    "is_this": .flag,
                ]), total: true)
        ) { call in
            let userID = call.userID
            let online = call.services.directory.devices(userID)
            let thisDevice = call.deviceID ?? call.owner.deviceID ?? ""
            let now = WallClock.milliseconds()
            return try await call.store.read { db in
                let devices = try Accounts.devices(db, userID: userID, now: now)
                return list(
                    devices.map { row in
                        let isOnline = online.contains(row["id"])
                        return [
                            "device_id": .string(row["device_id"]),
                            "device_type": .string(row["device_type"]),
                            "client_type": .string(row["client_type"]),
                            "first_seen_time": .int(row["first_auth_time"]),
                            "last_seen_time": .int(isOnline ? now : row["last_seen_time"]),
                            "is_online": .bool(isOnline),
                            "is_this": .bool(row["device_id"] == thisDevice),
                        ]
                    }, total: Int64(devices.count))
            }
        },
        Route(
            .post, "/account/device.revoke",
            "Revokes a device's tokens and closes its connections; it has to sign in again.",
            [.needs("device_id", .content(deviceIDMax))]
        ) { call in
            try await call.services.accounts.revoke(
                deviceID: call.text("device_id"), of: call.userID)
            return .null
        },
    ]

    /// Characters of a device's ID.
    private static let deviceIDMax = 128

    static let signedIn = Shape.object([
        "uid": .integer, "access_token": .text, "expires_time": .integer,
    ])

    static func signedIn(_ reply: IMAuthReply) -> JSONValue {
        [
            "uid": .int(reply.userID), "access_token": .string(reply.accessToken),
            "expires_time": .int(reply.expiresTime),
        ]
    }
}
