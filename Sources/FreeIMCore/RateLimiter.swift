/// A token bucket: `burst` at once, refilled at a steady rate.
public struct RateLimiter: Sendable {
    private var tokens: Double
    private var refilledAt: Int64
    private let burst: Double
    private let perMillisecond: Double

    /// `perSecond` permits a second, at most `burst` saved up; `now` in milliseconds.
    public init(perSecond: Double, burst: Double, now: Int64) {
        precondition(perSecond > 0 && burst >= 1)
        self.burst = burst
        perMillisecond = perSecond / 1_000
        tokens = burst
        refilledAt = now
    }

    /// Takes one permit; nil when taken, else the milliseconds until one is there.
    public mutating func take(now: Int64) -> Int64? {
        let elapsed = max(0, now - refilledAt)
        tokens = min(burst, tokens + Double(elapsed) * perMillisecond)
        refilledAt = max(refilledAt, now)
        if tokens >= 1 {
            tokens -= 1
            return nil
        }
        return Int64(((1 - tokens) / perMillisecond).rounded(.up))
    }

    /// Whether the bucket is full again, so that it need not be kept.
    public func isFull(now: Int64) -> Bool {
        tokens + Double(max(0, now - refilledAt)) * perMillisecond >= burst
    }
}
