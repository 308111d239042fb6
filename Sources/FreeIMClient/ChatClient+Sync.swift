import FreeIMCore
import FreeIMProtocol

extension ChatClient {
    /// Newest messages of a conversation that are pulled without being asked for.
    static let automaticPullMessages: Int64 = 200
    /// Pages of the conversation list, of 500 each, before a server that goes on is cut off.
    static let listPagesMax = 200
    /// Names asked for in one run.
    static let namesMax = 50

    // MARK: Acknowledging

    func scheduleAcks() {
        guard ackTask == nil else { return }
        let delay = options.ackDelayMs
        // Owned by the client: one at a time, ends with its one write.
        ackTask = Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(delay))
            await self?.ackDue()
        }
    }

    private func ackDue() async {
        ackTask = nil
        if !isStopped { await flushAcks() }
    }

    /// Acknowledges what is stored, and notes what was.
    func flushAcks() async {
        guard session?.isAuthenticated == true else { return }
        let chatroomIDs = acksDirty
        acksDirty = []
        var marks: [Int64: SeqMarks] = [:]
        for chatroomID in chatroomIDs.sorted() {
            guard let seq = try? withSync(chatroomID, { $0.takeAcknowledgement() }) else {
                continue
            }
            marks[chatroomID] = SeqMarks(ack: seq)
            var ack = IMMessageACK()
            ack.chatroomID = chatroomID
            ack.seq = seq
            try? await write(ack, action: .messageAck, sequenceID: 0)
        }
        if !isStopped { try? cache.advance(marks) }
    }

    // MARK: The conversation list

    /// Takes the whole conversation list into the cache.
    func refreshConversations() async throws {
        var request = IMConversationsRequest()
        request.limit = 500
        var listed: Set<Int64> = []
        let before = try cache.readMarks()
        for number in 1... {
            let page = try decode(
                IMConversationsPage.self, try await self.request(request, action: .conversations))
            let items = page.items.filter { item in
                item.chatroomID > 0
                    && [item.headSeq, item.firstSeq, item.ackSeq, item.readSeq]
                        .allSatisfy { (0...ConversationSync.seqMax).contains($0) }
            }
            if items.count < page.items.count {
                complain("dropped \(page.items.count - items.count) conversations that cannot be")
            }
            let isNews = items.contains { !listed.contains($0.chatroomID) }
            try await take(items, before)
            listed.formUnion(items.map(\.chatroomID))
            if page.nextCursor.isEmpty || !isNews { break }
            if number == ChatClient.listPagesMax { break }
            request.cursor = page.nextCursor
        }
        try cache.retain(listed, now: ChatClient.now())
        eventSink.yield(.conversationsChanged)
    }

    private func take(
        _ items: [IMConversation], _ before: [Int64: (read: Int64, type: Int)]
    ) async throws {
        try cache.update(items)
        for item in items {
            kinds[item.chatroomID] = item.chatroomType.rawValue
            try withSync(item.chatroomID) { sync in
                if item.headSeq < sync.head { suspects.insert(item.chatroomID) }
                sync.learned(head: item.headSeq, first: item.firstSeq)
                sync.learned(acknowledged: item.ackSeq)
            }
            acksDirty.insert(item.chatroomID)
        }
        try cache.setNicknames(
            items.filter { $0.chatroomType == .single && $0.peerID > 0 }
                .map { (userID: $0.peerID, nickname: $0.title) })
        for item in items {
            if let read = before[item.chatroomID]?.read, read > item.readSeq {
                await sendRead(item.chatroomID, through: read)
            }
        }
    }

    // MARK: Pulling

    /// Whether something is missing that is fetched without being asked for.
    var hasSyncWork: Bool {
        if isRefreshWanted || !unnamed.isEmpty || !suspects.isEmpty { return true }
        return syncs.contains { automaticPull($0, $1) != nil }
    }

    /// Pulls in the background what is missing near the head; one run at a time.
    func wantSync(refreshing: Bool = false) {
        isSyncWanted = true
        if refreshing { isRefreshWanted = true }
        guard syncTask == nil, session?.isAuthenticated == true else { return }
        // Owned by the client: one at a time, cancelled by `stop`.
        syncTask = Task {
            while isSyncWanted, session?.isAuthenticated == true, !Task.isCancelled {
                isSyncWanted = false
                if isRefreshWanted {
                    isRefreshWanted = false
                    try? await refreshConversations()
                }
                await pullNewest()
                await resolveNames()
            }
            syncTask = nil
        }
    }

    /// The hole near the head that is to be pulled now; nil: none.
    private func automaticPull(
        _ chatroomID: Int64, _ sync: ConversationSync
    ) -> ClosedRange<Int64>? {
        guard let hole = sync.nextPull(most: ChatClient.automaticPullMessages),
            hole.upperBound > sync.head - ChatClient.automaticPullMessages,
            pulledInVain[chatroomID] != hole
        else { return nil }
        // What lies beyond the cursor the server pushes by itself, but for the gaps.
        let isOurs =
            hole.upperBound <= sync.acknowledged || sync.gaps.contains(hole.upperBound)
            || suspects.contains(chatroomID) || overdue.contains(chatroomID)
        return isOurs ? hole : nil
    }

    /// Holes that are the same at two heartbeats the server does not fill by itself.
    func noteOverdue() {
        var now: [Int64: ClosedRange<Int64>] = [:]
        for (chatroomID, sync) in syncs {
            guard let hole = sync.newestHole, hole.upperBound > sync.acknowledged else { continue }
            now[chatroomID] = hole
            if holesSeen[chatroomID] == hole { overdue.insert(chatroomID) }
        }
        holesSeen = now
    }

    private func pullNewest() async {
        for (chatroomID, sync) in syncs {
            guard let hole = automaticPull(chatroomID, sync) else { continue }
            guard (try? await pull(chatroomID, hole)) != nil else { continue }
            suspects.remove(chatroomID)
            overdue.remove(chatroomID)
            // What did not come is not there; only a person asks for it again.
            let left = syncs[chatroomID]?.nextPull(most: ChatClient.automaticPullMessages)
            if left == hole { pulledInVain[chatroomID] = hole }
        }
        suspects = suspects.filter { syncs[$0]?.newestHole != nil }
    }

    /// Pulls a range, newest first, until all of it is held or the server has no more of it;
    /// throws `ClientError`.
    public func pull(_ chatroomID: Int64, _ range: ClosedRange<Int64>) async throws {
        guard range.lowerBound > 0, range.upperBound <= ConversationSync.seqMax else { return }
        while let hole = try withSync(chatroomID, { $0.held.lastMissing(in: range) }) {
            let page = try await page(
                chatroomID, before: hole.upperBound + 1,
                limit: min(hole.upperBound - hole.lowerBound + 1, 500))
            // What counts is what was stored: a page may hold what contradicts the cache.
            if try withSync(chatroomID, { $0.held.lastMissing(in: range) }) != hole { continue }
            if page.headSeq < hole.upperBound { try correctHead(chatroomID, page.headSeq) }
            return
        }
    }

    /// Fetches a page and stores it: over the connection, or, from a follower, over HTTP.
    private func page(
        _ chatroomID: Int64, before seq: Int64?, limit: Int64
    ) async throws -> IMSyncPage {
        var request = IMSyncRequest()
        request.chatroomID = chatroomID
        if let seq { request.beforeSeq = seq }
        request.limit = Int32(clamping: limit)
        var page: IMSyncPage
        if role == .follower {
            page = try await syncOverHTTP(request)
        } else {
            page = try decode(IMSyncPage.self, try await self.request(request, action: .sync))
        }
        if page.chatroomID != chatroomID {
            complain("the server answered with a page of another chat")
            throw ClientError.refused(code: "internal", message: "the server's answer is odd")
        }
        var arrivals = Arrivals()
        arrivals.add(page)
        try apply(arrivals)
        if arrivals.odd > 0 {
            complain("dropped \(arrivals.odd) things from the server that cannot be")
        }
        page.messages = arrivals.items
        if role == .follower { poke(.held(chatroomID)) }
        return page
    }

    /// The server was asked for what lies below our head, had nothing, and says that its own is
    /// lower: ours came from something that was not so.
    private func correctHead(_ chatroomID: Int64, _ head: Int64) throws {
        let corrected = try withSync(chatroomID) { sync in
            sync.corrected(head: head)
            return sync.head
        }
        try cache.correctHead(chatroomID, corrected)
        eventSink.yield(.conversationsChanged)
    }

    /// Makes sure that the `limit` messages before `seq` are held (nil: the newest); throws
    /// `ClientError` when they have to be pulled and cannot be.
    public func loadOlder(_ chatroomID: Int64, before seq: Int64?, limit: Int) async throws {
        // Twice when the head turns out to be lower than was said.
        for _ in 0..<2 {
            if role == .follower { syncs[chatroomID] = nil }
            let sync = try withSync(chatroomID) { $0 }
            let high = min(seq ?? sync.head + 1, ConversationSync.seqMax) - 1
            let low = max(sync.first, high - Int64(max(0, limit)) + 1)
            guard low <= high else { return }
            try await pull(chatroomID, low...high)
            if seq != nil { return }
            if try withSync(chatroomID, { $0.head }) >= sync.head { return }
        }
    }

    /// What a conversation lacks, as the server counts it now: its holes.
    public func verify(_ chatroomID: Int64) async throws -> [ClosedRange<Int64>] {
        let page = try await page(chatroomID, before: nil, limit: 1)
        let held = try cache.ranges(chatroomID)
        guard page.headSeq >= page.firstSeq, page.headSeq <= ConversationSync.seqMax else {
            return []
        }
        return held.missing(in: max(1, page.firstSeq)...page.headSeq)
    }
}
