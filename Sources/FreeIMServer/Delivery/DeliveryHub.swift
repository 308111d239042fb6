import FreeIMCore
import FreeIMProtocol
import NIOCore

/// One event loop's connections and conversations; confined to that loop.
///
/// The store's writer hands it one task for each commit; it writes to every connection concerned
/// and flushes each once.
final class DeliveryHub {
    let index: Int
    let eventLoop: any EventLoop
    let services: GatewayServices
    private(set) var connections: [Int: Connection] = [:]
    private var rooms: [Int64: HubRoom] = [:]
    private var users: [Int64: [Connection]] = [:]
    private var watchers: [Int64: [Connection]] = [:]
    private var dirty: [Connection] = []
    private var nextConnection = 1
    /// What the metrics were told to be waiting here.
    private var told = (bytes: 0, behind: 0)
    /// What goes wrong on purpose; nil in every server but those under test.
    let faults: HubFaults?
    private(set) var isDraining = false
    let receipts: ReceiptOutbox
    let slices = SliceQueue()

    let network: DeliveryNetwork

    init(
        index: Int, eventLoop: any EventLoop, services: GatewayServices,
        network: DeliveryNetwork
    ) {
        self.network = network
        self.index = index
        self.eventLoop = eventLoop
        self.services = services
        faults = HubFaults(services.faults)
        receipts = ReceiptOutbox()
    }

    // MARK: Connections

    /// Takes a new connection; its number on this loop.
    func opened(_ connection: Connection) -> Int {
        defer { nextConnection += 1 }
        connections[nextConnection] = connection
        services.metrics.connectionOpened(isWebSocket: connection.isWebSocket)
        return nextConnection
    }

    /// Forgets a connection that has closed.
    func closed(_ connection: Connection) {
        guard connections.removeValue(forKey: connection.number) != nil else { return }
        services.metrics.connectionClosed(isWebSocket: connection.isWebSocket)
        leave(connection)
    }

    /// Takes a connection out of everything that is delivered.
    func leave(_ connection: Connection) {
        unwatch(connection)
        for userID in connection.watchedUserIDs { removeWatcher(connection, userID) }
        connection.watchedUserIDs = []
        for subscription in connection.subscriptions.values { remove(subscription) }
        connection.subscriptions = [:]
    }

    /// From now on `connection` hears of that user's joins, leaves and closings.
    func watch(_ connection: Connection, userID: Int64) {
        connection.claimedUserID = userID
        users[userID, default: []].append(connection)
    }

    /// Ends `watch`, also for an Auth that was refused.
    func unwatch(_ connection: Connection) {
        guard connection.claimedUserID != 0 else { return }
        users[connection.claimedUserID]?.removeAll { $0 === connection }
        if users[connection.claimedUserID]?.isEmpty == true {
            users.removeValue(forKey: connection.claimedUserID)
        }
        connection.claimedUserID = 0
    }

    /// Adds a connection to a conversation.
    func subscribe(
        _ connection: Connection, _ room: SessionLoad.Room, cursor: DeliveryCursor
    ) -> Subscription {
        let subscription = Subscription(
            chatroomID: room.chatroomID, firstSeq: room.firstSeq, connection: connection,
            cursor: cursor)
        connection.subscriptions[room.chatroomID] = subscription
        let here =
            rooms[room.chatroomID]
            ?? HubRoom(
                chatroomID: room.chatroomID, type: room.type, memberCount: room.memberCount)
        rooms[room.chatroomID] = here
        here.roster.add(subscription)
        here.know(connection.userID, deliveredSeq: room.deliveredSeq, readSeq: room.readSeq)
        return subscription
    }

    func remove(_ subscription: Subscription) {
        guard let room = rooms[subscription.chatroomID] else { return }
        room.roster.remove(subscription)
        if room.roster.isEmpty { rooms.removeValue(forKey: subscription.chatroomID) }
    }

    /// The conversation, when a connection of this loop takes part in it.
    func room(_ chatroomID: Int64) -> HubRoom? { rooms[chatroomID] }

    /// Notes that `connection` has something to flush at the end of this task.
    func willFlush(_ connection: Connection) {
        if connection.isDirty { return }
        connection.isDirty = true
        dirty.append(connection)
    }

    /// Flushes what the current task wrote, each connection once.
    func flush() {
        // A connection that has room again may write more.
        while !dirty.isEmpty {
            let connections = dirty
            dirty.removeAll(keepingCapacity: true)
            for connection in connections { connection.flush() }
        }
    }

    // MARK: Commits

    /// Delivers what one commit means for this loop's connections.
    func deliver(_ batch: CommittedBatch) {
        for reply in batch.replies[index] {
            if faults != nil, reply.isSilent {
                connections[reply.connection]?.finished()
            } else {
                connections[reply.connection]?.answer(reply)
            }
        }
        for change in batch.changes {
            switch change {
            case .entry(let entry): fanOut(entry)
            case .unlogged(let entry): pushUnlogged(entry)
            case .joined(let join):
                rooms[join.chatroomID]?.memberCount = join.memberCount
                for connection in users[join.userID] ?? [] { connection.joined(join) }
            case .joinedMany(let join): joined(join)
            case .left(let chatroomID, let userID): left(chatroomID, userID)
            case .dissolved(let chatroomID): dissolved(chatroomID)
            case .close(let closing): close(closing)
            }
        }
        flush()
        if batch.committedMicros > 0, !batch.changes.isEmpty {
            services.metrics.pushLag.observe(ServerMetrics.micros() - batch.committedMicros)
        }
    }

    private func fanOut(_ entry: CommittedEntry) {
        if let faults { return fanOut(entry, faults) }
        guard let room = rooms[entry.chatroomID] else { return }
        if room.isLarge {
            room.backlog.add(entry)
            return slices.plan(room, on: self)
        }
        count(pushes: room.fanOut(entry))
    }

    func count(pushes: Int) {
        if pushes > 0 { services.metrics.pushed(pushes) }
    }

    private func joined(_ join: CommittedBatch.Joins) {
        rooms[join.chatroomID]?.memberCount = join.memberCount
        for userID in join.userIDs {
            for connection in users[userID] ?? [] {
                connection.joined(
                    CommittedBatch.Join(
                        chatroomID: join.chatroomID, userID: userID, firstSeq: join.firstSeq,
                        headSeq: join.headSeq, type: join.type, memberCount: join.memberCount))
            }
        }
    }

    private func left(_ chatroomID: Int64, _ userID: Int64) {
        let room = rooms[chatroomID]
        room?.memberCount -= 1
        for connection in users[userID] ?? [] {
            if let room, let subscription = connection.subscriptions[chatroomID] {
                // What stands before the leave in the log still reaches whoever left.
                count(pushes: room.serveNow(subscription))
            }
            if let subscription = connection.left(chatroomID) { remove(subscription) }
            if faults != nil { noteRemoved(connection, chatroomID) }
        }
    }

    /// Everybody's membership ends, behind what stands before it in the log.
    private func dissolved(_ chatroomID: Int64) {
        for connection in connections.values where !connection.isBound {
            connection.early.memberships.append(.left(chatroomID))
        }
        guard let room = rooms[chatroomID] else { return }
        room.memberCount = 0
        room.backlog.end()
        slices.plan(room, on: self)
    }

    private func close(_ closing: ConnectionClosing) {
        for connection in users[closing.userID] ?? [] where connection.matches(closing) {
            connection.revoked(closing.reason)
        }
    }

    // MARK: Signals that no log holds

    /// Pushes receipts to whom they concern.
    func deliver(_ batch: [ReceiptOutbox.Item]) {
        for said in batch {
            guard let room = rooms[said.chatroomID], let item = room.advance(said) else {
                continue
            }
            if room.type == .single || room.memberCount <= Limits.receiptGroupMembersMax {
                for subscription in room.roster.members {
                    tell(item, room, subscription.connection)
                }
                continue
            }
            // Where nobody else is told, nobody else is looked at.
            for connection in users[item.userID] ?? []
            where connection.subscriptions[item.chatroomID] != nil {
                tell(item, room, connection)
            }
        }
        flush()
    }

    private func tell(_ item: ReceiptOutbox.Item, _ room: HubRoom, _ connection: Connection) {
        if connection.place == item.origin || !connection.isBound { return }
        var receipt = IMReceipt()
        receipt.chatroomID = item.chatroomID
        receipt.userID = item.userID
        let isOwn = connection.userID == item.userID
        if isOwn || room.type != .single, !item.isReadMoved { return }
        if !isOwn, room.type == .single { receipt.deliveredSeq = item.deliveredSeq }
        receipt.readSeq = item.readSeq
        if receipt.deliveredSeq == 0 && receipt.readSeq == 0 { return }
        if let faults { receipt = self.receipt(receipt, for: connection, faults) }
        connection.send(receipt, action: .receipt)
    }

    /// Pushes a typing signal to the other members.
    func deliver(_ typing: IMTyping) {
        guard let room = rooms[typing.chatroomID] else { return }
        for subscription in room.roster.members
        where subscription.connection.userID != typing.userID && subscription.connection.isBound {
            subscription.connection.send(typing, action: .typing)
        }
        flush()
    }

    /// Pushes a user's presence to those who asked for it.
    func deliver(_ item: IMPresence.Item) {
        guard let connections = watchers[item.userID] else { return }
        var presence = IMPresence()
        presence.items = [item]
        for connection in connections { connection.send(presence, action: .presence) }
        flush()
    }

    /// Replaces the users whose presence `connection` hears of.
    func watchPresence(_ connection: Connection, userIDs: [Int64]) {
        for userID in connection.watchedUserIDs { removeWatcher(connection, userID) }
        connection.watchedUserIDs = userIDs
        for userID in userIDs { watchers[userID, default: []].append(connection) }
    }

    private func removeWatcher(_ connection: Connection, _ userID: Int64) {
        watchers[userID]?.removeAll { $0 === connection }
        if watchers[userID]?.isEmpty == true { watchers.removeValue(forKey: userID) }
    }

    /// Notes a receipt; it goes out with the next tick.
    func note(_ item: ReceiptOutbox.Item) {
        // How far a member of a group has got is told once it is read.
        if !item.isReadMoved, rooms[item.chatroomID]?.type != .single { return }
        guard receipts.add(item) else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: .milliseconds(ReceiptOutbox.tickMs)) {
            let hub = bound.value
            hub.network.broadcast(hub.receipts.take())
        }
    }

    /// Tells all loops that a user came or went.
    func announce(_ userID: Int64, isOnline: Bool) {
        network.broadcast(presence(userID, lastSeen: services.clock()))
    }

    /// A user's presence now; `lastSeen` in milliseconds since the epoch.
    func presence(_ userID: Int64, lastSeen: Int64) -> IMPresence.Item {
        let deviceTypes = services.directory.deviceTypes(userID)
        var item = IMPresence.Item()
        item.userID = userID
        item.online = !deviceTypes.isEmpty
        item.deviceTypes = Set(deviceTypes).sorted()
        item.lastSeenTime = item.online ? services.clock() : lastSeen
        return item
    }

    /// Ends a connection whose device or place was taken by another.
    func end(_ connection: Int, _ reason: QuitReason) {
        let title =
            reason == .replaced
            ? "This device connected again." : "Another device of this type signed in."
        connections[connection]?.quit(reason, title: title)
        flush()
    }

    // MARK: Time

    /// Looks at every connection's clock; once a second.
    func tick(now: Int64) {
        let time = services.clock()
        var (bytes, behind) = (0, 0)
        for connection in connections.values {
            connection.tick(now: now, time: time)
            bytes += connection.bytesWaiting
            behind += connection.behind.count
        }
        services.metrics.waitingChanged(
            bytes: bytes - told.bytes, conversations: behind - told.behind)
        told = (bytes, behind)
        flush()
    }

    /// Stops taking requests; connections whose requests are answered get Quit.
    func drain(reconnectSpreadMs: Int64) {
        isDraining = true
        let all = connections.values.sorted { $0.number < $1.number }
        for (index, connection) in all.enumerated() {
            let after = reconnectSpreadMs * Int64(index + 1) / Int64(max(all.count, 1))
            connection.drain(reconnectAfterMs: after)
        }
        flush()
    }
}
