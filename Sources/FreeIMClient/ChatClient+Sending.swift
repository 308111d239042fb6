import Foundation
import FreeIMCore
import FreeIMProtocol

extension ChatClient {
    /// Puts a message into the outbox, on disk, and sees that it is sent when there is a
    /// connection, in the order of the calls for one chat.
    ///
    /// `mentions` are user IDs, −1 for everyone. Returns its ClientMessageId. Throws
    /// `ClientError.cache` when it could not be kept.
    @discardableResult
    public func send(
        _ content: String, to chatroomID: Int64, code: IMMessageCode = .text,
        replyTo: String = "", target: String = "", mentions: [Int64] = []
    ) async throws -> String {
        let item = try queued(
            content, to: chatroomID, code: code, replyTo: replyTo, target: target,
            mentions: mentions)
        await launch(item)
        return item.clientMessageID
    }

    /// Gives a send that is on disk to whoever is connected.
    private func launch(_ item: OutboxItem) async {
        eventSink.yield(.outbox(chatroomID: item.chatroomID))
        if role == .owner {
            outbox.enqueue(item.clientMessageID, chatroomID: item.chatroomID)
            await flushOutbox()
        } else {
            poke(.outbox)
        }
    }

    /// Waits for the answer to a send; `queued` when the connection is or goes away first.
    public func answer(to clientMessageID: String) async -> SendAnswer {
        guard let item = try? cache.outboxItem(clientMessageID) else {
            return storedAnswer(clientMessageID) ?? .queued
        }
        if let failure = item.failure { return .refused(failure) }
        if role == .idle { return .queued }
        if case .offline = state { return .queued }
        return await withCheckedContinuation { answers[clientMessageID, default: []].append($0) }
    }

    func storedAnswer(_ clientMessageID: String) -> SendAnswer? {
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
        await launch(item)
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
        wakeOutbox()
    }

    /// Comes back to the sends that the server put off, once.
    private func wakeOutbox() {
        guard let time = outbox.wakeAt, session?.isAuthenticated == true else { return }
        retryTimer?.cancel()
        // Owned by the client: one at a time, ends with the connection.
        retryTimer = Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(max(1, time - ChatClient.now())))
            if !Task.isCancelled { await self?.retryDue() }
        }
    }

    private func retryDue() async {
        retryTimer = nil  // Not to be cancelled any more: a write under way would be, too.
        await flushOutbox()
    }

    private func transmit(_ id: String) async {
        guard let item = try? cache.outboxItem(id), item.failure == nil else {
            _ = outbox.answered(id, .acknowledged, now: 0)
            return resolve(id, storedAnswer(id) ?? .queued)
        }
        let message = item.message
        let most = session?.frameBytesMax ?? Limits.frameBytesMax
        let size = (try? message.serializedBytes() as [UInt8])?.count ?? 0
        if size > most {
            var error = IMError()
            error.code = ErrorCode.contentTooLarge.rawValue
            error.message = "too long: \(size) bytes of \(most)"
            error.definite = true
            try? await answered(id, error)
            return
        }
        guard let sequenceID = session?.takeSequenceID() else { return }
        session?.sends[sequenceID] = id
        do {
            try await write(message, action: .message, sequenceID: sequenceID)
            watchSends()
        } catch {
            // The connection broke, or whoever sent it does not wait for it: it goes again.
            if session?.sends.removeValue(forKey: sequenceID) != nil { putOff(id, afterMs: 1) }
        }
    }

    /// Ends a connection on which a send stays without answer: it goes out again with the next.
    private func watchSends() {
        guard sendTimer == nil, let newest = session?.sends.keys.max() else { return }
        let patience = options.answerMs
        // Owned by the client: one at a time, ends with the connection.
        sendTimer = Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(patience))
            if !Task.isCancelled { await self?.lookAtSends(newest) }
        }
    }

    private func lookAtSends(_ newest: Int32) {
        sendTimer = nil
        guard let session else { return }
        if session.sends.keys.contains(where: { $0 <= newest }) {
            hangUp()
        } else {
            watchSends()
        }
    }

    /// What becomes of a send that the server acknowledged, once that is in the cache.
    func settle(_ acknowledged: Arrivals.Acknowledged) {
        let (id, ack) = (acknowledged.id, acknowledged.ack)
        // Could not be stored: the send stays, and goes out again.
        guard !acknowledged.isOdd, (try? cache.outboxItem(id)) == .some(nil) else { return }
        sendBackoff.reset()
        if outbox.answered(id, .acknowledged, now: ChatClient.now()) {
            eventSink.yield(.outbox(chatroomID: ack.chatroomID))
        }
        resolve(
            id,
            .acknowledged(
                chatroomID: ack.chatroomID, seq: ack.seq, messageID: ack.messageID))
    }

    /// Sends again later: what the server asks for, and longer each time that it does.
    func putOff(_ id: String, afterMs: Int64) {
        let wait = max(
            sendBackoff.next(random: Double.random(in: 0..<1)),
            min(afterMs, ChatClient.serverWaitMsMax))
        _ = outbox.answered(id, .retry(afterMs: wait), now: ChatClient.now())
        wakeOutbox()
    }

    func answered(_ id: String, _ error: IMError) async throws {
        if !error.definite || error.retryAfterMs > 0 {
            return putOff(id, afterMs: error.retryAfterMs)
        }
        let reason = error.message.isEmpty ? error.code : error.message
        _ = outbox.answered(id, .refused(code: error.code), now: ChatClient.now())
        try cache.setFailure(id, reason)
        if let item = try cache.outboxItem(id) {
            eventSink.yield(.outbox(chatroomID: item.chatroomID))
        }
        resolve(id, .refused(reason))
        await flushOutbox()
    }

    func resolve(_ id: String, _ answer: SendAnswer) {
        for waiter in answers.removeValue(forKey: id) ?? [] { waiter.resume(returning: answer) }
    }

    // MARK: Acts on messages

    /// Replaces the text of one of one's own messages. Returns the ClientMessageId of the edit.
    @discardableResult
    public func edit(_ message: ChatMessage, _ text: String) async throws -> String {
        try await act(on: message, .edit, text)
    }

    /// Takes a message back. Returns the ClientMessageId of the recall.
    @discardableResult
    public func recall(_ message: ChatMessage) async throws -> String {
        try await act(on: message, .recall, "")
    }

    /// Reacts to a message with an emoji, in place of an earlier reaction; empty takes that back.
    ///
    /// Returns the ClientMessageId of the reaction.
    @discardableResult
    public func react(_ message: ChatMessage, _ emoji: String) async throws -> String {
        try await act(on: message, .reaction, emoji)
    }

    private func act(
        on message: ChatMessage, _ code: IMMessageCode, _ content: String
    ) async throws -> String {
        if message.messageID.isEmpty {
            throw ClientError.unknown("this message has not reached the server yet")
        }
        return try await send(
            content, to: message.chatroomID, code: code, target: message.messageID)
    }

    // MARK: Reading and typing

    /// Says that everything up to `seq` was read.
    public func markRead(_ chatroomID: Int64, through seq: Int64) async throws {
        try cache.advance([chatroomID: SeqMarks(read: seq)])
        eventSink.yield(.conversationsChanged)
        if role == .follower { return poke(.read(chatroomID)) }
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
        if role == .follower { return poke(.typing(chatroomID, isTyping)) }
        guard session?.isAuthenticated == true else { return }
        var typing = IMTyping()
        typing.chatroomID = chatroomID
        typing.typing = isTyping
        try? await write(typing, action: .typing, sequenceID: 0)
    }
}
