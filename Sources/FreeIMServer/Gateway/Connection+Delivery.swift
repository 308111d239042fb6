import FreeIMCore
import FreeIMProtocol
import NIOCore

extension Connection {
    /// Takes part in the user's conversations and reads their heads; pushes count from now on.
    ///
    /// The order is what makes it safe: subscribe first, then read the log, then drop by seq what
    /// came twice. The other order loses what arrives in between.
    func beginDelivery(
        _ rooms: [SessionLoad.Room],
        ready: @escaping @Sendable (Connection, _ isLoaded: Bool) -> Void
    ) {
        let device = device
        let unwritten = store.pendingCursors.acknowledged(
            device: device, rooms.map(\.chatroomID))
        for var room in rooms {
            let unsaved = store.pendingCursors.receipt(
                PendingCursors.UserKey(userID: userID, chatroomID: room.chatroomID))
            room.deliveredSeq = max(room.deliveredSeq, unsaved.deliveredSeq)
            room.readSeq = max(room.readSeq, unsaved.readSeq)
            let stored = max(room.ackSeq, unwritten[room.chatroomID] ?? 0, room.firstSeq - 1)
            _ = hub.subscribe(self, room, cursor: DeliveryCursor(acknowledged: stored))
        }
        loadHeads(rooms.map(\.chatroomID), ready: ready)
    }

    /// Takes part in what the user joined between the loading of the session and its answer.
    func joinEarly() {
        let rooms = early.applied(to: []).filter { subscriptions[$0.chatroomID] == nil }
        early = EarlyEvents()
        if rooms.isEmpty { return }
        for room in rooms {
            let cursor = DeliveryCursor(acknowledged: room.firstSeq - 1)
            _ = hub.subscribe(self, room, cursor: cursor)
        }
        loadHeads(rooms.map(\.chatroomID)) { _, _ in }
    }

    private func loadHeads(
        _ chatroomIDs: [Int64], ready: @escaping @Sendable (Connection, _ isLoaded: Bool) -> Void
    ) {
        if chatroomIDs.isEmpty { return ready(self, true) }
        let (store, loop) = (store, hub.eventLoop)
        let bound = NIOLoopBound(self, eventLoop: loop)
        store.onReader {
            let heads = Result { try store.heads(chatroomIDs) }
            // The most recently active conversation is served first.
            let stamps = (try? store.lastStamps(chatroomIDs)) ?? [:]
            loop.execute {
                switch heads {
                case .success(let heads): bound.value.loaded(heads, stamps, ready)
                case .failure:
                    bound.value.loadFailed()
                    ready(bound.value, false)
                }
            }
        }
    }

    private func loadFailed() {
        quit(.protocolError, title: "The server could not read; connect again.")
        hub.flush()
    }

    private func loaded(
        _ heads: [Int64: Int64], _ stamps: [Int64: Int64],
        _ ready: @Sendable (Connection, _ isLoaded: Bool) -> Void
    ) {
        guard context != nil else { return }
        ready(self, true)
        guard machine.phase != .closing else { return }
        let ordered = heads.sorted { (stamps[$0.key] ?? 0, $0.key) > (stamps[$1.key] ?? 0, $1.key) }
        for (chatroomID, head) in ordered {
            guard let subscription = subscriptions[chatroomID],
                subscription.cursor.phase == .loading, let room = hub.room(chatroomID)
            else { continue }
            var quota =
                room.type == .single
                ? services.limits.offlineSingleMessagesMax
                : services.limits.offlineGroupMessagesMax
            if hub.faults != nil {
                quota = hub.quota(
                    quota, missing: head - min(subscription.cursor.acknowledged, head))
            }
            let start = subscription.cursor.loaded(head: head, quota: Int64(quota))
            if let gap = start.gap {
                var message = IMGap()
                message.chatroomID = chatroomID
                message.fromSeq = gap.lowerBound
                message.toSeq = gap.upperBound
                send(message, action: .gap)
            }
            if start.isBehind { behind.append(subscription) }
        }
        catchUp()
        hub.flush()
    }

    // MARK: Catching up

    /// A push did not fit: this conversation is read from the log once there is room.
    func fellBehind(_ subscription: Subscription) {
        services.metrics.fellBehind()
        behind.append(subscription)
        catchUp()
    }

    /// Reads the next page of what lies behind, one at a time, while there is room for it.
    func catchUp() {
        guard !isCatchingUp, isWritable, machine.phase != .closing, let next = behind.first
        else { return }
        isCatchingUp = true
        let (store, loop, version, userID) = (store, hub.eventLoop, version, userID)
        let (chatroomID, after) = (next.chatroomID, next.cursor.pushed)
        let bytesMax = services.limits.frameBytesMax
        let bound = NIOLoopBound(self, eventLoop: loop)
        store.onReader {
            var request = IMSyncRequest()
            request.chatroomID = chatroomID
            request.afterSeq = after
            request.limit = Int32(Limits.syncPageMessagesMax)
            let page = Result {
                let slice = try store.slice(
                    request, userID: userID, bytesMax: bytesMax, version: version)
                return CatchUpPage(
                    body: slice.items.isEmpty ? [] : slice.body(), lastSeq: slice.lastSeq,
                    headSeq: slice.headSeq)
            }
            loop.execute { bound.value.caughtUp(chatroomID, page) }
        }
    }

    private func caughtUp(_ chatroomID: Int64, _ page: Result<CatchUpPage, any Error>) {
        isCatchingUp = false
        guard context != nil, machine.phase != .closing, let next = behind.first else { return }
        guard next.chatroomID == chatroomID, subscriptions[chatroomID] === next else {
            behind.removeFirst()
            return catchUp()
        }
        switch page {
        case .failure(let error):
            behind.removeFirst()
            if !(error is Refusal) { return loadFailed() }
        case .success(let page):
            if !page.body.isEmpty { send(body: page.body, action: .sync, sequenceID: 0) }
            let through = page.body.isEmpty ? page.headSeq : page.lastSeq
            if next.cursor.wrote(through: through, head: page.headSeq) { behind.removeFirst() }
        }
        // Flushed first: whether there is room for the next page shows only then.
        hub.flush()
        catchUp()
    }

    // MARK: Joins and leaves

    func joined(_ join: CommittedBatch.Join) {
        let room = SessionLoad.Room(
            chatroomID: join.chatroomID, type: join.type, firstSeq: join.firstSeq, ackSeq: 0,
            memberCount: join.memberCount)
        guard isBound else {
            early.memberships.append(.joined(room))
            return
        }
        if subscriptions[join.chatroomID] != nil { return }
        // What is committed behind the join comes behind it here too.
        _ = hub.subscribe(self, room, cursor: DeliveryCursor(liveBehind: join.headSeq))
    }

    /// Ends the part in a conversation; the subscription that ended.
    func left(_ chatroomID: Int64) -> Subscription? {
        if !isBound { early.memberships.append(.left(chatroomID)) }
        guard let subscription = subscriptions.removeValue(forKey: chatroomID) else { return nil }
        if behind.first !== subscription || !isCatchingUp {
            behind.removeAll { $0 === subscription }
        }
        return subscription
    }
}

/// A page on its way from a reader's thread to the connection.
struct CatchUpPage: Sendable {
    let body: [UInt8]
    let lastSeq: Int64
    let headSeq: Int64
}
