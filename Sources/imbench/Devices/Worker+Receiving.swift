import FreeIMProtocol
import NIOCore

extension Worker {
    /// Milliseconds before what was refused for now is tried again, at least.
    private static let againMs: Int64 = 50

    /// Takes a frame that a device got. Throws what makes it unreadable.
    func take(_ frame: Frame, _ device: BenchDevice) throws {
        guard let version = frame.version, let action = frame.action else { return }
        switch action {
        case .auth: authenticated(device)
        case .messageAck:
            acked(
                device,
                try BodyCoding.decode(IMMessageACK.self, from: frame.body, version: version))
        case .message:
            let item = try BodyCoding.decode(
                IMMessageItem.self, from: frame.body, version: version)
            delivered(device, item, .push)
        case .sync:
            let page = try BodyCoding.decode(
                IMSyncPage.self, from: frame.body, version: version)
            took(device, page, frame.header.sequenceID)
        case .gap:
            gap(device, try BodyCoding.decode(IMGap.self, from: frame.body, version: version))
        case .receipt:
            receipt(
                device, try BodyCoding.decode(IMReceipt.self, from: frame.body, version: version))
        case .error:
            refused(
                device, try BodyCoding.decode(IMError.self, from: frame.body, version: version),
                frame.header.sequenceID)
        case .quit:
            let quit = try BodyCoding.decode(IMQuit.self, from: frame.body, version: version)
            refused("quit \(quit.reason)")
        case .heartbeat, .typing, .presence, .signIn, .conversations, .getMessageID,
            .UNRECOGNIZED:
            break
        }
    }

    private func acked(_ device: BenchDevice, _ ack: IMMessageACK) {
        guard let send = run.send(named: ack.clientMessageID) else {
            return observe(.wire(device: device.index, words: "an ACK of nobody's send"))
        }
        let conversation = run.population.conversationOfChatroom[ack.chatroomID] ?? -1
        observe(
            .acked(
                send: send, conversation: conversation, seq: ack.seq,
                isDuplicate: ack.duplicate))
        guard let at = device.unanswered.firstIndex(where: { $0.send == send }) else { return }
        let made = device.removeUnanswered(at: at)
        if made.code == UInt8(IMMessageCode.text.rawValue) {
            remember(
                own: Recent(
                    device: device.index, conversation: conversation, send: send,
                    messageID: ack.messageID))
        }
        if isSending, !windows.isEmpty { fillWindows(device) }
    }

    /// `acknowledges`: whether it is part of what the device has without a hole, so that it may
    /// tell the server that everything up to it arrived.
    func delivered(
        _ device: BenchDevice, _ item: IMMessageItem, _ way: Observation.Way,
        acknowledges: Bool = true
    ) {
        let conversation = run.population.conversationOfChatroom[item.chatroomID] ?? -1
        let isServers = (8...12).contains(item.code.rawValue)
        let send =
            isServers
            ? Observation.Delivered.serverEntry
            : run.send(named: item.clientMessageID) ?? Observation.Delivered.foreign
        let content =
            isServers ? Observation.Delivered.empty : BenchText.send(of: item.content)
        observe(
            .delivered(
                Observation.Delivered(
                    device: device.index, conversation: conversation, seq: item.seq, send: send,
                    content: content, way: way, code: UInt8(clamping: item.code.rawValue),
                    member: isServers ? member(item) : -1)))
        if way == .final || conversation < 0 { return }
        if acknowledges { willAcknowledge(device, conversation, item.seq) }
        if run.keepsSeen, send >= 0, item.code == .text, random.next() & 7 == 0 {
            remember(
                seen: Recent(
                    device: device.index, conversation: conversation, send: send,
                    messageID: item.messageID))
        }
    }

    /// The user that an entry of the server's says joined or left.
    private func member(_ item: IMMessageItem) -> Int32 {
        guard item.code == .memberJoined || item.code == .memberLeft,
            let content = JSONValue(parsing: Array(item.content.utf8)),
            let id = content["user_id"].integer
        else { return -1 }
        return run.population.userOfID[id] ?? -1
    }

    private func gap(_ device: BenchDevice, _ gap: IMGap) {
        guard let conversation = run.population.conversationOfChatroom[gap.chatroomID] else {
            return
        }
        observe(
            .gap(
                device: device.index, conversation: conversation, from: gap.fromSeq,
                through: gap.toSeq))
        pull(
            device, conversation, .gap(through: gap.toSeq), after: gap.fromSeq - 1, before: nil,
            limit: 500)
    }

    private func receipt(_ device: BenchDevice, _ receipt: IMReceipt) {
        guard let conversation = run.population.conversationOfChatroom[receipt.chatroomID],
            let user = run.population.userOfID[receipt.userID]
        else { return }
        observe(
            .receipt(
                device: device.index, conversation: conversation, user: user,
                delivered: receipt.deliveredSeq, read: receipt.readSeq))
    }

    private func refused(_ device: BenchDevice, _ error: IMError, _ sequenceID: Int32) {
        refused(error.code)
        if let at = device.pulls.firstIndex(where: { $0.sequenceID == sequenceID }) {
            return refusedPull(device, device.removePull(at: at), error)
        }
        guard error.action == .message, let send = run.send(named: error.clientMessageID),
            let at = device.unanswered.firstIndex(where: { $0.send == send })
        else { return }
        // What may be tried again is; a definite refusal is an answer.
        let isForGood = error.definite && error.retryAfterMs <= 0
        observe(.refused(send: send, isForGood: isForGood))
        if isForGood {
            device.removeUnanswered(at: at)
            if isSending, !windows.isEmpty { fillWindows(device) }
            return
        }
        let bound = NIOLoopBound(device, eventLoop: loop)
        loop.scheduleTask(in: .milliseconds(max(Worker.againMs, error.retryAfterMs))) {
            let device = bound.value
            guard let made = device.unanswered.first(where: { $0.send == send }) else { return }
            device.worker.transmit(made, from: device)
        }
    }
}
