import FreeIMProtocol

/// A conversation as one event loop sees it: who of its connections takes part.
struct HubRoom {
    /// How far a user was said to have got.
    private struct Told {
        var deliveredSeq: Int64 = 0
        var readSeq: Int64 = 0
    }

    let type: IMChatroomType
    var memberCount: Int
    var subscriptions: ContiguousArray<Subscription> = []
    /// By user; empty until the first receipt.
    private var told: [Int64: Told] = [:]

    init(type: IMChatroomType, memberCount: Int) {
        self.type = type
        self.memberCount = memberCount
    }

    /// Takes what is stored of a user that comes on line: nobody is told less of them.
    mutating func know(_ userID: Int64, deliveredSeq: Int64, readSeq: Int64) {
        if deliveredSeq == 0, readSeq == 0 { return }
        let before = told[userID] ?? Told()
        told[userID] = Told(
            deliveredSeq: max(before.deliveredSeq, deliveredSeq),
            readSeq: max(before.readSeq, readSeq))
    }

    /// The receipt as it is told here: the highest over the user's devices, so that a device that
    /// is behind takes nothing back; nil when it says nothing new.
    mutating func advance(_ item: ReceiptOutbox.Item) -> ReceiptOutbox.Item? {
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
