import Foundation
import Testing

@testable import FreeIMClient

/// Looking after the cache: compacting, checking, what others wrote.
@Suite struct CacheCareTests {
    private let folder = TemporaryFolder()
    private let cache: Cache

    init() throws {
        cache = try Cache(path: folder.path + "/cache.sqlite")
    }

    @Test func compactingGivesRoomBackAndDropsNothing() throws {
        for batch in 0..<20 {
            let items = (1...100).map { CacheItems.item(Int64(batch * 100 + $0), "line \($0) 天气") }
            try cache.store(items, ownID: 1)
        }
        let recalls = (1...1_500).map {
            CacheItems.item(
                Int64(2_000 + $0), "", code: .recall, target: CacheItems.id(Int64($0)))
        }
        try cache.store(recalls, ownID: 1)
        try cache.setDraft(1, Draft(text: "half"))
        try cache.retain([], now: 5)
        let (before, after) = try cache.compact()
        #expect(after < before && after > 0)
        #expect(try cache.draftOf(1).text == "half")
        #expect(try cache.search("天气", limit: 5_000, ownID: 1).count == 500)
        #expect(try cache.page(1, .newest, limit: 5_000, ownID: 1).count == 2_000)
        #expect(try cache.check().isEmpty)
    }

    @Test func theCheckNamesWhatDoesNotFit() throws {
        try cache.store((1...9).map { CacheItems.item($0, "line \($0)") }, ownID: 1)
        #expect(try cache.check().isEmpty)
        try cache.writing { db in
            try db.execute(
                sql: """
                    DELETE FROM message WHERE seq = 4;
                    UPDATE held_range SET high_seq = 8;
                    DELETE FROM search_doc WHERE seq = 2;
                    """)
        }
        let faults = try cache.check()
        #expect(faults.contains("chat 1: 1 messages are held but not noted as held"))
        #expect(faults.contains("chat 1: 1 messages cannot be found by their text"))
        #expect(faults.contains("chat 1: 1 entries of the text index have no message"))
        _ = try cache.compact()
        #expect(try cache.check().allSatisfy { !$0.contains("text") })
    }

    @Test func theVersionOfTheDataMovesWhenAnotherProgramWrites() throws {
        let other = try Cache(path: cache.path)
        let before = cache.dataVersion()
        try cache.setDraft(1, Draft(text: "own"))
        #expect(cache.dataVersion() == before)
        try other.setDraft(1, Draft(text: "other"))
        let after = cache.dataVersion()
        #expect(after != before)
        #expect(cache.dataVersion() == after)
    }
}
