import FreeIMProtocol
import GRDB
import NIOConcurrencyHelpers
import Testing

@testable import FreeIMServer

@Suite struct RetentionTests {
    private static let day: Int64 = 86_400_000

    /// A store whose clock a test moves, with one group of users 1 … 3.
    private final class Room: Sendable {
        let fixture = StoreFixture()
        let clock = NIOLockedValueBox<Int64>(1_000 * RetentionTests.day)

        func open() throws -> Store {
            let clock = clock
            return try fixture.open(clock: { clock.withLockedValue { $0 } })
        }

        func pass(days: Int64) { clock.withLockedValue { $0 += days * RetentionTests.day } }
        var now: Int64 { clock.withLockedValue { $0 } }

        /// Sweeps groups after 30 days.
        func sweep(_ store: Store) async throws -> Int {
            try await Retention(store: store, daysSingle: 0, daysGroup: 30).sweep(now: now).count
        }
    }

    @Test func rowsAndStampsAreNeverGivenTwice() async throws {
        let room = Room()
        var store = try room.open()
        let chatroomID = try await StoreFixture.group(store, users: 3)
        var newest = ""
        for number in 0..<5 {
            newest = try await send(store, chatroomID, "x", id: "\(number)").messageID
        }
        room.pass(days: 31)
        #expect(try await room.sweep(store) == 5)
        #expect(try await room.sweep(store) == 0)
        #expect(try await rows(store) == [0, 0, 0, 0])
        await store.close()
        // The clock steps back by a year over the restart.
        room.pass(days: -365)
        store = try room.open()
        let next = try await send(store, chatroomID, "next", id: "0")
        #expect(next.seq == 6 && !next.duplicate)
        #expect(next.messageID > newest)
        let row = try await store.read { db in
            try Int64.fetchOne(db, sql: "SELECT min(id) FROM message") ?? 0
        }
        #expect(row == 6)
        #expect(try await StoreFixture.log(store, chatroomID, userID: 2).map(\.seq) == [6])
        await store.close()
    }

    @Test func theTailIsIndexedBeforeItGoes() async throws {
        let room = Room()
        let store = try room.open()
        let chatroomID = try await StoreFixture.group(store, users: 3)
        for number in 0..<300 { _ = try await send(store, chatroomID, "x", id: "\(number)") }
        #expect(store.tail.entries(chatroomID).count == 300)
        room.pass(days: 20)
        for number in 300..<310 { _ = try await send(store, chatroomID, "x", id: "\(number)") }
        room.pass(days: 11)
        #expect(try await room.sweep(store) == 300)
        let log = try await StoreFixture.log(store, chatroomID, userID: 2)
        #expect(log.map(\.seq) == Array(301...310))
        var request = IMSyncRequest()
        request.chatroomID = chatroomID
        let page = try await store.sync(request, userID: 2, bytesMax: 65_536)
        #expect(page.firstSeq == 301 && page.headSeq == 310)
        #expect(try await send(store, chatroomID, "x", id: "305").duplicate)
        #expect(try await !send(store, chatroomID, "x", id: "5").duplicate)
        await store.close()
    }

    @Test func aSweepThatIsCutShortGoesOnWithoutAHole() async throws {
        let room = Room()
        var store = try room.open()
        let chatroomID = try await StoreFixture.group(store, users: 3)
        let count = Int64(3 * Retention.entriesPerJob)
        for number in 0..<count { _ = try await send(store, chatroomID, "x", id: "\(number)") }
        room.pass(days: 31)
        // Ended in the middle, as by a crash: each job is whole or was not.
        let running = store
        let sweep = Task {
            try await Retention(store: running, daysSingle: 0, daysGroup: 30)
                .sweep(now: room.now) { withUnsafeCurrentTask { $0?.cancel() } }
        }
        _ = try? await sweep.value
        var total = 0
        for _ in 0..<10 {
            await store.close()
            store = try room.open()
            let log = try await StoreFixture.log(store, chatroomID, userID: 2)
            let first = count - Int64(log.count) + 1
            #expect(log.map(\.seq) == (log.isEmpty ? [] : Array(first...count)))
            total = log.count
            if total == 0 { break }
            _ = try await room.sweep(store)
        }
        #expect(total == 0)
        #expect(try await send(store, chatroomID, "next", id: "n").seq == count + 1)
        await store.close()
    }

    @Test func eachKindOfChatHasItsOwnTime() async throws {
        let room = Room()
        let store = try room.open()
        let group = try await StoreFixture.group(store, users: 3)
        let single = try await store.write { context in
            try Friends.befriend(context, 1, 2, actorID: 1)
        }
        for number in 0..<4 {
            _ = try await send(store, number % 2 == 0 ? group : single, "x", id: "\(number)")
        }
        room.pass(days: 31)
        let retention = Retention(store: store, daysSingle: 60, daysGroup: 30)
        #expect(try await retention.sweep(now: room.now).count == 2)
        #expect(try await StoreFixture.log(store, single, userID: 2).count == 3)
        room.pass(days: 30)
        let swept = try await retention.sweep(now: room.now)
        #expect(swept.count == 3 && swept.chatroomIDs == [single])
        #expect(try await rows(store) == [0, 0, 0, 0])
        let first = try await store.read { db in
            try Int64.fetchAll(db, sql: "SELECT first_seq FROM chatroom ORDER BY id")
        }
        #expect(first == [3, 4])
        await store.close()
    }

    @Test func whoReadsWhileASweepRunsSeesALogWithoutHoles() async throws {
        let room = Room()
        let store = try room.open()
        let chatroomID = try await StoreFixture.group(store, users: 3)
        for number in 0..<1_000 { _ = try await send(store, chatroomID, "x", id: "\(number)") }
        room.pass(days: 31)
        let isOver = NIOLockedValueBox(false)
        async let reads = readUntil(store, chatroomID) { isOver.withLockedValue { $0 } }
        #expect(try await room.sweep(store) == 1_000)
        isOver.withLockedValue { $0 = true }
        #expect(try await reads > 0)
        await store.close()
    }

    /// Reads pages until told to stop; how many. Every page is dense from its FirstSeq on.
    private func readUntil(
        _ store: Store, _ chatroomID: Int64, isOver: @Sendable () -> Bool
    ) async throws -> Int {
        var count = 0
        repeat {
            var request = IMSyncRequest()
            request.chatroomID = chatroomID
            request.afterSeq = 0
            request.limit = 500
            let page = try await store.sync(request, userID: 2, bytesMax: 1_000_000)
            let seqs = page.messages.map(\.seq)
            let end = page.firstSeq + Int64(seqs.count)
            #expect(seqs == Array(page.firstSeq..<end))
            #expect(page.headSeq == 1_000)
            #expect(!seqs.isEmpty || page.firstSeq == 1_001)
            count += 1
        } while !isOver()
        return count
    }

    private func rows(_ store: Store) async throws -> [Int] {
        try await store.read { db in
            try ["message", "message_seq", "message_stamp", "message_key"].map {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") ?? -1
            }
        }
    }
}
