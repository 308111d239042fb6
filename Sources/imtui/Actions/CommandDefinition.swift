/// A command as everybody sees it: the slash line, `rpc`, the command line, help and completion.
struct CommandDefinition: Sendable {
    /// One thing that a command is told.
    struct Parameter: Equatable, Sendable {
        enum Kind: Equatable, Sendable {
            /// `@account`, an account, or a user's number.
            case user
            /// Several of them.
            case users
            /// A chat's number, `@account`, or its title.
            case chat
            /// One word, or several in quotes.
            case text
            /// All that is left of the line, as it is written.
            case rest
            case path
            case number
            /// On a slash line its name alone; elsewhere true or false.
            case flag
            case choice([String])
            case emoji
        }

        var name: String
        var kind: Kind
        var isOptional = false
        /// Written `name=value`, before what goes by its place.
        var isNamed = false

        /// A parameter that has to be there.
        static func needs(_ name: String, _ kind: Kind) -> Parameter {
            Parameter(name: name, kind: kind)
        }

        /// A parameter that may be left out.
        static func takes(_ name: String, _ kind: Kind) -> Parameter {
            Parameter(name: name, kind: kind, isOptional: true)
        }

        /// A parameter that may be left out and goes by its name.
        static func named(_ name: String, _ kind: Kind) -> Parameter {
            Parameter(name: name, kind: kind, isOptional: true, isNamed: true)
        }
    }

    /// What a command needs to work.
    enum Reach: Sendable {
        case cache
        /// The server's HTTP listener.
        case server
        /// A connection; what is sent without one waits on disk.
        case connection
        /// The screen, which carries it out itself.
        case screen
    }

    typealias Handler = @Sendable (CommandScene) async throws -> CommandResult

    /// `friend.add`: unique, and what programs call it.
    var name: String
    /// `/friend add`: unique.
    var slash: String
    var parameters: [Parameter]
    /// One line, without a full stop.
    var summary: String
    var reach: Reach
    /// Whether a line of it is to be kept out of the input history.
    var isSecret = false
    var handler: Handler

    init(
        _ name: String, _ slash: String, _ parameters: [Parameter], _ summary: String,
        _ reach: Reach, isSecret: Bool = false, handler: @escaping Handler
    ) {
        self.name = name
        self.slash = slash
        self.parameters = parameters
        self.summary = summary
        self.reach = reach
        self.isSecret = isSecret
        self.handler = handler
    }

    /// The words behind the slash: `friend`, `add`.
    var slashWords: [String] { slash.dropFirst().split(separator: " ").map(String.init) }

    /// How it is written: `/friend add @ACCOUNT [TEXT…]`.
    var usage: String {
        ([slash] + ordered.map(\.usage)).joined(separator: " ")
    }

    /// A line that says everything one can say.
    var example: String {
        ([slash] + ordered.map(\.example)).joined(separator: " ")
    }

    /// What goes by name first: what goes by its place may end with the rest of the line.
    private var ordered: [Parameter] {
        parameters.filter(\.isNamed) + parameters.filter { !$0.isNamed }
    }
}

extension CommandDefinition.Parameter {
    /// `@ACCOUNT`, `[chat=CHAT]`, `TEXT…`.
    var usage: String {
        var word: String
        switch kind {
        case .user: word = "@ACCOUNT"
        case .users: word = isNamed ? "@ACCOUNT,…" : "@ACCOUNT…"
        case .rest: word = name.uppercased() + "…"
        case .chat, .text, .path, .number, .emoji: word = name.uppercased()
        case .flag: word = name
        case .choice(let words): word = words.joined(separator: "|")
        }
        if isNamed, kind != .flag { word = "\(name)=\(word)" }
        return isOptional ? "[\(word)]" : word
    }

    fileprivate var example: String {
        let word: String
        switch kind {
        case .user: word = "@bob"
        case .users: word = isNamed ? "@bob,@eve" : "@bob @eve"
        case .chat: word = "@bob"
        case .text: word = "\"two words\""
        case .rest: word = "words, as many as one likes"
        case .path: word = "cat.png"
        case .number: word = "12"
        case .flag: return name
        case .choice(let words): word = words.first ?? ""
        case .emoji: word = "👍"
        }
        return isNamed ? "\(name)=\(word)" : word
    }
}
