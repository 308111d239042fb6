import FreeIMProtocol

/// Every command there is, once: what the slash line, `rpc` and the command line read.
enum CommandTable {
    /// All commands, in the order that help shows.
    static let all: [CommandDefinition] =
        chats + messages + files + friends + groups + moments + account + device + screen

    private static let byName = Dictionary(
        all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The command of that name; nil: there is none.
    static func find(_ name: String) -> CommandDefinition? { byName[name] }

    /// Short forms, and the words that they stand for.
    static let aliases: [(short: String, long: String)] = [
        ("/q", "/quit"), ("/exit", "/quit"), ("/?", "/help"),
        ("/nick", "/profile set nickname"), ("/msg", "/send"),
        ("/friends", "/friend list"), ("/groups", "/group list"),
        ("/moments", "/moment list"), ("/devices", "/device list"),
        ("/members", "/group members"), ("/join", "/group join"),
        ("/leave", "/group leave"), ("/invite", "/group invite"),
    ]

    /// The lines of help for the commands behind one word: `friend`.
    static func help(of family: String) -> String {
        all.filter { $0.slashWords.first == family }
            .map { "\($0.usage.dropFirst(family.count + 2)): \($0.summary)." }
            .joined(separator: "\n")
    }

    /// What a line says.
    enum Parsed: Equatable {
        case call(CommandCall)
        case wrong(String)
    }

    /// Reads a line that begins with a slash.
    static func parse(slash line: String) -> Parsed {
        var line = line
        let first = line.prefix { !$0.isWhitespace }
        if let alias = aliases.first(where: { $0.short == first }) {
            line = alias.long + line.dropFirst(first.count)
        }
        return parse(CommandWords(line: String(line.drop { $0 == "/" })))
    }

    /// Reads words as a slash line without its slash: `["friend", "add", "@bob"]`.
    static func parse(words: [String]) -> Parsed { parse(CommandWords(words: words)) }

    private static func parse(_ words: CommandWords) -> Parsed {
        let first = words.words.first?.text ?? ""
        let second = words.words.dropFirst().first?.text ?? ""
        let family = all.filter { $0.slashWords.first == first }
        if let found = family.first(where: { $0.slashWords == [first, second] }) {
            return read(found, words, from: 2)
        }
        if let found = family.first(where: { $0.slashWords == [first] }) {
            return read(found, words, from: 1)
        }
        if family.isEmpty {
            return .wrong("there is no /\(first); /help lists the commands")
        }
        let acts = family.compactMap { $0.slashWords.last }.joined(separator: "|")
        return .wrong("write /\(first) \(acts)")
    }

    private static func read(
        _ definition: CommandDefinition, _ words: CommandWords, from start: Int
    ) -> Parsed {
        do {
            let arguments = try arguments(definition, words, from: start)
            return .call(CommandCall(definition.name, try definition.checked(arguments)))
        } catch let mistake as CommandMistake {
            return .wrong(mistake.description)
        } catch {
            return .wrong("write \(definition.usage)")
        }
    }

    private static func arguments(
        _ definition: CommandDefinition, _ words: CommandWords, from start: Int
    ) throws -> [String: JSONValue] {
        var arguments: [String: JSONValue] = [:]
        var places = definition.parameters.filter { !$0.isNamed }[...]
        var index = start
        while index < words.words.count {
            let word = words.words[index]
            if places.first?.kind != .rest, word.isOpen {
                throw definition.wrong("a quote is not closed")
            }
            if let (name, value) = named(definition, word) {
                arguments[name] = value
                index += 1
                continue
            }
            guard let parameter = places.popFirst() else {
                throw definition.wrong("'\(word.text)' is too much")
            }
            switch parameter.kind {
            case .rest:
                arguments[parameter.name] = .string(words.rest(from: index))
                return arguments
            case .users:
                let users = words.words[index...].map { JSONValue.string($0.text) }
                arguments[parameter.name] = .array(users)
                return arguments
            case .user, .chat, .text, .path, .number, .flag, .choice, .emoji:
                let isFit = parameter.checked(.string(word.text)) != nil
                if !isFit, parameter.isOptional, !places.isEmpty { continue }
                arguments[parameter.name] = .string(word.text)
                index += 1
            }
        }
        return arguments
    }

    /// The parameter that a word `name=value` means, or a flag that is named.
    private static func named(
        _ definition: CommandDefinition, _ word: CommandWords.Word
    ) -> (String, JSONValue)? {
        if word.isQuoted { return nil }
        for parameter in definition.parameters where parameter.isNamed {
            if parameter.kind == .flag, word.text == parameter.name {
                return (parameter.name, true)
            }
            if word.text.hasPrefix(parameter.name + "=") {
                let value = word.text.dropFirst(parameter.name.count + 1)
                return (parameter.name, .string(String(value)))
            }
        }
        return nil
    }
}
