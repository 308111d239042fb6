import FreeIMClient
import FreeIMProtocol

/// Carries out what was typed behind a slash.
struct CommandRunner {
    let client: ChatClient
    let sink: AsyncStream<ScreenAction>.Continuation

    func run(_ command: SlashCommand, _ chatroomID: Int64?) async {
        do {
            try await perform(command, chatroomID)
        } catch {
            sink.yield(.notice("\(error)"))
        }
    }

    private func perform(_ command: SlashCommand, _ chatroomID: Int64?) async throws {
        switch command {
        case .friend(let act, let account, let remark):
            try await friend(act, account, remark)
        case .groupCreate(let name, let accounts):
            try await client.http(
                "/chatroom/create.group",
                ["name": .string(name), "member_list": .array(try await users(accounts))])
            sink.yield(.notice("the group \(name) is made"))
        case .groupInvite(let accounts):
            try await client.http(
                "/chatroom/add.group.member",
                [
                    "group_id": .int(try group(chatroomID)),
                    "member_list": .array(try await users(accounts)),
                ])
            sink.yield(.notice("invited"))
        case .groupLeave:
            try await client.http(
                "/chatroom/out.group", ["group_id": .int(try group(chatroomID))])
            sink.yield(.notice("you have left the group"))
        case .groupMembers:
            let path = "/chatroom/group.member/\(try group(chatroomID))?perpage=100"
            let members = try await client.http(path, nil)["list"].items
            sink.yield(
                .listing(
                    ["Members", ""]
                        + members.map { member in
                            let role = member["member_identity"].text ?? ""
                            return
                                "\(member["nickname"].text ?? "")  @\(member["account"].text ?? "")"
                                + (role == "common" ? "" : "  \(role)")
                        }))
        case .chat(let name):
            let found = try await ChatName.resolve(
                name.hasPrefix("@") || Int64(name) != nil ? name : "@" + name, client)
            sink.yield(.open(found))
        case .nick(let name):
            try await client.http(
                "/user/update.member.info", ["nickname": .string(name)])
            sink.yield(.notice("others see you as \(name) now"))
        case .search(let text): try search(text)
        case .verify: try await verify()
        case .signOut:
            try await client.http("/logout")
            sink.yield(.notice("signed out"))
        }
    }

    private func friend(_ act: String, _ account: String, _ remark: String) async throws {
        switch act {
        case "list", "requests":
            let path = act == "list" ? "/user/friend.list" : "/user/friend.apply.list"
            let items = try await client.http(path)["list"].items
                .filter { act == "list" || $0["status"].integer == 0 }
            let lines = items.map { item in
                "@\(item["account"].text ?? "")  \(item["nickname"].text ?? "")  "
                    + (item["remark"].text ?? "")
            }
            let title = act == "list" ? "Friends" : "Requests (/friend accept ACCOUNT)"
            sink.yield(.listing([title, ""] + (lines.isEmpty ? ["none"] : lines)))
        case "add":
            let userID = try await ChatName.user(account, client)
            let data = try await client.http(
                "/user/add.friend", ["friend_id": .int(userID), "remark": .string(remark)])
            let isDone = data["chatroom_id"].integer != nil
            sink.yield(
                .notice(isDone ? "you are friends now" : "asked \(account); they have to accept"))
        case "accept", "reject": try await answer(account, accepts: act == "accept")
        default:
            let paths = [
                "remove": "/user/del.friend", "block": "/user/block", "unblock": "/user/unblock",
            ]
            guard let path = paths[act] else { return }
            let userID = try await ChatName.user(account, client)
            try await client.http(path, ["friend_id": .int(userID)])
            sink.yield(.notice("done: \(act) \(account)"))
        }
    }

    private func answer(_ account: String, accepts: Bool) async throws {
        let name = account.hasPrefix("@") ? String(account.dropFirst()) : account
        let waiting = try await client.http("/user/friend.apply.list")["list"].items
            .filter { $0["status"].integer == 0 }
        let chosen = waiting.filter { name.isEmpty || $0["account"].text == name }
        guard chosen.count == 1 else {
            throw ClientError.unknown(
                chosen.isEmpty ? "nobody is asking" : "several ask: /friend requests lists them")
        }
        let data = try await client.http(
            "/user/friend.apply.action", ["id": chosen[0]["id"], "action": accepts ? 1 : 2])
        sink.yield(.notice(accepts ? "you are friends now" : "rejected"))
        if let chatroomID = data["chatroom_id"].integer { sink.yield(.open(chatroomID)) }
    }

    private func users(_ accounts: [String]) async throws -> [JSONValue] {
        var users: [JSONValue] = []
        for account in accounts { users.append(.int(try await ChatName.user(account, client))) }
        return users
    }

    private func group(_ chatroomID: Int64?) throws -> Int64 {
        guard let chatroomID,
            let chat = try client.cache.conversation(chatroomID, ownID: client.userID),
            chat.type == 2
        else { throw ClientError.unknown("open a group first") }
        return chat.peerID
    }

    private func search(_ text: String) throws {
        let found = try client.cache.search(text, limit: 200, ownID: client.userID)
        let titles = Dictionary(
            try client.cache.conversations(ownID: client.userID).map { ($0.chatroomID, $0.title) }
        ) { first, _ in first }
        let lines = found.map { message in
            "\(titles[message.chatroomID] ?? "\(message.chatroomID)")  "
                + Output.text(message, client)
        }
        sink.yield(.listing(["\(found.count) found for \(text)", ""] + lines))
    }

    private func verify() async throws {
        var lines: [String] = []
        for chat in try client.cache.conversations(ownID: client.userID) {
            let holes = try await client.verify(chat.chatroomID)
            let missing = holes.reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 }
            let doubled = try client.cache.doubled(chat.chatroomID).count
            lines.append(
                "\(chat.title): "
                    + (missing == 0 && doubled == 0
                        ? "whole, \(chat.headSeq) messages"
                        : "\(missing) not loaded, \(doubled) doubled"))
        }
        sink.yield(.listing(["This device against the server", ""] + lines))
    }
}
