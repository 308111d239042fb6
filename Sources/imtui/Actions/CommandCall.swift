import FreeIMClient
import FreeIMProtocol

/// One command with its arguments, as the screen, `rpc` and the command line all give it.
struct CommandCall: Equatable, Sendable {
    /// A name of `CommandTable`: `friend.add`, `group.create`, `message.react` …
    var name: String
    /// By the names of the definition's parameters.
    var arguments: [String: JSONValue]

    init(_ name: String, _ arguments: [String: JSONValue] = [:]) {
        self.name = name
        self.arguments = arguments
    }
}

/// What a command answers.
struct CommandResult: Equatable, Sendable {
    /// The answer for programs; names are snake_case, times milliseconds since the epoch.
    var data: JSONValue = .null
    /// One line for a person; empty: nothing to say.
    var notice = ""
    /// Lines for a person to look at; nil: none.
    var listing: Listing?
    /// The chat to show now.
    var opens: Int64?
}

/// A titled list of lines, some of which lead to somewhere.
struct Listing: Equatable, Sendable {
    struct Row: Equatable, Sendable {
        var text: String
        /// What Enter on it does.
        var target: Target?

        init(_ text: String, _ target: Target? = nil) {
            self.text = text
            self.target = target
        }
    }

    enum Target: Equatable, Sendable {
        case chat(Int64)
        case message(chatroomID: Int64, seq: Int64)
        case call(CommandCall)
    }

    var title: String
    var rows: [Row]
}
