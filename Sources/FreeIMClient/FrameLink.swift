import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore
import NIOPosix

/// A connection, TCP or TLS on it, that carries frames, with backpressure both ways.
///
/// Frames come in batches: all that was read at once, so that what is made of them can be one
/// transaction.
struct FrameLink: Sendable {
    /// Seconds to connect.
    static let connectSecondsMax: Int64 = 5
    /// Batches that wait for a slow reader before nothing more is read from the socket.
    static let batchesMax = 8

    let channel: NIOAsyncChannel<[Frame], ByteBuffer>

    /// Connects; throws what the system says.
    static func connect(
        host: String, port: Int, tls: ClientTLS?, group: any EventLoopGroup
    ) async throws -> FrameLink {
        let channel = try await ClientBootstrap(group: group)
            .connectTimeout(.seconds(connectSecondsMax))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try tls?.add(to: channel, host: host)
                    try channel.pipeline.syncOperations.addHandler(FrameReader())
                    return try NIOAsyncChannel<[Frame], ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(
                            backPressureStrategy: .init(
                                lowWatermark: batchesMax / 2, highWatermark: batchesMax)))
                }
            }
        return FrameLink(channel: channel)
    }
}

/// Cuts what arrives into frames and hands on those of one read together.
private final class FrameReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = [Frame]

    private var decoder = FrameDecoder(frameBytesMax: FrameReader.bytesMax)
    private var batch: [Frame] = []
    /// Bytes of a body taken from a server, whatever it is configured to.
    private static let bytesMax = 16 * 1_024 * 1_024

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        do {
            while let frame = try decoder.next() { batch.append(frame) }
        } catch {
            handOn(context)
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        handOn(context)
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        handOn(context)
        context.fireChannelInactive()
    }

    private func handOn(_ context: ChannelHandlerContext) {
        if batch.isEmpty { return }
        context.fireChannelRead(wrapInboundOut(batch))
        batch = []
    }
}
