import Foundation
import FreeIMCore
import FreeIMProtocol
import Testing

@testable import FreeIMClient

/// Several clients on one cache, as several processes on one profile are: one is connected.
@Suite struct SharingTests {
    private static let room = FakeServer.chatroomID
    private let folder = TemporaryFolder()

    private func client(_ server: FakeServer, in place: String = "") throws -> ChatClient {
        try ChatClient(options: fakeOptions(server, folder.path + place + "/cache.sqlite"))
    }

    private func send(_ client: ChatClient, _ texts: [String]) async throws {
        for text in texts {
            let id = try await client.send(text, to: Self.room)
            guard case .acknowledged = await client.answer(to: id) else {
                Issue.record("not acknowledged: \(text)")
                return
            }
        }
    }

    /// Waits until a follower is the owner, and is on line.
    private func takesOver(_ client: ChatClient) async throws {
        for await _ in client.events {
            let (role, state) = await (client.role, client.state)
            if role == .owner, state == .online { break }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["", "/" + String(repeating: "long", count: 40)])
    func oneConnectionAndEverySendOnceInOrder(place: String) async throws {
        let server = try await FakeServer.start(head: 2)
        let owner = try client(server, in: place)
        await owner.start()
        try await owner.waitUntilOnline()
        let follower = try client(server, in: place)
        await follower.start()
        try await follower.waitUntilOnline()
        #expect(await owner.role == .owner)
        #expect(await follower.role == .follower)
        let (ours, theirs) = ((0..<10).map { "owner \($0)" }, (0..<10).map { "follower \($0)" })
        async let one: Void = send(owner, ours)
        async let other: Void = send(follower, theirs)
        _ = try await (one, other)
        let own = try await server.with { $0.own }
        #expect(own.filter { $0.hasPrefix("owner") } == ours)
        #expect(own.filter { $0.hasPrefix("follower") } == theirs)
        #expect(own.count == 20)
        #expect(try await server.with { $0.connections } == 1)
        try await follower.markRead(Self.room, through: 2)
        try await server.wait { $0.readSeq == 2 }
        await follower.stop()
        await owner.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aFollowerIsToldWhatTheOwnerGets() async throws {
        let server = try await FakeServer.start(head: 1)
        let owner = try client(server)
        await owner.start()
        try await owner.waitUntilOnline()
        let follower = try client(server)
        await follower.start()
        try await follower.waitUntilOnline()
        try await server.with { world in
            world.sessions.first?.push(world.append("news", user: 2, id: "n"))
        }
        for await event in follower.events {
            if case .received(let message) = event, message.content == "news" { break }
        }
        try await server.with { $0.goDown() }
        for await event in follower.events {
            if case .connection(.offline) = event { break }
        }
        let id = try await follower.send("typed off line", to: Self.room)
        try await server.with { $0.isDown = false }
        await follower.reconnectNow()
        try await server.wait { $0.own == ["typed off line"] }
        for await _ in follower.events
        where try follower.cache.outbox().isEmpty { break }
        guard case .acknowledged = await follower.answer(to: id) else {
            Issue.record("not acknowledged")
            return
        }
        await follower.stop()
        await owner.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func aFollowerTakesOverWhenTheOwnerEnds(inOrder: Bool) async throws {
        let server = try await FakeServer.start(head: 2)
        let owner = try client(server)
        await owner.start()
        try await owner.waitUntilOnline()
        let follower = try client(server)
        await follower.start()
        try await follower.waitUntilOnline()
        try await server.with { world in
            world.faults.hooks[3] = { session, _ in
                session.world.faults.hooks = [:]
                session.world.changed()
                return true
            }
        }
        try await follower.send("left behind", to: Self.room)
        try await server.wait { $0.faults.hooks.isEmpty }
        if inOrder { await owner.stop() } else { await owner.drop() }
        try await takesOver(follower)
        try await send(follower, ["and on"])
        #expect(try await server.with { $0.own } == ["left behind", "and on"])
        #expect(try await server.with { $0.connections } == 2)
        // Whoever comes next follows the new owner.
        let third = try client(server)
        await third.start()
        try await third.waitUntilOnline()
        #expect(await third.role == .follower)
        try await send(third, ["from a third"])
        await third.stop()
        await follower.stop()
        await server.stop()
    }

    /// The lock goes with a process that is killed, and a socket that it left is no obstacle.
    @Test(.timeLimit(.minutes(1))) func aFollowerTakesOverFromAProcessThatIsKilled() async throws {
        let server = try await FakeServer.start(head: 2)
        let client = try client(server)
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        other.arguments = [
            "python3", "-c",
            """
            import fcntl, socket, sys
            lock = open(sys.argv[1], "w")
            fcntl.flock(lock, fcntl.LOCK_EX)
            left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            left.bind(sys.argv[2])
            print("ready", flush=True)
            sys.stdin.read()
            """, client.options.cachePath + ".lock",
            PokeSocket.path(of: client.options.cachePath),
        ]
        let (output, input) = (Pipe(), Pipe())
        other.standardOutput = output
        other.standardInput = input
        try other.run()
        _ = output.fileHandleForReading.availableData
        await client.start()
        for await _ in client.events where await client.role == .follower { break }
        let id = try await client.send("typed meanwhile", to: Self.room)
        #expect(try await server.with { $0.connections } == 0)
        kill(other.processIdentifier, SIGKILL)
        other.waitUntilExit()
        guard case .acknowledged = await client.answer(to: id) else {
            Issue.record("not acknowledged")
            return
        }
        #expect(await client.role == .owner)
        let follower = try self.client(server)
        await follower.start()
        try await follower.waitUntilOnline()
        try await send(follower, ["poked"])
        #expect(try await server.with { $0.connections } == 1)
        await follower.stop()
        await client.stop()
        await server.stop()
    }

    @Test func pokesAreReadBackAndOthersAreNone() {
        let pokes: [Poke] = [
            .outbox, .read(7), .held(-1), .typing(3, true), .typing(3, false), .reconnect,
        ]
        for poke in pokes {
            #expect(Poke(poke.text) == poke)
            #expect(poke.text.utf8.count <= Poke.bytesMax)
        }
        for text in ["", "read", "read x", "outbox 1", "typing 1", "quit"] {
            #expect(Poke(text) == nil)
        }
    }

    @Test func statesAreReadBack() {
        let states: [ConnectionState] = [
            .online, .connecting, .offline(reason: "nobody is there", retryMs: 12),
            .offline(reason: "", retryMs: nil),
        ]
        for state in states { #expect(ConnectionState(text: state.text) == state) }
    }
}
