import Testing

@testable import imbench

/// Density, causality and durability: what the log holds, and where.
@Suite struct LedgerLogTests {
    @Test func aDenseLogIsHonest() {
        var story = LedgerStory()
        let log = (1...5).map { story.say(0, Int64($0), to: [1]) }
        story.readLog(0, log)
        story.readLog(1, log)
        let counts = story.end(finalLogsRead: true)
        #expect(counts.isEmpty)
    }

    @Test func aSkippedSeqIsAHole() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        let two = story.say(0, 3, to: [1])
        story.readLog(0, [one, nil, two])
        story.readLog(1, [one, nil, two])
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.density: 1])
    }

    @Test func aSingleChatShowsItWithoutItsLog() {
        var story = LedgerStory()
        story.say(0, 1, to: [1])
        story.say(0, 3, to: [1])
        let counts = story.end()
        #expect(counts == [.density: 1])
    }

    @Test(arguments: [0, -7, Int64.max]) func aSeqThatIsNone(seq: Int64) {
        var story = LedgerStory()
        let send = story.say(0, 1, to: [1])
        story.get(1, seq, send)
        let counts = story.end()
        #expect(counts == [.density: 1])
    }

    @Test func aSendTwiceInTheLog() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        story.readLog(0, [one, one])
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.density: 1])
    }

    @Test func whatWasAcknowledgedBeforeComesBefore() {
        var story = LedgerStory(devices: [1, 1])
        let one = story.send(0)
        story.ack(one, 2)
        story.get(1, 2, one)
        let two = story.send(1)
        story.ack(two, 1)
        story.get(0, 1, two, way: .pulled)
        let counts = story.end()
        #expect(counts == [.causality: 1])
    }

    @Test func aDeliveryShowsItTooAndSendsMadeMeanwhileAreFree() {
        var story = LedgerStory(devices: [1, 1, 1])
        let early = story.send(1)
        let one = story.send(0)
        story.ack(one, 2)
        story.get(2, 1, early)
        story.get(0, 1, early)
        story.get(1, 2, one)
        story.get(2, 2, one)
        let late = story.send(1)
        story.ack(early, 1)
        story.get(0, 3, late)
        story.get(2, 3, late)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func oneConnectionKeepsItsOrder() {
        var story = LedgerStory()
        let one = story.send(0)
        let two = story.send(0)
        story.ack(one, 2)
        story.ack(two, 1)
        story.get(1, 1, two)
        story.get(1, 2, one)
        let counts = story.end()
        #expect(counts == [.causality: 1])
    }

    @Test func retriesAndRefusalsMayComeLater() {
        var story = LedgerStory()
        let one = story.send(0)
        let two = story.send(0)
        let three = story.send(0)
        story.tell(.refused(send: one, isForGood: false))
        story.ack(three, 1)
        story.tell(.transmitted(send: one))
        story.reconnect(0)
        story.tell(.transmitted(send: two))
        story.ack(one, 2)
        story.ack(two, 3)
        for (seq, send) in [(1, three), (2, one), (3, two)] { story.get(1, Int64(seq), send) }
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func anAcknowledgedMessageHasToStayInTheLog() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        story.say(0, 2, to: [1])
        story.readLog(0, [one])
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.durability: 1])
    }

    @Test func soDoesOneThatSomebodySaw() {
        var story = LedgerStory()
        let one = story.send(0)
        story.get(1, 1, one)
        story.readLog(0, [])
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.durability: 1])
    }

    @Test func anAcknowledgedMessageThatIsGoneIsNotLostToo() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        let two = story.send(0)
        story.ack(two, 2)
        story.readLog(0, [one])
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.durability: 1])
    }

    @Test func anotherMessageInItsPlace() {
        var story = LedgerStory()
        let two = story.send(1)
        let one = story.say(0, 1, to: [1])
        story.readLog(0, [two])
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.durability: 1])
        #expect(story.ledger.findings.first?.send == one)
    }

    @Test func atAnotherPlaceThanAcknowledged() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        let two = story.send(0)
        story.ack(two, 3)
        story.get(1, 3, two)
        story.readLog(0, [one, two])
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.durability: 1])
    }

    @Test(arguments: [true, false]) func twoReadingsThatDisagree(isRightFirst: Bool) {
        var story = LedgerStory()
        let two = story.send(1)
        let one = story.say(0, 1, to: [1])
        for device: Int32 in [0, 1] {
            story.readLog(device, [(device == 0) == isRightFirst ? one : two])
        }
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.agreement: 1])
    }

    /// A server that pushes a message, stores another in its place and refuses the retry.
    @Test func aMessageThatVanishes() {
        var story = LedgerStory(devices: [1, 1, 1])
        let one = story.send(0)
        story.get(1, 1, one)
        story.tell(.transmitted(send: one))
        story.tell(.refused(send: one, isForGood: true))
        let two = story.send(2)
        story.ack(two, 1)
        story.get(0, 1, two)
        story.readLog(0, [two])
        let counts = story.end(finalLogsRead: true)
        #expect(counts[.durability] == 1)
        #expect(counts[.agreement, default: 0] > 0)
    }

    @Test func whatIsAcknowledgedBehindTheReadingIsNotMissed() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        story.readLog(0, [one])
        story.say(0, 2, to: [1])
        let counts = story.end(finalLogsRead: true)
        #expect(counts.isEmpty)
    }

    @Test func aRefusedMessageIsNotInTheLog() {
        var story = LedgerStory()
        let one = story.send(0)
        story.tell(.refused(send: one, isForGood: true))
        #expect(story.ledger.send(0).isRefused)
        #expect(story.ledger.unansweredCount == 0)
        var honest = story
        let none = honest.end()
        #expect(none.isEmpty)
        story.get(1, 1, one)
        let counts = story.end()
        #expect(counts == [.phantom: 1])
    }
}
