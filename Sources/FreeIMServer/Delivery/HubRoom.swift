import FreeIMCore
import FreeIMProtocol

/// A conversation as one event loop sees it: who of its connections takes part.
///
/// Confined to that loop.
final class HubRoom {
    /// How far a user was said to have got.
    private struct Told {
        var deliveredSeq: Int64 = 0
        var readSeq: Int64 = 0
    }

    /// Connections beyond which an entry is given out in slices.
    static let connectionsAtOnceMax = 512
    /// Connections served in one slice.
    static let sliceConnectionsMax = 256
    /// Pushes after which a slice ends, once its last connection has all of the round.
    static let slicePushesMax = 1_024

    let chatroomID: Int64
    let type: IMChatroomType
    var memberCount: Int
    var roster = Roster<Subscription>()
    var backlog = RoomBacklog()
    /// Whether its turn to be served is planned.
    var isQueued = false
    /// By user; empty until the first receipt.
    private var told: [Int64: Told] = [:]

    init(chatroomID: Int64, type: IMChatroomType, memberCount: Int) {
        self.chatroomID = chatroomID
        self.type = type
        self.memberCount = memberCount
    }

    /// Whether what is told here in one go would keep others waiting.
    var isLarge: Bool {
        roster.count > HubRoom.connectionsAtOnceMax || !backlog.isEmpty
    }

    /// Gives an entry to everybody at once; how many got it.
    func fanOut(_ entry: CommittedEntry) -> Int {
        var frames = PushFrames(entry)
        var pushed = 0
        for subscription in roster.members where subscription.offer(&frames) { pushed += 1 }
        return pushed
    }

    /// Serves the next connections of the round under way, or of the next one.
    ///
    /// Returns how many pushes were written. `ended` is called for whoever takes part no longer.
    func serveSlice(_ ended: (Subscription) -> Void) -> Int {
        if !backlog.isInRound {
            backlog.startRound()
            roster.startRound()
        }
        var pushed = 0
        for _ in 0..<HubRoom.sliceConnectionsMax {
            guard pushed < HubRoom.slicePushesMax, let subscription = roster.visitNext() else {
                break
            }
            pushed += HubRoom.offer(backlog.round, to: subscription)
            if backlog.endsWithRound { ended(subscription) }
        }
        if !roster.hasUnvisited { backlog.endRound() }
        return pushed
    }

    /// Gives one connection all that it still has to get, before its turn.
    func serveNow(_ subscription: Subscription) -> Int {
        var pushed = 0
        if !roster.isVisited(subscription) {
            pushed += HubRoom.offer(backlog.round, to: subscription)
        }
        return pushed + HubRoom.offer(backlog.waiting, to: subscription)
    }

    private static func offer(_ pushes: [SharedPush], to subscription: Subscription) -> Int {
        var pushed = 0
        for push in pushes where subscription.offer(&push.frames) { pushed += 1 }
        return pushed
    }

    /// Takes what is stored of a user that comes on line: nobody is told less of them.
    func know(_ userID: Int64, deliveredSeq: Int64, readSeq: Int64) {
        if deliveredSeq == 0, readSeq == 0 { return }
        let before = told[userID] ?? Told()
        told[userID] = Told(
            deliveredSeq: max(before.deliveredSeq, deliveredSeq),
            readSeq: max(before.readSeq, readSeq))
    }

    /// The receipt as it is told here: the highest over the user's devices, so that a device that
    /// is behind takes nothing back; nil when it says nothing new.
    func advance(_ item: ReceiptOutbox.Item) -> ReceiptOutbox.Item? {
        if type != .single, !item.isReadMoved { return nil }
        let before = told[item.userID] ?? Told()
        let now = Told(
            deliveredSeq: max(before.deliveredSeq, item.deliveredSeq),
            readSeq: max(before.readSeq, item.readSeq))
        let isReadMoved = now.readSeq > before.readSeq
        guard isReadMoved || now.deliveredSeq > before.deliveredSeq else { return nil }
        told[item.userID] = now
        var advanced = item
        advanced.deliveredSeq = now.deliveredSeq
        advanced.readSeq = isReadMoved ? now.readSeq : 0
        advanced.isReadMoved = isReadMoved
        return advanced
    }
}
