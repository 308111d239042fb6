import FreeIMProtocol
import NIOCore

/// One simulated device's connection; confined to the run's event loop.
final class BenchDevice: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let index: Int
    unowned let world: BenchWorld
    private var decoder = FrameDecoder(frameBytesMax: 1 << 20)
    private var context: ChannelHandlerContext?
    private var isDirty = false
    private(set) var isOnline = false
    /// Sends made and not answered, in order.
    var unanswered: [Int] = []
    /// Newest seqs to acknowledge, by chatroom, with how many messages wait.
    var toAcknowledge: [Int64: Int64] = [:]
    var messagesToAcknowledge = 0
    /// SYNC requests under way: sequence ID to what for.
    var pulls: [Int32: BenchWorld.Pull] = [:]
    private var nextSequenceID: Int32 = 2

    init(index: Int, world: BenchWorld) {
        self.index = index
        self.world = world
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        decoder = FrameDecoder(frameBytesMax: 1 << 20)
        let who = world.population.devices[index]
        var auth = IMAuth()
        auth.userID = who.userID
        auth.accessToken = who.token
        auth.deviceID = who.deviceID
        auth.deviceType = "bot"
        auth.clientType = "linux"
        write(auth, .auth, sequenceID: 1)
        flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        isOnline = false
        pulls = [:]
        toAcknowledge = [:]
        messagesToAcknowledge = 0
        world.closed(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        do {
            while let frame = try decoder.next() { try take(frame) }
        } catch {
            world.refused("a frame could not be read: \(error)")
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
    }

    private func take(_ frame: Frame) throws {
        guard let version = frame.version, let action = frame.action else { return }
        switch action {
        case .auth:
            isOnline = true
            world.authenticated(self)
        case .messageAck:
            world.acked(
                self, try BodyCoding.decode(IMMessageACK.self, from: frame.body, version: version))
        case .message:
            let item = try BodyCoding.decode(
                IMMessageItem.self, from: frame.body, version: version)
            world.delivered(self, item, .pushed)
        case .sync:
            let page = try BodyCoding.decode(
                IMSyncPage.self, from: frame.body, version: version)
            world.took(self, page, pulls.removeValue(forKey: frame.header.sequenceID))
        case .gap:
            let gap = try BodyCoding.decode(IMGap.self, from: frame.body, version: version)
            world.gap(self, gap)
        case .error:
            let error = try BodyCoding.decode(IMError.self, from: frame.body, version: version)
            world.refused(self, error)
        case .quit, .heartbeat, .receipt, .typing, .presence, .signIn, .conversations,
            .getMessageID, .UNRECOGNIZED:
            break
        }
    }

    /// Writes a frame, flushed with the batch.
    func write(_ message: some BenchBody, _ action: IMAction, sequenceID: Int32) {
        guard let context else { return }
        var frame = ByteBuffer()
        frame.writeFrame(
            message, action: action, sequenceID: sequenceID, version: world.plan.version)
        context.write(wrapOutboundOut(frame), promise: nil)
        isDirty = true
    }

    func flush() {
        guard isDirty else { return }
        isDirty = false
        context?.flush()
    }

    func takeSequenceID() -> Int32 {
        nextSequenceID = nextSequenceID == Int32.max ? 2 : nextSequenceID + 1
        return nextSequenceID
    }

    func close() {
        context?.close(promise: nil)
    }
}
