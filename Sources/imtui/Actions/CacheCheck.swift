import FreeIMClient
import FreeIMProtocol

/// What one chat lacks on this device, against the server.
struct CacheCheck: Equatable, Sendable {
    var chatroomID: Int64
    var title: String
    var missing: [ClosedRange<Int64>]
    var doubled: [Int64]

    var isWhole: Bool { missing.isEmpty && doubled.isEmpty }

    /// Checks every chat, pulling what is missing first when asked to; `each` as they are done.
    /// Throws `ClientError`.
    @discardableResult
    static func run(
        _ client: ChatClient, repairs: Bool, each: (CacheCheck) -> Void
    ) async throws -> [CacheCheck] {
        var checks: [CacheCheck] = []
        for chat in try client.cache.conversations(ownID: client.userID) {
            var holes = try await client.verify(chat.chatroomID)
            if repairs, !holes.isEmpty {
                for hole in holes { try await client.pull(chat.chatroomID, hole) }
                holes = try await client.verify(chat.chatroomID)
            }
            let check = CacheCheck(
                chatroomID: chat.chatroomID, title: chat.title, missing: holes,
                doubled: try client.cache.doubled(chat.chatroomID))
            each(check)
            checks.append(check)
        }
        return checks
    }

    private var ranges: [String] {
        missing.map { range in
            range.count == 1
                ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }
    }

    var json: JSONValue {
        [
            "v": 1, "chatroom_id": .int(chatroomID), "title": .string(title),
            "missing": .array(ranges.map { .string($0) }),
            "doubled": .array(doubled.map { .int($0) }),
        ]
    }

    var line: String {
        var verdict = "whole"
        if !isWhole {
            let doubles = doubled.map { "\($0)" }.joined(separator: ",")
            verdict =
                "missing \(missing.isEmpty ? "none" : ranges.joined(separator: ",")), "
                + "doubled \(doubled.isEmpty ? "none" : doubles)"
        }
        return "\(chatroomID)\t\(title)\t\(verdict)"
    }
}
