import FreeIMProtocol
import GRDB

/// A message of the operators, to everybody or to some users.
struct Broadcast: Sendable {
    /// Users who are written to in one job.
    static let usersPerJob = 100
    /// Users who are named in one call.
    static let usersMax = 1_000

    /// Where it stands.
    struct Place: Sendable {
        /// 0: everybody.
        let memberID: Int64
        let chatroomID: Int64
        let seq: Int64
        let messageID: String
    }

    let code: IMMessageCode
    let content: String

    /// Reads what a call says. Throws `malformed_body`, `forbidden`.
    init(_ call: RouteCall) throws {
        let raw = call.has("code") ? call.integer("code") : Int64(IMMessageCode.text.rawValue)
        guard let number = Int32(exactly: raw), number > 0 else {
            throw Refusal(.malformedBody, "code: a message code, 1 for a text.")
        }
        if (8...12).contains(number) || (20...22).contains(number) {
            throw Refusal(
                .forbidden,
                "code: entries of the server's own, recalls, edits and "
                    + "reactions are not broadcast.")
        }
        code = IMMessageCode(rawValue: Int(number)) ?? .UNRECOGNIZED(Int(number))
        content = call.text("content")
    }

    /// Writes to everybody.
    func send(_ call: RouteCall) async throws -> [Place] {
        let chatroomID = try await SystemChat.prepare(call.store)
        return try await call.store.write { context in
            let item = try append(context, chatroomID)
            try call.note(
                context, "broadcast", target: "everybody",
                ["chatroom_id": .int(chatroomID), "seq": .int(item.seq)])
            return [place(item, 0)]
        }
    }

    /// Writes to each of those users, deleted accounts refused before anything is written.
    func send(_ call: RouteCall, to users: [Int64]) async throws -> [Place] {
        let missing = try await call.store.read { db in
            try users.first { id in
                try Int64.fetchOne(
                    db.cachedStatement(
                        sql: "SELECT 1 FROM user WHERE id = ? AND deleted_time IS NULL"),
                    arguments: [id]) == nil
            }
        }
        if let missing { throw Refusal(.notFound, "member_list: there is no user \(missing).") }
        var places: [Place] = []
        for start in stride(from: 0, to: users.count, by: Broadcast.usersPerJob) {
            let part = Array(users[start..<min(start + Broadcast.usersPerJob, users.count)])
            places += try await call.store.write { context in
                try call.note(
                    context, "broadcast", target: "\(part.count) users",
                    ["member_list": .array(part.map { .int($0) })])
                return try part.map { userID in
                    let chatroomID = try SystemChat.alone(context, userID: userID)
                    return place(try append(context, chatroomID), userID)
                }
            }
        }
        return places
    }

    private func append(_ context: WriteContext, _ chatroomID: Int64) throws -> IMMessageItem {
        try context.append(chatroomID: chatroomID, code: code, content: content, actorID: 0)
    }

    private func place(_ item: IMMessageItem, _ memberID: Int64) -> Place {
        Place(
            memberID: memberID, chatroomID: item.chatroomID, seq: item.seq,
            messageID: item.messageID)
    }
}
