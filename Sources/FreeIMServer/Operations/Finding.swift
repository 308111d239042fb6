import FreeIMProtocol

/// One thing that the doctor looked at.
struct Finding: Sendable, Equatable {
    /// How it stands.
    enum Level: String, Sendable {
        case ok
        case warning
        case problem
    }

    let level: Level
    let subject: String
    /// What was seen, and, unless it is well, what to do.
    let message: String

    var text: String {
        let pad = String(repeating: " ", count: max(0, 8 - level.rawValue.count))
        return "\(level.rawValue)\(pad) \(subject): \(message)"
    }

    var json: JSONValue {
        [
            "level": .string(level.rawValue), "subject": .string(subject),
            "message": .string(message),
        ]
    }
}
