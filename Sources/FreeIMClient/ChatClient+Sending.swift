import Foundation
import FreeIMCore
import FreeIMProtocol

extension ChatClient {
    /// Puts a message into the outbox, on disk, and sends it when there is a connection.
    ///
    /// Returns its ClientMessageId. Throws `ClientError.cache` when it could not be kept.
    @discardableResult
    public func send(
        _ content: String, to chatroomID: Int64, code: IMMessageCode = .text,
        replyTo: String = "", target: String = ""
    ) async throws -> String {
        let item = OutboxItem(
            clientMessageID: UUID().uuidString.lowercased(), chatroomID: chatroomID,
            code: code.rawValue, content: content, replyTo: replyTo, targetMessageID: target,
            createdTime: ChatClient.now(), failure: nil)
        do {
            try cache.enqueue(item)
        } catch {
            throw ClientError.cache("\(error)")
        }
        outbox.enqueue(item.clientMessageID)
        eventSink.yield(.outbox(chatroomID: chatroomID))
        await flushOutbox()
        return item.clientMessageID
    }

    /// Waits for the answer to a send; `queued` when the connection is or goes away first.
    public func answer(to clientMessageID: String) async -> SendAnswer {
        guard let item = try? cache.outboxItem(clientMessageID) else {
            return storedAnswer(clientMessageID) ?? .queued
        }
        if let failure = item.failure { return .refused(failure) }
        if session?.isAuthenticated != true { return .queued }
        return await withCheckedContinuation { answers[clientMessageID, default: []].append($0) }
    }

    private func storedAnswer(_ clientMessageID: String) -> SendAnswer? {
        guard
            let stored = try? cache.stored(clientMessageID: clientMessageID, ownID: userID)
        else { return nil }
        return .acknowledged(
            chatroomID: stored.chatroomID, seq: stored.seq, messageID: stored.messageID)
    }

    /// Tries a send again that was refused for good.
    public func retry(_ clientMessageID: String) async throws {
        guard let item = try cache.outboxItem(clientMessageID), item.failure != nil else { return }
        try cache.setFailure(clientMessageID, nil)
        outbox.enqueue(clientMessageID)
        eventSink.yield(.outbox(chatroomID: item.chatroomID))
        await flushOutbox()
    }

    /// Sends what is ready, one after the other: two flushes at once would mix up the order.
    func flushOutbox() async {
        isFlushWanted = true
        if isFlushing { return }
        isFlushing = true
        defer { isFlushing = false }
        while isFlushWanted {
            isFlushWanted = false
            while session?.isAuthenticated == true,
                let id = outbox.takeReady(now: ChatClient.now(), most: 1).first
            {
                await transmit(id)
            }
        }
    }

    private func transmit(_ id: String) async {
        guard let item = try? cache.outboxItem(id), item.failure == nil else {
            _ = outbox.answered(id, .acknowledged, now: 0)
            return
        }
        var message = IMMessageItem()
        message.chatroomID = item.chatroomID
        message.code = IMMessageCode(rawValue: item.code) ?? .text
        message.content = item.content
        message.clientMessageID = item.clientMessageID
        message.replyTo = item.replyTo
        message.targetMessageID = item.targetMessageID
        guard let sequenceID = session?.takeSequenceID() else { return }
        session?.sends[sequenceID] = id
        // A failed write shows as the end of the connection, and the send goes out again.
        try? await write(message, action: .message, sequenceID: sequenceID)
    }

    func acknowledged(_ ack: IMMessageACK, _ sequenceID: Int32) async throws {
        guard let id = session?.sends.removeValue(forKey: sequenceID) else { return }
        if let item = try cache.outboxItem(id) {
            var message = IMMessageItem()
            message.chatroomID = ack.chatroomID
            message.seq = ack.seq
            message.messageID = ack.messageID
            message.userID = userID
            message.deviceID = options.deviceID
            message.code = IMMessageCode(rawValue: item.code) ?? .text
            message.content = item.content
            message.messageSendTime = ack.messageSendTime
            message.clientMessageID = id
            message.replyTo = item.replyTo
            message.targetMessageID = item.targetMessageID
            try await apply([message])
            try cache.discard(id)
        }
        _ = outbox.answered(id, .acknowledged, now: ChatClient.now())
        eventSink.yield(.outbox(chatroomID: ack.chatroomID))
        resolve(
            id,
            .acknowledged(
                chatroomID: ack.chatroomID, seq: ack.seq, messageID: ack.messageID))
        await flushOutbox()
    }

    func answered(_ id: String, _ error: IMError) async throws {
        let now = ChatClient.now()
        if !error.definite || error.retryAfterMs > 0 {
            let wait = max(error.retryAfterMs, 500)
            _ = outbox.answered(id, .retry(afterMs: wait), now: now)
            // Owned by the client: wakes the outbox once.
            Task {
                try? await Task.sleep(for: .milliseconds(wait + 1))
                await flushOutbox()
            }
            return
        }
        let reason = error.message.isEmpty ? error.code : error.message
        _ = outbox.answered(id, .refused(code: error.code), now: now)
        try cache.setFailure(id, reason)
        if let item = try cache.outboxItem(id) {
            eventSink.yield(.outbox(chatroomID: item.chatroomID))
        }
        resolve(id, .refused(reason))
        await flushOutbox()
    }

    private func resolve(_ id: String, _ answer: SendAnswer) {
        for waiter in answers.removeValue(forKey: id) ?? [] { waiter.resume(returning: answer) }
    }

    /// Says that everything up to `seq` was read.
    public func markRead(_ chatroomID: Int64, through seq: Int64) async throws {
        try cache.advance(chatroomID, read: seq)
        eventSink.yield(.conversationsChanged)
        await sendRead(chatroomID, through: seq)
    }

    /// Tells the server how far was read. The cache has it: what a connection that ends just now
    /// does not take goes out when the next one has fetched the conversation list.
    func sendRead(_ chatroomID: Int64, through seq: Int64) async {
        guard session?.isAuthenticated == true else { return }
        var receipt = IMReceipt()
        receipt.chatroomID = chatroomID
        receipt.readSeq = seq
        try? await write(receipt, action: .receipt, sequenceID: 0)
    }

    /// Tells the others that one is writing, or no longer.
    public func typing(_ chatroomID: Int64, _ isTyping: Bool) async {
        guard session?.isAuthenticated == true else { return }
        var typing = IMTyping()
        typing.chatroomID = chatroomID
        typing.typing = isTyping
        try? await write(typing, action: .typing, sequenceID: 0)
    }
}
