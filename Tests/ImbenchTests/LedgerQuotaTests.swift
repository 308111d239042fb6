import Testing

@testable import imbench

/// What is pushed to a device that comes back, and the Gap that says what is not.
@Suite struct LedgerQuotaTests {
    private static let quotas = Quotas(single: 10, group: 5, newDevice: 3)

    /// Device 1 has acknowledged 1 ... 4 and is off line; 30 messages are there.
    private static func away() -> LedgerStory {
        var story = LedgerStory(devices: [1, 1], quotas: quotas)
        for seq in 1...4 { story.say(0, Int64(seq), to: [1]) }
        story.tell(.acknowledging(device: 1, conversation: 0, seq: 4))
        story.tell(.offline(device: 1))
        for seq in 5...30 { story.say(0, Int64(seq), to: []) }
        return story
    }

    private static func push(
        _ story: inout LedgerStory, _ seqs: ClosedRange<Int64>, device: Int32 = 1
    ) {
        for seq in seqs { story.get(device, seq, Int32(seq - 1), way: .offlinePage) }
    }

    private static func gap(_ story: inout LedgerStory, _ from: Int64, _ through: Int64) {
        story.tell(.gap(device: 1, conversation: 0, from: from, through: through))
    }

    @Test func aGapAndTheNewestAreRight() {
        var story = Self.away()
        story.connect(1)
        Self.gap(&story, 5, 20)
        Self.push(&story, 21...30)
        #expect(story.ledger.missingCount(limit: 5) == 0)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func aCursorWrittenLateBeginsTheGapEarlier() {
        var story = Self.away()
        story.tell(.fault(0))
        story.connect(1)
        Self.gap(&story, 2, 20)
        Self.push(&story, 21...30)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func withoutAGapTheRestIsLost() {
        var story = Self.away()
        story.connect(1)
        Self.push(&story, 21...30)
        let counts = story.end()
        #expect(counts == [.loss: 16])
    }

    @Test func moreThanTheNewestWithoutAGap() {
        var story = Self.away()
        story.connect(1)
        Self.push(&story, 5...30)
        let counts = story.end()
        #expect(counts == [.quota: 1])
    }

    @Test func moreThanTheNewestBehindAGap() {
        var story = Self.away()
        story.connect(1)
        Self.gap(&story, 5, 10)
        Self.push(&story, 11...30)
        let counts = story.end()
        #expect(counts == [.quota: 1])
    }

    @Test func lessThanTheNewest() {
        var story = Self.away()
        story.connect(1)
        Self.gap(&story, 5, 28)
        Self.push(&story, 29...30)
        let counts = story.end()
        #expect(counts == [.quota: 1])
    }

    @Test func whatMayHaveCommittedMeanwhileCounts() {
        var story = Self.away()
        let more = (0..<5).map { _ in story.send(0) }
        story.connect(1)
        Self.gap(&story, 5, 25)
        for (at, send) in more.enumerated() { story.ack(send, Int64(31 + at)) }
        Self.push(&story, 26...35)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func aGapThatLeavesSomethingOut() {
        var story = Self.away()
        story.connect(1)
        Self.gap(&story, 8, 20)
        Self.push(&story, 21...30)
        let counts = story.end()
        #expect(counts == [.quota: 1, .loss: 3])
    }

    @Test func thePushBehindTheGapFollowsIt() {
        var story = Self.away()
        story.connect(1)
        Self.gap(&story, 5, 20)
        Self.push(&story, 20...30)
        let counts = story.end()
        #expect(counts == [.quota: 1])
    }

    @Test func aGapComesFirst() {
        var story = Self.away()
        story.connect(1)
        Self.push(&story, 21...30)
        Self.gap(&story, 5, 20)
        let counts = story.end()
        #expect(counts == [.quota: 1])
    }

    @Test func aNewDeviceGetsTheNewestWithoutAGap() {
        for (first, expected): (Int64, [Violation: Int]) in [(28, [:]), (20, [.quota: 1])] {
            var story = LedgerStory(devices: [1, 1], quotas: Self.quotas, isOnline: false)
            story.connect(0)
            for seq in 1...30 { story.say(0, Int64(seq), to: []) }
            story.connect(1)
            Self.push(&story, first...30)
            let counts = story.end()
            #expect(counts == expected)
        }
    }

    @Test func aNewDeviceIsToldOfNoGap() {
        var story = LedgerStory(devices: [1, 1], quotas: Self.quotas, isOnline: false)
        story.connect(0)
        for seq in 1...30 { story.say(0, Int64(seq), to: []) }
        story.connect(1)
        Self.gap(&story, 1, 20)
        Self.push(&story, 21...30)
        let counts = story.end()
        #expect(counts == [.quota: 1])
    }

    @Test func aGroupHasAQuotaOfItsOwn() {
        var story = LedgerStory(devices: [1, 1], isGroup: true, quotas: Self.quotas)
        story.tell(.offline(device: 1))
        for seq in 1...30 { story.say(0, Int64(seq), to: []) }
        story.connect(1)
        Self.gap(&story, 1, 25)
        Self.push(&story, 26...30)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func aGapThatIsNone() {
        var story = Self.away()
        story.connect(1)
        Self.gap(&story, 7, 5)
        Self.push(&story, 21...30)
        let counts = story.end()
        #expect(counts[.quota] == 1)
    }
}
