import FreeIMCore
import NIOConcurrencyHelpers

/// A token bucket for each key, in tables of bounded size.
final class KeyedRateLimiter<Key: Hashable & Sendable>: Sendable {
    /// Tables, so that threads seldom wait for each other.
    private static var parts: Int { 16 }

    private let perSecond: Int
    private let keysMax: Int
    private let tables: [NIOLockedValueBox<[Key: RateLimiter]>]

    /// `perSecond` permits for each key, twice as many at once; 0: no limit. Beyond `keysMax` keys
    /// those whose bucket is full again are forgotten, then all.
    init(perSecond: Int, keysMax: Int = 100_000) {
        self.perSecond = perSecond
        self.keysMax = max(1, keysMax / Self.parts)
        tables = (0..<Self.parts).map { _ in NIOLockedValueBox([:]) }
    }

    /// Takes a permit; nil: taken, else the milliseconds until there is one.
    func take(_ key: Key, now: Int64) -> Int64? {
        if perSecond == 0 { return nil }
        let table = tables[Int(UInt(bitPattern: key.hashValue) % UInt(Self.parts))]
        return table.withLockedValue { limiters in
            if limiters[key] == nil, limiters.count >= keysMax {
                limiters = limiters.filter { !$0.value.isFull(now: now) }
                if limiters.count >= keysMax { limiters = [:] }
            }
            let rate = Double(perSecond)
            return limiters[key, default: RateLimiter(perSecond: rate, burst: 2 * rate, now: now)]
                .take(now: now)
        }
    }

    /// Keys remembered now.
    var count: Int { tables.reduce(0) { $0 + $1.withLockedValue { $0.count } } }
}
