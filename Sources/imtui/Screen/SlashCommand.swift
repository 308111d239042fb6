/// What one can type behind a slash.
enum SlashCommand: Equatable, Sendable {
    case friend(act: String, account: String, remark: String)
    case groupCreate(name: String, accounts: [String])
    case groupInvite(accounts: [String])
    case groupLeave
    case groupMembers
    case chat(String)
    case nick(String)
    case search(String)
    case verify
    case signOut

    /// The table that help shows: how it is written, what it does.
    static let table: [(usage: String, does: String)] = [
        ("/friend add ACCOUNT [WORDS]", "ask somebody to be friends"),
        ("/friend accept [ACCOUNT]", "accept a request; /friend reject likewise"),
        ("/friend list | requests", "your friends; who asks"),
        ("/friend remove | block | unblock ACCOUNT", "end it, or silence it"),
        ("/group create NAME ACCOUNT…", "make a group"),
        ("/group invite ACCOUNT…", "add to this group"),
        ("/group leave | members", "of this group"),
        ("/chat @ACCOUNT", "open the chat with a friend"),
        ("/nick NAME", "what others see"),
        ("/search TEXT", "in everything held here"),
        ("/verify", "compare this device with the server"),
        ("/retry", "send again what was refused"),
        ("/reconnect", "connect now"),
        ("/logout", "sign out on this device"),
        ("/help", "this page (F1)"),
        ("/quit", "leave; nothing is lost"),
    ]

    /// What a parse says of a line.
    enum Parsed: Equatable {
        case command(SlashCommand)
        case help, quit, retry, reconnect
        case wrong(String)
    }

    /// Reads a line that begins with a slash.
    static func parse(_ line: String) -> Parsed {
        let words = line.dropFirst().split(separator: " ").map(String.init)
        let rest = Array(words.dropFirst())
        switch words.first ?? "" {
        case "help": return .help
        case "quit", "q", "exit": return .quit
        case "retry": return .retry
        case "reconnect": return .reconnect
        case "verify": return .command(.verify)
        case "logout": return .command(.signOut)
        case "friend": return friend(rest)
        case "group": return group(rest)
        case "chat":
            return rest.count == 1 ? .command(.chat(rest[0])) : .wrong("/chat @ACCOUNT")
        case "nick":
            let name = rest.joined(separator: " ")
            return name.isEmpty ? .wrong("/nick NAME") : .command(.nick(name))
        case "search":
            let text = rest.joined(separator: " ")
            return text.isEmpty ? .wrong("/search TEXT") : .command(.search(text))
        default:
            return .wrong("there is no /\(words.first ?? ""); /help lists the commands")
        }
    }

    private static func friend(_ words: [String]) -> Parsed {
        let usage = "/friend add|accept|reject|list|requests|remove|block|unblock [ACCOUNT]"
        guard let act = words.first else { return .wrong(usage) }
        let account = words.count > 1 ? words[1] : ""
        switch act {
        case "list", "requests", "accept", "reject": break
        case "add", "remove", "block", "unblock":
            if account.isEmpty { return .wrong("/friend \(act) ACCOUNT") }
        default: return .wrong(usage)
        }
        let remark = words.dropFirst(2).joined(separator: " ")
        return .command(.friend(act: act, account: account, remark: remark))
    }

    private static func group(_ words: [String]) -> Parsed {
        switch words.first {
        case "create":
            guard words.count > 1 else { return .wrong("/group create NAME ACCOUNT…") }
            return .command(.groupCreate(name: words[1], accounts: Array(words.dropFirst(2))))
        case "invite":
            guard words.count > 1 else { return .wrong("/group invite ACCOUNT…") }
            return .command(.groupInvite(accounts: Array(words.dropFirst())))
        case "leave": return .command(.groupLeave)
        case "members": return .command(.groupMembers)
        default: return .wrong("/group create NAME ACCOUNT… | invite ACCOUNT… | leave | members")
        }
    }
}
