import FreeIMClient
import FreeIMProtocol

/// The entries that the server writes, in words.
enum SystemEntry {
    /// The line for an entry of the server's, or of an act on another message; nil for a text.
    static func words(_ message: ChatMessage, _ name: (Int64) -> String) -> String? {
        let actor = name(message.userID)
        let content = JSONValue(parsing: Array(message.content.utf8)) ?? .null
        let member = content["user_id"].integer
        switch message.code {
        case 8: return "you are friends now; say hello"
        case 9: return "\(actor) made the group \(content["name"].text ?? "")"
        case 10:
            guard let member, member != message.userID else { return "\(actor) joined" }
            return "\(actor) added \(name(member))"
        case 11: return updated(actor, content, name)
        case 12:
            if content["dissolved"] == true { return "\(actor) dissolved the group" }
            guard let member, member != message.userID else { return "\(actor) left" }
            return "\(actor) removed \(name(member))"
        case 20: return "\(actor) recalled a message"
        case 21: return "\(actor) edited a message"
        case 22: return "\(actor) reacted \(message.content)"
        case 3: return "[place] \(message.content)"
        case 2, 4, 5, 6: return message.file.map { line(message, $0) }
        default: return nil
        }
    }

    /// A file as one line: what it is, its name and size.
    private static func line(_ message: ChatMessage, _ file: SentFile) -> String {
        let kinds = [2: "picture", 4: "video", 5: "voice"]
        return "[\(kinds[message.code] ?? "file")] \(file.line)"
    }

    /// A file in a timeline.
    static func file(_ message: ChatMessage, _ file: SentFile) -> [Span] {
        [Span(SafeText.escaped(line(message, file)), Style(ink: .link)), Span(" o opens", .quiet)]
    }

    private static func updated(
        _ actor: String, _ content: JSONValue, _ name: (Int64) -> String
    ) -> String {
        if let role = content["role"].text, let member = content["user_id"].integer {
            return "\(actor) made \(name(member)) \(role)"
        }
        if let seconds = content["muted_seconds"].integer {
            let who = content["user_id"].integer.map { $0 == 0 ? "everyone" : name($0) }
            return seconds == 0
                ? "\(actor) unmuted \(who ?? "a member")"
                : "\(actor) muted \(who ?? "a member") for \(seconds) s"
        }
        if let title = content["name"].text { return "\(actor) named the group \(title)" }
        return "\(actor) changed the group"
    }
}
