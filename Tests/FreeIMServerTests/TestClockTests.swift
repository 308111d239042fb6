import Foundation
import FreeIMProtocol
import Testing

@testable import FreeIMServer

@Suite struct TestClockTests {
    /// Writes the file as another process would.
    private func write(_ milliseconds: Int64, _ path: String) throws {
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.write(contentsOf: withUnsafeBytes(of: milliseconds.littleEndian) { Data($0) })
        try file.close()
    }

    @Test func theFileIsMadeAndFollowed() throws {
        let path = NSTemporaryDirectory() + "freeim-clock-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let clock = try TestClock.map(path)
        #expect(clock.milliseconds == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 8)
        try write(-3_600_000, path)
        #expect(clock.milliseconds == -3_600_000)
        #expect(try TestClock.map(path).milliseconds == -3_600_000)
        try write(7, path)
        #expect(clock.milliseconds == 7)
    }

    @Test func aFileThatCannotBeIsRefused() {
        let error = #expect(throws: StoreError.self) { _ = try TestClock.map("/proc/no/clock") }
        #expect(error?.description.contains("FREEIM_TEST_CLOCK") == true)
    }

    /// IDs are unique and ascend, and seqs go on, while the clock steps back and forth.
    @Test func aClockThatStepsBackRepeatsNothing() async throws {
        let path = NSTemporaryDirectory() + "freeim-clock-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let clock = try TestClock.map(path)
        let fixture = StoreFixture()
        let store = try fixture.open(clock: { WallClock.milliseconds() + clock.milliseconds })
        let room = try await StoreFixture.group(store, users: 2)
        for (step, offset) in [0, -60_000, 5_000, -86_400_000, -86_399_000].enumerated() {
            try write(Int64(offset), path)
            for number in 0..<20 {
                _ = try await send(store, room, "t", id: "\(step)-\(number)")
            }
        }
        let log = try await StoreFixture.log(store, room, userID: 2)
        #expect(log.map(\.seq) == Array(1...100))
        let ids = log.map(\.messageID)
        #expect(Set(ids).count == 100 && ids == ids.sorted())
        await store.close()
    }
}
