import FreeIMCore
import NIOConcurrencyHelpers

/// The sends a second of each user, over all connections and HTTP; shared by all threads.
///
/// Bounded: where too many users send at once, those who would be let through anyway are
/// forgotten, and when that is not enough, all of that part are, who then begin anew.
final class UserSendLimits: Sendable {
    /// Users known in one part.
    static let usersPerPartMax = 16_384
    /// Parts with a lock of their own.
    static let parts = 16
    /// Seconds' worth of sends that may come at once.
    static let burstSeconds = 2

    private struct Known {
        let perSecond: Int
        var limiter: RateLimiter
    }

    private let perSecond: Int
    private let users: [NIOLockedValueBox<[Int64: Known]>]

    /// `perSecond`: of a user without a rate of their own; 0: no limit.
    init(perSecond: Int) {
        self.perSecond = perSecond
        users = (0..<UserSendLimits.parts).map { _ in NIOLockedValueBox([:]) }
    }

    /// Takes one permit; nil: taken, else the milliseconds to wait. `own`: a bot's rate.
    func take(_ userID: Int64, own: Int?, now: Int64) -> Int64? {
        let rate = own ?? perSecond
        guard rate > 0 else { return nil }
        let part = users[Int(UInt64(bitPattern: userID) % UInt64(UserSendLimits.parts))]
        return part.withLockedValue { users in
            if let known = users[userID], known.perSecond == rate {
                return users[userID]?.limiter.take(now: now)
            }
            if users.count >= UserSendLimits.usersPerPartMax {
                users = users.filter { !$0.value.limiter.isFull(now: now) }
                if users.count > UserSendLimits.usersPerPartMax / 2 { users = [:] }
            }
            var limiter = RateLimiter(
                perSecond: Double(rate), burst: Double(UserSendLimits.burstSeconds * rate),
                now: now)
            let wait = limiter.take(now: now)
            users[userID] = Known(perSecond: rate, limiter: limiter)
            return wait
        }
    }

    /// Users known now.
    var count: Int { users.reduce(0) { $0 + $1.withLockedValue { $0.count } } }

    /// Throws `rate_limited` unless that user may send now.
    func check(_ userID: Int64, own: Int?, now: Int64) throws(Refusal) {
        if let wait = take(userID, own: own, now: now) { throw .tooManySends(wait) }
    }
}

extension Refusal {
    static func tooManySends(_ wait: Int64) -> Refusal {
        Refusal(.rateLimited, "Too many messages; wait \(wait) ms.", retryAfterMs: wait)
    }
}
