import Foundation
import FreeIMProtocol
import NIOPosix
import Testing

@testable import FreeIMClient

/// The client against a server that cuts, shuffles, repeats and leaves out, by seed.
@Suite struct FaultTests {
    @Test(.timeLimit(.minutes(2)), arguments: 0..<100)
    func whateverTheServerDoesTheEndIsWholeAndNothingIsDoubled(seed: UInt64) async throws {
        let folder = TemporaryFolder()
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await FakeServer.start(
            head: 12 + Int64(seed), cuts: 4, seed: seed, group: group)
        var options = ChatClientOptions()
        options.port = server.port
        options.httpPort = 1  // Nobody there: names stay numbers.
        options.userID = 1
        options.token = "t"
        options.deviceID = "d"
        options.cachePath = folder.path + "/cache.sqlite"
        let room = FakeServer.chatroomID
        let own = (0..<6).map { "own \($0)" }

        // The first life ends in the middle, with sends in the outbox and a draft begun.
        var client = try ChatClient(options: options)
        try client.cache.setDraft(room, "half a thought")
        await client.start()
        for text in own.prefix(3) { try await client.send(text, to: room) }
        await client.stop()

        client = try ChatClient(options: options)
        #expect(client.cache.draft(room) == "half a thought")
        await client.start()
        for text in own.dropFirst(3) { try await client.send(text, to: room) }
        let head = 12 + Int64(seed) + Int64(own.count)
        for await event in client.events {
            if case .connection(.offline) = event { await client.reconnectNow() }
            // Asked for by the person who scrolls: whatever is not there yet.
            try? await client.loadOlder(room, before: nil, limit: 500)
            let held = try client.cache.ranges(room).ranges
            let waiting = try client.cache.outbox()
            if held == [1...head], waiting.isEmpty { break }
        }
        let messages = try client.cache.messages(room, limit: 1_000, ownID: 1)
        #expect(messages.map(\.seq) == Array(1...head), "seed \(seed)")
        #expect(messages.filter { $0.userID == 1 }.map(\.content) == own, "seed \(seed)")
        #expect(try client.cache.doubled(room).isEmpty)
        await client.stop()
        await server.stop()
    }
}
