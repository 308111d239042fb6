import FreeIMCore
import FreeIMProtocol

extension ChatClient {
    /// Newest messages of a conversation that are pulled without being asked for.
    static let automaticPullMessages: Int64 = 200
    /// Milliseconds over which acknowledgements are gathered.
    static let ackDelayMs: Int64 = 100

    /// Works on what is held of a conversation.
    @discardableResult
    func withSync<T>(
        _ chatroomID: Int64, _ work: (inout ConversationSync) throws -> T
    ) throws -> T {
        var sync = try syncs[chatroomID] ?? cache.sync(chatroomID)
        defer { syncs[chatroomID] = sync }
        return try work(&sync)
    }

    /// Stores messages; only then are they acknowledged and told.
    func apply(_ items: [IMMessageItem]) async throws {
        let stored = try cache.store(items, ownID: userID)
        for (chatroomID, group) in Dictionary(grouping: items, by: \.chatroomID) {
            try withSync(chatroomID) { $0.stored(group.map(\.seq)) }
            let newest = group.map(\.messageSendTime).max() ?? 0
            try cache.advance(chatroomID, updated: newest)
            acksDirty.insert(chatroomID)
            eventSink.yield(.messages(chatroomID: chatroomID))
        }
        for item in stored { announce(item) }
        scheduleAcks()
        if stored.contains(where: { (8...12).contains($0.code.rawValue) }) {
            isSyncWanted = true
            wantSync(refreshing: true)
        }
        noteNames(stored)
    }

    func apply(_ page: IMSyncPage) async throws {
        try withSync(page.chatroomID) { $0.learned(head: page.headSeq, first: page.firstSeq) }
        try cache.advance(page.chatroomID, head: page.headSeq, first: page.firstSeq)
        try await apply(page.messages)
    }

    private func announce(_ item: IMMessageItem) {
        var message = ChatMessage(
            chatroomID: item.chatroomID, seq: item.seq, messageID: item.messageID,
            userID: item.userID, code: item.code.rawValue, content: item.content,
            time: item.messageSendTime, clientMessageID: item.clientMessageID,
            targetMessageID: item.targetMessageID, replyTo: item.replyTo)
        if item.userID == userID { message.state = .sent }
        eventSink.yield(.received(message))
    }

    // MARK: Acknowledging

    private func scheduleAcks() {
        guard ackTask == nil else { return }
        // Owned by the client: one at a time, ends with its one write.
        ackTask = Task {
            try? await Task.sleep(for: .milliseconds(ChatClient.ackDelayMs))
            ackTask = nil
            await flushAcks()
        }
    }

    func flushAcks() async {
        let chatroomIDs = acksDirty
        acksDirty = []
        guard session?.isAuthenticated == true else { return }
        for chatroomID in chatroomIDs.sorted() {
            guard let seq = try? withSync(chatroomID, { $0.takeAcknowledgement() }) else {
                continue
            }
            var ack = IMMessageACK()
            ack.chatroomID = chatroomID
            ack.seq = seq
            try? await write(ack, action: .messageAck, sequenceID: 0)
            try? cache.advance(chatroomID, ack: seq)
        }
    }

    // MARK: Pulling

    /// Takes the whole conversation list into the cache.
    func refreshConversations() async throws {
        var request = IMConversationsRequest()
        request.limit = 500
        var listed: Set<Int64> = []
        while true {
            let page = try decode(
                IMConversationsPage.self, try await self.request(request, action: .conversations))
            try cache.update(page.items)
            for item in page.items {
                listed.insert(item.chatroomID)
                try withSync(item.chatroomID) { sync in
                    sync.learned(head: item.headSeq, first: item.firstSeq)
                    sync.learned(acknowledged: item.ackSeq)
                }
                let held = try cache.conversation(item.chatroomID, ownID: userID)
                if let held, held.readSeq > item.readSeq {
                    await sendRead(item.chatroomID, through: held.readSeq)
                }
                if item.chatroomType == .single, item.peerID != 0 {
                    try cache.setUser(item.peerID, account: "", nickname: item.title)
                }
            }
            if page.nextCursor.isEmpty { break }
            request.cursor = page.nextCursor
        }
        try cache.retain(listed, now: ChatClient.now())
        eventSink.yield(.conversationsChanged)
    }

    /// Pulls in the background what is missing near the head; one run at a time.
    func wantSync(refreshing: Bool = false) {
        isSyncWanted = true
        guard syncTask == nil, session?.isAuthenticated == true else { return }
        // Owned by the client: one at a time, cancelled by `stop`.
        syncTask = Task {
            while isSyncWanted, session?.isAuthenticated == true, !Task.isCancelled {
                isSyncWanted = false
                if refreshing { try? await refreshConversations() }
                await pullNewest()
                await resolveNames()
            }
            syncTask = nil
        }
    }

    private func pullNewest() async {
        for (chatroomID, sync) in syncs {
            // What lies beyond the cursor the server pushes by itself, but for the gaps.
            guard let hole = sync.nextPull(most: ChatClient.automaticPullMessages),
                hole.upperBound > sync.head - ChatClient.automaticPullMessages,
                hole.upperBound <= sync.acknowledged || sync.gaps.contains(hole.upperBound)
            else { continue }
            try? await pull(chatroomID, hole)
        }
    }

    /// Pulls a range, newest first, until all of it is held; throws `ClientError`.
    public func pull(_ chatroomID: Int64, _ range: ClosedRange<Int64>) async throws {
        while let hole = try withSync(chatroomID, { $0.held.missing(in: range).last }) {
            var request = IMSyncRequest()
            request.chatroomID = chatroomID
            request.beforeSeq = hole.upperBound + 1
            request.limit = Int32(min(hole.upperBound - hole.lowerBound + 1, 500))
            let page = try decode(
                IMSyncPage.self, try await self.request(request, action: .sync))
            try await apply(page)
            let isProgress = page.messages.contains { hole.contains($0.seq) }
            if !isProgress { return }
        }
    }

    /// Makes sure that the `limit` messages before `seq` are held (nil: the newest); throws
    /// `ClientError` when they have to be pulled and cannot be.
    public func loadOlder(_ chatroomID: Int64, before seq: Int64?, limit: Int) async throws {
        let sync = try withSync(chatroomID) { $0 }
        let high = (seq ?? sync.head + 1) - 1
        let low = max(sync.first, high - Int64(limit) + 1)
        if low <= high { try await pull(chatroomID, low...high) }
    }

    /// What a conversation lacks, as the server counts it now: its holes.
    public func verify(_ chatroomID: Int64) async throws -> [ClosedRange<Int64>] {
        var request = IMSyncRequest()
        request.chatroomID = chatroomID
        request.limit = 1
        let page = try decode(IMSyncPage.self, try await self.request(request, action: .sync))
        try withSync(chatroomID) { $0.learned(head: page.headSeq, first: page.firstSeq) }
        try cache.advance(chatroomID, head: page.headSeq, first: page.firstSeq)
        let held = try cache.ranges(chatroomID)
        return page.headSeq < page.firstSeq
            ? [] : held.missing(in: page.firstSeq...page.headSeq)
    }
}
