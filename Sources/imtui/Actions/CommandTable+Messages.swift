import FreeIMClient
import FreeIMProtocol

extension CommandTable {
    /// Messages that a search gives when not told how many.
    static let searchMessagesUsual: Int64 = 50

    static let messages: [CommandDefinition] = [
        CommandDefinition(
            "message.send", "/send",
            [.needs("chat", .chat), .named("mentions", .users), .needs("text", .rest)],
            "send to a chat", .connection
        ) { scene in
            let chatroomID = try await scene.chat()
            return try await scene.send(
                scene.text("text"), to: chatroomID,
                mentions: try await scene.mentions(chatroomID))
        },
        CommandDefinition(
            "message.reply", "/reply",
            [
                .needs("seq", .number), .named("chat", .chat), .named("mentions", .users),
                .needs("text", .rest),
            ], "answer a message", .connection
        ) { scene in
            let message = try await scene.message()
            return try await scene.send(
                scene.text("text"), to: message.chatroomID, replyTo: message.messageID,
                mentions: try await scene.mentions(message.chatroomID))
        },
        CommandDefinition(
            "message.edit", "/edit",
            [.needs("seq", .number), .named("chat", .chat), .needs("text", .rest)],
            "change a message of yours", .connection
        ) { scene in
            let message = try await scene.message()
            return try await scene.send(
                scene.text("text"), to: message.chatroomID, code: .edit,
                target: message.messageID, done: "changed")
        },
        CommandDefinition(
            "message.recall", "/recall", [.needs("seq", .number), .takes("chat", .chat)],
            "take a message back", .connection
        ) { scene in
            let message = try await scene.message()
            return try await scene.send(
                "", to: message.chatroomID, code: .recall, target: message.messageID,
                done: "taken back")
        },
        CommandDefinition(
            "message.react", "/react",
            [.needs("seq", .number), .takes("emoji", .emoji), .named("chat", .chat)],
            "react to a message; without an emoji, take it back", .connection
        ) { scene in
            let message = try await scene.message()
            let emoji = scene.text("emoji")
            return try await scene.send(
                emoji, to: message.chatroomID, code: .reaction,
                target: message.messageID,
                done: emoji.isEmpty ? "reaction taken back" : "reacted \(emoji)")
        },
        CommandDefinition(
            "message.pin", "/pin", [.needs("seq", .number), .takes("chat", .chat)],
            "pin a message, on this device", .cache
        ) { try await pin($0, true) },
        CommandDefinition(
            "message.unpin", "/unpin", [.needs("seq", .number), .takes("chat", .chat)],
            "unpin a message", .cache
        ) { try await pin($0, false) },
        CommandDefinition(
            "message.search", "/search",
            [.named("chat", .chat), .named("limit", .number), .needs("text", .rest)],
            "search what this device holds", .cache
        ) { scene in
            let only = scene.has("chat") ? try await scene.chat() : nil
            let limit = min(
                max(scene.number("limit") ?? searchMessagesUsual, 1), historyMessagesMax)
            let found = try scene.client.cache.search(
                scene.text("text"), chatroomID: only, limit: Int(limit),
                ownID: scene.client.userID)
            return .messages(
                found, title: "\(found.count) found for \(scene.text("text"))", scene.client,
                namesChats: true)
        },
    ]

    private static func pin(_ scene: CommandScene, _ isPinned: Bool) async throws -> CommandResult {
        let message = try await scene.message()
        try scene.client.cache.setPin(message.chatroomID, seq: message.seq, isPinned)
        return CommandResult(
            data: [
                "chatroom_id": .int(message.chatroomID), "seq": .int(message.seq),
                "pinned": .bool(isPinned),
            ], notice: isPinned ? "pinned #\(message.seq)" : "unpinned #\(message.seq)")
    }
}
