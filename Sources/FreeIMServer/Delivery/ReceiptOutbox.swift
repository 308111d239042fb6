/// Receipts waiting for the next tick, the newest of each user and conversation.
///
/// Coalesced so that a burst of acknowledgements costs one push and not one each; confined to an
/// event loop.
final class ReceiptOutbox {
    /// Milliseconds between two ticks while receipts wait.
    static let tickMs: Int64 = 50

    /// How far a user has got in a conversation.
    struct Item: Sendable {
        let chatroomID: Int64
        let userID: Int64
        var deliveredSeq: Int64
        var readSeq: Int64
        var isReadMoved: Bool
        /// The connection that said so, which is not told again.
        var origin: DeviceDirectory.Place
    }

    private struct Key: Hashable {
        let chatroomID: Int64
        let userID: Int64
    }

    private var waiting: [Key: Item] = [:]

    /// Adds a receipt; true when it is the first to wait.
    func add(_ item: Item) -> Bool {
        let wasEmpty = waiting.isEmpty
        let key = Key(chatroomID: item.chatroomID, userID: item.userID)
        if var known = waiting[key] {
            known.deliveredSeq = max(known.deliveredSeq, item.deliveredSeq)
            known.readSeq = max(known.readSeq, item.readSeq)
            known.isReadMoved = known.isReadMoved || item.isReadMoved
            known.origin = item.origin
            waiting[key] = known
        } else {
            waiting[key] = item
        }
        return wasEmpty
    }

    /// All that waits.
    func take() -> [Item] {
        defer { waiting.removeAll(keepingCapacity: true) }
        return Array(waiting.values)
    }
}
