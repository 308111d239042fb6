import FreeIMCore
import FreeIMProtocol
import NIOCore

/// A WebSocket between a connection and a handler that takes and writes frames.
///
/// The handler behind it hears `channelActive` once the upgrade is made; each write of it is one
/// message. Pings are answered, Close is answered and fired on as `WebSocketEnd`; what a server
/// must not do is fired on as `WebSocketFault` and ends the connection.
final class WebSocketPipe: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Stage {
        case upgrading(WebSocketHandshake)
        case open
        /// Close was said; nothing more is read or written.
        case over
    }

    private let form: TransportPlan.Form
    private var stage: Stage
    private var reader = WebSocketReader(bytesMax: BenchLink.frameBytesMax)
    private var random: SplitMix64
    /// Something is written that nobody else flushes.
    private var isAnswering = false

    init(host: String, form: TransportPlan.Form, seed: UInt64) {
        self.form = form
        random = SplitMix64(seed: seed)
        stage = .upgrading(WebSocketHandshake(host: host, random: &random))
    }

    func channelActive(context: ChannelHandlerContext) {
        guard case .upgrading(let handshake) = stage else { return }
        context.writeAndFlush(wrapOutboundOut(handshake.request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        do {
            switch stage {
            case .upgrading(var handshake):
                let outcome = try handshake.take(bytes)
                stage = .upgrading(handshake)
                try upgraded(outcome, context)
            case .open:
                reader.append(bytes)
                try read(context)
            case .over: break
            }
        } catch {
            stage = .over
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isAnswering {
            isAnswering = false
            context.flush()
        }
        if case .open = stage { context.fireChannelReadComplete() }
    }

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        guard case .open = stage else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let frame = unwrapOutboundIn(data)
        let message =
            switch form {
            case .binary: WebSocketWriter.frame(.binary, frame, mask: mask())
            case .text: WebSocketWriter.frame(.text, FrameEnvelope.text(of: frame), mask: mask())
            }
        context.write(wrapOutboundOut(message), promise: promise)
    }

    private func mask() -> UInt32 { UInt32(truncatingIfNeeded: random.next()) }

    private func upgraded(
        _ outcome: WebSocketHandshake.Outcome, _ context: ChannelHandlerContext
    ) throws {
        switch outcome {
        case .incomplete: break
        case .refused(let status):
            stage = .over
            context.fireUserInboundEventTriggered(WebSocketEnd.refused(status: status))
            context.close(promise: nil)
        case .open(let rest):
            stage = .open
            context.fireChannelActive()
            if rest.readableBytes > 0 {
                reader.append(rest)
                try read(context)
            }
        }
    }

    private func read(_ context: ChannelHandlerContext) throws {
        while case .open = stage, let event = try reader.next() {
            switch event {
            case .message(let bytes, let isText):
                context.fireChannelRead(wrapInboundOut(try frame(bytes, isText: isText)))
            case .ping(let payload): answer(.pong, payload, context)
            case .pong: break
            case .close(let code): closed(code, context)
            }
        }
    }

    private func frame(_ bytes: ByteBuffer, isText: Bool) throws -> ByteBuffer {
        if isText != (form == .text) {
            throw WebSocketFault("a message of another form than the connection's first")
        }
        if isText { return try FrameEnvelope.frame(of: bytes) }
        guard let header = FrameHeader(peekedFrom: bytes),
            FrameHeader.byteCount + Int(header.bodyLength) == bytes.readableBytes
        else { throw WebSocketFault("a binary message that is not one frame") }
        return bytes
    }

    private func answer(
        _ kind: WebSocketWriter.Kind, _ payload: ByteBuffer, _ context: ChannelHandlerContext
    ) {
        context.write(
            wrapOutboundOut(WebSocketWriter.frame(kind, payload, mask: mask())), promise: nil)
        isAnswering = true
    }

    private func closed(_ code: Int, _ context: ChannelHandlerContext) {
        stage = .over
        context.fireUserInboundEventTriggered(WebSocketEnd.closed(code: code))
        var payload = ByteBuffer()
        if code != 1_005 { payload.writeInteger(UInt16(truncatingIfNeeded: code)) }
        answer(.close, payload, context)
        isAnswering = false
        context.flush()
        context.close(promise: nil)
    }
}
