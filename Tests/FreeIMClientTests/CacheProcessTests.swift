import Foundation
import Testing

@testable import FreeIMClient

/// Several programs at one cache, and programs that die.
@Suite struct CacheProcessTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path + "/cache.sqlite" }

    /// Another program that fills a cache and says after each transaction how far it is.
    private final class Writer {
        let process = Process()
        private let output = Pipe()
        private var rest = ""

        init(_ path: String, messages: Int) throws {
            let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.executableURL = own.deletingLastPathComponent()
                .appendingPathComponent("imtui-bench")
            process.arguments = [
                "generate", path, "--messages", "\(messages)", "--chats", "10", "--batch", "64",
                "--progress",
            ]
            process.standardOutput = output
            try process.run()
        }

        /// What the next line says; nil: it has ended.
        func next() -> Int? {
            while true {
                if let end = rest.firstIndex(of: "\n") {
                    let line = rest[..<end]
                    rest = String(rest[rest.index(after: end)...])
                    if let number = Int(line) { return number }
                    continue
                }
                let data = output.fileHandleForReading.availableData
                if data.isEmpty { return nil }
                rest += String(decoding: data, as: UTF8.self)
            }
        }
    }

    private func rows(_ cache: Cache) throws -> Int64 {
        try cache.conversations(ownID: 1).map { try cache.ranges($0.chatroomID).count }
            .reduce(0, +)
    }

    @Test(arguments: [1, 4, 9]) func killedWhileItWrites(transactions: Int) throws {
        let writer = try Writer(path, messages: 1_000_000)
        var said = 0
        for _ in 0..<transactions { said = try #require(writer.next()) }
        kill(writer.process.processIdentifier, SIGKILL)
        writer.process.waitUntilExit()
        let cache = try Cache(path: path)
        #expect(try rows(cache) >= said)
        #expect(try cache.check().isEmpty)
        try cache.store([CacheItems.item(1, "goes on")], ownID: 1)
        #expect(try cache.search("goes on", limit: 9, ownID: 1).map(\.chatroomID).contains(1))
    }

    @Test func twoProgramsWriteAtOnceAndLoseNothing() throws {
        let writer = try Writer(path, messages: 3_000)
        _ = try #require(writer.next())
        let cache = try Cache(path: path)
        for seq in Int64(1)...200 { try cache.store([CacheItems.item(seq, "mine")], ownID: 1) }
        while writer.next() != nil {}
        writer.process.waitUntilExit()
        #expect(writer.process.terminationStatus == 0)
        #expect(try rows(cache) == 3_200)
        #expect(try cache.page(1, .newest, limit: 500, ownID: 1).count == 200)
        #expect(try cache.check().isEmpty)
    }

    @Test func manyOpenANewFileAtOnce() async throws {
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in Int64(1)...6 {
                group.addTask {
                    let cache = try Cache(path: path)
                    for seq in Int64(1)...30 {
                        try cache.store([CacheItems.item(seq, "x", chat: writer)], ownID: 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        let cache = try Cache(path: path)
        for chat in Int64(1)...6 { #expect(try cache.ranges(chat).ranges == [1...30]) }
        #expect(try cache.check().isEmpty)
    }
}
