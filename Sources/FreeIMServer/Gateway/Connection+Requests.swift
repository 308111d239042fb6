import FreeIMCore
import FreeIMProtocol
import NIOCore

extension Connection {
    /// Handles one complete frame.
    func handle(_ frame: Frame) {
        let header = frame.header
        guard let version = frame.version else { return }
        switch machine.receive(frame.action, version: version, now: Connection.now()) {
        case .authenticate: authenticate(frame, version: version)
        case .signIn: signIn(frame, version: version)
        case .confirmAuthentication: confirmAuthentication(frame, version: version)
        case .heartbeat:
            var heartbeat = IMHeartbeat()
            heartbeat.serverTime = services.clock()
            send(
                heartbeat, action: .heartbeat, sequenceID: header.sequenceID,
                version: machine.replyVersion(to: version))
        case .quit: closeWhenAnswered(.normal)
        case .request(let action): request(action, frame, version: version)
        case .refuse(let code):
            refuse(
                Refusal(code, Connection.explanation(code)), action: header.action,
                sequenceID: header.sequenceID, version: machine.replyVersion(to: version))
        case .ignore: break
        }
    }

    private static func explanation(_ code: ErrorCode) -> String {
        switch code {
        case .unauthenticated: "Send Auth or SignIn first."
        case .unknownAction: "This server does not know that action."
        case .forbidden: "This connection is bound already; open another one."
        case .malformedBody, .unsupportedVersion, .frameTooLarge, .badToken, .badCredentials,
            .tokenExpired, .conflict, .methodNotAllowed, .notMember, .notFriend, .blocked,
            .muted, .notFound, .contentTooLarge, .rateLimited, .busy, .internal:
            code.rawValue
        }
    }

    private func request(_ action: IMAction, _ frame: Frame, version: BodyVersion) {
        switch action {
        case .message: message(frame, version)
        case .messageAck: acknowledge(frame, version)
        case .sync: sync(frame, version)
        case .receipt: receipt(frame, version)
        case .typing: typing(frame, version)
        case .presence: presence(frame, version)
        case .conversations: conversations(frame, version)
        case .getMessageID: messageID(frame, version)
        case .auth, .signIn, .quit, .gap, .error, .heartbeat, .UNRECOGNIZED: break
        }
    }

    /// The body, or nil once its refusal is written.
    private func body<M: MessageBody>(
        _ type: M.Type, _ frame: Frame, _ version: BodyVersion
    ) -> M? {
        if let message = try? BodyCoding.decode(type, from: frame.body, version: version) {
            return message
        }
        refuse(.malformedAuth, frame.header)
        return nil
    }

    func refuse(_ refusal: Refusal, _ header: FrameHeader, clientMessageID: String = "") {
        refuse(
            refusal, action: header.action, sequenceID: header.sequenceID,
            clientMessageID: clientMessageID)
    }

    // MARK: Sending

    private func message(_ frame: Frame, _ version: BodyVersion) {
        guard let item = body(IMMessageItem.self, frame, version), let identity else { return }
        let header = frame.header
        if let wait = takeSendPermit() {
            return refuse(
                .tooManySends(wait), header, clientMessageID: item.clientMessageID)
        }
        let clientMessageID = item.clientMessageID
        let request = SendRequest(
            origin: .connection(
                loop: hub.index, connection: number, sequenceID: header.sequenceID),
            userID: identity.userID, device: identity.device, deviceID: identity.deviceID,
            clientType: identity.clientType, item: item)
        if store.offer(.send(request)) {
            began()
        } else {
            refuse(Store.busy, header, clientMessageID: clientMessageID)
        }
    }

    /// Writes the answer to a send.
    func answer(_ reply: CommittedBatch.Reply) {
        switch reply.outcome {
        case .stored(let ack):
            send(ack, action: .messageAck, sequenceID: reply.sequenceID)
        case .refused(let refusal, let clientMessageID):
            refuse(
                refusal, action: Int8(IMAction.message.rawValue), sequenceID: reply.sequenceID,
                clientMessageID: clientMessageID)
        }
        finished()
    }

    private func messageID(_ frame: Frame, _ version: BodyVersion) {
        guard let request = body(IMMessageID.self, frame, version) else { return }
        let (userID, chatroomID, header) = (userID, request.chatroomID, frame.header)
        answering(header) { store in
            var reply = IMMessageID()
            reply.chatroomID = chatroomID
            reply.messageID = try await store.reserveMessageID(
                chatroomID: chatroomID, userID: userID)
            return reply
        }
    }

    /// Answers a request from the store's writer with the same action.
    private func answering<M: MessageBody>(
        _ header: FrameHeader, _ work: @escaping @Sendable (Store) async throws -> M
    ) {
        began()
        let (store, loop) = (store, hub.eventLoop)
        let bound = NIOLoopBound(self, eventLoop: loop)
        // Owned by the connection, which counts it as under way; ends with the store's answer.
        Task {
            let result: Result<M, Refusal>
            do {
                result = .success(try await work(store))
            } catch {
                result = .failure(Connection.refusal(for: error))
            }
            loop.execute { bound.value.finish(result, header) }
        }
    }

    private func finish(_ result: Result<some MessageBody, Refusal>, _ header: FrameHeader) {
        switch result {
        case .success(let reply):
            send(
                reply, action: IMAction(knownRawValue: header.action) ?? .error,
                sequenceID: header.sequenceID)
        case .failure(let refusal): refuse(refusal, header)
        }
        finished()
        hub.flush()
    }

    // MARK: Reading

    /// Answers a request from a reader's thread, which also encodes, with the same action.
    private func reading(
        _ header: FrameHeader,
        _ work: @escaping @Sendable (Store, BodyVersion) throws -> [UInt8]
    ) {
        beganReading()
        let (store, loop, version) = (store, hub.eventLoop, version)
        let bound = NIOLoopBound(self, eventLoop: loop)
        store.onReader {
            let result: Result<[UInt8], Refusal>
            do {
                result = .success(try work(store, version))
            } catch {
                result = .failure(Connection.refusal(for: error))
            }
            loop.execute { bound.value.finish(read: result, header) }
        }
    }

    private func finish(read result: Result<[UInt8], Refusal>, _ header: FrameHeader) {
        switch result {
        case .success(let body):
            send(
                body: body, action: IMAction(knownRawValue: header.action) ?? .error,
                sequenceID: header.sequenceID)
        case .failure(let refusal): refuse(refusal, header)
        }
        finishedReading()
        hub.flush()
    }

    private func sync(_ frame: Frame, _ version: BodyVersion) {
        guard let request = body(IMSyncRequest.self, frame, version) else { return }
        let (userID, bytesMax) = (userID, services.limits.frameBytesMax)
        reading(frame.header) { store, version in
            try store.slice(request, userID: userID, bytesMax: bytesMax, version: version).body()
        }
    }

    private func conversations(_ frame: Frame, _ version: BodyVersion) {
        guard let request = body(IMConversationsRequest.self, frame, version) else { return }
        let (userID, device, bytesMax) = (userID, device, services.limits.frameBytesMax)
        reading(frame.header) { store, version in
            let page = try store.conversations(
                request, userID: userID, device: device, bytesMax: bytesMax, version: version)
            return BodyCoding.encode(page, version: version)
        }
    }

    private func presence(_ frame: Frame, _ version: BodyVersion) {
        guard let query = body(IMPresenceQuery.self, frame, version) else { return }
        let most = services.limits.presenceUsersMax
        guard query.userIds.count <= most else {
            return refuse(
                Refusal(.malformedBody, "A presence query names at most \(most) users."),
                frame.header)
        }
        beganReading()
        let (store, loop, userID, header) = (store, hub.eventLoop, userID, frame.header)
        let bound = NIOLoopBound(self, eventLoop: loop)
        store.onReader {
            let result: Result<[Int64: Int64], Refusal>
            do {
                result = .success(try store.acquaintances(query.userIds, of: userID))
            } catch {
                result = .failure(Connection.refusal(for: error))
            }
            loop.execute { bound.value.finish(presence: result, query.userIds, header) }
        }
    }

    private func finish(
        presence result: Result<[Int64: Int64], Refusal>, _ asked: [Int64],
        _ header: FrameHeader
    ) {
        switch result {
        case .failure(let refusal): refuse(refusal, header)
        case .success(let lastSeen):
            var seen: Set<Int64> = []
            let known = asked.filter { lastSeen[$0] != nil && seen.insert($0).inserted }
            if machine.phase != .closing { hub.watchPresence(self, userIDs: known) }
            var reply = IMPresence()
            reply.items = known.map { hub.presence($0, lastSeen: lastSeen[$0] ?? 0) }
            send(reply, action: .presence, sequenceID: header.sequenceID)
        }
        finishedReading()
        hub.flush()
    }

    // MARK: Cursors and signals; nothing is answered

    private func acknowledge(_ frame: Frame, _ version: BodyVersion) {
        guard let ack = body(IMMessageACK.self, frame, version) else { return }
        guard let subscription = subscriptions[ack.chatroomID] else {
            return refuse(.notMember, frame.header)
        }
        guard let seq = subscription.cursor.acknowledge(ack.seq) else { return }
        store.pendingCursors.acknowledged(
            PendingCursors.DeviceKey(device: device, chatroomID: ack.chatroomID), seq)
        note(ack.chatroomID, deliveredSeq: seq, readSeq: 0)
    }

    private func receipt(_ frame: Frame, _ version: BodyVersion) {
        guard let receipt = body(IMReceipt.self, frame, version) else { return }
        guard let subscription = subscriptions[receipt.chatroomID] else {
            return refuse(.notMember, frame.header)
        }
        let seq = min(receipt.readSeq, subscription.cursor.head)
        if seq > 0 { note(receipt.chatroomID, deliveredSeq: seq, readSeq: seq) }
    }

    private func note(_ chatroomID: Int64, deliveredSeq: Int64, readSeq: Int64) {
        store.pendingCursors.receipt(
            PendingCursors.UserKey(userID: userID, chatroomID: chatroomID),
            PendingCursors.Receipt(deliveredSeq: deliveredSeq, readSeq: readSeq))
        hub.note(
            ReceiptOutbox.Item(
                chatroomID: chatroomID, userID: userID, deliveredSeq: deliveredSeq,
                readSeq: readSeq, isReadMoved: readSeq > 0, origin: place))
    }

    private func typing(_ frame: Frame, _ version: BodyVersion) {
        guard var typing = body(IMTyping.self, frame, version) else { return }
        guard subscriptions[typing.chatroomID] != nil, let room = hub.room(typing.chatroomID)
        else { return refuse(.notMember, frame.header) }
        if room.memberCount > Limits.receiptGroupMembersMax { return }
        typing.userID = userID
        let (store, hub, signal, userID) = (store, hub.network, typing, userID)
        store.onReader {
            guard (try? store.maySignal(userID, signal.chatroomID)) == true else { return }
            hub.broadcast(signal)
        }
    }
}

extension Refusal {
    static let notMember = Refusal(.notMember, "You are not a member of this conversation.")
}
