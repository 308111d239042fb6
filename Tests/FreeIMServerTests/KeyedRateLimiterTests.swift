import Testing

@testable import FreeIMServer

@Suite struct KeyedRateLimiterTests {
    @Test func eachKeyHasItsOwn() {
        let limiter = KeyedRateLimiter<String>(perSecond: 2)
        for _ in 0..<4 { #expect(limiter.take("a", now: 0) == nil) }
        #expect(limiter.take("a", now: 0) == 500)
        #expect(limiter.take("b", now: 0) == nil)
        #expect(limiter.take("a", now: 500) == nil)
    }

    @Test func withoutALimitNothingIsKept() {
        let limiter = KeyedRateLimiter<Int64>(perSecond: 0)
        for key in 0..<1_000 { #expect(limiter.take(Int64(key), now: 0) == nil) }
        #expect(limiter.count == 0)
    }

    /// A full table forgets those that could go on anyway, and in the end all.
    @Test func tablesAreBounded() {
        let limiter = KeyedRateLimiter<Int64>(perSecond: 1, keysMax: 160)
        for key in 0..<10_000 {
            #expect(limiter.take(Int64(key), now: 0) == nil)
            #expect(limiter.count <= 160)
        }
        // Whoever used up their permits is remembered while there is room.
        let fresh = KeyedRateLimiter<Int64>(perSecond: 1, keysMax: 1_600)
        for _ in 0..<2 { #expect(fresh.take(-1, now: 0) == nil) }
        for key in 0..<1_000 { _ = fresh.take(Int64(key), now: Int64(key) * 10_000) }
        #expect(fresh.count <= 1_600)
    }
}
