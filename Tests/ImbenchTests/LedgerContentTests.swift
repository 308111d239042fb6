import Testing

@testable import imbench

/// Phantoms and corruption: what a message says.
@Suite struct LedgerContentTests {
    private static let empty = Observation.Delivered.empty

    @Test func aMessageThatNobodySent() {
        var story = LedgerStory()
        story.say(0, 1, to: [1])
        story.get(1, 2, Observation.Delivered.foreign, content: Observation.Delivered.unreadable)
        story.say(0, 2, to: [1])
        let counts = story.end()
        #expect(counts == [.phantom: 1])
    }

    @Test func aMessageBeforeItWasSent() {
        var story = LedgerStory()
        story.get(1, 1, 0)
        let counts = story.end()
        #expect(counts == [.phantom: 1])
    }

    @Test func aMessageOfAnotherConversation() {
        var story = LedgerStory()
        let other = Int32(story.ledger.addConversation(members: [0, 1], isGroup: true))
        let send = story.send(0, to: other)
        story.ack(send, 1, in: other)
        story.get(1, 1, send, in: other)
        story.get(1, 1, send)
        let counts = story.end()
        #expect(counts == [.phantom: 1])
    }

    @Test func anAckOfNothing() {
        var story = LedgerStory()
        story.ack(5, 1)
        let counts = story.end()
        #expect(counts == [.phantom: 1])
    }

    @Test(
        arguments: [
            (Observation.Delivered.unreadable, [Violation.corruption: 1]),
            (Observation.Delivered.empty, [.corruption: 1]),
            // What others read there is not what this device read.
            (1, [.corruption: 1, .agreement: 1]),
        ] as [(Int32, [Violation: Int])])
    func anotherContent(content: Int32, expected: [Violation: Int]) {
        var story = LedgerStory()
        let one = story.send(0)
        let two = story.send(0)
        story.ack(one, 1)
        story.ack(two, 2)
        story.get(1, 1, one, content: content)
        story.get(1, 2, two)
        let counts = story.end()
        #expect(counts == expected)
    }

    @Test func editsAndRecallsChangeIt() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        let edit = story.send(0, code: 21, target: one)
        story.ack(edit, 2)
        story.get(1, 2, edit)
        story.page(1, after: 0, seqs: [1, 2], head: 2)
        story.get(1, 1, one, content: edit, way: .pulled)
        story.get(1, 2, edit, way: .pulled)
        let recall = story.send(0, code: 20, target: one)
        story.reconnect(1)
        story.get(1, 1, one, content: Self.empty, way: .offlinePage)
        story.get(1, 2, edit, content: Self.empty, way: .offlinePage)
        story.ack(recall, 3)
        story.get(1, 3, recall, content: Self.empty)
        let reaction = story.send(1, code: 22, target: one)
        story.ack(reaction, 4)
        story.get(0, 4, reaction)
        story.page(0, after: 0, seqs: [1, 2, 3, 4], head: 4)
        story.get(0, 1, one, content: Self.empty, way: .pulled)
        story.get(0, 3, recall, way: .pulled)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func anEditOfAnotherMessage() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        let two = story.say(0, 2, to: [1])
        let edit = story.send(0, code: 21, target: two)
        story.ack(edit, 3)
        story.get(1, 3, edit)
        story.page(1, after: 0, limit: 1, seqs: [1], hasMore: true, head: 3)
        story.get(1, 1, one, content: edit, way: .pulled)
        let counts = story.end()
        #expect(counts == [.corruption: 1, .agreement: 1])
    }

    @Test func aRecalledTextInAPageAskedForLater() {
        var story = LedgerStory()
        let one = story.say(0, 1, to: [1])
        let pull = story.ask(1)
        let recall = story.send(0, code: 20, target: one)
        story.ack(recall, 2)
        story.get(1, 2, recall)
        // Asked for before the recall was acknowledged: either is right.
        story.answer(pull, 1, after: 0, limit: 1, seqs: [1], hasMore: true, head: 2)
        story.get(1, 1, one, way: .pulled)
        var stale = story
        story.page(1, after: 0, limit: 1, seqs: [1], hasMore: true, head: 2)
        story.get(1, 1, one, content: Self.empty, way: .pulled)
        let counts = story.end()
        #expect(counts.isEmpty)
        stale.page(1, after: 0, limit: 1, seqs: [1], hasMore: true, head: 2)
        stale.get(1, 1, one, way: .pulled)
        let found = stale.end()
        #expect(found == [.corruption: 1])
    }
}
