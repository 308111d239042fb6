import FreeIMProtocol
import GRDB

/// `/admin/provision`: users, tokens, friendships and groups in bulk, in jobs of bounded size.
struct Provisioning {
    /// Users in one call.
    static let usersMax = 10_000
    /// Users, friendships, or members of a group made in one job.
    static let jobSize = Groups.membersPerJob

    /// What a call takes.
    static let fields: [RouteField] = [
        .takes(
            "users",
            .shaped(
                .list(
                    Shape.object(["account": .text]).adding(optional: [
                        "nickname": .text,
                        "devices": .list(
                            Shape.object(["device_id": .text]).adding(optional: [
                                "device_type": .text
                            ])),
                    ])))),
        .takes("friendships", .shaped(.list(.list(.text)))),
        .takes(
            "groups",
            .shaped(
                .list(
                    Shape.object(["name": .text, "owner": .text]).adding(optional: [
                        "members": .list(.text)
                    ])))),
    ]

    /// What it answers, each in the order given.
    static let answer = Shape.object([
        "users": .list(
            .object([
                "account": .text, "member_id": .integer,
                "devices": .list(.object(["device_id": .text, "access_token": .text])),
            ])),
        "friendships": .list(.object(["chatroom_id": .integer])),
        "groups": .list(.object(["group_id": .integer, "chatroom_id": .integer])),
    ])

    private struct User: Sendable {
        let account: String
        let nickname: String
        let devices: [String]
    }

    private struct Group: Sendable {
        let name: String
        let owner: String
        let members: [String]
    }

    private let store: Store
    private let lifetimeSeconds: Int
    private let users: [User]
    private let friendships: [[String]]
    private let groups: [Group]

    init(_ call: RouteCall) throws {
        store = call.store
        lifetimeSeconds = call.services.accounts.settings.tokenLifetimeSeconds
        users = try Provisioning.objects(call.values["users"], "users").map { user in
            User(
                account: try Accounts.checked(try Provisioning.text(user, "account")),
                nickname: (try? Provisioning.text(user, "nickname")) ?? "",
                devices: try Provisioning.objects(user["devices"], "devices").map {
                    try Provisioning.text($0, "device_id")
                })
        }
        guard users.count <= Provisioning.usersMax else {
            throw Refusal(
                .malformedBody, "users: at most \(Provisioning.usersMax) a call.")
        }
        friendships = try Provisioning.array(call.values["friendships"], "friendships").map {
            let pair = try Provisioning.texts($0, "friendships")
            guard pair.count == 2, pair[0] != pair[1] else {
                throw Refusal(.malformedBody, "friendships: each is two different accounts.")
            }
            return pair
        }
        groups = try Provisioning.objects(call.values["groups"], "groups").map { group in
            Group(
                name: try Provisioning.text(group, "name"),
                owner: try Provisioning.text(group, "owner"),
                members: try Provisioning.texts(group["members"] ?? .array([]), "members"))
        }
    }

    /// How much is asked for, for the operators' log.
    var sizes: [String: JSONValue] {
        [
            "users": .int(Int64(users.count)), "friendships": .int(Int64(friendships.count)),
            "groups": .int(Int64(groups.count)),
        ]
    }

    /// Makes all of it; the same accounts again give the same users with fresh tokens.
    func run() async throws -> JSONValue {
        var madeUsers: [JSONValue] = []
        var madeFriendships: [JSONValue] = []
        var madeGroups: [JSONValue] = []
        for part in chunks(users) {
            madeUsers += try await store.write { context in try part.map { try make($0, context) } }
        }
        for part in chunks(friendships) {
            madeFriendships += try await store.write { context in
                try part.map { try befriend($0, context) }
            }
        }
        for group in groups { madeGroups.append(try await make(group)) }
        return [
            "users": .array(madeUsers), "friendships": .array(madeFriendships),
            "groups": .array(madeGroups),
        ]
    }

    private func chunks<T>(_ all: [T]) -> [[T]] {
        stride(from: 0, to: all.count, by: Provisioning.jobSize).map {
            Array(all[$0..<min($0 + Provisioning.jobSize, all.count)])
        }
    }

    private func make(_ user: User, _ context: WriteContext) throws -> JSONValue {
        try context.db.execute(
            sql: """
                INSERT OR IGNORE INTO user (account, nickname, created_time) VALUES (?, ?, ?)
                """,
            arguments: [
                user.account, user.nickname.isEmpty ? user.account : user.nickname, context.now,
            ])
        let isNew = context.db.changesCount > 0
        let userID = try id(user.account, context.db)
        if isNew { try SystemChat.join(context, userID: userID) }
        let devices: [JSONValue] = try user.devices.map { device in
            let issued = try AccessToken.issue(
                context, userID: userID, deviceID: device, lifetimeSeconds: lifetimeSeconds)
            return ["device_id": .string(device), "access_token": .string(issued.token)]
        }
        return [
            "account": .string(user.account), "member_id": .int(userID),
            "devices": .array(devices),
        ]
    }

    private func befriend(_ pair: [String], _ context: WriteContext) throws -> JSONValue {
        let one = try id(pair[0], context.db)
        let other = try id(pair[1], context.db)
        if try Friends.areFriends(context.db, one, other),
            let chatroomID = try Friends.chat(context.db, one, other)
        {
            return ["chatroom_id": .int(chatroomID)]
        }
        let chatroomID = try Friends.befriend(context, one, other, actorID: one)
        return ["chatroom_id": .int(chatroomID)]
    }

    /// Makes a group, or adds who is missing in one of that owner and name, some members a job.
    private func make(_ group: Group) async throws -> JSONValue {
        var members: [Int64] = []
        var known: Set<String> = [group.owner]
        for part in chunks(group.members.filter { known.insert($0).inserted }) {
            members += try await store.read { db in try part.map { try id($0, db) } }
        }
        if members.count + 1 > store.options.groupMembersMax {
            let most = store.options.groupMembersMax
            throw Refusal(
                .conflict, "groups: at most \(most) members, not \(members.count + 1).")
        }
        let parts = chunks(members)
        let made = try await store.write { context in
            try begin(group, members: parts.first ?? [], context)
        }
        for part in made.isNew ? Array(parts.dropFirst()) : parts {
            try await store.write { context in try complete(made, with: part, context) }
        }
        return ["group_id": .int(made.groupID), "chatroom_id": .int(made.chatroomID)]
    }

    private struct Made: Sendable {
        let groupID: Int64
        let chatroomID: Int64
        let ownerID: Int64
        let isNew: Bool
    }

    private func begin(
        _ group: Group, members: [Int64], _ context: WriteContext
    ) throws -> Made {
        let ownerID = try id(group.owner, context.db)
        let known = try Row.fetchOne(
            context.db,
            sql: """
                SELECT g.id, g.chatroom_id FROM member m
                JOIN chat_group g ON g.chatroom_id = m.chatroom_id
                WHERE m.user_id = ?1 AND g.owner_id = ?1 AND g.name = ?2
                    AND g.dissolved_time IS NULL
                """, arguments: [ownerID, group.name])
        if let known {
            return Made(
                groupID: known["id"], chatroomID: known["chatroom_id"], ownerID: ownerID,
                isNew: false)
        }
        var draft = Groups.Draft(name: group.name)
        draft.members = members
        let made = try Groups.create(context, ownerID: ownerID, draft)
        return Made(
            groupID: made.groupID, chatroomID: made.chatroomID, ownerID: ownerID, isNew: true)
    }

    /// Adds those who are missing: as first members while nothing was said in the group, later
    /// as any who join.
    private func complete(_ made: Made, with members: [Int64], _ context: WriteContext) throws {
        let group = try Groups.member(context.db, groupID: made.groupID, userID: made.ownerID)
        let isBeginning = try made.isNew || context.nextSeq(chatroomID: made.chatroomID) <= 2
        if isBeginning {
            try context.addMembers(
                chatroomID: made.chatroomID, userIDs: members, role: 0, firstSeq: 1)
            return
        }
        for member in members {
            try Groups.add(context, group, member, actorID: made.ownerID)
        }
    }

    private func id(_ account: String, _ db: Database) throws -> Int64 {
        let found = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM user WHERE account = ?"),
            arguments: [account])
        guard let found else {
            throw Refusal(.notFound, "There is no account '\(account)'.")
        }
        return found
    }

    private static func array(_ value: JSONValue?, _ name: String) throws -> [JSONValue] {
        guard let value, value != .null else { return [] }
        guard case .array(let list) = value else {
            throw Refusal(.malformedBody, "\(name): must be a list.")
        }
        return list
    }

    private static func objects(
        _ value: JSONValue?, _ name: String
    ) throws -> [[String: JSONValue]] {
        try array(value, name).map { item in
            guard case .object(let fields) = item else {
                throw Refusal(.malformedBody, "\(name): must be a list of objects.")
            }
            return fields
        }
    }

    private static func texts(_ value: JSONValue, _ name: String) throws -> [String] {
        try array(value, name).map { item in
            guard case .string(let text) = item else {
                throw Refusal(.malformedBody, "\(name): must be a list of account names.")
            }
            return text
        }
    }

    private static func text(_ fields: [String: JSONValue], _ name: String) throws -> String {
        guard case .string(let text) = fields[name], !text.isEmpty, text.count <= 128 else {
            throw Refusal(.malformedBody, "\(name): must be a text of 1 to 128 characters.")
        }
        return text
    }
}
