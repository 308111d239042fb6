import FreeIMCore
import Testing

@testable import imbench

@Suite struct HeldSeqsTests {
    /// Random inserts against a plain set.
    @Test(arguments: 0..<300) func itIsASet(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var held = HeldSeqs()
        var model: Set<Int32> = []
        for _ in 0..<60 {
            let low = Int32.random(in: 1...60, using: &random)
            if Int.random(in: 0..<5, using: &random) == 0 {
                let high = low + Int32.random(in: 0...5, using: &random)
                held.insert(low, through: high)
                model.formUnion(low...high)
            } else {
                let isNew = held.insert(low)
                let isModelNew = model.insert(low).inserted
                #expect(isNew == isModelNew, "seed \(seed)")
            }
        }
        let runs = held.runs
        #expect(Set(runs.flatMap { Array($0.low...$0.high) }) == model, "seed \(seed)")
        for (one, next) in zip(runs, runs.dropFirst()) { #expect(one.high + 1 < next.low) }
        for seq in Int32(0)...70 { #expect(held.contains(seq) == model.contains(seq)) }
        let missing = held.missing(5, through: 65).flatMap { Array($0.low...$0.high) }
        #expect(missing == (5...65).filter { !model.contains($0) })
        #expect(held.last == model.max() ?? 0)
        #expect(held.covers(10, through: 20) == (10...20).allSatisfy { model.contains($0) })
    }
}
