/// What `freeim-server` was asked to do: its arguments and environment, read against the settings.
public struct ServerCommandLine: Sendable {
    /// The first word, or what a flag stands for.
    public enum Command: Sendable, Equatable {
        case serve
        case checkConfig
        case help
    }

    public private(set) var command = Command.serve
    /// The configuration; look at its `problems` first.
    public let loaded: LoadedConfig
    /// What is wrong with the arguments themselves, then with the configuration.
    public let problems: [ConfigProblem]

    /// Reads `arguments` (without the program's name) and `environment`.
    public init(arguments: [String], environment: [String: String]) {
        var words = arguments[...]
        var flags: [(key: String, value: String)] = []
        var file: String?
        var wrong: [ConfigProblem] = []
        switch words.first {
        case "serve": words.removeFirst()
        case "check-config":
            command = .checkConfig
            words.removeFirst()
        case "help": command = .help
        default: break
        }
        while command != .help, let word = words.popFirst() {
            if word == "--help" || word == "-h" {
                command = .help
                break
            }
            guard let (key, value) = Self.flag(word, &words, &wrong) else { continue }
            if key == "config" { file = value } else { flags.append((key, value)) }
        }
        if command == .help {
            loaded = LoadedConfig()
            problems = []
        } else {
            loaded = LoadedConfig(flags: flags, environment: environment, file: file)
            problems = wrong + loaded.problems
        }
    }

    /// `--key value` or `--key=value`; nil, with the reason in `wrong`, for anything else.
    private static func flag(
        _ word: String, _ rest: inout ArraySlice<String>, _ wrong: inout [ConfigProblem]
    ) -> (key: String, value: String)? {
        func refuse(_ message: String) -> (key: String, value: String)? {
            wrong.append(ConfigProblem(origin: .flag(word), key: word, message: message))
            return nil
        }
        guard word.hasPrefix("--"), word.count > 2 else {
            return refuse("neither a flag nor a command; the commands are serve and check-config")
        }
        let name = word.dropFirst(2)
        if let equals = name.firstIndex(of: "=") {
            return (String(name[..<equals]), String(name[name.index(after: equals)...]))
        }
        let key = String(name)
        guard key == "config" || Setting.named(key) != nil else {
            if let next = rest.first, !next.hasPrefix("--") { rest.removeFirst() }
            return (key, "")
        }
        guard let value = rest.popFirst() else { return refuse("a value is missing behind it") }
        return (key, value)
    }
}
