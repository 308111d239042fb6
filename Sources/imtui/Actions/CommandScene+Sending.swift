import FreeIMClient
import FreeIMProtocol

extension CommandScene {
    /// Sends and waits for the server's answer, or for the end of the connection.
    ///
    /// Throws `ClientError.refused` when the server refuses; what it refused is not kept.
    func send(
        _ content: String, to chatroomID: Int64, code: IMMessageCode = .text,
        replyTo: String = "", target: String = "", mentions: [Int64] = [],
        done: String = "sent"
    ) async throws -> CommandResult {
        let id = try await client.send(
            content, to: chatroomID, code: code, replyTo: replyTo, target: target,
            mentions: mentions)
        enqueued()
        return try await answer(to: id, done: done)
    }

    /// What became of a send; throws `ClientError.refused`.
    func answer(to id: String, done: String) async throws -> CommandResult {
        switch await client.answer(to: id) {
        case .acknowledged(let chatroomID, let seq, let messageID):
            return CommandResult(
                data: [
                    "v": 1, "chatroom_id": .int(chatroomID), "seq": .int(seq),
                    "message_id": .string(messageID),
                ], notice: "\(done) #\(seq)")
        case .refused(let reason):
            try client.cache.discard(id)
            throw ClientError.refused(code: "refused", message: reason)
        case .queued:
            return CommandResult(
                data: ["v": 1, "queued": .string(id)],
                notice: "queued: it goes out with the next connection")
        }
    }

    /// Who is mentioned: those named, and those whose `@account` or `@nickname` the text has.
    func mentions(_ chatroomID: Int64) async throws -> [Int64] {
        var mentions = try await users("mentions").compactMap(\.integer)
        let named = text("text").count { $0 == "@" }
        var found = MentionText.users(
            in: text("text"), among: try client.cache.people(chatroomID))
        if found.count < named {
            // Members who have not written here yet are known once they were asked for.
            try? await client.refreshMembers(chatroomID)
            found = MentionText.users(
                in: text("text"), among: try client.cache.people(chatroomID))
        }
        for userID in found
        where !mentions.contains(userID) {
            mentions.append(userID)
        }
        return mentions
    }
}
