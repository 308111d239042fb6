import Testing

@testable import imbench

/// Leaks: who may see which part of a log.
@Suite struct LedgerMembershipTests {
    /// Users 0 and 1 are members from the beginning, 2 is not.
    private static func group() -> LedgerStory {
        LedgerStory(devices: [1, 1, 1], members: [0, 1], isGroup: true)
    }

    @Test func aStrangerOfASingleChatGetsNothing() {
        var story = LedgerStory(devices: [1, 1, 1], members: [0, 1])
        let send = story.say(0, 1, to: [1])
        story.get(2, 1, send)
        // At once, not in the end.
        #expect(story.ledger.counts == [.leak: 1])
        let counts = story.end()
        #expect(counts == [.leak: 1])
    }

    @Test func aStrangerOfAGroupGetsNothing() {
        var story = Self.group()
        let send = story.say(0, 1, to: [1])
        story.get(2, 1, send)
        let seen = story.time
        story.say(0, 2, to: [1])
        let counts = story.end()
        #expect(counts == [.leak: 1])
        #expect(story.ledger.findings.first?.time == seen)
    }

    @Test(arguments: [true, false]) func aJoinOpensTheLog(isKnownLate: Bool) {
        var story = Self.group()
        story.say(0, 1, to: [1])
        if !isKnownLate { story.change(0, 2, user: 2, isJoin: true) }
        let later = story.send(0)
        story.ack(later, 3)
        story.get(2, 3, later, way: .pulled)
        story.change(2, 2, user: 2, isJoin: true, way: .pulled)
        if isKnownLate { story.change(0, 2, user: 2, isJoin: true) }
        story.change(1, 2, user: 2, isJoin: true)
        story.get(1, 3, later)
        var leaking = story
        let counts = story.end()
        #expect(counts.isEmpty)
        leaking.get(2, 1, 0, way: .pulled)
        let leaked = leaking.end()
        #expect(leaked == [.leak: 1])
    }

    @Test func whoeverJoinedNeedsWhatComes() {
        var story = Self.group()
        for device: Int32 in [0, 1, 2] { story.change(device, 1, user: 2, isJoin: true) }
        story.say(0, 2, to: [1])
        #expect(story.ledger.missingCount(limit: 5) == 1)
        let counts = story.end()
        #expect(counts == [.loss: 1])
    }

    @Test(arguments: [true, false]) func aLeaveClosesTheLog(isKnownLate: Bool) {
        var story = Self.group()
        story.say(0, 1, to: [1])
        if !isKnownLate { story.change(0, 2, user: 1, isJoin: false) }
        var leaking = story
        let later = story.send(0)
        story.ack(later, 3)
        story.change(1, 2, user: 1, isJoin: false)
        if isKnownLate { story.change(0, 2, user: 1, isJoin: false) }
        // The one who left is not blamed for what comes later, and misses nothing.
        let counts = story.end()
        #expect(counts.isEmpty)
        let leak = leaking.send(0)
        leaking.ack(leak, 3)
        leaking.get(1, 3, leak)
        if isKnownLate { leaking.change(0, 2, user: 1, isJoin: false) }
        let leaked = leaking.end()
        #expect(leaked == [.leak: 1])
    }

    @Test func whoeverComesBackSeesBothParts() {
        var story = Self.group()
        let one = story.say(0, 1, to: [1])
        for device: Int32 in [0, 1] { story.change(device, 2, user: 1, isJoin: false) }
        story.say(0, 3, to: [])
        for device: Int32 in [1, 0] { story.change(device, 4, user: 1, isJoin: true) }
        let five = story.say(0, 5, to: [1])
        story.reconnect(1)
        story.get(1, 5, five, way: .offlinePage)
        var leaking = story
        let counts = story.end()
        #expect(counts.isEmpty)
        leaking.page(1, after: 0, seqs: [4, 5], head: 5, first: 4)
        leaking.get(1, 1, one, way: .pulled)
        leaking.get(1, 3, 1, way: .pulled)
        let leaked = leaking.end()
        #expect(leaked == [.leak: 1])
    }

    @Test func theFinalReadingLeaksToo() {
        var story = Self.group()
        let one = story.say(0, 1, to: [1])
        story.readLog(2, [one])
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.leak: 1])
    }

    @Test func whoeverLeavesWasOwedWhatCameBeforeTheLast() {
        var story = Self.group()
        story.say(0, 1, to: [])
        for device: Int32 in [1, 0] { story.change(device, 2, user: 1, isJoin: false) }
        let counts = story.end()
        #expect(counts == [.loss: 1])
    }

    @Test func whoeverLeftOffLineIsOwedNothing() {
        var story = Self.group()
        story.tell(.offline(device: 1))
        story.say(0, 1, to: [])
        story.change(0, 2, user: 1, isJoin: false)
        story.connect(1)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    /// Nobody saw that user 1 left, only that the user came back.
    @Test func whoeverComesBackWasAway() {
        var story = Self.group()
        story.tell(.offline(device: 1))
        let away = story.say(0, 1, to: [])
        story.change(0, 5, user: 1, isJoin: true)
        story.connect(1)
        story.change(1, 5, user: 1, isJoin: true, way: .offlinePage)
        #expect(story.ledger.missingCount(limit: 5) == 0)
        // Where the user left is not known, so this may have been before.
        story.get(1, 1, away, way: .pulled)
        story.page(1, after: 0, seqs: [5], head: 5, first: 5)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func aMemberFromTheBeginningMayReadFromTheBeginning() {
        var story = Self.group()
        for seq in 1...5 { story.say(0, Int64(seq), to: [1]) }
        story.page(1, after: 0, seqs: [5], head: 5, first: 5)
        let counts = story.end()
        #expect(counts == [.syncGap: 1])
    }
}
