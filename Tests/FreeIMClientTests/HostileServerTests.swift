import Foundation
import FreeIMCore
import FreeIMProtocol
import GRDB
import NIOCore
import Testing

@testable import FreeIMClient

/// A server that lies, babbles, refuses or goes away: no hang, no crash, and what is true stays.
@Suite struct HostileServerTests {
    private static let room = FakeServer.chatroomID
    private let folder = TemporaryFolder()

    private func client(
        _ server: FakeServer, _ change: (inout ChatClientOptions) -> Void = { _ in }
    ) throws -> ChatClient {
        var options = fakeOptions(server, folder.path + "/cache.sqlite")
        change(&options)
        return try ChatClient(options: options)
    }

    /// Waits on the client's events until it is so; what it complained of meanwhile.
    @discardableResult
    private func wait(
        _ client: ChatClient, until isSo: (ChatEvent) throws -> Bool
    ) async throws -> [String] {
        var notices: [String] = []
        for await event in client.events {
            if case .notice(let text) = event { notices.append(text) }
            if try isSo(event) { break }
        }
        return notices
    }

    private func holds(_ client: ChatClient, _ range: ClosedRange<Int64>) throws -> Bool {
        try client.cache.ranges(Self.room).ranges == [range]
    }

    private func contents(_ client: ChatClient) throws -> [String] {
        try client.cache.messages(Self.room, limit: 1_000, ownID: 1).map(\.content)
    }

    @Test(.timeLimit(.minutes(1))) func awayAtTheStartItComesWhenTheServerDoes() async throws {
        let server = try await FakeServer.start(head: 3)
        try await server.with { $0.isDown = true }
        let client = try client(server)
        await client.start()
        await #expect(throws: ClientError.self) { try await client.waitUntilOnline() }
        let id = try await client.send("typed off line", to: Self.room)
        #expect(await client.answer(to: id) == .queued)
        try await server.with { $0.isDown = false }
        try await wait(client) { _ in
            try holds(client, 1...4) && client.cache.outbox().isEmpty
        }
        #expect(try contents(client).last == "typed off line")
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func goneInTheMiddleOfAPullItSaysSoAndGoesOn() async throws {
        var faults = FakeFaults()
        faults.gapOdds = 1
        faults.hooks[Int8(IMAction.sync.rawValue)] = { session, _ in
            session.world.faults.hooks = [:]
            session.close()
            return true
        }
        let server = try await FakeServer.start(head: 9, faults: faults)
        let client = try client(server)
        await client.start()
        try await wait(client) { _ in try holds(client, 1...9) }
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aServerThatNeverAnswersIsLeft() async throws {
        var faults = FakeFaults()
        faults.hooks[Int8(IMAction.auth.rawValue)] = { _, _ in true }
        let server = try await FakeServer.start(head: 1, faults: faults)
        let client = try client(server) { $0.answerMs = 20 }
        await client.start()
        await #expect(throws: ClientError.offline("the server does not answer")) {
            try await client.waitUntilOnline()
        }
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [Int64(1), 1 << 40, Int64.max, -3])
    func aHeadThatIsNotSoIsPutRight(head: Int64) async throws {
        var faults = FakeFaults()
        faults.hooks[Int8(IMAction.conversations.rawValue)] = { session, frame in
            session.world.faults.hooks = [:]
            var page = session.conversations()
            page.items[0].headSeq = head
            session.write(page, .conversations, frame.header.sequenceID)
            return true
        }
        let server = try await FakeServer.start(head: 6, faults: faults)
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        try await client.loadOlder(Self.room, before: nil, limit: 50)
        try await client.loadOlder(Self.room, before: nil, limit: 50)
        #expect(try holds(client, 1...6))
        #expect(try client.cache.conversation(Self.room, ownID: 1)?.headSeq == 6)
        #expect(try await client.verify(Self.room).isEmpty)
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aPageOfAnotherChatIsNotTaken() async throws {
        var faults = FakeFaults()
        faults.holeOdds = 1
        faults.hooks[Int8(IMAction.sync.rawValue)] = { session, frame in
            var item = FakeWorld.item(2, "for somebody else")
            item.chatroomID = 78
            var page = session.page([item])
            page.chatroomID = 78
            session.write(page, .sync, frame.header.sequenceID)
            return true
        }
        let server = try await FakeServer.start(head: 3, faults: faults)
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        await #expect(throws: ClientError.self) {
            try await client.loadOlder(Self.room, before: nil, limit: 50)
        }
        #expect(try client.cache.conversation(78, ownID: 1) == nil)
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func messagesThatCannotBeAreDroppedAndTold() async throws {
        let server = try await FakeServer.start(head: 2)
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        try await server.with { world in
            guard let session = world.sessions.first else { return }
            for seq in [0, -5, Int64.max, ConversationSync.seqMax + 1] {
                session.push(FakeWorld.item(seq, "nowhere"))
            }
            var nameless = FakeWorld.item(3, "without an ID")
            nameless.messageID = ""
            session.push(nameless)
            var foreign = FakeWorld.item(4, "in the wrong page")
            foreign.chatroomID = 5
            session.write(session.page([foreign]), .sync, 0)
            var gap = IMGap()
            gap.chatroomID = FakeServer.chatroomID
            (gap.fromSeq, gap.toSeq) = (1, Int64.max)
            session.write(gap, .gap, 0)
            session.push(world.append("the end", user: 2, id: "e"))
        }
        let notices = try await wait(client) { _ in try holds(client, 1...3) }
        _ = notices
        #expect(try contents(client) == ["text 1", "text 2", "the end"])
        #expect(try client.cache.conversation(5, ownID: 1) == nil)
        await client.stop()
        await server.stop()
    }

    /// A disk that takes nothing: the server keeps what is not acknowledged.
    @Test(.timeLimit(.minutes(1))) func whatCannotBeStoredIsNotAcknowledged() async throws {
        let server = try await FakeServer.start(head: 0)
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        try await client.cache.pool.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER full BEFORE INSERT ON message
                    BEGIN SELECT RAISE(ABORT, 'full'); END
                    """)
        }
        try await server.with { world in
            world.sessions.first?.push(world.append("not lost", user: 2, id: "n"))
        }
        try await wait(client) { event in
            if case .notice(let text) = event { text.contains("cannot be kept") } else { false }
        }
        await client.flushAcks()
        // Answered behind any acknowledgement that was sent.
        _ = try? await client.verify(Self.room)
        #expect(try await server.with { $0.acknowledged } == 0)
        try await client.cache.pool.write { try $0.execute(sql: "DROP TRIGGER full") }
        try await client.loadOlder(Self.room, before: nil, limit: 9)
        #expect(try contents(client) == ["not lost"])
        try await server.wait { $0.acknowledged == 1 }
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func whatContradictsStaysAsItFirstWas() async throws {
        let server = try await FakeServer.start(head: 2)
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        try await wait(client) { _ in try holds(client, 1...2) }
        try await server.with { world in
            world.sessions.first?.push(FakeWorld.item(1, "another text"))
            var twice = FakeWorld.item(3, "the same ID again")
            twice.messageID = FakeWorld.messageID(2)
            world.sessions.first?.push(twice)
        }
        var told = 0
        try await wait(client) { event in
            if case .notice(let text) = event, text.contains("contradicts") { told += 1 }
            return try told > 0 && holds(client, 1...3)
        }
        #expect(try contents(client) == ["text 1", "text 2"])
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func babbleIsBoundedAndTheRestGoesOn() async throws {
        let server = try await FakeServer.start(head: 1)
        let client = try client(server)
        await client.start()
        try await client.waitUntilOnline()
        try await server.with { world in
            guard let session = world.sessions.first else { return }
            for number in 0..<200 {
                for action in [IMAction.message, .sync, .receipt, .quit, .error, .gap, .typing] {
                    session.write(FakeSession.raw(action, [0xff, 0xff, 0xff]))
                }
                var error = IMError()
                error.code = "internal"
                session.write(error, .error, Int32(9_000 + number))
                session.write(FakeSession.raw(.UNRECOGNIZED(55), []))
            }
            session.push(world.append("still here", user: 2, id: "s"))
        }
        let notices = try await wait(client) { _ in try holds(client, 1...2) }
        #expect(notices.count <= Session.noticesMax)
        let id = try await client.send("and I", to: Self.room)
        guard case .acknowledged = await client.answer(to: id) else {
            Issue.record("not acknowledged")
            return
        }
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func textIsKeptAsItCame() async throws {
        let texts = [
            "\u{1b}[2J\u{1b}]0;title\u{07}\u{9b}31m\u{00}\r\u{08}",
            "e" + String(repeating: "\u{301}", count: 10_000),
            String(repeating: "长", count: 20 * 1_024),
        ]
        let server = try await FakeServer.start(head: 1)
        try await server.with { world in
            for text in texts { world.append(text, user: 2, id: text.prefix(1).description) }
        }
        let client = try client(server)
        await client.start()
        try await wait(client) { _ in try holds(client, 1...4) }
        let came = try contents(client).dropFirst().map { Array($0.utf8) }
        // But for NUL, where SQLite would end the text: its sign stands there.
        let expected = texts.map { Array($0.replacing("\u{0}", with: "\u{2400}").utf8) }
        #expect(came == expected)
        let id = try await client.send(texts[1], to: Self.room)
        guard case .acknowledged = await client.answer(to: id) else {
            Issue.record("not acknowledged")
            return
        }
        let tooLong = try await client.send(String(repeating: "x", count: 70_000), to: Self.room)
        guard case .refused(let reason) = await client.answer(to: tooLong) else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("too long"))
        await client.stop()
        await server.stop()
    }
}

extension FakeSession {
    /// A frame with any bytes as its body.
    static func raw(_ action: IMAction, _ body: [UInt8]) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeInteger(Int32(2))
        bytes.writeInteger(Int8(truncatingIfNeeded: action.rawValue))
        bytes.writeInteger(Int32(0))
        bytes.writeInteger(Int32(body.count))
        bytes.writeBytes(body)
        return bytes
    }
}
