import Testing

@testable import imbench

@Suite struct HistoryTests {
    @Test func aTraceTellsWhatLedToIt() {
        var story = LedgerStory(devices: [1, 1, 1])
        story.say(0, 1, to: [1, 2])
        let send = story.send(0)
        story.ack(send, 2)
        story.get(1, 2, send)
        let other = Int32(story.ledger.addConversation(members: [0, 1], isGroup: false))
        let elsewhere = story.send(1, to: other)
        story.ack(elsewhere, 1, in: other)
        story.get(0, 1, elsewhere, in: other)
        story.tell(.fault(3))
        _ = story.end()
        guard let finding = story.ledger.findings.first else {
            Issue.record("nothing was found")
            return
        }
        let trace = story.history.trace(of: finding, describing: story.ledger)
        let words = trace.map { story.history.words($0) }
        #expect(
            words == [
                "device 2 connects", "device 2 is on line",
                "device 2 got seq 1 of conversation 0 (push): send 0",
                "device 0 makes send 1 to conversation 0: message", "send 1 is transmitted",
                "send 1 is acknowledged as seq 2 of conversation 0",
                "device 1 got seq 2 of conversation 0 (push): send 1", "fault 3 begins",
            ])
        #expect(zip(trace, trace.dropFirst()).allSatisfy { $0.time < $1.time })
    }

    @Test func aTraceIsShortAndKeepsTheMostTelling() {
        var story = LedgerStory(devices: [1, 1])
        let send = story.say(0, 1, to: [1])
        for seq in 2...100 {
            story.say(0, Int64(seq), to: [1])
            story.tell(.acknowledging(device: 1, conversation: 0, seq: Int64(seq)))
        }
        story.get(1, 1, send)
        let finding = story.ledger.findings[0]
        let trace = story.history.trace(of: finding, describing: story.ledger)
        #expect(trace.count == History.traceMax)
        let words = trace.map { story.history.words($0) }
        let both = words.filter { $0 == "device 1 got seq 1 of conversation 0 (push): send 0" }
        #expect(both.count == 2)
        #expect(words.last == both.last)
    }

    @Test func theOldestAreForgotten() {
        var history = History(limit: 3)
        for time in 0..<5 {
            history.append(Observation(time: Int64(time), event: .fault(Int32(time))))
        }
        #expect(history.count == 3)
        #expect(history.forgotten == 2)
        #expect((0..<3).map { history[$0].time } == [2, 3, 4])
        let finding = Finding(violation: .wire, words: "", time: 3)
        let trace = history.trace(of: finding, describing: Ledger())
        #expect(trace.map(\.time) == [2, 3])
    }

    @Test func everyObservationHasItsWords() {
        let history = History()
        let page = Observation.SyncedPage(
            device: 1, conversation: 2, way: .pulled, pull: 3, after: 4, before: nil, limit: 5,
            seqs: [5, 6], hasMore: true, headSeq: 9, firstSeq: 1)
        let words = history.words(Observation(time: 0, event: .page(page)))
        #expect(
            words
                == "device 1 got page 3 of conversation 2, after 4: 2 messages, 5 to 6, head 9, "
                + "first 1, more")
        let delivery = Observation.Delivered(
            device: 1, conversation: 2, seq: 3, send: -1, content: -1, way: .offlinePage,
            code: 12, member: 4)
        let entry = history.words(Observation(time: 0, event: .delivered(delivery)))
        #expect(
            entry
                == "device 1 got seq 3 of conversation 2 (offline page): an entry of the server's "
                + "own, code 12, user 4")
    }
}
