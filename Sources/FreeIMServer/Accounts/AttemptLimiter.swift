import FreeIMCore
import FreeIMProtocol
import NIOConcurrencyHelpers

/// Attempts to sign in, limited for each key (an account, an address).
final class AttemptLimiter: Sendable {
    /// Keys remembered; beyond it those whose bucket is full again are dropped, then all.
    static let keysMax = 100_000

    private let perMinute: Int
    private let limiters = NIOLockedValueBox<[String: RateLimiter]>([:])

    /// `perMinute` attempts a minute for each key; 0: no limit.
    init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// Takes an attempt; throws `rate_limited`. `now` in milliseconds.
    func take(_ key: String, now: Int64) throws {
        if perMinute == 0 { return }
        let wait = limiters.withLockedValue { limiters in
            if limiters.count >= AttemptLimiter.keysMax {
                limiters = limiters.filter { !$0.value.isFull(now: now) }
                if limiters.count >= AttemptLimiter.keysMax { limiters = [:] }
            }
            var limiter =
                limiters[key]
                ?? RateLimiter(
                    perSecond: Double(perMinute) / 60, burst: Double(perMinute), now: now)
            defer { limiters[key] = limiter }
            return limiter.take(now: now)
        }
        if let wait {
            throw Refusal(
                .rateLimited, "Too many attempts; try again in \((wait + 999) / 1_000) s.",
                retryAfterMs: wait)
        }
    }
}
