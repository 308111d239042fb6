import ArgumentParser
import FreeIMClient
import FreeIMProtocol

struct FriendsCommand: AsyncParsableCommand {
    enum Act: String, ExpressibleByArgument, CaseIterable {
        case list, add, requests, accept, reject, remove, block, unblock
    }

    static let configuration = CommandConfiguration(
        commandName: "friends",
        abstract: "list | add @account | requests | accept @account | reject | remove | block")
    @OptionGroup var common: CommonOptions
    @Argument(help: "What to do.") var act: Act = .list
    @Argument(help: "The other's account.") var account: String?
    @Option(help: "A word with the request.") var remark = ""

    func run() async throws {
        let client = try common.client()
        switch act {
        case .list:
            for friend in try await client.http("/user/friend.list")["list"].items {
                common.show(friend, line(friend))
            }
        case .requests:
            for request in try await waiting(client) { common.show(request, line(request)) }
        case .add:
            let data = try await client.http(
                "/user/add.friend",
                ["friend_id": .int(try await other(client)), "remark": .string(remark)])
            common.show(
                data,
                data["chatroom_id"].integer == nil ? "asked; they have to accept" : "friends now")
        case .accept, .reject: try await answer(client)
        case .remove: try await simple("/user/del.friend", client)
        case .block: try await simple("/user/block", client)
        case .unblock: try await simple("/user/unblock", client)
        }
    }

    private func line(_ item: JSONValue) -> String {
        let remark = item["remark"].text ?? ""
        return SafeText.escaped(
            "@\(item["account"].text ?? "")\t\(item["nickname"].text ?? "")"
                + (remark.isEmpty ? "" : "\t\(remark)"))
    }

    private func waiting(_ client: ChatClient) async throws -> [JSONValue] {
        try await client.http("/user/friend.apply.list", ["perpage": 100])["list"].items
            .filter { $0["status"].integer == 0 }
    }

    private func other(_ client: ChatClient) async throws -> Int64 {
        guard let account else { throw ClientError.unknown("whose? name an account") }
        return try await ChatName.user(account, client)
    }

    private func answer(_ client: ChatClient) async throws {
        let requests = try await waiting(client)
        let wanted = account.map { $0.hasPrefix("@") ? String($0.dropFirst()) : $0 }
        let chosen = requests.filter { wanted == nil || $0["account"].text == wanted }
        guard let request = chosen.first, chosen.count == 1 else {
            throw ClientError.unknown(
                chosen.isEmpty ? "there is no such request" : "several wait; name the account")
        }
        let data = try await client.http(
            "/user/friend.apply.action",
            ["id": request["id"], "action": act == .accept ? 1 : 2])
        common.show(data, act == .accept ? "friends now" : "rejected")
    }

    private func simple(_ path: String, _ client: ChatClient) async throws {
        try await client.http(path, ["friend_id": .int(try await other(client))])
        common.show(["done": true], "done")
    }
}

struct GroupsCommand: AsyncParsableCommand {
    enum Act: String, ExpressibleByArgument, CaseIterable {
        case list, create, invite, join, leave, members
    }

    static let configuration = CommandConfiguration(
        commandName: "groups",
        abstract: "list | create NAME @a @b | invite ID @a | join ID | leave ID | members ID")
    @OptionGroup var common: CommonOptions
    @Argument(help: "What to do.") var act: Act = .list
    @Argument(help: "A name or a group's number, then accounts.") var words: [String] = []

    func run() async throws {
        let client = try common.client()
        switch act {
        case .list:
            let groups = try await client.http("/chatroom/my.group.list?perpage=100", nil)
            for group in groups["list"].items { common.show(group, line(group)) }
        case .create:
            guard let name = words.first else { throw ClientError.unknown("name the group") }
            let group = try await client.http(
                "/chatroom/create.group",
                ["name": .string(name), "member_list": .array(try await members(client))])
            common.show(group, line(group))
        case .invite:
            try await client.http(
                "/chatroom/add.group.member",
                ["group_id": .int(try group()), "member_list": .array(try await members(client))])
            common.show(["done": true], "done")
        case .join:
            let data = try await client.http(
                "/chatroom/add.group", ["group_id": .int(try group())])
            common.show(data, data["joined"] == true ? "joined" : "asked; an admin has to agree")
        case .leave:
            try await client.http("/chatroom/out.group", ["group_id": .int(try group())])
            common.show(["done": true], "done")
        case .members:
            let path = "/chatroom/group.member/\(try group())?perpage=100"
            for member in try await client.http(path, nil)["list"].items {
                common.show(
                    member,
                    SafeText.escaped(
                        "@\(member["account"].text ?? "")\t\(member["nickname"].text ?? "")\t"
                            + (member["member_identity"].text ?? "")))
            }
        }
    }

    private func line(_ group: JSONValue) -> String {
        SafeText.escaped(
            "group \(group["group_id"].integer ?? 0)\tchat \(group["chatroom_id"].integer ?? 0)\t"
                + "\(group["name"].text ?? "")\t\(group["member_count"].integer ?? 0) members")
    }

    private func group() throws -> Int64 {
        guard let number = words.first.flatMap({ Int64($0) }) else {
            throw ClientError.unknown("which group? give its number (imtui groups)")
        }
        return number
    }

    private func members(_ client: ChatClient) async throws -> [JSONValue] {
        var members: [JSONValue] = []
        for account in words.dropFirst() {
            members.append(.int(try await ChatName.user(account, client)))
        }
        return members
    }
}
