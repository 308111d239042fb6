import Foundation
import FreeIMCore
import FreeIMProtocol
import Testing

@testable import FreeIMClient

/// Much at once, and nothing at all.
@Suite struct BurstTests {
    private static let room = FakeServer.chatroomID
    private let folder = TemporaryFolder()

    @Test(.timeLimit(.minutes(1))) func aBurstIsAFewTransactionsAndEvents() async throws {
        let server = try await FakeServer.start(head: 1)
        let client = try ChatClient(options: fakeOptions(server, folder.path + "/cache.sqlite"))
        await client.start()
        try await client.waitUntilOnline()
        let began = ContinuousClock.now
        let count: Int64 = 5_000
        try await server.with { world in
            for number in 0..<count {
                let item = world.append(
                    "line \(number) of a burst, as long as lines are", user: 2, id: "b\(number)")
                world.sessions.first?.write(item, .message, 0)
            }
        }
        var batches = 0
        for await event in client.events {
            if case .messages = event { batches += 1 }
            if try client.cache.ranges(Self.room).ranges == [1...(count + 1)] { break }
        }
        let elapsed = ContinuousClock.now - began
        print("burst: \(count) messages in \(elapsed), \(batches) batches")
        #expect(elapsed < .seconds(10))
        #expect(batches < 1_000)
        try await server.wait { $0.acknowledged == count + 1 }
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func anIdleClientSendsHeartbeatsAndWritesNothing() async throws {
        let frames = Shared<[Int8]>([])
        var faults = FakeFaults()
        faults.heartbeatSeconds = 2
        let server = try await FakeServer.start(head: 3, faults: faults)
        let client = try ChatClient(options: fakeOptions(server, folder.path + "/cache.sqlite"))
        await client.start()
        try await client.waitUntilOnline()
        try await server.wait { $0.acknowledged == 3 }
        for await _ in client.events
        where try client.cache.sync(Self.room).acknowledged == 3 { break }
        let watcher = try Cache(path: client.options.cachePath)
        let before = watcher.dataVersion()
        let heartbeat = Int8(IMAction.heartbeat.rawValue)
        try await server.with { world in
            for action in Int8(0)...100 {
                world.faults.hooks[action] = { session, frame in
                    frames.with { $0.append(frame.header.action) }
                    session.world.changed()
                    return action != heartbeat
                }
            }
        }
        try await server.wait { _ in frames.now.filter { $0 == heartbeat }.count == 2 }
        #expect(frames.now == [heartbeat, heartbeat])
        #expect(watcher.dataVersion() == before)
        #expect(await !client.hasSyncWork)
        await client.stop()
        await server.stop()
    }

    /// A server that says nothing between two heartbeats is gone, whatever the socket says.
    @Test(.timeLimit(.minutes(1))) func aSilentServerIsLeft() async throws {
        var faults = FakeFaults()
        faults.heartbeatSeconds = 1
        faults.hooks[Int8(IMAction.heartbeat.rawValue)] = { _, _ in true }
        let server = try await FakeServer.start(head: 1, faults: faults)
        let client = try ChatClient(options: fakeOptions(server, folder.path + "/cache.sqlite"))
        await client.start()
        for await event in client.events {
            if case .connection(.offline("the server has fallen silent", _)) = event { break }
        }
        await client.stop()
        await server.stop()
    }

    /// What the server should have pushed and did not is fetched at the second heartbeat.
    @Test(.timeLimit(.minutes(1))) func aHoleThatStaysIsPulled() async throws {
        var faults = FakeFaults()
        faults.heartbeatSeconds = 1
        let server = try await FakeServer.start(head: 4, faults: faults)
        let client = try ChatClient(options: fakeOptions(server, folder.path + "/cache.sqlite"))
        await client.start()
        try await client.waitUntilOnline()
        try await server.with { world in
            world.append("never pushed", user: 2, id: "p")
            world.sessions.first?.push(world.append("pushed", user: 2, id: "q"))
        }
        for await _ in client.events
        where try client.cache.ranges(Self.room).ranges == [1...6] { break }
        await client.stop()
        await server.stop()
    }
}
