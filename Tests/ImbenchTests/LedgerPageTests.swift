import Testing

@testable import imbench

/// Pages that were asked for: each holds a log of 1 ... 10, all of it known.
@Suite struct LedgerPageTests {
    struct Page: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var after: Int64?
        var before: Int64?
        var limit = 100
        var seqs: [Int64] = []
        var hasMore = false
        var head: Int64 = 10
        var first: Int64 = 1
    }

    static let honest: [Page] = [
        .init(testDescription: "all", after: 0, seqs: Array(1...10)),
        .init(
            testDescription: "from the start", after: 0, limit: 3, seqs: [1, 2, 3], hasMore: true),
        .init(testDescription: "cut by bytes", after: 4, seqs: [5], hasMore: true),
        .init(testDescription: "behind the end", after: 10),
        .init(testDescription: "far behind the end", after: 99),
        .init(testDescription: "before", before: 5, limit: 2, seqs: [3, 4], hasMore: true),
        .init(testDescription: "before, to the first", before: 3, seqs: [1, 2]),
        .init(testDescription: "before the first", before: 1),
        .init(
            testDescription: "before one that is beyond", before: 50, limit: 1, seqs: [10],
            hasMore: true),
        .init(testDescription: "the newest", limit: 2, seqs: [9, 10], hasMore: true),
        .init(testDescription: "a head that grew", after: 9, seqs: [10, 11], head: 11),
    ]

    static let wrong: [Page] = [
        .init(testDescription: "a hole", after: 0, seqs: [1, 2, 4, 5], hasMore: true),
        .init(testDescription: "begins late", after: 0, seqs: [2, 3], hasMore: true),
        .init(testDescription: "begins early", after: 3, seqs: [3, 4], hasMore: true),
        .init(testDescription: "ends early", before: 9, limit: 2, seqs: [6, 7], hasMore: true),
        .init(testDescription: "ends late", before: 5, limit: 2, seqs: [4, 5], hasMore: true),
        .init(testDescription: "the newest without the newest", seqs: Array(1...9)),
        .init(testDescription: "falls", after: 0, seqs: [2, 1], hasMore: true),
        .init(testDescription: "twice", after: 0, seqs: [1, 1], hasMore: true),
        .init(testDescription: "empty", after: 0),
        .init(testDescription: "empty before", before: 5),
        .init(testDescription: "empty newest"),
        .init(testDescription: "too many", after: 0, limit: 2, seqs: [1, 2, 3], hasMore: true),
        .init(testDescription: "more, at the end", after: 8, seqs: [9, 10], hasMore: true),
        .init(testDescription: "no more, before the end", after: 0, seqs: [1, 2]),
        .init(testDescription: "more, from the first", before: 3, seqs: [1, 2], hasMore: true),
        .init(testDescription: "no more, behind the first", before: 4, seqs: [2, 3]),
        .init(testDescription: "nothing and more", after: 10, hasMore: true),
        .init(testDescription: "an old head", after: 0, seqs: Array(1...9), head: 9),
        .init(testDescription: "beyond its head", after: 8, seqs: [9, 10, 11]),
        .init(
            testDescription: "a member from 1 reads from 4", after: 0, seqs: Array(4...10), first: 4
        ),
    ]

    private static func story(_ page: Page) -> [Violation: Int] {
        var story = LedgerStory()
        for seq in 1...10 { story.say(0, Int64(seq), to: [1]) }
        story.page(
            1, after: page.after, before: page.before, limit: page.limit, seqs: page.seqs,
            hasMore: page.hasMore, head: page.head, first: page.first)
        return story.end()
    }

    @Test(arguments: honest) func pagesAsTheyShouldBe(page: Page) {
        let counts = Self.story(page)
        #expect(counts.isEmpty)
    }

    @Test(arguments: wrong) func pagesAsTheyShouldNot(page: Page) {
        let counts = Self.story(page)
        #expect(counts == [.syncGap: 1])
    }

    @Test func whatWasAcknowledgedMeanwhileNeedNotBeThere() {
        var story = LedgerStory()
        let pull = story.ask(1)
        story.say(0, 1, to: [1])
        story.answer(pull, 1, after: 0, seqs: [], head: 0)
        let counts = story.end()
        #expect(counts.isEmpty)
    }

    @Test func aHoleIsJudgedOnceItIsKnown() {
        var story = LedgerStory()
        let one = story.send(0)
        let two = story.send(0)
        let three = story.send(0)
        story.page(1, after: 0, seqs: [1, 3], head: 3)
        for (seq, send) in [(1, one), (3, three)] { story.get(1, Int64(seq), send, way: .pulled) }
        #expect(story.ledger.counts.isEmpty)
        for (seq, send) in [(1, one), (2, two), (3, three)] { story.get(1, Int64(seq), send) }
        let counts = story.end()
        #expect(counts == [.syncGap: 1])
    }
}
