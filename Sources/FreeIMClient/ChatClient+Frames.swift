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

    /// Sends a request and waits for its reply; throws `ClientError`.
    func request(_ message: some ProtocolBody, action: IMAction) async throws -> Frame {
        guard session?.isClosed == false, let sequenceID = session?.takeSequenceID() else {
            throw ClientError.offline("not connected")
        }
        var bytes = ByteBuffer()
        bytes.writeFrame(
            message, action: action, sequenceID: sequenceID, version: options.bodyVersion)
        let frame = bytes
        return try await withCheckedThrowingContinuation { continuation in
            session?.waiting[sequenceID] = continuation
            // Owned by the request: ends with the write.
            Task {
                do {
                    guard let session else { throw ClientError.offline("not connected") }
                    try await session.outbound.write(frame)
                } catch {
                    let waiting = session?.waiting.removeValue(forKey: sequenceID)
                    waiting?.resume(throwing: ClientError.offline("the connection broke off"))
                }
            }
        }
    }

    /// Takes one frame from the server; what cannot be read is dropped with a notice.
    func receive(_ frame: Frame) async {
        do {
            try await handle(frame)
        } catch {
            eventSink.yield(.notice("a frame from the server was dropped: \(error)"))
        }
    }

    private func handle(_ frame: Frame) async throws {
        let sequenceID = frame.header.sequenceID
        guard let action = frame.action else { return }
        switch action {
        case .error: try await refused(try decode(IMError.self, frame), sequenceID)
        case .messageAck: try await acknowledged(try decode(IMMessageACK.self, frame), sequenceID)
        case .message: try await apply([try decode(IMMessageItem.self, frame)])
        case .sync where sequenceID == 0:
            let page = try decode(IMSyncPage.self, frame)
            try await apply(page)
        case .gap:
            let gap = try decode(IMGap.self, frame)
            guard gap.fromSeq > 0, gap.fromSeq <= gap.toSeq else { return }
            try withSync(gap.chatroomID) { $0.announcedGap(gap.fromSeq...gap.toSeq) }
            try cache.advance(gap.chatroomID, head: gap.toSeq)
            eventSink.yield(.messages(chatroomID: gap.chatroomID))
        case .receipt: try take(try decode(IMReceipt.self, frame))
        case .typing:
            let typing = try decode(IMTyping.self, frame)
            eventSink.yield(
                .typing(
                    chatroomID: typing.chatroomID, userID: typing.userID, isTyping: typing.typing))
        case .quit: session?.quit = try decode(IMQuit.self, frame)
        case .auth, .signIn, .sync, .getMessageID, .presence, .conversations:
            session?.waiting.removeValue(forKey: sequenceID)?.resume(returning: frame)
        case .heartbeat, .UNRECOGNIZED: break
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
            eventSink.yield(.notice(refusal.description))
        }
    }

    private func take(_ receipt: IMReceipt) throws {
        if receipt.userID == userID {
            try cache.advance(receipt.chatroomID, read: receipt.readSeq)
            eventSink.yield(.conversationsChanged)
        } else {
            let kind = try cache.conversation(receipt.chatroomID, ownID: userID)?.type
            guard kind != IMChatroomType.group.rawValue else { return }
            try cache.advance(
                receipt.chatroomID, peerDelivered: receipt.deliveredSeq,
                peerRead: receipt.readSeq)
        }
        eventSink.yield(.receipt(chatroomID: receipt.chatroomID))
    }
}
