/// What one connection has been given of one conversation, and what it has acknowledged.
///
/// The push is a hint and the log is the truth: a push is taken only when it is the very next
/// seq; otherwise the conversation catches up from the log, and pushes are dropped meanwhile.
public struct DeliveryCursor: Sendable, Equatable {
    /// How this conversation is served.
    public enum Phase: Sendable, Equatable {
        /// The head is being read; pushes are only noted.
        case loading
        /// Every push goes out as it comes.
        case live
        /// Pages are read from the log until the head is reached.
        case catchingUp
    }

    /// What to do with a push.
    public enum Offer: Sendable, Equatable {
        case push
        /// The device has it, or sent it.
        case skip
        /// Not now; the log will bring it. `isNew` when catching up starts with this push.
        case leave(isNew: Bool)
    }

    /// Where delivery starts.
    public struct Start: Sendable, Equatable {
        /// Not pushed for want of quota: the device is told and may pull it.
        public let gap: ClosedRange<Int64>?
        /// Whether something has to be read from the log.
        public let isBehind: Bool
    }

    public private(set) var phase: Phase = .loading
    /// The newest seq written to this connection (or cut off by quota).
    public private(set) var pushed: Int64 = 0
    /// The newest seq known to be stored.
    public private(set) var head: Int64 = 0
    /// The newest seq that the device acknowledged.
    public private(set) var acknowledged: Int64

    /// A cursor at what the device acknowledged before.
    public init(acknowledged: Int64) {
        self.acknowledged = acknowledged
    }

    /// A cursor of a conversation that begins now, behind `seq`.
    public init(liveBehind seq: Int64) {
        acknowledged = seq
        pushed = seq
        head = seq
        phase = .live
    }

    /// Takes the head as read from the store; `quota` messages at most are pushed.
    public mutating func loaded(head stored: Int64, quota: Int64) -> Start {
        head = max(head, stored)
        let from = min(acknowledged, head)
        pushed = max(from, head - max(quota, 0))
        phase = pushed < head ? .catchingUp : .live
        return Start(
            gap: pushed > from ? (from + 1)...pushed : nil, isBehind: phase == .catchingUp)
    }

    /// Takes a push of `seq`; `isOwn`: this very device sent it.
    public mutating func offer(_ seq: Int64, isOwn: Bool, isWritable: Bool) -> Offer {
        head = max(head, seq)
        switch phase {
        case .loading, .catchingUp: return .leave(isNew: false)
        case .live: break
        }
        if seq <= pushed { return .skip }
        if seq == pushed + 1, isOwn || isWritable {
            pushed = seq
            return isOwn ? .skip : .push
        }
        phase = .catchingUp
        return .leave(isNew: true)
    }

    /// Notes that a page from the log up to `seq` was written; `head` as of that page.
    ///
    /// Returns whether the conversation is live again.
    public mutating func wrote(through seq: Int64, head stored: Int64) -> Bool {
        pushed = max(pushed, seq)
        head = max(head, stored)
        if phase == .catchingUp, pushed >= head { phase = .live }
        return phase == .live
    }

    /// Takes the device's acknowledgement; the new cursor when it moved.
    public mutating func acknowledge(_ seq: Int64) -> Int64? {
        let reached = min(seq, head)
        guard reached > acknowledged else { return nil }
        acknowledged = reached
        return reached
    }
}
