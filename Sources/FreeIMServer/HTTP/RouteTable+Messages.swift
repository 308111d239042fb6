import FreeIMProtocol
import GRDB

extension RouteTable {
    private static let sendFields: [RouteField] = [
        .takes("chatroom_id", .integer), .takes("to_user_id", .integer),
        .takes("chatroom_type", .integer), .needs("code", .integer),
        .takes("content", .content(65_536)), .needs("id", .content(64)),
        .takes("target_message_id", .content(16)), .takes("reply_to", .content(16)),
        .takes("mentions", .integers),
    ]

    private static let sent = Shape.named(
        "Sent",
        .object([
            "chatroom_id": .integer, "code": .integer, "content": .text, "id": .text,
            "message_id": .text, "seq": .integer, "user_id": .integer, "device_id": .text,
            "client_type": .text, "message_send_time": .integer, "duplicate": .flag,
            "chatroom_type": .integer,
        ]))

    static let messages: [Route] = [
        Route(
            .post, "/common/get.message.id", "Reserves a message ID, kept 24 h.",
            [.needs("chatroom_id", .integer)], answers: .object(["message_id": .text])
        ) { call in
            let id = try await call.store.reserveMessageID(
                chatroomID: call.integer("chatroom_id"), userID: call.userID)
            return ["message_id": .string(id)]
        },
        Route(
            .post, "/message/send.message", "Sends; answers once the message is durable.",
            sendFields, answers: sent, handler: send),
        Route(
            .post, "/message/push.message", "The same as /message/send.message.", sendFields,
            answers: sent, handler: send),
        Route(
            .post, "/message/sync", "History of one conversation.",
            [
                .needs("chatroom_id", .integer), .takes("after_seq", .integer),
                .takes("before_seq", .integer), .takes("after_message_id", .content(16)),
                .takes("before_message_id", .content(16)), .takes("limit", .integer),
            ],
            answers: .object([
                "chatroom_id": .integer, "messages": .list(messageShape), "has_more": .flag,
                "head_seq": .integer, "first_seq": .integer,
            ])
        ) { call in
            var request = IMSyncRequest()
            request.chatroomID = call.integer("chatroom_id")
            if call.has("after_seq") { request.afterSeq = call.integer("after_seq") }
            if call.has("before_seq") { request.beforeSeq = call.integer("before_seq") }
            if call.has("after_message_id") {
                request.afterMessageID = call.text("after_message_id")
            }
            if call.has("before_message_id") {
                request.beforeMessageID = call.text("before_message_id")
            }
            let limit = min(max(call.integer("limit"), 1), 500)
            request.limit = call.has("limit") ? Int32(limit) : 0
            let page = try await call.store.sync(
                request, userID: call.userID, bytesMax: call.services.frameBytesMax)
            return [
                "chatroom_id": .int(page.chatroomID),
                "messages": .array(page.messages.map(message)), "has_more": .bool(page.hasMore_p),
                "head_seq": .int(page.headSeq), "first_seq": .int(page.firstSeq),
            ]
        },
        Route(
            .post, "/message/receipts", "Who has got and read a message of a conversation.",
            [
                .needs("chatroom_id", .integer), .needs("seq", .integer),
                .takes("cursor", .content(64)),
            ] + RouteField.paging,
            answers: .page(
                of: .object([
                    "member_id": .integer, "delivered_seq": .integer, "read_seq": .integer,
                ]), total: true, cursor: true)
        ) { call in
            let (store, chatroomID) = (call.store, call.integer("chatroom_id"))
            let after = try PlaceCursor("u", call.text("cursor"))?.place ?? 0
            let (offset, limit) = call.has("perpage") ? call.paging : (call.paging.offset * 5, 100)
            return try await store.read { db in
                _ = try Store.firstSeq(db, chatroomID, call.userID)
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT user_id, delivered_seq, read_seq FROM member
                        WHERE chatroom_id = ?1 AND user_id > ?2
                        ORDER BY user_id LIMIT ?3 OFFSET ?4
                        """, arguments: [chatroomID, after, limit + 1, after == 0 ? offset : 0])
                let total = try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT coalesce(
                            (SELECT member_count FROM chat_group WHERE chatroom_id = ?1),
                            (SELECT count(*) FROM member WHERE chatroom_id = ?1))
                        """, arguments: [chatroomID])
                let page = rows.prefix(Int(limit))
                let last: Int64? = rows.count > page.count ? page.last?["user_id"] : nil
                return list(
                    page.map { receipt($0, chatroomID, store) }, total: total,
                    nextCursor: last.map { PlaceCursor("u", $0).text } ?? "")
            }
        },
        Route(
            .post, "/message/forward", "Sends a message's code and content on to conversations.",
            [
                .needs("message_id", .content(16)), .needs("chatroom_id", .integer),
                .needs("to_chatroom_ids", .integers),
                .needs("ids", .lines(Forwarding.placesMax, characters: 64)),
            ],
            answers: .page(
                of: .object([
                    "chatroom_id": .integer, "id": .text, "message_id": .text, "seq": .integer,
                    "duplicate": .flag, "error": .text,
                ]))
        ) { call in
            let forwarding = Forwarding(
                store: call.store, userID: call.userID,
                deviceID: call.deviceID ?? call.owner.deviceID ?? "",
                clientType: call.clientType)
            let sent = try await forwarding.send(
                call.text("message_id"), of: call.integer("chatroom_id"),
                to: call.integers("to_chatroom_ids"), ids: call.texts("ids"))
            return list(sent)
        },
    ]

    private static func receipt(_ row: Row, _ chatroomID: Int64, _ store: Store) -> JSONValue {
        let userID: Int64 = row["user_id"]
        let late = store.pendingCursors.receipt(
            PendingCursors.UserKey(userID: userID, chatroomID: chatroomID))
        return [
            "member_id": .int(userID),
            "delivered_seq": .int(max(row["delivered_seq"], late.deliveredSeq)),
            "read_seq": .int(max(row["read_seq"], late.readSeq)),
        ]
    }

    @Sendable
    private static func send(_ call: RouteCall) async throws -> JSONValue {
        var item = IMMessageItem()
        item.chatroomID = call.integer("chatroom_id")
        item.toUserID = call.integer("to_user_id")
        guard let code = Int32(exactly: call.integer("code")) else {
            throw Refusal(.malformedBody, "code: out of range.")
        }
        item.code = IMMessageCode(rawValue: Int(code)) ?? .UNRECOGNIZED(Int(code))
        item.content = call.text("content")
        item.targetMessageID = call.text("target_message_id")
        item.replyTo = call.text("reply_to")
        item.mentions = call.integers("mentions")
        let own = try await call.store.sendsPerSecond(userID: call.userID)
        try call.services.sendLimits.check(call.userID, own: own, now: Connection.now())
        let id = call.text("id")
        if try await call.store.isReserved(id, userID: call.userID) {
            item.messageID = id
        } else {
            item.clientMessageID = id
        }
        let deviceID = call.deviceID ?? call.owner.deviceID ?? ""
        let ack = try await call.store.send(
            item, userID: call.userID, deviceID: deviceID, clientType: call.clientType)
        return [
            "chatroom_id": .int(ack.chatroomID), "code": .int(Int64(code)),
            "content": .string(item.content), "id": .string(id),
            "message_id": .string(ack.messageID), "seq": .int(ack.seq),
            "user_id": .int(ack.userID), "device_id": .string(ack.deviceID),
            "client_type": .string(call.clientType),
            "message_send_time": .int(ack.messageSendTime), "duplicate": .bool(ack.duplicate),
            "chatroom_type": .int(
                MessageID(ack.messageID).map { Int64($0.place >> 22) } ?? 0),
        ]
    }
}
