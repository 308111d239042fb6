import FreeIMProtocol
import Testing

@testable import FreeIMClient

/// Whatever order a log arrives in, in whatever overlapping parts: the cache ends up the same.
@Suite struct CachePropertyTests {
    private static let length: Int64 = 60

    /// A log with edits, recalls, reactions, replies and mentions, from one seed.
    private func log(_ random: inout SystemLikeGenerator) -> [IMMessageItem] {
        let words = ["alpha", "beta 天气", "今天 gamma", "delta😂", "epsilon"]
        return (1...Self.length).map { seq in
            let target = CacheItems.id(Int64.random(in: 1...Self.length, using: &random))
            let user = Int64.random(in: 1...4, using: &random)
            let text = words.randomElement(using: &random) ?? ""
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                return CacheItems.item(seq, text, user: user, code: .edit, target: target)
            case 1: return CacheItems.item(seq, "", user: user, code: .recall, target: target)
            case 2, 3:
                let emoji = ["👍", "❤️", ""].randomElement(using: &random) ?? ""
                return CacheItems.item(seq, emoji, user: user, code: .reaction, target: target)
            case 4: return CacheItems.item(seq, text, user: user, replyTo: target)
            case 5: return CacheItems.item(seq, text, user: user, mentions: [1, -1, 3])
            case 6: return CacheItems.item(seq, "left", user: user, code: .memberLeft)
            default: return CacheItems.item(seq, "\(text) \(seq)", user: user)
            }
        }
    }

    private struct Seen: Equatable {
        var page: [ChatMessage]
        var chat: CachedConversation?
        var found: [[Int64]]
        var ranges: [ClosedRange<Int64>]
        var people: [Person]
    }

    private func seen(_ cache: Cache) throws -> Seen {
        let queries = ["alpha", "天", "天气", "gamma 今天", "😂", "epsilon 1", "del"]
        return Seen(
            page: try cache.page(1, .newest, limit: 1_000, ownID: 1),
            chat: try cache.conversation(1, ownID: 1),
            found: try queries.map {
                try cache.search($0, limit: 1_000, ownID: 1).map(\.seq)
            },
            ranges: try cache.ranges(1).ranges, people: try cache.people(1))
    }

    @Test(arguments: 0..<60) func anyOrderGivesTheSame(seed: UInt64) throws {
        var random = SystemLikeGenerator(seed: seed)
        let folder = TemporaryFolder()
        let log = log(&random)
        let straight = try Cache(path: folder.path + "/straight.sqlite")
        for item in log { try straight.store([item], ownID: 1) }
        let mixed = try Cache(path: folder.path + "/mixed.sqlite")
        var left = Set(log.map(\.seq))
        while !left.isEmpty {
            let low = Int.random(in: 0..<log.count, using: &random)
            let high = min(log.count, low + Int.random(in: 1...12, using: &random))
            var part = Array(log[low..<high])
            if Bool.random(using: &random) { part.shuffle(using: &random) }
            let new = try mixed.store(part, ownID: 1)
            #expect(new.map(\.seq) == part.map(\.seq).filter(left.contains).sorted())
            left.subtract(part.map(\.seq))
        }
        #expect(try seen(mixed) == seen(straight), "seed \(seed)")
        #expect(try mixed.check().isEmpty && mixed.doubled(1).isEmpty, "seed \(seed)")
        let reopened = try Cache(path: folder.path + "/mixed.sqlite")
        #expect(try seen(reopened) == seen(straight), "seed \(seed)")
    }
}
