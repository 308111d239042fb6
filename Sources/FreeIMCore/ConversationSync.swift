/// What a client holds of one conversation's log, and so what it lacks and may acknowledge.
///
/// A hole is a fact here and not a guess: every seq between `first` and `head` is held or it is
/// not. The server's Gap says that it will not push a range, so acknowledging may pass over it.
public struct ConversationSync: Sendable, Equatable {
    /// The greatest seq believed; what a server says beyond it is dropped.
    public static let seqMax: Int64 = 1 << 48
    /// Ranges kept of those that the server does not push; one more is not passed over.
    public static let gapsMax = 1_000

    /// The seqs stored.
    public private(set) var held: SeqRanges
    /// Ranges that the server said it does not push.
    public private(set) var gaps = SeqRanges()
    /// The oldest seq this user may read.
    public private(set) var first: Int64
    /// The newest seq known to exist.
    public private(set) var head: Int64
    /// The newest seq acknowledged to the server.
    public private(set) var acknowledged: Int64

    public init(held: SeqRanges = SeqRanges(), first: Int64 = 1, acknowledged: Int64 = 0) {
        self.held = held
        self.first = max(1, first)
        head = held.ranges.last?.upperBound ?? 0
        self.acknowledged = acknowledged
    }

    /// Notes what the server says of the conversation. Neither end ever moves back.
    public mutating func learned(head newHead: Int64, first newFirst: Int64) {
        if newHead <= ConversationSync.seqMax { head = max(head, newHead) }
        if newFirst <= ConversationSync.seqMax { first = max(first, newFirst) }
    }

    /// Takes a head back that turned out not to exist; never behind what is held.
    ///
    /// The server was asked for what should lie below that head, and had nothing.
    public mutating func corrected(head newHead: Int64) {
        head = max(held.ranges.last?.upperBound ?? 0, min(head, max(0, newHead)))
        guard let last = gaps.ranges.last, last.upperBound > head else { return }
        gaps = SeqRanges(
            gaps.ranges.filter { $0.lowerBound <= head }
                .map { $0.lowerBound...min($0.upperBound, head) })
    }

    /// Notes what another process stored.
    public mutating func stored(_ ranges: SeqRanges) {
        for range in ranges.ranges { held.insert(range) }
        head = max(head, held.ranges.last?.upperBound ?? 0)
    }

    /// Notes where the server's cursor stands.
    public mutating func learned(acknowledged seq: Int64) {
        acknowledged = max(acknowledged, seq)
    }

    /// Whether a message is new; one that is held is a repeat and is dropped.
    public func isNew(_ seq: Int64) -> Bool {
        seq > 0 && seq <= ConversationSync.seqMax && !held.contains(seq)
    }

    /// Notes that messages were stored.
    public mutating func stored(_ seqs: some Sequence<Int64>) {
        for seq in seqs where seq > 0 && seq <= ConversationSync.seqMax {
            held.insert(seq)
            head = max(head, seq)
        }
    }

    /// Notes that the server does not push that range; it may be pulled.
    public mutating func announcedGap(_ range: ClosedRange<Int64>) {
        guard range.lowerBound > 0, range.upperBound <= ConversationSync.seqMax else { return }
        if gaps.ranges.count < ConversationSync.gapsMax { gaps.insert(range) }
        head = max(head, range.upperBound)
    }

    /// The seq to acknowledge now: everything up to it is held or was announced as a gap; nil
    /// when that is no further than before.
    public mutating func takeAcknowledgement() -> Int64? {
        var reached = max(acknowledged, first - 1)
        while let end = held.end(from: reached + 1) ?? gaps.end(from: reached + 1) {
            reached = end
        }
        guard reached > acknowledged else { return nil }
        acknowledged = reached
        return reached
    }

    /// What is not held, ascending.
    public var holes: [ClosedRange<Int64>] {
        head < first ? [] : held.missing(in: first...head)
    }

    /// The hole nearest to the head.
    public var newestHole: ClosedRange<Int64>? {
        head < first ? nil : held.lastMissing(in: first...head)
    }

    /// The hole nearest to the head, its newest `most` seqs: what to pull first.
    public func nextPull(most: Int64) -> ClosedRange<Int64>? {
        guard let hole = newestHole else { return nil }
        return max(hole.lowerBound, hole.upperBound - most + 1)...hole.upperBound
    }
}
