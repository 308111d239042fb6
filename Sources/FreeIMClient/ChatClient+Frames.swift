import FreeIMCore
import FreeIMProtocol
import NIOCore

extension ChatClient {
    func decode<M: ProtocolBody>(_ type: M.Type, _ frame: Frame) throws -> M {
        guard let version = frame.version else { throw MalformedBody() }
        return try BodyCoding.decode(type, from: frame.body, version: version)
    }

    func write(
        _ message: some ProtocolBody, action: IMAction, sequenceID: Int32
    ) async throws {
        guard let session else { throw ClientError.offline("not connected") }
        var bytes = ByteBuffer()
        bytes.writeFrame(
            message, action: action, sequenceID: sequenceID, version: session.version)
        try await session.outbound.write(bytes)
    }

    /// Sends a request and waits for its reply, for `answerMs` at most; throws `ClientError`.
    func request(_ message: some ProtocolBody, action: IMAction) async throws -> Frame {
        guard session?.isClosed == false, let sequenceID = session?.takeSequenceID(),
            let outbound = session?.outbound
        else { throw ClientError.offline("not connected") }
        var bytes = ByteBuffer()
        bytes.writeFrame(
            message, action: action, sequenceID: sequenceID, version: options.bodyVersion)
        let frame = bytes
        let patience = options.answerMs
        // Owned by the request: ends with it.
        let timer = Task { [weak self] in
            try await Task.sleep(for: .milliseconds(patience))
            await self?.fail(sequenceID, ClientError.offline("the server does not answer"))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                session?.waiting[sequenceID] = continuation
                // Owned by the request: ends with the write.
                Task {
                    do {
                        try await outbound.write(frame)
                    } catch {
                        fail(sequenceID, ClientError.offline("the connection broke off"))
                    }
                }
            }
        } onCancel: {
            // Owned by the request, which it ends.
            Task { await fail(sequenceID, CancellationError()) }
        }
    }

    private func fail(_ sequenceID: Int32, _ error: any Error) {
        session?.waiting.removeValue(forKey: sequenceID)?.resume(throwing: error)
    }

    /// Takes what one read brought: what belongs into the cache first, all at once; then the rest.
    ///
    /// What cannot be read is dropped with a notice.
    func receive(_ batch: [Frame]) async {
        session?.isHeard = true
        var arrivals = Arrivals()
        var others: [Frame] = []
        for frame in batch {
            do {
                if try !gather(frame, &arrivals) { others.append(frame) }
            } catch {
                arrivals.unreadable += 1
            }
        }
        if !arrivals.isEmpty {
            do {
                try apply(arrivals)
            } catch {
                // Not acknowledged either: the server keeps it, and it is pulled or pushed again.
                for item in arrivals.items {
                    try? withSync(item.chatroomID) { $0.learned(head: item.seq, first: 0) }
                }
                complain("what the server sent cannot be kept: \(error)")
            }
        }
        for acknowledged in arrivals.acks { settle(acknowledged) }
        for frame in others {
            do { try await handle(frame) } catch { arrivals.unreadable += 1 }
        }
        if !arrivals.acks.isEmpty { await flushOutbox() }
        if arrivals.odd > 0 {
            complain("dropped \(arrivals.odd) things from the server that cannot be")
        }
        if arrivals.unreadable > 0 {
            complain("dropped \(arrivals.unreadable) frames from the server that cannot be read")
        }
    }

    /// Adds what a frame brings for the cache; whether it was such a frame.
    private func gather(_ frame: Frame, _ arrivals: inout Arrivals) throws -> Bool {
        switch frame.action {
        case .message: arrivals.add(try decode(IMMessageItem.self, frame))
        case .sync where frame.header.sequenceID == 0:
            arrivals.add(try decode(IMSyncPage.self, frame))
        case .gap: arrivals.add(try decode(IMGap.self, frame))
        case .receipt: gather(try decode(IMReceipt.self, frame), &arrivals)
        case .messageAck:
            guard let id = session?.sends.removeValue(forKey: frame.header.sequenceID) else {
                return true
            }
            let ack = (try? decode(IMMessageACK.self, frame)) ?? IMMessageACK()
            let isOdd = !Arrivals.isCredible(ack.chatroomID, ack.seq, ack.messageID)
            arrivals.acks.append(Arrivals.Acknowledged(id: id, ack: ack, isOdd: isOdd))
        default: return false
        }
        return true
    }

    private func gather(_ receipt: IMReceipt, _ arrivals: inout Arrivals) {
        let most = ConversationSync.seqMax
        guard receipt.chatroomID > 0, (0...most).contains(receipt.readSeq),
            (0...most).contains(receipt.deliveredSeq)
        else {
            arrivals.odd += 1
            return
        }
        var mark = arrivals.marks[receipt.chatroomID] ?? SeqMarks()
        if receipt.userID == userID {
            mark.read = max(mark.read, receipt.readSeq)
            arrivals.isReadElsewhere = true
        } else {
            guard kinds[receipt.chatroomID] != IMChatroomType.group.rawValue else { return }
            mark.peerDelivered = max(mark.peerDelivered, receipt.deliveredSeq)
            mark.peerRead = max(mark.peerRead, receipt.readSeq)
        }
        arrivals.marks[receipt.chatroomID] = mark
        arrivals.receipts.insert(receipt.chatroomID)
    }

    private func handle(_ frame: Frame) async throws {
        let sequenceID = frame.header.sequenceID
        guard let action = frame.action else { return }
        switch action {
        case .error: try await refused(try decode(IMError.self, frame), sequenceID)
        case .typing:
            let typing = try decode(IMTyping.self, frame)
            eventSink.yield(
                .typing(
                    chatroomID: typing.chatroomID, userID: typing.userID, isTyping: typing.typing))
        case .quit: session?.quit = try decode(IMQuit.self, frame)
        case .auth, .signIn, .sync, .getMessageID, .presence, .conversations:
            session?.waiting.removeValue(forKey: sequenceID)?.resume(returning: frame)
        case .messageAck, .message, .gap, .receipt, .heartbeat, .UNRECOGNIZED: break
        }
    }

    private func refused(_ error: IMError, _ sequenceID: Int32) async throws {
        if let id = session?.sends.removeValue(forKey: sequenceID) {
            return try await answered(id, error)
        }
        let refusal = ClientError.refused(code: error.code, message: error.message)
        if let waiting = session?.waiting.removeValue(forKey: sequenceID) {
            waiting.resume(throwing: refusal)
        } else {
            complain(refusal.description)
        }
    }
}
