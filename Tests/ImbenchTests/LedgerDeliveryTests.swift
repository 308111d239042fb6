import Testing

@testable import imbench

/// Loss, doubles, order and agreement: what reaches whom.
@Suite struct LedgerDeliveryTests {
    @Test func anHonestHistoryHasNoViolation() {
        var story = LedgerStory(devices: [2, 1])
        let first = story.send(0)
        #expect(story.get(1, 1, first) == .delivered(send: Int(first), device: 1))
        #expect(story.ack(first, 1) == .acknowledged(send: Int(first)))
        #expect(story.ledger.missingCount(limit: 10) == 1)
        story.get(2, 1, first)
        #expect(story.ledger.missingCount(limit: 10) == 0)
        story.say(2, 2, to: [0, 1])
        let (deliveries, acknowledged) = (story.ledger.deliveries, story.ledger.acknowledged)
        #expect(deliveries == 4)
        #expect(acknowledged == 2)
        #expect(story.ledger.unansweredCount == 0)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func whatAnybodySawHasToReachAll() {
        var story = LedgerStory(devices: [1, 1, 1])
        let send = story.send(0)
        story.get(1, 1, send)
        #expect(story.ledger.missingCount(limit: 10) == 1)
        #expect(story.ledger.unansweredCount == 1)
        let counts = story.end()
        #expect(counts == [.loss: 1])
        let finding = story.ledger.findings.first
        #expect(finding?.device == 2)
        #expect(finding?.send == send)
    }

    @Test func anAcknowledgedMessageThatNobodyGetsIsLost() {
        var story = LedgerStory()
        let send = story.send(0)
        story.ack(send, 1)
        let counts = story.end()
        #expect(counts == [.loss: 1])
    }

    @Test func aCutShortRunLosesNothing() {
        var story = LedgerStory()
        let send = story.send(0)
        story.ack(send, 1)
        story.ledger.finish(finalLogsRead: false, isDrained: false)
        #expect(story.ledger.counts.isEmpty)
    }

    @Test func aFinalPageDoesNotDeliver() {
        var story = LedgerStory()
        let send = story.send(0)
        story.ack(send, 1)
        story.readLog(1, [send])
        let counts = story.end(finalLogsRead: true)
        #expect(counts == [.loss: 1])
    }

    @Test func aPulledPageDelivers() {
        var story = LedgerStory()
        let send = story.send(0)
        story.ack(send, 1)
        story.page(1, after: 0, seqs: [1], head: 1)
        #expect(story.get(1, 1, send, way: .pulled) == .delivered(send: 0, device: 1))
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func theSenderHasWhatItSentOverHTTPToo() {
        var story = LedgerStory(devices: [2, 1])
        let one = story.send(0, isHTTP: true)
        story.get(0, 1, one)
        story.get(1, 1, one)
        story.get(2, 1, one)
        story.ack(one, 1)
        let two = story.send(0, isHTTP: true)
        story.ack(two, 2)
        story.get(1, 2, two)
        story.get(2, 2, two)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func onePushTwiceOnAConnectionIsADouble() {
        var story = LedgerStory()
        let send = story.say(0, 1, to: [1])
        story.get(1, 1, send)
        let counts = story.end()
        #expect(counts == [.dup: 1])
    }

    @Test func anOlderOneAgainIsADoubleToo() {
        var story = LedgerStory()
        let send = story.say(0, 1, to: [1])
        story.say(0, 2, to: [1])
        story.get(1, 1, send)
        let counts = story.end()
        #expect(counts == [.dup: 1])
    }

    @Test func itsOwnMessageAsAPushIsADouble() {
        var story = LedgerStory()
        let send = story.say(0, 1, to: [1])
        story.get(0, 1, send)
        let counts = story.end()
        #expect(counts == [.dup: 1])
    }

    @Test func afterAReconnectItMayComeAgain() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        let two = story.say(1, 2, to: [0])
        story.reconnect(1)
        story.get(1, 1, one, way: .offlinePage)
        story.get(1, 2, two, way: .offlinePage)
        let repeats = story.ledger.repeats
        #expect(repeats == 1)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func swappedPushesAreOutOfOrder() {
        var story = LedgerStory()
        let one = story.send(0)
        let two = story.send(0)
        story.ack(one, 1)
        story.ack(two, 2)
        story.get(1, 2, two)
        story.get(1, 1, one)
        let counts = story.end()
        #expect(counts == [.order: 1])
    }

    @Test func twoDevicesHaveToAgree() {
        var story = LedgerStory(devices: [1, 1, 1])
        let one = story.send(0)
        let two = story.send(1)
        story.ack(one, 1)
        story.ack(two, 2)
        story.get(1, 1, one)
        story.get(0, 2, two)
        story.get(2, 1, one)
        story.get(2, 2, one)
        let counts = story.end()
        #expect(counts == [.agreement: 1])
    }

    @Test func answersHaveToAgree() {
        var story = LedgerStory(devices: [1, 1])
        let one = story.say(0, 1, to: [1])
        story.ack(one, 1, isDuplicate: true)
        story.ack(one, 2, isDuplicate: true)
        let other = Int32(story.ledger.addConversation(members: [0, 1], isGroup: false))
        story.ack(one, 1, in: other)
        let counts = story.end()
        #expect(counts == [.agreement: 2])
    }

    @Test func aLateDeviceNeedsOnlyTheNewest() {
        var story = LedgerStory(devices: [1, 2], isOnline: false)
        story.connect(0)
        story.connect(1)
        var sends: [Int32] = []
        for seq in 1...200 { sends.append(story.say(0, Int64(seq), to: [1])) }
        story.connect(2)
        for seq in 151...200 {
            story.get(2, Int64(seq), sends[seq - 1], way: .offlinePage)
        }
        #expect(story.ledger.missingCount(limit: 10) == 0)
        var lacking = story
        story.say(0, 201, to: [1, 2])
        let counts = story.end()
        #expect(counts.isEmpty)
        lacking.say(0, 201, to: [1])
        let lost = lacking.end()
        #expect(lost == [.loss: 1])
    }

    @Test func aDeviceThatNeverCameNeedsNothing() {
        var story = LedgerStory(devices: [1, 2], isOnline: false)
        story.connect(0)
        story.connect(1)
        story.say(0, 1, to: [1])
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func aCrashWithRetriesIsHonest() {
        var story = LedgerStory()
        let one = story.send(0)
        let two = story.send(0)
        story.get(1, 1, one)
        story.tell(.fault(0))
        for device: Int32 in [0, 1] { story.tell(.offline(device: device)) }
        for device: Int32 in [0, 1] { story.connect(device) }
        story.get(1, 1, one, way: .offlinePage)
        story.tell(.transmitted(send: one))
        story.tell(.transmitted(send: two))
        story.ack(one, 1, isDuplicate: true)
        story.ack(two, 2)
        story.get(1, 2, two)
        story.readLog(0, [one, two])
        let counts = story.end(finalLogsRead: true)
        #expect(counts.isEmpty)
    }

    @Test func findingsAreFewAndEveryKindHasOne() {
        var story = LedgerStory()
        let send = story.say(0, 1, to: [1])
        for _ in 0..<100 { story.get(1, 1, send) }
        story.tell(.wire(device: 1, words: "a frame that cannot be read"))
        let counts = story.end()
        #expect(counts == [.dup: 100, .wire: 1])
        let found = story.ledger.findings
        #expect(found.filter { $0.violation == .dup }.count == Ledger.findingsOfOneMax)
        #expect(found.count <= Ledger.findingsMax)
        #expect(found.contains { $0.violation == .wire })
    }
}
