import FreeIMProtocol

extension CommandDefinition {
    /// The arguments in the shape that handlers rely on; `rpc` gives numbers and lists, a line
    /// gives words. Throws `CommandMistake`.
    func checked(_ given: [String: JSONValue]) throws -> [String: JSONValue] {
        for name in given.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
            let known = parameters.map(\.name).joined(separator: ", ")
            throw wrong("there is no '\(name)'; it takes \(known.isEmpty ? "nothing" : known)")
        }
        var checked: [String: JSONValue] = [:]
        for parameter in parameters {
            let value = given[parameter.name] ?? .null
            if value == .null {
                if parameter.isOptional { continue }
                throw wrong("'\(parameter.name)' is missing")
            }
            guard let good = parameter.checked(value) else {
                throw wrong("'\(parameter.name)' has to be \(parameter.expectation)")
            }
            checked[parameter.name] = good
        }
        return checked
    }

    /// A mistake with this command, and how it is written.
    func wrong(_ what: String) -> CommandMistake {
        CommandMistake(.wrongArguments, "\(name): \(what); write \(usage)")
    }
}

extension CommandDefinition.Parameter {
    /// The value in its shape; nil: it is of another kind.
    func checked(_ value: JSONValue) -> JSONValue? {
        switch kind {
        case .user, .chat, .text, .path, .emoji:
            guard let text = CommandDefinition.Parameter.words(value) else { return nil }
            let isEmpty = text.allSatisfy(\.isWhitespace)
            return isEmpty && kind != .emoji ? nil : .string(text)
        case .rest:
            guard let text = CommandDefinition.Parameter.words(value) else { return nil }
            return text.allSatisfy(\.isWhitespace) ? nil : .string(text)
        case .users: return users(value)
        case .number: return value.integer.map { .int($0) }
        case .flag: return flag(value)
        case .choice(let words):
            guard let text = value.text, words.contains(text) else { return nil }
            return value
        }
    }

    private static func words(_ value: JSONValue) -> String? {
        if case .int(let number) = value { return "\(number)" }
        return value.text
    }

    private func users(_ value: JSONValue) -> JSONValue? {
        if let text = value.text {
            let words = text.split { $0 == "," || $0 == " " }.map { JSONValue.string("\($0)") }
            return words.isEmpty ? nil : .array(words)
        }
        guard case .array(let items) = value else { return nil }
        var users: [JSONValue] = []
        for item in items {
            guard let word = CommandDefinition.Parameter.words(item), !word.isEmpty else {
                return nil
            }
            users.append(.string(word))
        }
        return users.isEmpty ? nil : .array(users)
    }

    private func flag(_ value: JSONValue) -> JSONValue? {
        if case .bool = value { return value }
        switch value.text {
        case "true", "yes", "on", "1", "", name: return true
        case "false", "no", "off", "0": return false
        case .some, nil: return nil
        }
    }

    /// What it has to be, in words.
    var expectation: String {
        switch kind {
        case .user: "a user: @account, an account, or a number"
        case .users: "one user or more: @account, an account, or a number"
        case .chat: "a chat: its number, @account, or its title"
        case .text, .rest: "text, not empty"
        case .path: "the path of a file"
        case .number: "a number"
        case .flag: "true or false"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .emoji: "an emoji"
        }
    }
}
