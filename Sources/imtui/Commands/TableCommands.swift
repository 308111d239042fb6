import ArgumentParser
import FreeIMClient
import FreeIMProtocol

struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Any command of the table: imtui call NAME key=value…",
        discussion: "The names and their keys are those of 'imtui rpc'; 'imtui call' lists them.")
    @OptionGroup var common: CommonOptions
    @Argument(
        help: "The command's name: friend.add.",
        completion: .list(CommandTable.all.map(\.name)))
    var name: String?
    @Argument(help: "Its arguments: user=@bob.") var arguments: [String] = []

    func run() async throws {
        guard let name else { return list() }
        var values: [String: JSONValue] = [:]
        for argument in arguments {
            guard let sign = argument.firstIndex(of: "=") else {
                throw CommandMistake(.wrongArguments, "write '\(argument)' as key=value")
            }
            values[String(argument[..<sign])] = .string(
                String(argument[argument.index(after: sign)...]))
        }
        guard let definition = CommandTable.find(name) else {
            throw CommandMistake(
                .unknownCommand, "there is no command '\(name)'; 'imtui call' lists them")
        }
        _ = try definition.checked(values)
        try await TableCall.run(common, CommandCall(name, values))
    }

    private func list() {
        if common.json { return Output.json(RPCSchema.description) }
        for definition in CommandTable.all {
            let keys = definition.parameters.map { parameter in
                parameter.isOptional ? "[\(parameter.name)=]" : "\(parameter.name)="
            }
            let words = ([definition.name] + keys).joined(separator: " ")
            Output.line("\(words)\t\(definition.summary)")
        }
    }
}

struct FriendsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "friends", abstract: "Friends: list, add, requests, accept, reject, …",
        discussion: CommandTable.help(of: "friend"))
    @OptionGroup var common: CommonOptions
    @Argument(help: "What to do, and with whom.") var words: [String] = ["list"]
    @Option(help: "A word with the request.") var remark: String?

    func run() async throws {
        try await TableCall.run(
            common, words: ["friend"] + words + (remark.map { [$0] } ?? []))
    }
}

struct GroupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups", abstract: "Groups: list, create, invite, join, leave, members, …",
        discussion: CommandTable.help(of: "group"))
    @OptionGroup var common: CommonOptions
    @Argument(help: "What to do, and with which group.") var words: [String] = ["list"]

    func run() async throws {
        try await TableCall.run(common, words: ["group"] + words)
    }
}

struct MomentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moments", abstract: "Moments: list, publish, like, comment, …",
        discussion: CommandTable.help(of: "moment"))
    @OptionGroup var common: CommonOptions
    @Argument(help: "What to do.") var words: [String] = ["list"]

    func run() async throws {
        try await TableCall.run(common, words: ["moment"] + words)
    }
}

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "The devices that are signed in: list, revoke.",
        discussion: CommandTable.help(of: "device"))
    @OptionGroup var common: CommonOptions
    @Argument(help: "What to do.") var words: [String] = ["list"]

    func run() async throws {
        try await TableCall.run(common, words: ["device"] + words)
    }
}

struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Your profile, another's, or: set FIELD VALUE.",
        discussion: CommandTable.help(of: "profile"))
    @OptionGroup var common: CommonOptions
    @Argument(help: "Nothing, @account, or what to set.") var words: [String] = []

    func run() async throws {
        try await TableCall.run(
            common, words: ["profile"] + (words.first == "show" ? Array(words.dropFirst()) : words))
    }
}

struct CompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact", abstract: "Gives unused space of the cache back to the disk.")
    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await TableCall.run(common, CommandCall("cache.compact"))
    }
}

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Searches what the cache holds.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "What to look for.") var text: [String]
    @Option(help: "Only this chat: a number, @account, or a title.") var chat: String?
    @Option(help: "Messages at most.") var limit: Int64 = CommandTable.searchMessagesUsual

    func run() async throws {
        var arguments: [String: JSONValue] = [
            "text": .string(text.joined(separator: " ")), "limit": .int(limit),
        ]
        if let chat { arguments["chat"] = .string(chat) }
        try await TableCall.run(common, CommandCall("message.search", arguments))
    }
}

struct ChatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chats", abstract: "Lists the chats, the most recent first.")
    @OptionGroup var common: CommonOptions
    @Flag(help: "Print what the cache holds; ask the server for nothing.") var offline = false

    func run() async throws {
        let client = try common.client()
        if !offline {
            await client.start()
            try await client.waitUntilOnline()
        }
        let result = try await CommandRunner(client: client).run(
            CommandCall("chat.list"), chatroomID: nil)
        TableCall.show(common, result)
        await client.stop()
    }
}
