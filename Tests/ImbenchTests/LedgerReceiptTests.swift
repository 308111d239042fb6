import Testing

@testable import imbench

@Suite struct LedgerReceiptTests {
    /// Device 1 has acknowledged 9 of 10 and read 6; device 0 was told so.
    private static func told() -> LedgerStory {
        var story = LedgerStory(devices: [1, 1])
        for seq in 1...10 { story.say(0, Int64(seq), to: [1]) }
        story.tell(.acknowledging(device: 1, conversation: 0, seq: 9))
        receipt(&story, 9, 0)
        story.tell(.reading(device: 1, conversation: 0, seq: 6))
        receipt(&story, 9, 6)
        return story
    }

    private static func receipt(_ story: inout LedgerStory, _ delivered: Int64, _ read: Int64) {
        story.tell(
            .receipt(device: 0, conversation: 0, user: 1, delivered: delivered, read: read))
    }

    @Test func theyOnlyGrow() {
        var story = Self.told()
        Self.receipt(&story, 0, 6)
        Self.receipt(&story, 9, 0)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test(arguments: [(8, 6), (9, 5), (10, 6), (9, 7)])
    func backOrTooFar(delivered: Int64, read: Int64) {
        var story = Self.told()
        Self.receipt(&story, delivered, read)
        let counts = story.end()
        #expect(counts == [.receipt: 1])
    }

    @Test func aCrashMayLoseTheLastOnes() {
        var story = Self.told()
        var honest = story
        story.reconnect(0)
        Self.receipt(&story, 8, 6)
        let counts = story.end()
        #expect(counts == [.receipt: 1])
        honest.tell(.fault(0))
        // What this connection was told stands all the same.
        Self.receipt(&honest, 9, 6)
        honest.reconnect(0)
        honest.tell(.fault(1))
        Self.receipt(&honest, 8, 3)
        Self.receipt(&honest, 9, 4)
        let none = honest.end()
        #expect(none.isEmpty)
    }

    @Test func readingImpliesReceiving() {
        var story = LedgerStory(devices: [1, 1])
        story.say(0, 1, to: [1])
        story.tell(.reading(device: 1, conversation: 0, seq: 1))
        Self.receipt(&story, 1, 1)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func usersOfOthersAreNotJudged() {
        var story = LedgerStory()
        story.tell(.receipt(device: 0, conversation: 0, user: -1, delivered: 5, read: 5))
        let counts = story.end()
        #expect(counts.isEmpty)
    }
}
