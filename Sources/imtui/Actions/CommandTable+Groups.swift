import FreeIMClient
import FreeIMProtocol

extension CommandTable {
    /// Members that one call lists at most.
    static let membersMax = 500

    static let groups: [CommandDefinition] = groupMembership + groupAdministration

    private static let groupMembership: [CommandDefinition] = [
        CommandDefinition("group.list", "/group list", [], "your groups", .server) { scene in
            let data = try await scene.client.http("/chatroom/my.group.list?perpage=100", nil)
            let rows = data["list"].items.map { group in
                Listing.Row(row(group), group["chatroom_id"].integer.map { .chat($0) })
            }
            return CommandResult(data: data, listing: Listing(title: "Groups", rows: rows))
        },
        CommandDefinition(
            "group.create", "/group create",
            [
                .needs("name", .text), .takes("users", .users),
                .named("access", .choice(["private", "protected", "public"])),
                .named("about", .text),
            ], "make a group with its first members", .server
        ) { scene in
            var body: [String: JSONValue] = [
                "name": .string(scene.text("name")),
                "member_list": .array(try await scene.users()),
            ]
            if scene.has("access") { body["permissions"] = .string(scene.text("access")) }
            if scene.has("about") { body["desc"] = .string(scene.text("about")) }
            let data = try await scene.http("/chatroom/create.group", .object(body))
            // It has to be in the list before it can be opened.
            await scene.client.refreshList()
            return CommandResult(
                data: data, notice: "made the group \(scene.text("name"))",
                opens: data["chatroom_id"].integer)
        },
        CommandDefinition(
            "group.join", "/group join", [.needs("group", .text), .takes("remark", .rest)],
            "join a group, by its group number or name", .server, handler: join),
        CommandDefinition(
            "group.leave", "/group leave", [.takes("chat", .chat)], "leave a group", .server
        ) { try await change($0, "/chatroom/out.group", [:], "you have left the group") },
        CommandDefinition(
            "group.info", "/group info", [.takes("chat", .chat)], "about a group", .server
        ) { scene in
            let data = try await scene.http(
                "/chatroom/group.info", ["group_id": .int(try await scene.group())])
            return CommandResult(
                data: data, listing: Listing(title: "Group", rows: info(data)))
        },
        CommandDefinition(
            "group.members", "/group members", [.takes("chat", .chat)], "who is in a group",
            .server, handler: members),
    ]

    private static let groupAdministration: [CommandDefinition] = [
        CommandDefinition(
            "group.invite", "/group invite", [.named("chat", .chat), .needs("users", .users)],
            "add members to a group", .server
        ) { scene in
            let users = try await scene.users()
            return try await change(
                scene, "/chatroom/add.group.member", ["member_list": .array(users)], "added")
        },
        CommandDefinition(
            "group.remove", "/group remove", [.named("chat", .chat), .needs("users", .users)],
            "take members out of a group (admins)", .server
        ) { scene in
            let users = try await scene.users()
            return try await change(
                scene, "/chatroom/remove.group.member", ["member_list": .array(users)], "removed")
        },
        CommandDefinition(
            "group.role", "/group role",
            [
                .needs("user", .user), .needs("role", .choice(["common", "admin", "owner"])),
                .takes("chat", .chat),
            ], "give a member a role; 'owner' hands the group over (owner)", .server
        ) { scene in
            let role = scene.text("role") == "owner" ? "root" : scene.text("role")
            return try await change(
                scene, "/chatroom/group.role",
                ["member_id": .int(try await scene.user()), "member_identity": .string(role)],
                "\(scene.text("user")) is \(scene.text("role")) now")
        },
        CommandDefinition(
            "group.mute", "/group mute",
            [.needs("user", .user), .needs("seconds", .number), .takes("chat", .chat)],
            "silence a member or 'everyone' for so many seconds; 0 ends it (admins)", .server
        ) { scene in
            let isEveryone = scene.text("user") == "everyone"
            let userID = isEveryone ? 0 : try await scene.user()
            let seconds = scene.number("seconds") ?? 0
            return try await change(
                scene, "/chatroom/group.mute",
                ["member_id": .int(userID), "seconds": .int(seconds)],
                scene.text("user") + (seconds == 0 ? " may write again" : " is silent now"))
        },
        CommandDefinition(
            "group.rename", "/group rename", [.named("chat", .chat), .needs("name", .rest)],
            "give a group another name (admins)", .server
        ) { scene in
            try await change(
                scene, "/chatroom/update.group", ["name": .string(scene.text("name"))],
                "the group is \(scene.text("name")) now")
        },
        CommandDefinition(
            "group.requests", "/group requests", [.takes("chat", .chat)],
            "who asks to join a group (admins)", .server
        ) { scene in
            let waiting = try await applications(scene)
            let chat = JSONValue.int(try await scene.chat())
            let rows = waiting.map { request in
                Listing.Row(
                    "\(request["member_id"].integer ?? 0)\t\(request["nickname"].text ?? "")\t"
                        + (request["remark"].text ?? ""),
                    .call(
                        CommandCall(
                            "group.approve", ["user": request["member_id"], "chat": chat])))
            }
            return CommandResult(
                data: ["list": .array(waiting)],
                listing: Listing(title: "Asking to join: Enter approves", rows: rows))
        },
        CommandDefinition(
            "group.approve", "/group approve", [.takes("user", .user), .takes("chat", .chat)],
            "let somebody join who asked (admins)", .server
        ) { try await answer($0, accepts: true) },
        CommandDefinition(
            "group.deny", "/group deny", [.takes("user", .user), .takes("chat", .chat)],
            "do not let them (admins)", .server
        ) { try await answer($0, accepts: false) },
        CommandDefinition(
            "group.dissolve", "/group dissolve", [.takes("chat", .chat)],
            "end a group for all (owner)", .server
        ) { try await change($0, "/chatroom/dissolve.group", [:], "the group is no more") },
    ]

    private static func row(_ group: JSONValue) -> String {
        "\(group["chatroom_id"].integer ?? 0)\t\(group["name"].text ?? "")\t"
            + "\(group["member_count"].integer ?? 0) members\t"
            + "group \(group["group_id"].integer ?? 0)"
    }

    private static func info(_ group: JSONValue) -> [Listing.Row] {
        let lines = [
            ("name", group["name"].text), ("about", group["desc"].text),
            ("chat", group["chatroom_id"].integer.map { "\($0)" }),
            ("group", group["group_id"].integer.map { "\($0)" }),
            ("members", group["member_count"].integer.map { "\($0)" }),
            ("joining", group["permissions"].text),
            ("you are", role(group["member_identity"].text)),
        ]
        return lines.compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            return Listing.Row("\(name)\t\(value)")
        }
    }

    private static func role(_ identity: String?) -> String {
        identity == "root" ? "owner" : identity == "common" ? "" : identity ?? ""
    }

    /// Changes a group; `done` is what a person is told then.
    private static func change(
        _ scene: CommandScene, _ path: String, _ fields: [String: JSONValue], _ done: String
    ) async throws -> CommandResult {
        var body = fields
        body["group_id"] = .int(try await scene.group())
        try await scene.http(path, .object(body))
        return CommandResult(data: ["done": true], notice: done)
    }

    @Sendable
    private static func join(_ scene: CommandScene) async throws -> CommandResult {
        let text = scene.text("group")
        let found = try await scene.http("/search/group", ["search": .string(text)])["list"].items
        let number = Int64(text)
        let group = found.first { $0["group_id"].integer == number } ?? found.first ?? .null
        if number == nil, found.count > 1 {
            throw ClientError.unknown("several groups are called '\(text)'; use the group number")
        }
        guard let groupID = group["group_id"].integer ?? number else {
            throw ClientError.unknown("no group called '\(text)' can be joined")
        }
        let data = try await scene.http(
            "/chatroom/add.group",
            ["group_id": .int(groupID), "remark": .string(scene.text("remark"))])
        let isIn = data["joined"] == true
        return CommandResult(
            data: data, notice: isIn ? "you are in the group" : "asked; an admin has to agree",
            opens: isIn ? group["chatroom_id"].integer : nil)
    }

    @Sendable
    private static func members(_ scene: CommandScene) async throws -> CommandResult {
        let groupID = try await scene.group()
        var members: [JSONValue] = []
        var page = 1
        while members.count < membersMax {
            let path = "/chatroom/group.member/\(groupID)?page=\(page)&perpage=100"
            let items = try await scene.client.http(path, nil)["list"].items
            members += items
            if items.count < 100 { break }
            page += 1
        }
        let rows = members.map { member in
            let account = member["account"].text ?? ""
            return Listing.Row(
                "@\(account)\t\(member["nickname"].text ?? "")\t"
                    + role(member["member_identity"].text),
                .call(CommandCall("profile.show", ["user": .string("@" + account)])))
        }
        return CommandResult(
            data: ["list": .array(members)], listing: Listing(title: "Members", rows: rows))
    }

    private static func applications(_ scene: CommandScene) async throws -> [JSONValue] {
        try await scene.http(
            "/chatroom/group.apply.list", ["group_id": .int(try await scene.group())])["list"]
            .items.filter { $0["status"].integer == 0 }
    }

    private static func answer(
        _ scene: CommandScene, accepts: Bool
    ) async throws -> CommandResult {
        let userID = scene.has("user") ? try await scene.user() : nil
        let chosen = try await applications(scene).filter { request in
            userID == nil || request["member_id"].integer == userID
        }
        guard let request = chosen.first, chosen.count == 1 else {
            throw ClientError.unknown(
                chosen.isEmpty
                    ? "nobody of that name asks to join"
                    : "several ask to join; name one (/group requests lists them)")
        }
        try await scene.http(
            "/chatroom/group.apply.action", ["id": request["id"], "action": accepts ? 1 : 2])
        return CommandResult(
            data: ["done": true], notice: accepts ? "they are in the group now" : "denied")
    }
}
