import FreeIMProtocol
import GRDB

extension RouteTable {
    private static let profileTexts = [
        "nickname", "birthdate", "avatar", "signature", "city", "province",
    ]

    static let profiles: [Route] = [
        Route(
            .post, "/user/member.info", "The caller's own profile.", answers: profileShape
        ) { call in
            let userID = call.userID
            return try await call.store.read { db in try profile(db, userID) }
        },
        Route(
            .post, "/user/update.member.info", "Changes what is given of the own profile.",
            [
                .takes("nickname", .line(nameMax)), .takes("birthdate", .line(nameMax)),
                .takes("avatar", .line(textMax)), .takes("signature", .text(textMax)),
                .takes("city", .line(nameMax)), .takes("province", .line(nameMax)),
                .takes("gender", .number(0...2)),
            ], answers: profileShape
        ) { call in
            try await call.store.write { context in
                for name in profileTexts where call.has(name) {
                    if name == "nickname", call.text(name).trimmingWhitespace().isEmpty {
                        throw Refusal(.malformedBody, "nickname: must not be empty.")
                    }
                    try context.db.execute(
                        sql: "UPDATE user SET \(name) = ? WHERE id = ?",
                        arguments: [call.text(name).trimmingWhitespace(), call.userID])
                }
                if call.has("gender") {
                    try context.db.execute(
                        sql: "UPDATE user SET gender = ? WHERE id = ?",
                        arguments: [call.integer("gender"), call.userID])
                }
                return try profile(context.db, call.userID)
            }
        },
        Route(
            .post, "/user/others.home.info", "Another user's profile, and whether we are friends.",
            [.needs("member_id", .integer)],
            answers: profileFields.adding([
                "is_friend": .flag, "chatroom_id": .nullable(.integer),
            ])
        ) { call in
            try await call.store.read { db in
                let other = call.integer("member_id")
                guard try Friends.isOpen(other, to: call.userID, db) else { throw noSuchUser }
                guard case .object(var data) = try profile(db, other) else { return .null }
                let areFriends = try Friends.areFriends(db, call.userID, other)
                data["is_friend"] = .bool(areFriends)
                let chat = try Friends.chat(db, call.userID, other)
                data["chatroom_id"] = chat.map { .int($0) } ?? .null
                return .object(data)
            }
        },
        Route(
            .post, "/search/friend", "Finds a user by account, phone or member ID, each whole.",
            [.needs("search", .line(nameMax))],
            answers: .page(
                of: .object([
                    "member_id": .integer, "account": .text, "nickname": .text, "avatar": .text,
                    "gender": .integer, "signature": .text,
                ]))
        ) { call in
            try await call.store.read { db in
                let text = Accounts.folded(call.text("search"))
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT id, account, nickname, avatar, gender, signature FROM user
                        WHERE deleted_time IS NULL AND (account = ?1 OR id = ?2 OR phone = ?3)
                        ORDER BY account <> ?1, id LIMIT 20
                        """, arguments: [text, Int64(text), (try? PhoneNumber(text))?.text])
                return list(
                    try rows.filter { try Friends.isShown(db, $0["id"], to: call.userID) }.map {
                        row -> JSONValue in
                        [
                            "member_id": .int(row["id"]), "account": .string(row["account"]),
                            "nickname": .string(row["nickname"]),
                            "avatar": .string(row["avatar"]), "gender": .int(row["gender"]),
                            "signature": .string(row["signature"]),
                        ]
                    })
            }
        },
    ]

    private static let noSuchUser = Refusal(.notFound, "There is no such user.")

    private static let profileFields = Shape.object([
        "member_id": .integer, "id": .text, "account": .text, "gender": .integer,
        "nickname": .text, "birthdate": .text, "avatar": .text, "signature": .text,
        "city": .text, "province": .text,
    ])
    private static let profileShape = Shape.named("Profile", profileFields)

    private static func profile(_ db: Database, _ userID: Int64) throws -> JSONValue {
        // Of a deleted account there is a row that says so, and nothing of the person.
        let row = try Row.fetchOne(
            db, sql: "SELECT * FROM user WHERE id = ?", arguments: [userID])
        guard let row else { throw noSuchUser }
        var data: [String: JSONValue] = [
            "member_id": .int(userID), "id": .string(row["account"]),
            "account": .string(row["account"]), "gender": .int(row["gender"]),
        ]
        for name in profileTexts { data[name] = .string(row[name]) }
        return .object(data)
    }
}
