import NIOConcurrencyHelpers
import NIOCore
import NIOHTTPTypes

/// Closes HTTP connections that are too many, or that say what they want too slowly: half a head,
/// a byte now and then, a body that does not come.
///
/// Confined to its channel's event loop.
final class HTTPGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Bytes a second that a body must bring, once its time of grace is over.
    static let bodyBytesPerSecond: Int64 = 16_384

    /// What all connections of a listener share.
    struct Limits: Sendable {
        /// Connections open at once; more are closed.
        let connectionsMax: Int
        /// Seconds for the head of a first request, and of grace for a body.
        let requestSeconds: Int64
        /// Seconds for the head of a further request.
        let idleSeconds: Int64
        /// Connections open now.
        let open = NIOLockedValueBox(0)
    }

    private let limits: Limits
    private var isCounted = false
    private var headDeadline: Scheduled<Void>?
    private var bodyWatch: Scheduled<Void>?
    private var isBodyComing = false
    /// Whether the next part is asked for: only then is it the client who is waited for.
    private var isReading = false
    private var secondsWaited: Int64 = 0
    private var bodyBytes: Int64 = 0

    init(_ limits: Limits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        if isCounted { return }
        isCounted = true
        let isTooMany = limits.open.withLockedValue { open in
            open += 1
            return open > limits.connectionsMax
        }
        if isTooMany { return context.close(promise: nil) }
        awaitHead(context, limits.requestSeconds)
    }

    private func end() {
        headDeadline?.cancel()
        bodyWatch?.cancel()
        if !isCounted { return }
        isCounted = false
        limits.open.withLockedValue { $0 -= 1 }
    }

    private func awaitHead(_ context: ChannelHandlerContext, _ seconds: Int64) {
        headDeadline?.cancel()
        let channel = context.channel
        headDeadline = context.eventLoop.scheduleTask(in: .seconds(seconds)) {
            channel.close(promise: nil)
        }
    }

    func read(context: ChannelHandlerContext) {
        isReading = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            headDeadline?.cancel()
            isBodyComing = true
            secondsWaited = 0
            bodyBytes = 0
            watchBody(context)
        case .body(let bytes): bodyBytes += Int64(bytes.readableBytes)
        case .end:
            isBodyComing = false
            bodyWatch?.cancel()
        }
        context.fireChannelRead(data)
    }

    /// Looks once a second whether the body keeps its pace.
    private func watchBody(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        bodyWatch = context.eventLoop.scheduleTask(in: .seconds(1)) {
            let (own, context) = bound.value
            guard own.isBodyComing else { return }
            if own.isReading { own.secondsWaited += 1 }
            let late = own.secondsWaited - own.limits.requestSeconds + 1
            if late * Self.bodyBytesPerSecond > own.bodyBytes, late > 0 {
                return context.close(promise: nil)
            }
            own.watchBody(context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { awaitHead(context, limits.idleSeconds) }
        context.write(data, promise: promise)
    }
}
