import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Says back what it hears.
final class EchoHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.write(data, promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
}

/// Gathers what it hears, and how its connection ended.
final class GatheringHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    struct Heard {
        var bytes: [UInt8] = []
        var error: (any Error)?
        var isEnded = false
    }

    private let heard = NIOLockedValueBox(Heard())
    private let (stream, signal) = AsyncStream.makeStream(
        of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Waits until `condition` holds of what was heard so far.
    func wait(until condition: (Heard) -> Bool) async -> Heard {
        var now = heard.withLockedValue { $0 }
        if condition(now) { return now }
        for await _ in stream {
            now = heard.withLockedValue { $0 }
            if condition(now) { return now }
        }
        return now
    }

    private func note(_ change: (inout Heard) -> Void) {
        heard.withLockedValue(change)
        signal.yield()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(unwrapInboundIn(data).readableBytesView)
        note { $0.bytes += bytes }
    }

    func channelInactive(context: ChannelHandlerContext) { note { $0.isEnded = true } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        note { $0.error = error }
        context.close(promise: nil)
    }
}
