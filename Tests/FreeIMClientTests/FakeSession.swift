import FreeIMProtocol
import NIOCore

/// One connection to the fake server.
final class FakeSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let world: FakeWorld
    private var decoder = FrameDecoder(frameBytesMax: 1 << 20)
    private var context: ChannelHandlerContext?
    /// What comes behind a cut was never received.
    private var isCut = false

    init(_ world: FakeWorld) {
        self.world = world
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        world.sessions.append(self)
        if world.isDown { close() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isCut = true
        self.context = nil
        world.sessions.removeAll { $0 === self }
        world.changed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        while !isCut, let frame = try? decoder.next() {
            world.frames += 1
            if let trap = world.trap, world.frames >= trap.frame {
                world.trap = nil
                trap.action(world)
                if isCut { return }
            }
            take(frame)
        }
        context.flush()
        world.changed()
    }

    /// Breaks off at once: what is not flushed is lost.
    func close() {
        isCut = true
        context?.close(promise: nil)
    }

    private func take(_ frame: Frame) {
        if world.faults.cuts > 0, frame.action != .auth, world.chance(world.faults.cutOdds) {
            world.faults.cuts -= 1
            return close()
        }
        if let hook = world.faults.hooks[frame.header.action], hook(self, frame) { return }
        if world.chance(world.faults.talkOdds) { talk() }
        let sequenceID = frame.header.sequenceID
        switch frame.action {
        case .auth:
            authenticated(sequenceID)
            pushOffline()
        case .conversations: write(conversations(), .conversations, sequenceID)
        case .sync:
            if !world.chance(world.faults.lostOdds) { sync(frame) }
        case .message: stored(frame)
        case .messageAck:
            let ack = decoded(IMMessageACK.self, frame)
            world.acknowledged = max(world.acknowledged, min(ack.seq, world.head))
            world.changed()
        case .receipt:
            world.readSeq = max(world.readSeq, decoded(IMReceipt.self, frame).readSeq)
            world.changed()
        case .heartbeat: write(IMHeartbeat(), .heartbeat, sequenceID)
        default: break
        }
    }

    func authenticated(_ sequenceID: Int32) {
        world.connections += 1
        world.changed()
        var reply = IMAuthReply()
        reply.status = "ok"
        reply.heartbeatSeconds = world.faults.heartbeatSeconds
        write(reply, .auth, sequenceID)
    }

    func conversations() -> IMConversationsPage {
        var page = IMConversationsPage()
        var item = IMConversation()
        item.chatroomID = FakeServer.chatroomID
        item.chatroomType = .single
        item.title = "peer"
        item.peerID = 2
        item.headSeq = world.head
        item.firstSeq = 1
        item.ackSeq = world.acknowledged
        item.readSeq = world.readSeq
        page.items = [item]
        return page
    }

    private func talk() {
        let item = world.append("aside \(world.head + 1)", user: 2, id: "aside-\(world.head + 1)")
        for session in world.sessions { session.push(item) }
    }

    func push(_ item: IMMessageItem) {
        for _ in 0..<(world.faults.isRepeating ? 2 : 1) { write(item, .message, 0) }
        context?.flush()
    }

    /// What lies beyond the cursor: shuffled, some of it twice, the oldest part only as a Gap.
    private func pushOffline() {
        guard world.acknowledged < world.head else { return }
        var from = world.acknowledged + 1
        if world.chance(world.faults.gapOdds), world.head - from > 4 {
            var gap = IMGap()
            gap.chatroomID = FakeServer.chatroomID
            gap.fromSeq = from
            gap.toSeq = from + 2
            world.gapped.formUnion(from...(from + 2))
            write(gap, .gap, 0)
            from += 3
        }
        var seqs = Array(from...world.head)
        if world.faults.isRepeating { seqs += seqs }
        if world.faults.isShuffling { seqs.shuffle(using: &world.random) }
        for seq in seqs where !world.chance(world.faults.holeOdds) {
            guard let item = world.items[seq] else { continue }
            if world.chance(2) {
                write(item, .message, 0)
            } else {
                write(page([item]), .sync, 0)
            }
        }
    }

    func page(_ items: [IMMessageItem]) -> IMSyncPage {
        var page = IMSyncPage()
        page.chatroomID = FakeServer.chatroomID
        page.messages = items
        page.headSeq = world.head
        page.firstSeq = 1
        return page
    }

    private func sync(_ frame: Frame) {
        let asked = decoded(IMSyncRequest.self, frame)
        let before = asked.hasBeforeSeq ? asked.beforeSeq : world.head + 1
        let high = min(before, world.head + 1)
        let low = max(1, high - Int64(max(1, asked.limit)))
        let items = low < high ? (low..<high).compactMap { world.items[$0] } : []
        var page = page(items.filter { _ in !world.chance(world.faults.holeOdds) })
        page.hasMore_p = world.chance(2)  // It may lie; ranges are what counts.
        write(page, .sync, frame.header.sequenceID)
    }

    private func stored(_ frame: Frame) {
        let item = decoded(IMMessageItem.self, frame)
        if world.chance(world.faults.busyOdds) {
            var error = IMError()
            error.code = world.chance(2) ? "busy" : "internal"
            error.definite = error.code == "busy"
            error.retryAfterMs = 1
            error.clientMessageID = item.clientMessageID
            return write(error, .error, frame.header.sequenceID)
        }
        let isRepeat = world.sends[item.clientMessageID] != nil
        let seq =
            world.sends[item.clientMessageID]
            ?? world.append(item.content, user: 1, id: item.clientMessageID).seq
        world.sends[item.clientMessageID] = seq
        world.changed()
        if world.faults.cuts > 0, world.chance(3) {
            world.faults.cuts -= 1
            return close()  // Stored, and the answer lost with the connection.
        }
        if world.chance(world.faults.lostOdds) { return }
        acknowledge(item.clientMessageID, seq, isRepeat, frame.header.sequenceID)
    }

    func acknowledge(_ id: String, _ seq: Int64, _ isRepeat: Bool, _ sequenceID: Int32) {
        var ack = IMMessageACK()
        ack.chatroomID = FakeServer.chatroomID
        ack.seq = seq
        ack.messageID = world.items[seq]?.messageID ?? FakeWorld.messageID(seq)
        ack.clientMessageID = id
        ack.messageSendTime = seq
        ack.duplicate = isRepeat
        write(ack, .messageAck, sequenceID)
    }

    func decoded<M: ProtocolBodyForTests>(_ type: M.Type, _ frame: Frame) -> M {
        (try? BodyCoding.decode(type, from: frame.body, version: .protobuf)) ?? M()
    }

    func write(_ message: some ProtocolBodyForTests, _ action: IMAction, _ sequenceID: Int32) {
        var frame = ByteBuffer()
        frame.writeFrame(message, action: action, sequenceID: sequenceID, version: .protobuf)
        write(frame)
    }

    /// Bytes as they are.
    func write(_ bytes: ByteBuffer) {
        guard let context else { return }
        context.write(wrapOutboundOut(bytes), promise: nil)
        if !isCut { context.flush() }
    }
}
