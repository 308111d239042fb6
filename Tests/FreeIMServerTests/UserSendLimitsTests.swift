import Testing

@testable import FreeIMServer

@Suite struct UserSendLimitsTests {
    @Test func eachUserHasTheirOwn() {
        let limits = UserSendLimits(perSecond: 5)
        for _ in 0..<10 { #expect(limits.take(1, own: nil, now: 0) == nil) }
        #expect(limits.take(1, own: nil, now: 0) == 200)
        #expect(limits.take(2, own: nil, now: 0) == nil)
        #expect(limits.take(1, own: nil, now: 200) == nil)
        #expect(limits.take(1, own: nil, now: 200) == 200)
    }

    @Test func aRateOfOnesOwnCountsInstead() {
        let limits = UserSendLimits(perSecond: 1)
        for _ in 0..<20 { #expect(limits.take(1, own: 10, now: 0) == nil) }
        #expect(limits.take(1, own: 10, now: 0) == 100)
        let unlimited = UserSendLimits(perSecond: 0)
        for _ in 0..<100 { #expect(unlimited.take(1, own: nil, now: 0) == nil) }
        #expect(unlimited.take(1, own: 1, now: 0) == nil)
        #expect(unlimited.count == 1)
    }

    @Test func whoIsKnownIsBounded() {
        let limits = UserSendLimits(perSecond: 1)
        let most = UserSendLimits.usersPerPartMax * UserSendLimits.parts
        for user in 0..<Int64(most) { _ = limits.take(user, own: nil, now: 0) }
        #expect(limits.count == most)
        // Nobody's bucket is full yet, so all of a part begin anew.
        _ = limits.take(Int64(most), own: nil, now: 1)
        #expect(limits.count == most - UserSendLimits.usersPerPartMax + 1)
        // Later everybody's is, and they are forgotten.
        _ = limits.take(Int64(most) + 1, own: nil, now: 60_000)
        #expect(limits.count <= most - 2 * UserSendLimits.usersPerPartMax + 2)
    }
}
