import FreeIMCore
import Testing

@Suite struct SplitMix64Tests {
    @Test func numbersAreThePublishedOnes() {
        var random = SplitMix64(seed: 0)
        let first = [random.next(), random.next(), random.next()]
        #expect(first == [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f])
    }

    @Test func boundsHold() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<1_000 {
            let (fraction, within) = (random.fraction(), random.within(2...3))
            let (below, skewed) = (random.below(5), random.skewed(5))
            #expect((0..<1).contains(fraction))
            #expect((2...3).contains(within))
            #expect((0..<5).contains(below))
            #expect((0..<5).contains(skewed))
        }
        let none = random.below(0)
        let (never, always) = (random.happens(0), random.happens(1_000))
        #expect(none == 0)
        #expect(!never)
        #expect(always)
    }
}
