import FreeIMProtocol

/// What `rpc.describe` answers: the table of commands, for programs.
enum RPCSchema {
    /// The version of requests, answers and events.
    static let version: Int64 = 1

    static var description: JSONValue {
        let own: [JSONValue] = [
            method("rpc.describe", "this table", []),
            method(
                "subscribe", "begin to give events",
                [
                    parameter("events", "list", isOptional: true),
                    parameter("after", "places", isOptional: true),
                ]),
            method("unsubscribe", "give no more events", []),
        ]
        return [
            "v": .int(version),
            "methods": .array(own + CommandTable.all.map(method)),
            "events": .object(
                Dictionary(
                    RPCEvent.allCases.map { ($0.rawValue, JSONValue.string($0.summary)) }
                ) { first, _ in first }),
            "limits": [
                "line_bytes_max": .int(Int64(LineScanner.lineBytesMax)),
                "requests_max": .int(Int64(RPCSession.requestsMax)),
            ],
        ]
    }

    private static func method(_ definition: CommandDefinition) -> JSONValue {
        guard
            case .object(var fields) = method(
                definition.name, definition.summary, definition.parameters.map(parameter))
        else { return .null }
        fields["slash"] = .string(definition.usage)
        fields["needs"] = .string("\(definition.reach)")
        return .object(fields)
    }

    private static func method(
        _ name: String, _ summary: String, _ params: [JSONValue]
    ) -> JSONValue {
        ["name": .string(name), "summary": .string(summary), "params": .array(params)]
    }

    private static func parameter(_ parameter: CommandDefinition.Parameter) -> JSONValue {
        var kind = "text"
        var choices: [String] = []
        switch parameter.kind {
        case .user: kind = "user"
        case .users: kind = "users"
        case .chat: kind = "chat"
        case .text, .rest: break
        case .path: kind = "path"
        case .number: kind = "number"
        case .flag: kind = "flag"
        case .choice(let words): (kind, choices) = ("choice", words)
        case .emoji: kind = "emoji"
        }
        return self.parameter(
            parameter.name, kind, isOptional: parameter.isOptional, choices: choices)
    }

    private static func parameter(
        _ name: String, _ kind: String, isOptional: Bool, choices: [String] = []
    ) -> JSONValue {
        var fields: [String: JSONValue] = [
            "name": .string(name), "kind": .string(kind), "optional": .bool(isOptional),
        ]
        if !choices.isEmpty { fields["choices"] = .array(choices.map { .string($0) }) }
        return .object(fields)
    }
}
