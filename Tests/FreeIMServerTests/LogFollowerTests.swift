import Logging
import NIOConcurrencyHelpers
import Testing

@testable import FreeIMServer

@Suite struct LogFollowerTests {
    /// In order, all of it, a batch that failed again, and on from where it ended.
    @Test func nothingIsPassedOver() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open()
        let chatroomID = try await StoreFixture.group(store, users: 2)
        let (seen, continuation) = AsyncStream.makeStream(of: LogFollower.Entry.self)
        let failures = NIOLockedValueBox(1)
        let follower = LogFollower(
            store: store, name: "test", after: 0, batchMax: 3,
            log: .init(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { entries in
            let fails = failures.withLockedValue { left in
                left -= 1
                return left == 0
            }
            if fails { throw StoreError("once") }
            for entry in entries { continuation.yield(entry) }
        }
        for number in 1...10 {
            _ = try await store.send(
                StoreFixture.text(chatroomID, "text \(number)", id: "k\(number)"), userID: 1,
                deviceID: "", clientType: "")
        }
        var contents: [String] = []
        var last: Int64 = 0
        for await entry in seen {
            #expect(entry.row > last)
            last = entry.row
            contents.append(entry.item.content)
            if contents.count == 10 { break }
        }
        #expect(contents == (1...10).map { "text \($0)" })
        await follower.stop()
        await store.close()
    }

    @Test func aFloodIsFollowedSlowly() {
        let pace = LogFollower.Pace(perSecond: 1_000, perSecondBusy: 100, busyPerSecond: 500)
        #expect(pace.time(100, grown: 0, in: .seconds(1)) == .milliseconds(100))
        #expect(pace.time(100, grown: 500, in: .seconds(1)) == .milliseconds(100))
        #expect(pace.time(100, grown: 501, in: .seconds(1)) == .seconds(1))
        #expect(pace.time(100, grown: 1, in: .zero) == .seconds(1))
    }
}
