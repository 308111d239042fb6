import FreeIMCore
import Testing

@Suite struct SeqRangesTests {
    @Test func rangesThatTouchBecomeOne() {
        var held = SeqRanges([1...3, 7...9])
        held.insert(4...6)
        #expect(held.ranges == [1...9])
        held.insert(20)
        held.insert(10)
        #expect(held.ranges == [1...10, 20...20])
        #expect(held.missing(in: 0...25) == [0...0, 11...19, 21...25])
        #expect(held.end(from: 4) == 10)
        #expect(held.end(from: 11) == nil)
    }

    /// Random inserts against a plain set.
    @Test(arguments: 0..<500)
    func itIsASet(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var held = SeqRanges()
        var model: Set<Int64> = []
        for _ in 0..<40 {
            let low = Int64.random(in: 1...60, using: &random)
            let high = low + Int64.random(in: 0...6, using: &random)
            held.insert(low...high)
            model.formUnion(low...high)
        }
        let asSet = Set(held.ranges.flatMap { Array($0) })
        #expect(asSet == model, "seed \(seed)")
        #expect(held.count == Int64(model.count))
        let missing = held.missing(in: 1...70).flatMap { Array($0) }
        #expect(missing == (1...70).filter { !model.contains($0) })
        for seq in Int64(1)...70 { #expect(held.contains(seq) == model.contains(seq)) }
        for (one, next) in zip(held.ranges, held.ranges.dropFirst()) {
            #expect(one.upperBound + 1 < next.lowerBound)
        }
    }

    @Test(arguments: 0..<200) func theLastMissingIsTheLastOfTheMissing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ranges = SeqRanges()
        for _ in 0..<12 {
            let low = Int64.random(in: 1...60, using: &random)
            ranges.insert(low...(low + Int64.random(in: 0...4, using: &random)))
            let from = Int64.random(in: 1...60, using: &random)
            let range = from...(from + Int64.random(in: 0...30, using: &random))
            #expect(ranges.lastMissing(in: range) == ranges.missing(in: range).last)
        }
    }
}
