import FreeIMProtocol
import GRDB

extension RouteTable {
    static let chatrooms: [Route] = [
        Route(
            .post, "/chatroom/friend_id.get.chatroom_id",
            "The single chat with a friend; opened when the messaging policy is open.",
            [.needs("friend_id", .integer)], answers: .object(["chatroom_id": .integer])
        ) { call in
            let friendID = call.integer("friend_id")
            let isOpen = call.services.isMessagingOpen
            let chat = try await call.store.write { context -> Int64 in
                if friendID == call.userID {
                    throw Refusal(.forbidden, "friend_id: this is yourself.")
                }
                if let chat = try Friends.chat(context.db, call.userID, friendID) { return chat }
                guard isOpen else {
                    throw Refusal(
                        .notFriend, "You are not friends; send a friend request first.")
                }
                guard try Friends.isShown(context.db, friendID, to: call.userID) else {
                    throw Refusal(.notFound, "friend_id: there is no such user.")
                }
                return try context.createSingleChat(UserPair(call.userID, friendID))
            }
            return ["chatroom_id": .int(chat)]
        },
        Route(
            .post, "/chatroom/get.chatroom.info", "One conversation of the caller.",
            [.needs("chatroom_id", .integer)], answers: conversationShape
        ) { call in
            conversation(
                try await call.store.conversation(
                    call.integer("chatroom_id"), userID: call.userID))
        },
        Route(
            .post, "/chatroom/chatroom.list", "The caller's conversations, newest first.",
            RouteField.paging, answers: .page(of: conversationShape, total: true)
        ) { call in
            let (offset, limit) = call.paging
            let (page, total) = try await call.store.conversations(
                userID: call.userID, offset: Int(offset), limit: Int(limit))
            return list(page.map(conversation), total: Int64(total))
        },
        Route(
            .post, "/chatroom/notify.level", "0 normal, 1 silent, 2 blocked.",
            [.needs("chatroom_id", .integer), .needs("notify_level", .number(0...2))]
        ) { call in
            try await setting(call, "notify_level", call.integer("notify_level"))
            return .null
        },
        Route(
            .post, "/chatroom/pin", "Pins a conversation for the caller, or unpins it.",
            [.needs("chatroom_id", .integer), .needs("pinned", .flag)]
        ) { call in
            try await setting(call, "pinned", call.flag("pinned") ? 1 : 0)
            return .null
        },
    ]

    private static func setting(_ call: RouteCall, _ column: String, _ value: Int64) async throws {
        try await call.store.write { context in
            try context.db.execute(
                sql: """
                    UPDATE member AS m SET \(column) = ?
                    WHERE m.chatroom_id = ? AND m.user_id = ? AND \(Membership.isAlive)
                    """, arguments: [value, call.integer("chatroom_id"), call.userID])
            if context.db.changesCount == 0 { throw Refusal.notMember }
        }
    }

    private static func conversation(_ item: IMConversation) -> JSONValue {
        [
            "chatroom_id": .int(item.chatroomID),
            "chatroom_type": .int(Int64(item.chatroomType.rawValue)),
            "title": .string(item.title), "picture": .string(item.picture),
            "peer_id": .int(item.peerID), "head_seq": .int(item.headSeq),
            "first_seq": .int(item.firstSeq), "read_seq": .int(item.readSeq),
            "notify_level": .int(Int64(item.notifyLevel)), "pinned": .bool(item.pinned),
            "member_count": .int(Int64(item.memberCount)),
            "updated_time": .int(item.updatedTime),
            "last_message": item.hasLastMessage ? message(item.lastMessage) : .null,
        ]
    }

    private static let conversationShape = Shape.named(
        "Conversation",
        .object([
            "chatroom_id": .integer, "chatroom_type": .integer, "title": .text,
            "picture": .text, "peer_id": .integer, "head_seq": .integer, "first_seq": .integer,
            "read_seq": .integer, "notify_level": .integer, "pinned": .flag,
            "member_count": .integer, "updated_time": .integer,
            "last_message": .nullable(messageShape),
        ]))

    /// A message as `message` makes it.
    static let messageShape = Shape.named(
        "Message",
        .object([
            "message_id": .text, "seq": .integer, "chatroom_id": .integer,
            "chatroom_type": .integer, "code": .integer, "content": .text, "id": .text,
            "user_id": .integer, "device_id": .text, "client_type": .text,
            "message_send_time": .integer, "target_message_id": .text, "reply_to": .text,
            "mentions": .list(.integer),
        ]))

    /// A message, its names in snake_case.
    static func message(_ item: IMMessageItem) -> JSONValue {
        [
            "message_id": .string(item.messageID), "seq": .int(item.seq),
            "chatroom_id": .int(item.chatroomID),
            "chatroom_type": .int(Int64(item.chatroomType.rawValue)),
            "code": .int(Int64(item.code.rawValue)), "content": .string(item.content),
            "id": .string(item.clientMessageID), "user_id": .int(item.userID),
            "device_id": .string(item.deviceID), "client_type": .string(item.clientType),
            "message_send_time": .int(item.messageSendTime),
            "target_message_id": .string(item.targetMessageID),
            "reply_to": .string(item.replyTo),
            "mentions": .array(item.mentions.map { .int($0) }),
        ]
    }
}
