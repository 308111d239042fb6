import FreeIMProtocol
import GRDB

/// Tells bots with a webhook of everything in their conversations, in order; not of what they
/// wrote themselves.
struct BotFeed: HookFeed {
    /// Log entries that one call tells of.
    static let messagesMax = 100
    /// UTF-8 bytes of contents that one call tells of, one message aside.
    static let contentBytesMax = 262_144
    /// Conversations looked at in one snapshot.
    static let roomsPerRead = 256

    let kind = HookCall.Kind.bot
    let batchMax = 1_000
    let gather = Duration.zero
    let store: Store

    func drafts(_ entries: [LogFollower.Entry]) async throws -> [HookCall.Draft] {
        let rooms = Dictionary(grouping: entries, by: \.item.chatroomID)
        let chatrooms = rooms.keys.sorted()
        var urls: [Int64: String] = [:]
        var found: [Int64: [LogFollower.Entry]] = [:]
        for start in stride(from: 0, to: chatrooms.count, by: BotFeed.roomsPerRead) {
            let part = chatrooms[start..<min(start + BotFeed.roomsPerRead, chatrooms.count)]
            let bots = try await store.read { db in
                try part.flatMap { try BotFeed.bots(db, $0) }
            }
            for bot in bots {
                urls[bot.userID] = bot.url
                found[bot.userID, default: []] += (rooms[bot.chatroomID] ?? []).filter {
                    $0.item.userID != bot.userID && $0.item.seq >= bot.firstSeq
                }
            }
        }
        return found.sorted { $0.key < $1.key }.flatMap { userID, entries in
            BotFeed.calls(userID, urls[userID] ?? "", entries.sorted { $0.row < $1.row })
        }
    }

    /// A bot in a conversation.
    private struct Seat: Sendable {
        let userID: Int64
        let url: String
        let chatroomID: Int64
        let firstSeq: Int64
    }

    private static func bots(_ db: Database, _ chatroomID: Int64) throws -> [Seat] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT b.user_id, b.webhook_url, m.first_seq FROM bot b
                    CROSS JOIN member m ON m.chatroom_id = ?1 AND m.user_id = b.user_id
                    WHERE b.webhook_url <> '' AND \(Membership.isAlive)
                    """), arguments: [chatroomID]
        ).map {
            Seat(userID: $0[0], url: $0[1], chatroomID: chatroomID, firstSeq: $0[2])
        }
    }

    /// The calls that tell a bot of those entries.
    static func calls(
        _ userID: Int64, _ url: String, _ entries: [LogFollower.Entry]
    ) -> [HookCall.Draft] {
        var drafts: [HookCall.Draft] = []
        var bytes = 0
        for entry in entries {
            let size = entry.item.content.utf8.count
            if let last = drafts.last, last.rows.count < messagesMax,
                bytes + size <= contentBytesMax
            {
                drafts[drafts.count - 1].rows.append(entry.row)
                bytes += size
            } else {
                drafts.append(HookCall.Draft(userID: userID, url: url, rows: [entry.row]))
                bytes = size
            }
        }
        return drafts
    }

    func prepared(_ call: HookCall) async throws -> (url: String, body: [UInt8])? {
        let (url, messages) = try await store.read { db in
            let url = try String.fetchOne(
                db, sql: "SELECT webhook_url FROM bot WHERE user_id = ?",
                arguments: [call.userID])
            guard let url, !url.isEmpty else { return ("", [JSONValue]()) }
            let items = try store.items(db, rows: call.rows)
            return (url, try items.map { try message(db, $0) })
        }
        if url.isEmpty || messages.isEmpty { return nil }
        let body: JSONValue = [
            "kind": "bot", "bot_id": .int(call.userID), "messages": .array(messages),
        ]
        return (url, try body.bytes())
    }

    private func message(_ db: Database, _ item: IMMessageItem) throws -> JSONValue {
        [
            "chatroom_id": .int(item.chatroomID),
            "chatroom_type": .int(Int64(item.chatroomType.rawValue)),
            "message_id": .string(item.messageID), "seq": .int(item.seq),
            "user_id": .int(item.userID), "code": .int(Int64(item.code.rawValue)),
            "content": .string(try store.isRecalled(db, item) ? "" : item.content),
            "message_send_time": .int(item.messageSendTime),
            "target_message_id": .string(item.targetMessageID),
            "reply_to": .string(item.replyTo),
            "mentions": .array(item.mentions.map { .int($0) }),
        ]
    }
}
