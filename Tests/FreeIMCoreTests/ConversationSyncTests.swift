import FreeIMCore
import Testing

@Suite struct ConversationSyncTests {
    @Test func nothingIsAcknowledgedBeyondAHole() {
        var sync = ConversationSync()
        sync.stored([1, 2, 4])
        let first = sync.takeAcknowledgement()
        #expect(first == 2)
        #expect(sync.holes == [3...3])
        sync.stored([3])
        let second = sync.takeAcknowledgement()
        #expect(second == 4)
        let third = sync.takeAcknowledgement()
        #expect(third == nil)
    }

    @Test func anAnnouncedGapMayBePassedAndStaysAHole() {
        var sync = ConversationSync()
        sync.announcedGap(1...100)
        sync.stored(101...110)
        let reached = sync.takeAcknowledgement()
        #expect(reached == 110)
        #expect(sync.holes == [1...100])
        #expect(sync.nextPull(most: 30) == 71...100)
    }

    @Test func repeatsAreNotNew() {
        var sync = ConversationSync()
        sync.stored([5])
        #expect(!sync.isNew(5))
        #expect(sync.isNew(6))
        #expect(!sync.isNew(0))
    }

    @Test func absurdNumbersAreNotBelieved() {
        var sync = ConversationSync()
        sync.stored([1, 2, Int64.max, -4, 0])
        sync.learned(head: Int64.max, first: Int64.max)
        sync.announcedGap(3...Int64.max)
        #expect(sync.head == 2 && sync.first == 1 && sync.gaps.isEmpty)
        sync.announcedGap(5...ConversationSync.seqMax)
        sync.learned(head: 40, first: 1)
        sync.corrected(head: 9)
        #expect(sync.head == 9 && sync.gaps.ranges == [5...9])
        sync.corrected(head: 1)
        #expect(sync.head == 2 && sync.holes.isEmpty && sync.gaps.isEmpty)
    }

    @Test func gapsAreBounded() {
        var sync = ConversationSync()
        for number in 1...Int64(2 * ConversationSync.gapsMax) {
            sync.announcedGap((3 * number)...(3 * number))
        }
        #expect(sync.gaps.ranges.count == ConversationSync.gapsMax)
    }

    /// Messages in any order, doubled, with pulls in between: in the end nothing is missing, and
    /// at no time is anything acknowledged that is not held.
    @Test(arguments: 0..<500)
    func whateverTheOrderTheEndIsWhole(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let head = Int64.random(in: 1...80, using: &random)
        var sync = ConversationSync()
        var coming = Array(1...head) + (1...head).filter { _ in Bool.random(using: &random) }
        coming.shuffle(using: &random)
        var held: Set<Int64> = []
        var last: Int64 = 0
        for seq in coming.prefix(coming.count / 2) {
            #expect(sync.isNew(seq) == !held.contains(seq))
            sync.stored([seq])
            held.insert(seq)
            if let acknowledged = sync.takeAcknowledgement() {
                #expect(acknowledged > last && (1...acknowledged).allSatisfy(held.contains))
                last = acknowledged
            }
        }
        sync.learned(head: head, first: 1)
        while let pull = sync.nextPull(most: 7) { sync.stored(pull) }
        #expect(sync.holes.isEmpty)
        let end = sync.takeAcknowledgement() ?? last
        #expect(end == head, "seed \(seed)")
    }
}
