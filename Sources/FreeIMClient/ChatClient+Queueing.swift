import Foundation
import FreeIMProtocol

extension ChatClient {
    /// Puts a message into the outbox, on disk, before it returns; `launchQueued` sends it.
    ///
    /// For a screen: the text may be forgotten there once this returns. `mentions` are user IDs,
    /// −1 for everyone. Returns its ClientMessageId. Throws `ClientError.cache` when it could not
    /// be kept.
    @discardableResult
    public nonisolated func enqueue(
        _ content: String, to chatroomID: Int64, code: IMMessageCode = .text,
        replyTo: String = "", target: String = "", mentions: [Int64] = []
    ) throws -> String {
        try queued(
            content, to: chatroomID, code: code, replyTo: replyTo, target: target,
            mentions: mentions
        ).clientMessageID
    }

    /// Sends what `enqueue` put into the outbox, in that order.
    public func launchQueued() async {
        if role == .owner {
            await lookForPokes()
        } else {
            poke(.outbox)
        }
    }

    nonisolated func queued(
        _ content: String, to chatroomID: Int64, code: IMMessageCode, replyTo: String,
        target: String, mentions: [Int64]
    ) throws -> OutboxItem {
        var item = OutboxItem(
            clientMessageID: UUID().uuidString.lowercased(), chatroomID: chatroomID,
            code: code.rawValue, content: Arrivals.withoutNull(content), replyTo: replyTo,
            targetMessageID: target,
            createdTime: ChatClient.now(), failure: nil)
        item.mentions = mentions
        do {
            try cache.enqueue(item)
        } catch {
            throw ClientError.cache("\(error)")
        }
        return item
    }
}
