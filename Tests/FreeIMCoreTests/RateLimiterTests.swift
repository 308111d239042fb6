import FreeIMCore
import Testing

@Suite struct RateLimiterTests {
    @Test func aBurstThenASteadyRate() {
        var limiter = RateLimiter(perSecond: 10, burst: 3, now: 0)
        for _ in 0..<3 {
            let wait = limiter.take(now: 0)
            #expect(wait == nil)
        }
        let got1 = limiter.take(now: 0)
        #expect(got1 == 100)
        let got2 = limiter.take(now: 99)
        #expect(got2 != nil)
        let got3 = limiter.take(now: 100)
        #expect(got3 == nil)
        #expect(limiter.isFull(now: 10_000))
    }

    @Test func aClockThatStepsBackGivesNothingAway() {
        var limiter = RateLimiter(perSecond: 1, burst: 1, now: 5_000)
        let got4 = limiter.take(now: 5_000)
        #expect(got4 == nil)
        let got5 = limiter.take(now: 1_000)
        #expect(got5 == 1_000)
        let got6 = limiter.take(now: 6_000)
        #expect(got6 == nil)
    }
}
