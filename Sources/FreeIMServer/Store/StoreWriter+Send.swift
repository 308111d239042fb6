import FreeIMProtocol
import GRDB
import NIOCore

extension StoreWriter {
    /// Stores a send at its place in the log, or says why not. Throws only what the disk did.
    func handle(_ send: SendRequest, _ db: Database) throws -> SendOutcome {
        do {
            return .stored(try store(send, db))
        } catch let refusal as Refusal {
            return .refused(refusal, clientMessageID: send.item.clientMessageID)
        }
    }

    private func store(_ send: SendRequest, _ db: Database) throws -> IMMessageACK {
        var item = send.item
        let keyText = DedupeKey.text(of: item)
        if keyText.isEmpty || item.clientMessageID.utf8.count > Limits.clientMessageIDBytesMax {
            throw Refusal(
                .malformedBody, "A send needs a ClientMessageId of 1 to 64 bytes.")
        }
        try StoreWriter.checkReferences(item)
        let key = DedupeKey(userID: send.userID, key: keyText)
        if let faults, let ack = try faults.answered(key) { return ack }
        if let stored = try find(key, text: keyText) {
            return StoreWriter.acknowledgement(of: stored, duplicate: true)
        }
        if (8...12).contains(item.code.rawValue) {
            throw Refusal(.forbidden, "Codes 8 to 12 are written by the server alone.")
        }
        if item.chatroomID == 0 { item.chatroomID = try singleChat(send, db) }
        try checkMaySend(send.userID, item.chatroomID, db)
        item.messageID = item.clientMessageID.isEmpty ? item.messageID : ""
        let reserved = try reservation(item, userID: send.userID, db)
        let target = try checkTarget(item, userID: send.userID, db)
        item.userID = send.userID
        item.deviceID = send.deviceID
        item.clientType = send.clientType
        item.toUserID = 0
        if let faults,
            let ack = try storeFaultily(
                &item, stamp: reserved, key: key, send: send, db, faults)
        {
            return ack
        }
        let row = nextRow
        let ack = try append(
            &item, stamp: reserved, keyHash: key.hash, senderDevice: send.device, db)
        if let target { try apply(item, to: target, row: row, db) }
        return ack
    }

    /// UTF-8 bytes of ReplyTo and TargetMessageId; what a client means by them is its own.
    static let referenceBytesMax = 64
    /// Users named in one message.
    static let mentionsMax = 1_000

    /// Throws `malformed_body` for references that are no message ID by their length alone.
    private static func checkReferences(_ item: IMMessageItem) throws {
        for (name, text) in [
            ("ReplyTo", item.replyTo), ("TargetMessageId", item.targetMessageID),
        ] where text.utf8.count > referenceBytesMax {
            throw Refusal(.malformedBody, "\(name): at most \(referenceBytesMax) bytes.")
        }
        if item.mentions.count > mentionsMax {
            throw Refusal(.malformedBody, "Mentions: at most \(mentionsMax) users.")
        }
    }

    /// Appends `item` (chatroomID, userID, code, content set) to its chatroom's log.
    @discardableResult
    func append(
        _ item: inout IMMessageItem, stamp reserved: UInt64? = nil, keyHash: Int64,
        senderDevice: Int64, _ db: Database
    ) throws -> IMMessageACK {
        guard let room = try room(item.chatroomID, db) else {
            throw Refusal(.notMember, "You are not a member of this conversation.")
        }
        let stamp = reserved ?? generator.next(now: now)
        place(&item, in: room, at: room.head + 1, stamp: stamp)
        let body = BodyCoding.encode(item, version: .protobuf)
        try checkSize(item, bodyBytes: body.count)
        try insert(item, body: body, stamp: stamp, keyHash: keyHash, room)
        var frame = ByteBufferAllocator().buffer(capacity: FrameHeader.byteCount + body.count)
        frame.writeFrame(body: body, action: .message, sequenceID: 0, version: .protobuf)
        batch.changes.append(
            .entry(
                CommittedEntry(
                    chatroomID: item.chatroomID, seq: item.seq, userID: item.userID,
                    senderDevice: senderDevice, protobufFrame: frame)))
        if let faults { try insertLate(item.chatroomID, db, faults) }
        return StoreWriter.acknowledgement(of: item, duplicate: false)
    }

    /// Sets what the server says of a message.
    func place(_ item: inout IMMessageItem, in room: RoomState, at seq: Int64, stamp: UInt64) {
        item.chatroomType = room.type
        item.messageID =
            MessageID(stamp: stamp, chatroomType: room.type, chatroomID: item.chatroomID).text
        item.messageSendTime = now
        item.seq = seq
    }

    /// Writes the row of a placed message; the room's head is then its seq.
    func insert(
        _ item: IMMessageItem, body: [UInt8], stamp: UInt64, keyHash: Int64, _ room: RoomState
    ) throws {
        guard let statements else { return }
        let row = TailRow(
            row: nextRow, chatroomID: item.chatroomID, seq: item.seq, stamp: Int64(stamp),
            userID: item.userID, keyHash: keyHash)
        statements.insertMessage.bind(
            row.row, row.chatroomID, row.seq, row.stamp, row.userID, row.keyHash)
        try statements.insertMessage.run(blob: body, at: 7)
        nextRow += 1
        var room = room
        room.head = item.seq
        rooms[item.chatroomID] = room
        if keyHash != 0 { keys[DedupeKey(userID: item.userID, hash: keyHash)] = row.row }
        written.append(row)
    }

    /// The ACK of a stored message.
    static func acknowledgement(of item: IMMessageItem, duplicate: Bool) -> IMMessageACK {
        var ack = IMMessageACK()
        ack.messageID = item.messageID
        ack.userID = item.userID
        ack.deviceID = item.deviceID
        ack.chatroomID = item.chatroomID
        ack.seq = item.seq
        ack.clientMessageID = item.clientMessageID
        ack.messageSendTime = item.messageSendTime
        ack.duplicate = duplicate
        return ack
    }

    /// The message stored under that key; a hash alone is no proof, the stored text decides.
    private func find(_ key: DedupeKey, text: String) throws -> IMMessageItem? {
        if let row = keys[key], let item = try message(row: row),
            item.userID == key.userID, StoreWriter.matches(item, text)
        {
            return item
        }
        guard let statements else { return nil }
        var rows: [Int64] = []
        statements.findKey.bind(key.userID, key.hash)
        try statements.findKey.forEach { row in
            rows.append(row.int64(0))
            return true
        }
        for row in rows {
            if let item = try message(row: row), item.userID == key.userID,
                StoreWriter.matches(item, text)
            {
                return item
            }
        }
        return nil
    }

    private static func matches(_ item: IMMessageItem, _ text: String) -> Bool {
        item.clientMessageID.isEmpty ? item.messageID == text : item.clientMessageID == text
    }

    /// The stored message in that row of the log.
    func message(row: Int64) throws -> IMMessageItem? {
        guard let statements else { return nil }
        var body: [UInt8]?
        statements.body.bind(row)
        try statements.body.forEach { found in
            body = found.blob(0)
            return false
        }
        guard let body else { return nil }
        return try? BodyCoding.decode(
            IMMessageItem.self, from: ByteBuffer(bytes: body), version: .protobuf)
    }

    /// A message and its overhead stay below FrameBytesMax − 1,024 in both encodings.
    func checkSize(_ item: IMMessageItem, bodyBytes: Int) throws {
        let most = options.frameBytesMax - Limits.messageBytesReserve
        // JSON grows a byte to six at most; only what could come near the limit is encoded.
        var isTooLarge = bodyBytes > most
        if !isTooLarge, 6 * bodyBytes + 1_024 > most {
            isTooLarge = BodyCoding.encode(item, version: .json).count > most
        }
        if isTooLarge {
            throw Refusal(
                .contentTooLarge,
                "The message is too large; \(most) bytes fit, with all its fields.")
        }
    }

    /// The stamp of a reserved MessageId; nil when the send carries a ClientMessageId.
    private func reservation(
        _ item: IMMessageItem, userID: Int64, _ db: Database
    ) throws -> UInt64? {
        guard item.clientMessageID.isEmpty else { return nil }
        guard let id = MessageID(item.messageID) else {
            throw Refusal(.malformedBody, "The MessageId is not 16 characters of its alphabet.")
        }
        let found = try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT 1 FROM reserved_message_id
                    WHERE stamp = ? AND user_id = ? AND chatroom_id = ? AND created_time > ?
                    """),
            arguments: [
                Int64(id.stamp), userID, item.chatroomID, now - Reservation.lifetimeMs,
            ])
        guard found != nil else {
            throw Refusal(
                .malformedBody,
                "The MessageId is not reserved for this conversation; reserve one (action 0).")
        }
        return id.stamp
    }
}

/// A reserved message ID.
enum Reservation {
    /// Milliseconds a reserved ID is kept.
    static let lifetimeMs: Int64 = 24 * 3_600 * 1_000
}
