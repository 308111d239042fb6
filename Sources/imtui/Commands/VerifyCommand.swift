import ArgumentParser
import Foundation
import FreeIMClient
import FreeIMProtocol

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compares what the cache holds with the server, seq by seq.",
        discussion: """
            For each chat: which seqs between the first readable one and the newest are missing \
            here, and whether any message is held twice. Exit code 2 when there is one.
            """)
    @OptionGroup var common: CommonOptions
    @Flag(help: "Pull what is missing first.") var repair = false

    func run() async throws {
        let client = try common.client()
        await client.start()
        try await client.waitUntilOnline()
        var isWhole = true
        for chat in try client.cache.conversations(ownID: client.userID) {
            var holes = try await client.verify(chat.chatroomID)
            if repair {
                for hole in holes { try await client.pull(chat.chatroomID, hole) }
                holes = try await client.verify(chat.chatroomID)
            }
            let doubled = try client.cache.doubled(chat.chatroomID)
            if !holes.isEmpty || !doubled.isEmpty { isWhole = false }
            show(chat, holes, doubled)
        }
        await client.stop()
        throw ExitCode(isWhole ? ExitStatus.success : ExitStatus.incomplete)
    }

    private func show(
        _ chat: CachedConversation, _ holes: [ClosedRange<Int64>], _ doubled: [Int64]
    ) {
        let missing = holes.map { range in
            range.count == 1
                ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }
        let verdict =
            missing.isEmpty && doubled.isEmpty
            ? "whole"
            : "missing \(missing.isEmpty ? "none" : missing.joined(separator: ","))"
                + ", doubled \(doubled.isEmpty ? "none" : "\(doubled)")"
        common.show(
            [
                "chatroom_id": .int(chat.chatroomID), "title": .string(chat.title),
                "missing": .array(missing.map { .string($0) }),
                "doubled": .array(doubled.map { .int($0) }),
            ],
            SafeText.escaped("\(chat.chatroomID)\t\(chat.title)\t\(verdict)"))
    }
}
