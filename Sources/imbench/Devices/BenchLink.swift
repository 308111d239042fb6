import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore

/// One connection of a device. A device that leaves it half open keeps nothing of it.
final class BenchLink: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes of the longest body that is read.
    static let frameBytesMax = 1 << 24

    private(set) var device: BenchDevice?
    private let version: BodyVersion
    private var decoder = FrameDecoder(frameBytesMax: BenchLink.frameBytesMax)
    private var context: ChannelHandlerContext?
    private var isDirty = false
    /// Whether it came so far that frames may be written.
    private var isOpen = false

    init(device: BenchDevice, version: BodyVersion) {
        self.device = device
        self.version = version
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        isOpen = true
        guard let device else { return context.close(promise: nil) }
        device.worker.connected(device, self)
        flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        guard let device else { return }
        self.device = nil
        if isOpen {
            device.worker.disconnected(device, self)
        } else {
            device.worker.failedToConnect(device)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let device {
            if let fault = error as? WebSocketFault {
                device.worker.observe(.wire(device: device.index, words: "\(fault)"))
            } else if let failure = error as? TLSFailure {
                device.worker.refused("\(failure)")
            }
        }
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let end = event as? WebSocketEnd {
            device?.worker.ended(end)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let device else { return }
        decoder.append(unwrapInboundIn(data))
        do {
            while let frame = try decoder.next() {
                guard self.device != nil else { return }
                try device.worker.take(frame, device)
            }
        } catch {
            device.worker.observe(
                .wire(device: device.index, words: "a frame could not be read: \(error)"))
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
    }

    func write(_ message: some BenchBody, _ action: IMAction, sequenceID: Int32) {
        guard let context else { return }
        var frame = ByteBuffer()
        frame.writeFrame(message, action: action, sequenceID: sequenceID, version: version)
        context.write(wrapOutboundOut(frame), promise: nil)
        if !isDirty {
            isDirty = true
            device?.worker.willFlush(self)
        }
    }

    func flush() {
        guard isDirty else { return }
        isDirty = false
        context?.flush()
    }

    /// Stops or goes on reading.
    func setReading(_ reads: Bool) {
        guard let context else { return }
        _ = try? context.channel.syncOptions?.setOption(.autoRead, value: reads)
        if reads { context.read() }
    }

    func close() {
        context?.close(promise: nil)
    }

    /// Leaves the connection open, unread and nobody's.
    func abandon() {
        setReading(false)
        device = nil
    }
}
