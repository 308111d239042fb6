import FreeIMProtocol
import Testing

@testable import imtui

@Suite struct CommandTableTests {
    /// What the plan of the client promises, whatever the table's files say.
    static let promised = """
        chat.open chat.list chat.pin chat.unpin chat.mute chat.read chat.history message.send \
        message.reply message.edit message.recall message.react message.pin message.unpin \
        message.search file.send file.save file.open friend.list friend.add friend.accept \
        friend.reject friend.requests friend.remove friend.block friend.unblock friend.remark \
        group.create group.list group.join group.leave group.invite group.remove group.members \
        group.role group.mute group.rename group.info group.requests group.approve group.deny \
        group.dissolve profile.show profile.set moment.list moment.publish moment.like \
        moment.unlike moment.comment moment.delete device.list device.revoke account.password \
        session.logout cache.verify cache.compact notify.set help quit retry reconnect
        """.split(separator: " ").map(String.init)

    @Test func everythingPromisedIsThere() {
        #expect(Set(CommandTable.all.map(\.name)) == Set(Self.promised))
    }

    @Test func namesAndSlashFormsAreUnique() {
        #expect(Set(CommandTable.all.map(\.name)).count == CommandTable.all.count)
        #expect(Set(CommandTable.all.map(\.slash)).count == CommandTable.all.count)
    }

    @Test(arguments: CommandTable.all.map(\.name))
    func parsesFromItsOwnExample(name: String) throws {
        let definition = try #require(CommandTable.find(name))
        guard case .call(let call) = CommandTable.parse(slash: definition.example) else {
            Issue.record("\(definition.example): \(CommandTable.parse(slash: definition.example))")
            return
        }
        #expect(call.name == name)
        #expect(Set(call.arguments.keys) == Set(definition.parameters.map(\.name)))
        #expect(try definition.checked(call.arguments) == call.arguments)
    }

    @Test(arguments: CommandTable.all.map(\.name)) func helpIsComplete(name: String) throws {
        let definition = try #require(CommandTable.find(name))
        #expect(!definition.summary.isEmpty && !definition.summary.hasSuffix("."))
        #expect(definition.usage.hasPrefix(definition.slash))
        for parameter in definition.parameters where !parameter.isOptional {
            #expect(!parameter.usage.hasPrefix("["), "\(name) \(parameter.name)")
        }
        let lasts = definition.parameters.filter { !$0.isNamed }
        for parameter in lasts.dropLast() {
            #expect(parameter.kind != .rest && parameter.kind != .users, "\(name)")
        }
        #expect(definition.parameters.allSatisfy { !$0.isNamed || $0.isOptional })
    }

    @Test func aliasesLeadToCommands() {
        for alias in CommandTable.aliases {
            let isFound = CommandTable.all.contains { alias.long.hasPrefix($0.slash) }
            #expect(isFound, "\(alias)")
        }
    }

    @Test(
        arguments: [
            (
                "/friend add @bob hello there", "friend.add",
                ["user": "@bob", "remark": "hello there"]
            ),
            (
                "/group create \"Our tea\" @a @b", "group.create",
                ["name": "Our tea", "users": ["@a", "@b"]]
            ),
            ("/nick 安 安", "profile.set", ["field": "nickname", "value": "安 安"]),
            ("/reply 3 \"quotes\" stay", "message.reply", ["seq": 3, "text": "\"quotes\" stay"]),
            (
                "/search chat=\"Our tea\" a  b ", "message.search",
                ["chat": "Our tea", "text": "a  b"]
            ),
            ("/search \"chat=5\"", "message.search", ["text": "\"chat=5\""]),
            ("/verify repair", "cache.verify", ["repair": true]),
            ("/react 5", "message.react", ["seq": 5]),
            ("/chat Tea", "chat.open", ["chat": "Tea"]),
            ("/chat mute silent", "chat.mute", ["level": "silent"]),
            ("/send @bob isn't it", "message.send", ["chat": "@bob", "text": "isn't it"]),
            ("/q", "quit", [:]),
        ] as [(String, String, [String: JSONValue])])
    func reads(line: String, name: String, arguments: [String: JSONValue]) {
        #expect(CommandTable.parse(slash: line) == .call(CommandCall(name, arguments)))
    }

    @Test(arguments: [
        ("/", "there is no /"), ("/nothing", "/help"), ("/friend", "write /friend list|add|"),
        ("/friend dance", "write /friend"), ("/friend add", "/friend add @ACCOUNT [REMARK…]"),
        ("/react x", "'seq' has to be a number"), ("/chat", "/chat CHAT"),
        ("/chat mute loud", "one of normal, silent, blocked"),
        ("/group create \"open", "quote"), ("/chats more", "'more' is too much"),
        ("/reply 5    ", "'text' is missing"),
    ])
    func saysWhatIsWrong(line: String, words: String) {
        guard case .wrong(let said) = CommandTable.parse(slash: line) else {
            Issue.record("\(line) was taken")
            return
        }
        #expect(said.contains(words), "\(said)")
    }

    @Test func wordsOfAShellAreRead() {
        #expect(
            CommandTable.parse(words: ["friend", "add", "@bob", "a \"b", "c"])
                == .call(CommandCall("friend.add", ["user": "@bob", "remark": "a \"b c"])))
    }

    @Test func argumentsOfProgramsAreChecked() throws {
        let invite = try #require(CommandTable.find("group.invite"))
        #expect(
            try invite.checked(["users": [5, "@eve"], "chat": 7])
                == ["users": ["5", "@eve"], "chat": "7"])
        #expect(throws: CommandMistake.self) { try invite.checked(["users": []]) }
        #expect(throws: CommandMistake.self) { try invite.checked(["users": [[1]]]) }
        #expect(throws: CommandMistake.self) { try invite.checked(["users": "a", "more": 1]) }
        #expect(throws: CommandMistake.self) { try invite.checked([:]) }
    }

    /// Whatever is typed is read or refused, and nothing else.
    @Test func anyLineIsAnswered() {
        let pieces = [
            "/", "friend", "add", " ", "\"", "'", "\\", "=", "chat=", "@", "12", "é", "👍", "\t",
            "group", "create", "search", "…",
        ]
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    _ = CommandTable.parse(slash: "/" + first + second + third)
                    _ = CommandTable.parse(slash: "/group create " + first + second + third)
                }
            }
        }
    }
}
