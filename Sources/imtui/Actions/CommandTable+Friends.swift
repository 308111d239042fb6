import FreeIMClient
import FreeIMProtocol

extension CommandTable {
    static let friends: [CommandDefinition] = [
        CommandDefinition("friend.list", "/friend list", [], "your friends", .server) { scene in
            let data = try await scene.http("/user/friend.list")
            let rows = data["list"].items.map { friend in
                Listing.Row(row(friend), friend["chatroom_id"].integer.map { .chat($0) })
            }
            return CommandResult(data: data, listing: Listing(title: "Friends", rows: rows))
        },
        CommandDefinition(
            "friend.add", "/friend add", [.needs("user", .user), .takes("remark", .rest)],
            "ask somebody to be friends, with a word", .server
        ) { scene in
            let data = try await scene.http(
                "/user/add.friend",
                [
                    "friend_id": .int(try await scene.user()),
                    "remark": .string(scene.text("remark")),
                ])
            let chatroomID = data["chatroom_id"].integer
            return CommandResult(
                data: data,
                notice: chatroomID == nil
                    ? "asked \(scene.text("user")); they have to accept" : "you are friends now",
                opens: chatroomID)
        },
        CommandDefinition(
            "friend.requests", "/friend requests", [], "who asks to be friends", .server
        ) { scene in
            let waiting = try await requests(scene)
            let rows = waiting.map { request in
                Listing.Row(
                    row(request),
                    .call(CommandCall("friend.accept", ["user": request["account"]])))
            }
            return CommandResult(
                data: ["list": .array(waiting)],
                listing: Listing(title: "Requests: Enter accepts", rows: rows))
        },
        CommandDefinition(
            "friend.accept", "/friend accept", [.takes("user", .user)],
            "accept a request; without a name, the only one", .server
        ) { try await answer($0, accepts: true) },
        CommandDefinition(
            "friend.reject", "/friend reject", [.takes("user", .user)], "reject a request",
            .server
        ) { try await answer($0, accepts: false) },
        friend("friend.remove", "/user/del.friend", "end a friendship", "no longer friends with"),
        friend("friend.block", "/user/block", "hear no more of somebody", "blocked"),
        friend("friend.unblock", "/user/unblock", "hear of somebody again", "unblocked"),
        CommandDefinition(
            "friend.remark", "/friend remark", [.needs("user", .user), .takes("remark", .rest)],
            "your own name for a friend; none takes it away", .server
        ) { scene in
            let remark = scene.text("remark")
            try await scene.http(
                "/user/friend.remark",
                ["friend_id": .int(try await scene.user()), "remark": .string(remark)])
            return CommandResult(
                data: ["done": true],
                notice: remark.isEmpty
                    ? "\(scene.text("user")) has their own name again"
                    : "\(scene.text("user")) is \(remark) to you")
        },
    ]

    private static func row(_ item: JSONValue) -> String {
        let remark = item["remark"].text ?? ""
        return "@\(item["account"].text ?? "")\t\(item["nickname"].text ?? "")"
            + (remark.isEmpty ? "" : "\t\(remark)")
    }

    /// A command that does one thing to one other user.
    private static func friend(
        _ name: String, _ path: String, _ summary: String, _ done: String
    ) -> CommandDefinition {
        let act = name.split(separator: ".").last ?? ""
        return CommandDefinition(
            name, "/friend \(act)", [.needs("user", .user)], summary, .server
        ) { scene in
            try await scene.http(path, ["friend_id": .int(try await scene.user())])
            return CommandResult(data: ["done": true], notice: "\(done) \(scene.text("user"))")
        }
    }

    /// The requests that nobody has answered.
    private static func requests(_ scene: CommandScene) async throws -> [JSONValue] {
        try await scene.http("/user/friend.apply.list", ["perpage": 100])["list"].items
            .filter { $0["status"].integer == 0 }
    }

    private static func answer(
        _ scene: CommandScene, accepts: Bool
    ) async throws -> CommandResult {
        let text = scene.text("user")
        let name = text.hasPrefix("@") ? String(text.dropFirst()) : text
        let waiting = try await requests(scene)
        let chosen = waiting.filter { request in
            name.isEmpty || request["account"].text == name
                || request["member_id"].integer == Int64(name)
        }
        guard let request = chosen.first, chosen.count == 1 else {
            throw ClientError.unknown(
                chosen.isEmpty
                    ? (name.isEmpty ? "nobody is asking" : "'\(name)' is not asking")
                    : "several are asking; name one (/friend requests lists them)")
        }
        let data = try await scene.http(
            "/user/friend.apply.action", ["id": request["id"], "action": accepts ? 1 : 2])
        return CommandResult(
            data: data, notice: accepts ? "you are friends now" : "rejected",
            opens: data["chatroom_id"].integer)
    }
}
