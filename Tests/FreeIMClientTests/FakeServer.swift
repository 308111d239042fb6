import FreeIMProtocol
import NIOCore
import NIOPosix

/// A server that keeps the contract's letter and makes the client's life hard: it answers out of
/// order, pushes twice, leaves out what it will push later, and drops the connection at any time.
///
/// What it does follows from its seed. All state lives on its one event loop.
final class FakeServer: Sendable {
    static let chatroomID: Int64 = 77

    let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    /// Serves a log of `head` messages; the connection is cut `cuts` times.
    static func start(
        head: Int64, cuts: Int, seed: UInt64, group: MultiThreadedEventLoopGroup
    ) async throws -> FakeServer {
        let loop = group.next()
        let world = try await loop.submit {
            NIOLoopBound(FakeWorld(head: head, cuts: cuts, seed: seed), eventLoop: loop)
        }.get()
        let channel = try await ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FakeSession(world.value))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FakeServer(channel: channel)
    }

    private init(channel: any Channel) {
        self.channel = channel
    }

    func stop() async {
        try? await channel.close()
    }
}

/// What the fake server knows over all its connections.
private final class FakeWorld {
    var head: Int64
    var cutsLeft: Int
    var random: SystemLikeGenerator
    /// Sends by ClientMessageId: stored once.
    var sends: [String: Int64] = [:]
    var items: [Int64: IMMessageItem] = [:]
    var acknowledged: Int64 = 0

    init(head: Int64, cuts: Int, seed: UInt64) {
        self.head = 0
        cutsLeft = cuts
        random = SystemLikeGenerator(seed: seed)
        for seq in 1...head { _ = append("text \(seq)", user: 2, id: "peer-\(seq)") }
    }

    func append(_ content: String, user: Int64, id: String) -> IMMessageItem {
        head += 1
        var item = IMMessageItem()
        item.chatroomID = FakeServer.chatroomID
        item.chatroomType = .single
        item.seq = head
        item.messageID =
            MessageID(
                stamp: UInt64(head) + (1 << 20), chatroomType: .single,
                chatroomID: FakeServer.chatroomID
            ).text
        item.userID = user
        item.code = .text
        item.content = content
        item.clientMessageID = id
        item.messageSendTime = head
        items[head] = item
        return item
    }
}

/// One connection to the fake server.
private final class FakeSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let world: FakeWorld
    private var decoder = FrameDecoder()
    /// What comes behind a cut was never received.
    private var isCut = false

    init(_ world: FakeWorld) {
        self.world = world
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        while !isCut, let frame = try? decoder.next() { take(frame, context) }
        context.flush()
    }

    private func cut(_ context: ChannelHandlerContext) {
        world.cutsLeft -= 1
        isCut = true
        context.close(promise: nil)
    }

    private func chance(_ one: Int) -> Bool {
        Int.random(in: 0..<one, using: &world.random) == 0
    }

    private func take(_ frame: Frame, _ context: ChannelHandlerContext) {
        let sequenceID = frame.header.sequenceID
        if world.cutsLeft > 0, frame.action != .auth, chance(4) {
            cut(context)
            return
        }
        switch frame.action {
        case .auth:
            var reply = IMAuthReply()
            reply.status = "ok"
            reply.heartbeatSeconds = 2
            write(reply, .auth, sequenceID, context)
            pushOffline(context)
        case .conversations:
            var page = IMConversationsPage()
            var item = IMConversation()
            item.chatroomID = FakeServer.chatroomID
            item.chatroomType = .single
            item.title = "peer"
            item.peerID = 2
            item.headSeq = world.head
            item.firstSeq = 1
            item.ackSeq = world.acknowledged
            page.items = [item]
            write(page, .conversations, sequenceID, context)
        case .sync: sync(frame, context)
        case .message: stored(frame, context)
        case .messageAck:
            let ack = try? BodyCoding.decode(
                IMMessageACK.self, from: frame.body, version: .protobuf)
            world.acknowledged = max(world.acknowledged, ack?.seq ?? 0)
        default: break
        }
    }

    /// What lies beyond the cursor, shuffled, some of it twice, the oldest part only as a Gap.
    private func pushOffline(_ context: ChannelHandlerContext) {
        guard world.acknowledged < world.head else { return }
        var from = world.acknowledged + 1
        if chance(2), world.head - from > 4 {
            var gap = IMGap()
            gap.chatroomID = FakeServer.chatroomID
            gap.fromSeq = from
            gap.toSeq = from + 2
            write(gap, .gap, 0, context)
            from += 3
        }
        var seqs = Array(from...world.head)
        seqs += seqs.filter { _ in chance(3) }
        if chance(2) { seqs.shuffle(using: &world.random) }
        for seq in seqs {
            guard let item = world.items[seq] else { continue }
            if chance(2) {
                write(item, .message, 0, context)
            } else {
                var page = IMSyncPage()
                page.chatroomID = FakeServer.chatroomID
                page.messages = [item]
                page.headSeq = world.head
                page.firstSeq = 1
                write(page, .sync, 0, context)
            }
        }
    }

    private func sync(_ frame: Frame, _ context: ChannelHandlerContext) {
        let asked = try? BodyCoding.decode(
            IMSyncRequest.self, from: frame.body, version: .protobuf)
        let before = asked?.hasBeforeSeq == true ? asked?.beforeSeq ?? 1 : world.head + 1
        let limit = Int64(max(1, asked?.limit ?? 1))
        var page = IMSyncPage()
        page.chatroomID = FakeServer.chatroomID
        page.headSeq = world.head
        page.firstSeq = 1
        let low = max(1, before - limit)
        page.messages = low < before ? (low..<before).compactMap { world.items[$0] } : []
        page.hasMore_p = chance(2)  // It may lie; ranges are what counts.
        write(page, .sync, frame.header.sequenceID, context)
    }

    private func stored(_ frame: Frame, _ context: ChannelHandlerContext) {
        guard
            let item = try? BodyCoding.decode(
                IMMessageItem.self, from: frame.body, version: .protobuf)
        else { return }
        let isRepeat = world.sends[item.clientMessageID] != nil
        let seq =
            world.sends[item.clientMessageID]
            ?? world.append(item.content, user: 1, id: item.clientMessageID).seq
        world.sends[item.clientMessageID] = seq
        if world.cutsLeft > 0, chance(3) {
            cut(context)  // Stored, and the answer lost.
            return
        }
        var ack = IMMessageACK()
        ack.chatroomID = FakeServer.chatroomID
        ack.seq = seq
        ack.messageID = world.items[seq]?.messageID ?? ""
        ack.clientMessageID = item.clientMessageID
        ack.messageSendTime = seq
        ack.duplicate = isRepeat
        write(ack, .messageAck, frame.header.sequenceID, context)
    }

    private func write(
        _ message: some ProtocolBodyForTests, _ action: IMAction, _ sequenceID: Int32,
        _ context: ChannelHandlerContext
    ) {
        var frame = ByteBuffer()
        frame.writeFrame(message, action: action, sequenceID: sequenceID, version: .protobuf)
        context.write(wrapOutboundOut(frame), promise: nil)
    }
}
