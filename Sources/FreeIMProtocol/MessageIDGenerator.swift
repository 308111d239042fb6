/// Makes stamps for message IDs: strictly increasing, also when the clock steps back or more than
/// 4,096 fall in one millisecond (then it runs ahead of the clock).
public struct MessageIDGenerator: Sendable {
    /// The newest stamp given out; after a restart, the newest one stored.
    public private(set) var last: UInt64

    public init(after last: UInt64 = 0) {
        self.last = last
    }

    /// A new stamp; `now` in milliseconds since the epoch.
    public mutating func next(now: Int64) -> UInt64 {
        let floor = UInt64(max(0, now)) & ((1 << 42) - 1)
        last = max(floor << 12, last + 1)
        return last
    }
}
