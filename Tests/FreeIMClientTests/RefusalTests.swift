import Foundation
import FreeIMCore
import FreeIMProtocol
import Testing

@testable import FreeIMClient

/// Sends that are put off, refused or oddly answered, and each way the server says goodbye.
@Suite struct RefusalTests {
    private static let room = FakeServer.chatroomID
    private let folder = TemporaryFolder()

    private func client(_ server: FakeServer) throws -> ChatClient {
        try ChatClient(options: fakeOptions(server, folder.path + "/cache.sqlite"))
    }

    private static func error(_ code: String, definite: Bool, retryMs: Int64) -> IMError {
        var error = IMError()
        error.code = code
        error.message = "because"
        error.definite = definite
        error.retryAfterMs = retryMs
        return error
    }

    /// The first tries are answered by `answers`, in turn.
    private static func faults(_ answers: [IMError]) -> FakeFaults {
        let left = Shared(answers)
        var faults = FakeFaults()
        faults.hooks[Int8(IMAction.message.rawValue)] = { session, frame in
            let answer = left.with { $0.isEmpty ? nil : $0.removeFirst() }
            guard let answer else { return false }
            session.write(answer, .error, frame.header.sequenceID)
            return true
        }
        return faults
    }

    @Test(.timeLimit(.minutes(1))) func putOffIsTriedAgainAndNothingPasses() async throws {
        let server = try await FakeServer.start(
            head: 0,
            faults: Self.faults([
                Self.error("busy", definite: true, retryMs: 1),
                Self.error("internal", definite: false, retryMs: 0),
                Self.error("rate_limited", definite: true, retryMs: 2),
            ]))
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        let first = try await client.send("one", to: Self.room)
        let second = try await client.send("two", to: Self.room)
        for id in [first, second] {
            guard case .acknowledged = await client.answer(to: id) else {
                Issue.record("not acknowledged")
                return
            }
        }
        #expect(try await server.with { $0.own } == ["one", "two"])
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func refusedForGoodItWaitsForThePerson() async throws {
        let server = try await FakeServer.start(
            head: 0, faults: Self.faults([Self.error("blocked", definite: true, retryMs: 0)]))
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        let id = try await client.send("one", to: Self.room)
        #expect(await client.answer(to: id) == .refused("because"))
        let next = try await client.send("two", to: Self.room)
        guard case .acknowledged = await client.answer(to: next) else {
            Issue.record("not acknowledged")
            return
        }
        #expect(try client.cache.outbox().map(\.failure) == ["because"])
        try await client.retry(id)
        guard case .acknowledged = await client.answer(to: id) else {
            Issue.record("not acknowledged")
            return
        }
        #expect(try client.cache.outbox().isEmpty)
        await client.stop()
        await server.stop()
    }

    /// An ACK without a place in the log is no ACK; the send goes again under the same key.
    @Test(.timeLimit(.minutes(1))) func anAckThatSaysNothingIsAskedForAgain() async throws {
        var faults = FakeFaults()
        let isFirst = Shared(true)
        faults.hooks[Int8(IMAction.message.rawValue)] = { session, frame in
            let isOdd = isFirst.with { first in
                defer { first = false }
                return first
            }
            if !isOdd { return false }
            session.write(IMMessageACK(), .messageAck, frame.header.sequenceID)
            return true
        }
        let server = try await FakeServer.start(head: 0, faults: faults)
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        let id = try await client.send("one", to: Self.room)
        guard case .acknowledged = await client.answer(to: id) else {
            Issue.record("not acknowledged")
            return
        }
        #expect(try client.cache.messages(Self.room, limit: 9, ownID: 1).map(\.content) == ["one"])
        await client.stop()
        await server.stop()
    }

    /// The server says that a send is where another message is held: both cannot be.
    @Test(.timeLimit(.minutes(1))) func anAckAtATakenPlaceIsAFailureAndTheTextStays() async throws {
        var faults = FakeFaults()
        faults.hooks[Int8(IMAction.message.rawValue)] = { session, frame in
            var ack = IMMessageACK()
            ack.chatroomID = FakeServer.chatroomID
            ack.seq = 1
            ack.messageID = FakeWorld.messageID(99)
            session.write(ack, .messageAck, frame.header.sequenceID)
            return true
        }
        let server = try await FakeServer.start(head: 1, faults: faults)
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        for await _ in client.events
        where try client.cache.ranges(Self.room).contains(1) { break }
        let id = try await client.send("mine", to: Self.room)
        guard case .refused = await client.answer(to: id) else {
            Issue.record("not refused")
            return
        }
        #expect(try client.cache.outbox().map(\.content) == ["mine"])
        #expect(
            try client.cache.messages(Self.room, limit: 9, ownID: 1).map(\.content) == ["text 1"])
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1)), arguments: QuitReason.allCases.map(\.rawValue) + ["", "odd"])
    func afterEachGoodbyeItReturnsOrNotAsTheReasonSays(reason: String) async throws {
        let quits = Shared(1)
        var faults = FakeFaults()
        faults.hooks[Int8(IMAction.conversations.rawValue)] = { session, frame in
            session.write(session.conversations(), .conversations, frame.header.sequenceID)
            if quits.with({ left in
                left -= 1; return left
            }) < 0 {
                return true
            }
            var quit = IMQuit()
            quit.reason = reason
            session.write(quit, .quit, 0)
            session.close()
            return true
        }
        let server = try await FakeServer.start(head: 1, faults: faults)
        let client = try client(server)
        await client.start()
        let kind = QuitReason(rawValue: reason)
        let stays = [.replaced, .kickedByOtherDevice, .tokenRevoked, .accountDeleted]
            .contains(kind)
        var isSignedOut = false
        for await event in client.events {
            if case .signedOut = event { isSignedOut = true }
            if case .connection(.offline(_, nil)) = event, stays { break }
            if try await server.with({ $0.connections }) == 2 { break }
        }
        #expect(try await server.with { $0.connections } == (stays ? 1 : 2))
        if stays { await client.reconnectNow() }
        if stays {
            for await event in client.events {
                if case .signedOut = event { isSignedOut = true }
                if await client.state == .online { break }
            }
        }
        #expect(try await server.with { $0.connections } == 2)
        #expect(isSignedOut == [.tokenRevoked, .accountDeleted].contains(kind))
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aTokenThatIsRefusedIsNotTriedAgain() async throws {
        var faults = FakeFaults()
        faults.hooks[Int8(IMAction.auth.rawValue)] = { session, frame in
            session.world.connections += 1
            session.write(
                Self.error("bad_token", definite: true, retryMs: 0), .error,
                frame.header.sequenceID)
            return true
        }
        let server = try await FakeServer.start(head: 1, faults: faults)
        let client = try client(server)
        await client.start()
        await #expect(throws: ClientError.self) { try await client.waitUntilOnline() }
        for await event in client.events {
            if case .signedOut = event { break }
        }
        #expect(try await server.with { $0.connections } == 1)
        await client.stop()
        await server.stop()
    }
}
