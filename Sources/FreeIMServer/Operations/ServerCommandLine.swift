/// What `freeim-server` was asked to do: its arguments and environment, read against the settings
/// and the commands.
public struct ServerCommandLine: Sendable {
    /// The first words, or what a flag stands for.
    public enum Command: Sendable, Equatable {
        case run(ServerCommand.Name)
        /// Of one command, of those that begin with a word, or of everything.
        case help([ServerCommand.Name])
    }

    public private(set) var command = Command.run(.serve)
    /// What stands behind the words, a command's own flags and settings aside.
    public private(set) var arguments: [String] = []
    /// The command's own flags; the value of one that takes none is empty.
    public private(set) var options: [String: String] = [:]
    /// The configuration; look at its `problems` first.
    public let loaded: LoadedConfig
    /// What is wrong with the arguments themselves, then with the configuration.
    public let problems: [ConfigProblem]

    /// Reads `arguments` (without the program's name) and `environment`.
    public init(arguments: [String], environment: [String: String]) {
        var reader = WordReader(arguments)
        command = reader.read()
        self.arguments = reader.arguments
        options = reader.options
        if case .help = command {
            loaded = LoadedConfig()
            problems = []
        } else {
            loaded = LoadedConfig(
                flags: reader.flags, environment: environment, file: reader.file)
            problems = reader.wrong + loaded.problems
        }
    }
}

/// Takes the words of a command line apart.
private struct WordReader {
    private var words: ArraySlice<String>
    private var command: ServerCommand?
    private(set) var arguments: [String] = []
    private(set) var options: [String: String] = [:]
    private(set) var flags: [(key: String, value: String)] = []
    private(set) var file: String?
    private(set) var wrong: [ConfigProblem] = []

    init(_ arguments: [String]) {
        words = arguments[...]
    }

    mutating func read() -> ServerCommandLine.Command {
        let asked = takeCommand()
        while let word = words.popFirst() {
            if word == "--help" || word == "-h" { return .help(asked.named) }
            if word.hasPrefix("--"), word.count > 2 {
                takeFlag(word)
            } else if let command, arguments.count < command.arguments.count {
                arguments.append(word)
            } else {
                refuse(word, unexpected(word))
            }
        }
        if asked.isHelp { return .help(asked.named) }
        guard let command else { return .run(.serve) }
        checkComplete(command)
        return .run(command.name)
    }

    /// The command's words; `serve` may be left out.
    private mutating func takeCommand() -> (named: [ServerCommand.Name], isHelp: Bool) {
        command = ServerCommand.named(.serve)
        guard let first = words.first, !first.hasPrefix("-") else { return ([], false) }
        if first == "help" {
            words.removeFirst()
            let rest = words.joined(separator: " ")
            words = []
            return (ServerCommand.all.filter { $0.begins(with: rest) }.map(\.name), true)
        }
        let pair = words.prefix(2).joined(separator: " ")
        for (text, count) in [(first, 1), (pair, 2)] {
            guard let found = ServerCommand.all.first(where: { $0.words == text }) else { continue }
            words.removeFirst(count)
            command = found
            return (found.name == .serve ? [] : [found.name], false)
        }
        let family = ServerCommand.all.filter { $0.begins(with: first) }
        if family.isEmpty { return ([], false) }
        words.removeFirst()
        if let next = words.first, next != "--help", next != "-h" { words.removeFirst() }
        if !words.contains("--help"), !words.contains("-h") {
            let all = family.map(\.words).joined(separator: ", ")
            refuse(first, "needs another word; there are \(all)")
        }
        return (family.map(\.name), false)
    }

    private func unexpected(_ word: String) -> String {
        guard let command, command.name != .serve else {
            let words = Set(ServerCommand.all.map { String($0.words.prefix { $0 != " " }) })
            return "neither a flag nor a command; the commands are "
                + words.sorted().joined(separator: ", ")
        }
        return "one word too many; the usage is: \(command.usage)"
    }

    /// `--key value` or `--key=value`, of the command or of a setting.
    private mutating func takeFlag(_ word: String) {
        let name = word.dropFirst(2)
        let equals = name.firstIndex(of: "=")
        let key = String(equals.map { name[..<$0] } ?? name)
        let given = equals.map { String(name[name.index(after: $0)...]) }
        if let option = command?.options.first(where: { $0.name == key }) {
            return take(option, given)
        }
        guard key == "config" || Setting.named(key) != nil else {
            if given == nil, let next = words.first, !next.hasPrefix("--") { words.removeFirst() }
            return flags.append((key, given ?? ""))
        }
        guard let value = given ?? words.popFirst() else {
            return refuse(word, "a value is missing behind it")
        }
        if key == "config" { file = value } else { flags.append((key, value)) }
    }

    private mutating func take(_ option: ServerCommand.Option, _ given: String?) {
        let flag = "--\(option.name)"
        guard let name = option.value else {
            if given != nil { refuse(flag, "takes no value") }
            return options[option.name] = ""
        }
        guard let value = given ?? words.popFirst(), !value.isEmpty else {
            return refuse(flag, "\(name) is missing behind it")
        }
        options[option.name] = value
    }

    private mutating func checkComplete(_ command: ServerCommand) {
        if arguments.count < command.arguments.count {
            let missing = command.arguments[arguments.count]
            refuse(command.words, "\(missing) is missing; the usage is: \(command.usage)")
        }
        for option in command.options where option.isRequired && options[option.name] == nil {
            refuse(
                command.words,
                "--\(option.name) is missing; the usage is: \(command.usage)")
        }
    }

    private mutating func refuse(_ word: String, _ message: String) {
        wrong.append(ConfigProblem(origin: .flag(word), key: word, message: message))
    }
}

extension ServerCommand {
    /// Whether its words are `word`, or begin with it.
    fileprivate func begins(with word: String) -> Bool {
        words == word || words.hasPrefix(word + " ")
    }
}
