import FreeIMProtocol
import Testing

@Suite struct MessageIDGeneratorTests {
    @Test func followsTheClock() {
        var generator = MessageIDGenerator()
        #expect(generator.next(now: 1_000) == 1_000 << 12)
        #expect(generator.next(now: 1_000) == 1_000 << 12 + 1)
        #expect(generator.next(now: 1_001) == 1_001 << 12)
    }

    @Test func increasesWhenTheClockStepsBack() {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        var generator = MessageIDGenerator()
        var now: Int64 = 1_700_000_000_000
        var last: UInt64 = 0
        for _ in 0..<50_000 {
            now += Int64.random(in: -3_000...3_000, using: &random)
            let next = generator.next(now: now)
            #expect(next > last)
            last = next
        }
    }

    @Test func increasesPast4096InAMillisecond() {
        var generator = MessageIDGenerator()
        let stamps = (0..<10_000).map { _ in generator.next(now: 77) }
        #expect(Set(stamps).count == 10_000)
        #expect(stamps == stamps.sorted())
        #expect(stamps.last.map { $0 >> 12 } == 79)
        #expect(generator.next(now: 78) > stamps.last ?? .max)
    }

    @Test func goesOnBehindWhatIsStored() {
        var generator = MessageIDGenerator(after: 5_000 << 12 + 9)
        #expect(generator.next(now: 10) == 5_000 << 12 + 10)
        #expect(generator.next(now: 6_000) == 6_000 << 12)
    }

    @Test func clocksBeforeTheEpoch() {
        var generator = MessageIDGenerator()
        #expect(generator.next(now: -5) == 1)
        #expect(generator.next(now: Int64.min) == 2)
    }
}
