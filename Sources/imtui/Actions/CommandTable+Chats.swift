import FreeIMClient
import FreeIMProtocol

extension CommandTable {
    /// Messages that `/history` shows when not told how many.
    static let historyMessagesUsual: Int64 = 20
    /// Messages that one call gives at most.
    static let historyMessagesMax: Int64 = 1_000

    static let chats: [CommandDefinition] = [
        CommandDefinition(
            "chat.open", "/chat", [.needs("chat", .chat)], "open a chat", .server
        ) { scene in
            let chatroomID = try await scene.chat()
            return CommandResult(
                data: ["chatroom_id": .int(chatroomID)], opens: chatroomID)
        },
        CommandDefinition(
            "chat.list", "/chats", [], "all chats, the newest first", .cache, handler: list),
        CommandDefinition(
            "chat.pin", "/chat pin", [.takes("chat", .chat)],
            "keep a chat at the top of the list", .server
        ) { try await pin($0, true) },
        CommandDefinition(
            "chat.unpin", "/chat unpin", [.takes("chat", .chat)], "let a chat move again",
            .server
        ) { try await pin($0, false) },
        CommandDefinition(
            "chat.mute", "/chat mute",
            [.needs("level", .choice(["normal", "silent", "blocked"])), .takes("chat", .chat)],
            "how a chat's messages are told of", .server
        ) { scene in
            let level = ["normal", "silent", "blocked"].firstIndex(of: scene.text("level")) ?? 0
            let chatroomID = try await scene.chat()
            try await scene.http(
                "/chatroom/notify.level",
                ["chatroom_id": .int(chatroomID), "notify_level": .int(Int64(level))])
            await scene.client.refreshList()
            return CommandResult(
                data: ["chatroom_id": .int(chatroomID), "level": .int(Int64(level))],
                notice: "this chat is \(scene.text("level")) now")
        },
        CommandDefinition(
            "chat.read", "/chat read", [.takes("chat", .chat), .named("seq", .number)],
            "mark a chat as read", .connection
        ) { scene in
            let chatroomID = try await scene.chat()
            let held = try scene.client.cache.conversation(
                chatroomID, ownID: scene.client.userID)
            let seq = min(scene.number("seq") ?? Int64.max, held?.headSeq ?? 0)
            try await scene.client.markRead(chatroomID, through: seq)
            return CommandResult(
                data: ["chatroom_id": .int(chatroomID), "read_seq": .int(seq)],
                notice: "read up to #\(seq)")
        },
        CommandDefinition(
            "chat.history", "/history",
            [
                .takes("limit", .number), .named("chat", .chat), .named("before", .number),
                .named("after", .number),
            ], "messages of a chat", .connection, handler: history),
    ]

    @Sendable
    private static func list(_ scene: CommandScene) async throws -> CommandResult {
        let chats = try scene.client.cache.conversations(ownID: scene.client.userID)
        return CommandResult(
            data: ["list": .array(chats.map(json))],
            listing: Listing(
                title: "Chats", rows: chats.map { Listing.Row(row($0), .chat($0.chatroomID)) }))
    }

    private static func row(_ chat: CachedConversation) -> String {
        let kind = chat.type == 2 ? "group" : chat.type == 1 ? "single" : "system"
        var words = "\(chat.chatroomID)\t\(kind)\t\(chat.title)\t\(chat.unread) unread"
        if chat.unreadMentions > 0 { words += "\t\(chat.unreadMentions) for you" }
        if chat.isPinned { words += "\tpinned" }
        return words
    }

    private static func json(_ chat: CachedConversation) -> JSONValue {
        [
            "v": 1, "chatroom_id": .int(chat.chatroomID),
            "type": .string(chat.type == 2 ? "group" : chat.type == 1 ? "single" : "system"),
            "title": .string(chat.title), "peer_id": .int(chat.peerID),
            "unread": .int(chat.unread), "unread_mentions": .int(chat.unreadMentions),
            "head_seq": .int(chat.headSeq), "first_seq": .int(chat.firstSeq),
            "read_seq": .int(chat.readSeq), "pinned": .bool(chat.isPinned),
            "notify_level": .int(Int64(chat.notifyLevel)),
            "member_count": .int(Int64(chat.memberCount)),
            "updated_time": .int(chat.updatedTime),
        ]
    }

    private static func pin(_ scene: CommandScene, _ isPinned: Bool) async throws -> CommandResult {
        let chatroomID = try await scene.chat()
        try await scene.http(
            "/chatroom/pin", ["chatroom_id": .int(chatroomID), "pinned": .bool(isPinned)])
        await scene.client.refreshList()
        return CommandResult(
            data: ["chatroom_id": .int(chatroomID), "pinned": .bool(isPinned)],
            notice: isPinned ? "this chat stays at the top" : "this chat moves again")
    }

    @Sendable
    private static func history(_ scene: CommandScene) async throws -> CommandResult {
        let (client, chatroomID) = (scene.client, try await scene.chat())
        let wanted = scene.number("limit") ?? historyMessagesUsual
        let limit = Int(min(max(wanted, 1), historyMessagesMax))
        let before = scene.number("before")
        var place = before.map { PagePlace.before($0) } ?? .newest
        if let after = scene.number("after") {
            place = .after(after)
            let head = try client.cache.conversation(chatroomID, ownID: client.userID)?.headSeq
            let last = min(after + Int64(limit), head ?? 0)
            if after < last { try await client.pull(chatroomID, max(after, 0) + 1...last) }
        } else {
            try await client.loadOlder(chatroomID, before: before, limit: limit)
        }
        let messages = try client.cache.page(
            chatroomID, place, limit: limit, ownID: client.userID)
        return .messages(messages, title: "History", client)
    }
}

extension CommandResult {
    /// Messages, as data and as lines that lead to them.
    static func messages(
        _ messages: [ChatMessage], title: String, _ client: ChatClient, namesChats: Bool = false
    ) -> CommandResult {
        CommandResult(
            data: ["list": .array(messages.map { MessageText.json($0, client) })],
            listing: Listing(
                title: title,
                rows: messages.map { message in
                    let chat = namesChats ? "[\(message.chatroomID)] " : ""
                    return Listing.Row(
                        chat + MessageText.line(message, client),
                        .message(chatroomID: message.chatroomID, seq: message.seq))
                }))
    }
}
