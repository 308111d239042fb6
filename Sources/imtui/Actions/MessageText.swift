import FreeIMClient
import FreeIMProtocol

/// A message for programs and for people.
enum MessageText {
    /// As JSON, schema version 1; with `after`, the place that `tail` goes on behind.
    static func json(
        _ message: ChatMessage, _ client: ChatClient, after: Bool = false
    ) -> JSONValue {
        var fields: [String: JSONValue] = [
            "v": 1, "chatroom_id": .int(message.chatroomID), "seq": .int(message.seq),
            "message_id": .string(message.messageID), "user_id": .int(message.userID),
            "name": .string(client.cache.name(message.userID)),
            "code": .int(Int64(message.code)), "content": .string(message.content),
            "time": .int(message.time), "is_edited": .bool(message.isEdited),
            "is_recalled": .bool(message.isRecalled),
        ]
        if !message.replyTo.isEmpty { fields["reply_to"] = .string(message.replyTo) }
        if !message.targetMessageID.isEmpty {
            fields["target_message_id"] = .string(message.targetMessageID)
        }
        if !message.mentions.isEmpty {
            fields["mentions"] = .array(message.mentions.map { .int($0) })
        }
        if !message.reactions.isEmpty {
            fields["reactions"] = .array(
                message.reactions.map { reaction in
                    [
                        "emoji": .string(reaction.emoji),
                        "user_ids": .array(reaction.userIDs.map { .int($0) }),
                    ]
                })
        }
        if message.isPinned { fields["is_pinned"] = true }
        if after { fields["after"] = .string("\(message.chatroomID):\(message.seq)") }
        return .object(fields)
    }

    /// As one line, without anything that a terminal would obey.
    static func line(_ message: ChatMessage, _ client: ChatClient) -> String {
        let name = message.userID == client.userID ? "me" : client.cache.name(message.userID)
        let reply = message.quote.map { " (to #\($0.seq))" } ?? ""
        var line =
            "#\(message.seq) \(TimeText.clock(message.time)) \(name)\(reply): "
            + words(message, client.cache.name)
        for reaction in message.reactions {
            line +=
                " \(reaction.emoji)\(reaction.userIDs.count > 1 ? "\(reaction.userIDs.count)" : "")"
        }
        return SafeText.escaped(line)
    }

    /// What it says, with what became of it.
    static func words(_ message: ChatMessage, _ name: (Int64) -> String) -> String {
        if message.isRecalled { return "[recalled]" }
        var words: String
        if FileContent.codes.contains(message.code) {
            words = "[\(kind(message.code))] \(SentFile(content: message.content).line)"
        } else {
            words = SystemEntry.words(message, name) ?? message.content
        }
        if message.isEdited { words += " [edited]" }
        return words
    }

    private static func kind(_ code: Int) -> String {
        switch code {
        case 2: "picture"
        case 4: "video"
        case 5: "voice"
        default: "file"
        }
    }
}
