import FreeIMProtocol
import NIOCore
import NIOPosix

/// A TCP connection that carries frames, with backpressure both ways.
struct FrameLink: Sendable {
    /// Seconds to connect.
    static let connectSecondsMax: Int64 = 5

    let channel: NIOAsyncChannel<Frame, ByteBuffer>

    /// Connects; throws what the system says.
    static func connect(
        host: String, port: Int, group: any EventLoopGroup
    ) async throws -> FrameLink {
        let channel = try await ClientBootstrap(group: group)
            .connectTimeout(.seconds(connectSecondsMax))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FrameReader())
                    return try NIOAsyncChannel<Frame, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return FrameLink(channel: channel)
    }
}

/// Cuts what arrives into frames.
private final class FrameReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Frame

    private var decoder = FrameDecoder(frameBytesMax: FrameReader.bytesMax)
    /// Bytes of a body taken from a server, whatever it is configured to.
    private static let bytesMax = 16 * 1_024 * 1_024

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        do {
            while let frame = try decoder.next() { context.fireChannelRead(wrapInboundOut(frame)) }
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }
}
