import Foundation
import FreeIMProtocol
import GRDB
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import FreeIMServer

@Suite struct MediaOrphansTests {
    private static let hour: Int64 = 3_600_000

    /// Says of each name what it is told to.
    private final class Uses: MediaUses {
        let state = NIOLockedValueBox((reached: Int64.max, names: Set<String>()))
        /// Called before it answers.
        let asked: @Sendable () async throws -> Void

        init(asked: @escaping @Sendable () async throws -> Void = {}) { self.asked = asked }

        var reached: Int64 { state.withLockedValue { $0.reached } }

        func isUsed(_ name: String) async throws -> Bool {
            try await asked()
            return state.withLockedValue { $0.names.contains(name) }
        }
    }

    /// A store and its media, with a clock that a test moves.
    private struct Place {
        let fixture = StoreFixture()
        let clock = NIOLockedValueBox<Int64>(1_000 * MediaOrphansTests.hour)
        let store: Store
        let media: MediaStore

        init() throws {
            let clock = clock
            store = try fixture.open(clock: { clock.withLockedValue { $0 } })
            media = try MediaStore(
                fixture.folder, fileBytesMax: 1_000_000,
                log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        }

        var now: Int64 { clock.withLockedValue { $0 } }

        func pass(hours: Int64) { clock.withLockedValue { $0 += hours * MediaOrphansTests.hour } }

        func upload(_ text: String, userID: Int64 = 1) async throws -> MediaName {
            let store = store
            let body = RawBody(
                pieces: .init(buffer: ByteBuffer(string: text)), declaredBytes: nil)
            return try await media.store(body) { name, size in
                try await store.write { context in
                    try MediaQuota.charge(context, userID: userID, name: name, size: size)
                }
            }.name
        }

        func sweep(_ uses: Uses = Uses()) async throws -> Int {
            try await MediaOrphans(store: store, media: media, uses: uses, hours: 24)
                .sweep(now: now)
        }
    }

    @Test func whatIsUsedOrYoungOrNotKnownStays() async throws {
        let place = try Place()
        let name = try await place.upload("a picture")
        #expect(try await place.sweep() == 0)
        place.pass(hours: 25)
        let uses = Uses()
        uses.state.withLockedValue { $0 = (-1, []) }
        #expect(try await place.sweep(uses) == 0)
        uses.state.withLockedValue { $0 = (Int64.max, [name.text]) }
        #expect(try await place.sweep(uses) == 0)
        #expect(place.media.isStored(name))
        uses.state.withLockedValue { $0.names = [] }
        #expect(try await place.sweep(uses) == 1)
        #expect(!place.media.isStored(name))
        #expect(try await place.sweep(uses) == 0)
        let left = try FileManager.default.contentsOfDirectory(
            atPath: place.fixture.folder + "/media")
        #expect(left.isEmpty)
        let rows = try await place.store.read { db in
            try Int.fetchOne(
                db, sql: "SELECT (SELECT count(*) FROM media) + (SELECT count(*) FROM media_owner)")
        }
        #expect(rows == 0)
        await place.store.close()
    }

    @Test func anUploadInBetweenSavesTheFile() async throws {
        let place = try Place()
        let name = try await place.upload("a picture")
        place.pass(hours: 25)
        let uses = Uses { _ = try await place.upload("a picture", userID: 2) }
        #expect(try await place.sweep(uses) == 0)
        #expect(place.media.isStored(name))
        await place.store.close()
    }

    @Test func aMomentInBetweenSavesTheFileAndOneBehindIsRefused() async throws {
        let place = try Place()
        try await place.store.write { try StoreFixture.insertUser($0, 1) }
        let png = "\u{89}PNG\r\n\u{1a}\n"
        let name = try await place.upload(png)
        let other = try await place.upload(png + "other")
        place.pass(hours: 25)
        let uses = Uses { try await publish(name, place) }
        uses.state.withLockedValue { $0.names = [other.text] }
        #expect(try await place.sweep(uses) == 0)
        #expect(place.media.isStored(name))
        uses.state.withLockedValue { $0.names = [] }
        #expect(try await place.sweep() == 1)
        let error = await #expect(throws: Refusal.self) { try await publish(other, place) }
        #expect(error?.code == .malformedBody)
        await place.store.close()
    }

    private func publish(_ name: MediaName, _ place: Place) async throws {
        let media = place.media
        var draft = Moments.Draft()
        draft.text = "look"
        draft.images = [name.url]
        let wanted = draft
        _ = try await place.store.write { context in
            try Moments.publish(context, userID: 1, wanted, isStored: { media.isStored($0) })
        }
    }

    @Test func filesOfBeforeBeginToAgeNow() async throws {
        let place = try Place()
        let name = try await place.upload("of before")
        try await place.store.write { context in
            try context.db.execute(sql: "DELETE FROM media; DELETE FROM media_owner;")
        }
        place.pass(hours: 1_000)
        let orphans = MediaOrphans(
            store: place.store, media: place.media, uses: Uses(), hours: 24)
        #expect(try await orphans.sweep(now: place.now) == 0)
        place.pass(hours: 25)
        #expect(try await orphans.sweep(now: place.now) == 1)
        #expect(!place.media.isStored(name))
        await place.store.close()
    }
}
