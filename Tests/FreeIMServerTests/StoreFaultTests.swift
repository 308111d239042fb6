import FreeIMProtocol
import Testing

@testable import FreeIMServer

/// What the faults do to the log.
@Suite struct StoreFaultTests {
    /// Sends "1" … `count` with that fault; the answers, and the log as user 2 reads it.
    private func run(
        _ faults: String, sends count: Int
    ) async throws -> (acks: [IMMessageACK], log: [IMMessageItem], fixture: StoreFixture) {
        let fixture = StoreFixture()
        var store = try fixture.open(faults: faults)
        let room = try await StoreFixture.group(store, users: 2)
        var acks: [IMMessageACK] = []
        for number in 1...count {
            acks.append(try await send(store, room, "\(number)", id: "k\(number)"))
        }
        let log = try await StoreFixture.log(store, room, userID: 2)
        await store.close()
        // A restart changes nothing of it.
        store = try fixture.open()
        #expect(try await StoreFixture.log(store, room, userID: 2) == log)
        await store.close()
        return (acks, log, fixture)
    }

    @Test func forget() async throws {
        let (acks, log, _) = try await run("forget=3", sends: 5)
        #expect(acks.map(\.seq) == [1, 2, 3, 3, 4])
        #expect(log.map(\.content) == ["1", "2", "4", "5"])
    }

    @Test func skipSeq() async throws {
        let (acks, log, _) = try await run("skip_seq=2", sends: 5)
        #expect(acks.map(\.seq) == [1, 3, 4, 6, 7])
        #expect(log.map(\.seq) == [1, 3, 4, 6, 7])
        #expect(log.map(\.content) == ["1", "2", "3", "4", "5"])
    }

    @Test func lateOrder() async throws {
        let (acks, log, fixture) = try await run("late_order=2", sends: 5)
        // The second and the fifth are late; nothing came behind the fifth.
        #expect(acks.map(\.seq) == [1, 3, 2, 4, 6])
        #expect(log.map(\.content) == ["1", "3", "2", "4"])
        #expect(log.map(\.seq) == [1, 2, 3, 4])
        #expect(log[2].messageID == acks[1].messageID)
        #expect(fixture.published.seqs(log[0].chatroomID) == [1, 2, 3, 4])
    }

    @Test func aLateSendIsNotStoredTwice() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open(faults: "late_order=1")
        let room = try await StoreFixture.group(store, users: 2)
        let first = try await send(store, room, "a", id: "a")
        let retry = try await send(store, room, "a", id: "a")
        #expect(first.seq == 2 && retry.seq == 2 && retry.duplicate)
        #expect(try await send(store, room, "b", id: "b").seq == 1)
        #expect(try await send(store, room, "a", id: "a").seq == 2)
        let log = try await StoreFixture.log(store, room, userID: 2)
        #expect(log.map(\.content) == ["b", "a"])
        await store.close()
    }

    @Test func phantom() async throws {
        let (acks, log, _) = try await run("phantom=2", sends: 3)
        #expect(acks.map(\.seq) == [1, 3, 4])
        #expect(log.map(\.content) == ["1", "nobody said this", "2", "3"])
        #expect(log[1].clientMessageID.hasPrefix("phantom-") && log[1].userID == 1)
    }

    @Test func syncHole() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open(faults: "sync_hole=1")
        let room = try await StoreFixture.group(store, users: 2)
        for number in 1...5 { _ = try await send(store, room, "\(number)", id: "\(number)") }
        let log = try await StoreFixture.log(store, room, userID: 2)
        #expect(log.map(\.seq) == [1, 2, 4, 5])
        await store.close()
    }

    @Test func staleRecall() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open(faults: "stale_recall=2")
        let room = try await StoreFixture.group(store, users: 2)
        for number in 1...2 {
            let said = try await send(store, room, "secret", id: "\(number)")
            var recall = StoreFixture.text(room, "", id: "r\(number)")
            recall.code = .recall
            recall.targetMessageID = said.messageID
            _ = try await store.send(recall, userID: 1, deviceID: "", clientType: "")
        }
        let log = try await StoreFixture.log(store, room, userID: 2)
        #expect(log.map(\.content) == ["", "", "secret", ""])
        await store.close()
    }

    /// An edit behind a late message still knows its own row.
    @Test func actsFindTheirRowsBehindOtherFaults() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open(faults: "late_order=2")
        let room = try await StoreFixture.group(store, users: 2)
        let said = try await send(store, room, "old", id: "1")
        _ = try await send(store, room, "late", id: "2")
        for (code, id) in [(IMMessageCode.edit, "3"), (.recall, "4")] {
            var act = StoreFixture.text(room, "new", id: id)
            act.code = code
            act.targetMessageID = said.messageID
            _ = try await store.send(act, userID: 1, deviceID: "", clientType: "")
        }
        let log = try await StoreFixture.log(store, room, userID: 2)
        #expect(log.map(\.content) == ["", "", "late", "new"])
        await store.close()
    }
}
