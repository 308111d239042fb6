import Foundation
import FreeIMCore
import FreeIMProtocol
import NIOPosix
import Testing

@testable import FreeIMClient

/// The client against a server that cuts, shuffles, repeats, leaves out and loses, and killed at
/// any point, by seed: in the end nothing is missing, nothing is doubled, and what was typed is
/// there once and in order.
@Suite struct FaultTests {
    /// Seeds of one lane, which run one after the other; the lanes run side by side.
    static let seedsPerLane =
        ProcessInfo.processInfo.environment["FREEIM_SEEDS"].flatMap { Int($0) }
        .map { max(1, $0 / lanes) } ?? 125
    static let lanes = 8
    private static let room = FakeServer.chatroomID

    @Test(.timeLimit(.minutes(30)), arguments: 0..<lanes)
    func whateverHappensTheEndIsWhole(lane: Int) async throws {
        let chosen = ProcessInfo.processInfo.environment["FREEIM_SEED"].flatMap { UInt64($0) }
        let first = UInt64(lane * Self.seedsPerLane)
        for seed in first..<(first + UInt64(Self.seedsPerLane)) {
            if let chosen, seed != chosen { continue }
            do {
                try await run(seed)
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
        }
    }

    private static func faults(_ random: inout SystemLikeGenerator) -> FakeFaults {
        var faults = FakeFaults()
        func odds(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }
        faults.cuts = odds(4)
        faults.cutOdds = 2 + odds(6)
        faults.isShuffling = Bool.random(using: &random)
        faults.isRepeating = Bool.random(using: &random)
        faults.gapOdds = odds(2)
        faults.holeOdds = odds(3) * 2
        faults.lostOdds = odds(1) * 12
        faults.busyOdds = odds(1) * 3
        faults.talkOdds = odds(3) * 2
        return faults
    }

    /// How one life of the client ended.
    private struct End: Sendable {
        var path: String
        /// Typed, and known to be on disk.
        var typed: [String]
        var acknowledged: Int64
        var gapped: Set<Int64>
    }

    private func run(_ seed: UInt64) async throws {
        var random = SystemLikeGenerator(seed: seed)
        let folder = TemporaryFolder()
        let server = try await FakeServer.start(
            head: Int64.random(in: 1...40, using: &random), faults: Self.faults(&random),
            seed: seed)
        var path = folder.path + "/cache.sqlite"
        var typed: [String] = []
        let lives = Int.random(in: 1...3, using: &random)
        for life in 0..<lives {
            let draft = Draft(text: "half a thought \(life)")
            let texts = (0..<Int.random(in: 0...4, using: &random)).map { "own \(life).\($0)" }
            let end = try await live(
                server, path, copy: folder.path + "/life\(life).sqlite", typing: texts,
                draft: draft, after: Int.random(in: 1...40, using: &random),
                kind: Int.random(in: 0..<3, using: &random))
            path = end.path
            typed += end.typed
            try check(end, draft, seed)
        }
        try await server.with { $0.calm() }
        try await finish(server, path, typed, seed)
        await server.stop()
    }

    /// One life: types, and ends at the server's so manieth frame from now: by a kill that leaves
    /// a copy of the files behind (0), by a kill (1), or in order (2).
    private func live(
        _ server: FakeServer, _ path: String, copy: String, typing texts: [String],
        draft: Draft, after frames: Int, kind: Int
    ) async throws -> End {
        var options = fakeOptions(server, path)
        options.answerMs = 200
        let client = try ChatClient(options: options)
        try client.cache.setDraft(Self.room, draft)
        let typed = Shared<[String]>([])
        let ended = Shared<End?>(nil)
        let cache = client.cache
        try await server.with { world in
            world.isDown = false
            world.trap = (
                world.frames + frames,
                { world in
                    var end = End(
                        path: path, typed: [], acknowledged: world.acknowledged,
                        gapped: world.gapped)
                    if kind == 0 {
                        end.typed = typed.now
                        end.path = copy
                        do { try cache.copy(to: copy) } catch { Issue.record(error) }
                    }
                    ended.with { $0 = end }
                    world.goDown()
                }
            )
        }
        for text in texts.prefix(texts.count / 2) {
            try await client.send(text, to: Self.room)
            typed.with { $0.append(text) }
        }
        await client.start()
        for text in texts.dropFirst(texts.count / 2) {
            try await client.send(text, to: Self.room)
            typed.with { $0.append(text) }
        }
        var events = client.events.makeAsyncIterator()
        while ended.now == nil {
            var isCut = true
            if await client.state == .online {
                // The person scrolls and types: frames, until the one that is the last.
                let frames = try await server.with { $0.frames }
                try? await client.loadOlder(Self.room, before: nil, limit: 500)
                await client.typing(Self.room, true)
                await client.flushAcks()
                try await server.wait { $0.frames > frames || $0.sessions.isEmpty }
                isCut = try await server.with { $0.sessions.isEmpty }
            }
            if isCut, case .connection(.offline) = await events.next() {
                await client.reconnectNow()
            }
        }
        if kind == 2 { await client.stop() } else { await client.drop() }
        var end = try #require(ended.now)
        if kind != 0 { end.typed = typed.now }
        // The one that was on its way to the disk just then.
        let kept = try Cache(path: end.path).outbox().map(\.content)
        let sent = try await server.with { $0.own }
        end.typed += texts.dropFirst(end.typed.count).filter {
            kept.contains($0) || sent.contains($0)
        }
        return end
    }

    private func isWhole(_ cache: Cache, _ server: FakeServer) async throws -> Bool {
        let head = try await server.with { $0.head }
        return try cache.ranges(Self.room).ranges == [1...head]
    }

    /// What was acknowledged is held, or was announced as not pushed; the draft is as it was.
    private func check(_ end: End, _ draft: Draft, _ seed: UInt64) throws {
        let cache = try Cache(path: end.path)
        let held = try cache.ranges(Self.room)
        if end.acknowledged > 0 {
            let lost = held.missing(in: 1...end.acknowledged).flatMap { Array($0) }
                .filter { !end.gapped.contains($0) }
            #expect(lost.isEmpty, "seed \(seed): acknowledged and not held: \(lost)")
        }
        #expect(try cache.draftOf(Self.room) == draft, "seed \(seed)")
        #expect(try cache.doubled(Self.room).isEmpty, "seed \(seed)")
    }

    private func finish(
        _ server: FakeServer, _ path: String, _ typed: [String], _ seed: UInt64
    ) async throws {
        let client = try ChatClient(options: fakeOptions(server, path))
        let room = Self.room
        let draft = try client.cache.draftOf(room)
        await client.start()
        try await client.send("the last", to: room)
        for await event in client.events {
            if case .connection(.offline) = event { await client.reconnectNow() }
            // Asked for by the person who scrolls: whatever is not there yet.
            try? await client.loadOlder(room, before: nil, limit: 500)
            if try client.cache.outbox().isEmpty, try await isWhole(client.cache, server) { break }
        }
        let messages = try client.cache.messages(room, limit: 1_000, ownID: 1)
        let log = try await server.with { world in
            world.items.keys.sorted().compactMap { world.items[$0]?.content }
        }
        #expect(messages.map(\.content) == log, "seed \(seed)")
        #expect(messages.map(\.seq) == Array(1...Int64(log.count)), "seed \(seed)")
        let own = messages.filter { $0.userID == 1 }.map(\.content)
        #expect(own == typed + ["the last"], "seed \(seed)")
        #expect(try client.cache.doubled(room).isEmpty, "seed \(seed)")
        #expect(try client.cache.check().isEmpty, "seed \(seed)")
        #expect(try client.cache.draftOf(room) == draft, "seed \(seed)")
        await client.stop()
    }
}
