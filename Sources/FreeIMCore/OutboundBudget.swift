/// Whether a connection still drains what is written to it.
///
/// Bytes enqueued less bytes still buffered are bytes drained; a connection that has something
/// buffered and drains nothing for `stallMax` is a slow consumer.
public struct OutboundBudget: Sendable {
    /// Bytes written to the connection since it opened.
    public private(set) var enqueued = 0
    private var drained = 0
    private var progressAt: Int64

    public init(now: Int64) {
        progressAt = now
    }

    /// Notes bytes handed to the connection.
    public mutating func enqueue(_ bytes: Int) {
        enqueued += bytes
    }

    /// Looks at what is still buffered; true: nothing drained for `stallMax` milliseconds.
    public mutating func isStalled(buffered: Int, now: Int64, stallMax: Int64) -> Bool {
        let out = enqueued - buffered
        if buffered == 0 || out > drained {
            drained = out
            progressAt = now
            return false
        }
        return now - progressAt >= stallMax
    }
}
