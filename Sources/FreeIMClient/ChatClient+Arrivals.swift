import FreeIMCore
import FreeIMProtocol

extension ChatClient {
    /// Names remembered as known.
    private static let namedMax = 65_536
    /// Conversations whose ranges are kept in memory; they are on disk anyway.
    private static let syncsMax = 8_192

    /// Works on what is held of a conversation.
    @discardableResult
    func withSync<T>(
        _ chatroomID: Int64, _ work: (inout ConversationSync) throws -> T
    ) throws -> T {
        if syncs[chatroomID] == nil {
            let sync = try cache.sync(chatroomID)
            if syncs.count >= ChatClient.syncsMax { syncs.removeAll() }
            syncs[chatroomID] = sync
        }
        guard var sync = syncs.removeValue(forKey: chatroomID) else {
            throw ClientError.cache("a conversation is gone")
        }
        defer { syncs[chatroomID] = sync }
        return try work(&sync)
    }

    /// Stores what came, all of it in one go; only then is it acknowledged and told.
    ///
    /// Nothing in here waits, so a batch is whole or it is not there.
    func apply(_ arrivals: Arrivals) throws {
        var arrivals = arrivals
        for acknowledged in arrivals.acks { try take(acknowledged, into: &arrivals) }
        let stored = try cache.store(arrivals.items, arrivals.marks, ownID: userID)
        try remember(arrivals)
        let isSame = stored.count == arrivals.items.count
        if !isSame { try compare(arrivals.items, with: stored) }
        for item in stored { announce(item) }
        for chatroomID in Set(arrivals.items.map(\.chatroomID)).union(arrivals.gaps.keys) {
            acksDirty.insert(chatroomID)
            eventSink.yield(.messages(chatroomID: chatroomID))
        }
        if !acksDirty.isEmpty { scheduleAcks() }
        for chatroomID in arrivals.receipts { eventSink.yield(.receipt(chatroomID: chatroomID)) }
        if arrivals.isReadElsewhere { eventSink.yield(.conversationsChanged) }
        settleOwn(stored)
        if stored.contains(where: { (8...12).contains($0.code.rawValue) }) {
            wantSync(refreshing: true)
        }
        noteNames(stored)
    }

    private func remember(_ arrivals: Arrivals) throws {
        for (chatroomID, mark) in arrivals.marks {
            try withSync(chatroomID) { $0.learned(head: mark.head, first: mark.first) }
        }
        for (chatroomID, group) in Dictionary(grouping: arrivals.items, by: \.chatroomID) {
            try withSync(chatroomID) { $0.stored(group.map(\.seq).sorted()) }
        }
        for (chatroomID, ranges) in arrivals.gaps {
            try withSync(chatroomID) { sync in
                for range in ranges { sync.announcedGap(range) }
            }
        }
    }

    /// The server has a send of one's own: it becomes a message, and leaves the outbox in the
    /// same transaction.
    private func take(
        _ acknowledged: Arrivals.Acknowledged, into arrivals: inout Arrivals
    ) throws {
        let (id, ack) = (acknowledged.id, acknowledged.ack)
        if acknowledged.isOdd {
            arrivals.odd += 1
            return putOff(id, afterMs: 0)
        }
        guard let item = try cache.outboxItem(id) else { return }
        let held = try cache.messageID(ack.chatroomID, seq: ack.seq)
        if let held, held != ack.messageID {
            let reason = "the server says that it is where another message is"
            try cache.setFailure(id, reason)
            _ = outbox.answered(id, .refused(code: "conflict"), now: ChatClient.now())
            eventSink.yield(.outbox(chatroomID: item.chatroomID))
            return resolve(id, .refused(reason))
        }
        var message = item.message
        message.chatroomID = ack.chatroomID
        message.seq = ack.seq
        message.messageID = ack.messageID
        message.userID = userID
        message.deviceID = options.deviceID
        message.messageSendTime = ack.messageSendTime
        arrivals.add(message)
    }

    /// Sends that came back as messages need no answer any more.
    private func settleOwn(_ stored: [IMMessageItem]) {
        for item in stored where item.userID == userID && !item.clientMessageID.isEmpty {
            if outbox.answered(item.clientMessageID, .acknowledged, now: ChatClient.now()) {
                eventSink.yield(.outbox(chatroomID: item.chatroomID))
            }
            resolve(
                item.clientMessageID,
                .acknowledged(
                    chatroomID: item.chatroomID, seq: item.seq, messageID: item.messageID))
        }
    }

    /// A repeat is what is held already; what is not is a lie, and what came first stays.
    private func compare(_ items: [IMMessageItem], with stored: [IMMessageItem]) throws {
        var new: [Int64: Set<Int64>] = [:]
        for item in stored { new[item.chatroomID, default: []].insert(item.seq) }
        let repeats = items.filter { item in
            // The first of two with one seq in one batch is the stored one.
            new[item.chatroomID]?.remove(item.seq) == nil
        }
        let odd = try cache.contradicted(by: repeats)
        guard let first = odd.first else { return }
        complain(
            """
            the server contradicts itself: \(odd.count) messages, the first at \(first.seq) of \
            chat \(first.chatroomID); what came first stays
            """)
    }

    private func announce(_ item: IMMessageItem) {
        var message = ChatMessage(
            chatroomID: item.chatroomID, seq: item.seq, messageID: item.messageID,
            userID: item.userID, code: item.code.rawValue, content: item.content,
            time: item.messageSendTime, clientMessageID: item.clientMessageID,
            targetMessageID: item.targetMessageID, replyTo: item.replyTo)
        message.mentions = item.mentions
        if item.userID == userID { message.state = .sent }
        eventSink.yield(.received(message))
    }

    /// Notes whose names are not known yet.
    private func noteNames(_ items: [IMMessageItem]) {
        let before = unnamed.count
        for userID in Set(items.map(\.userID)).subtracting(named) where userID > 0 {
            if !cache.knows(userID) { unnamed.insert(userID) }
            if named.count >= ChatClient.namedMax { named.removeAll() }
            named.insert(userID)
        }
        if unnamed.count > before { wantSync() }
    }
}

extension OutboxItem {
    /// As it goes to the server.
    var message: IMMessageItem {
        var message = IMMessageItem()
        message.chatroomID = chatroomID
        message.code = IMMessageCode(rawValue: code) ?? .text
        message.content = content
        message.clientMessageID = clientMessageID
        message.replyTo = replyTo
        message.targetMessageID = targetMessageID
        message.mentions = mentions
        return message
    }
}
