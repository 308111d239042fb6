import NIOCore
import NIOPosix

/// One connection through the proxy: a client's channel, a server's, and what passes between.
/// Confined to the proxy's event loop.
final class ProxyLink {
    /// The two ends; a lane bears the name of its source.
    enum Side {
        case client, server

        var other: Side { self == .client ? .server : .client }
    }

    /// Milliseconds after which a link that is to be cut goes although nothing flows.
    static let cutWaitMs: Int64 = 50

    let number: Int
    private let loop: any EventLoop
    private let client: any Channel
    private var server: (any Channel)?
    private var fromClient = ProxyLane()
    private var fromServer = ProxyLane()
    /// Bytes that still pass before it is cut, in both directions together.
    private var cutBudget: Int?
    private var freezes = 0
    private(set) var isClosed = false
    /// How long bytes that come now are held back.
    private let delay: () -> TimeAmount?
    private let whenClosed: (ProxyLink) -> Void

    init(
        number: Int, client: any Channel, delay: @escaping () -> TimeAmount?,
        whenClosed: @escaping (ProxyLink) -> Void
    ) {
        self.number = number
        self.client = client
        self.delay = delay
        self.whenClosed = whenClosed
        loop = client.eventLoop
    }

    private func channel(_ side: Side) -> (any Channel)? { side == .client ? client : server }

    private func withLane<T>(_ side: Side, _ body: (inout ProxyLane) -> T) -> T {
        side == .client ? body(&fromClient) : body(&fromServer)
    }

    /// Connects to the target; one that refuses ends the client's side.
    func connect(host: String, port: Int) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ProxyEnd(link: bound.value, side: .server))
                }
            }
            .connect(host: host, port: port)
            .whenComplete { result in
                switch result {
                case .success(let channel): bound.value.connected(channel)
                case .failure: bound.value.close()
                }
            }
    }

    private func connected(_ channel: any Channel) {
        server = channel
        if isClosed {
            channel.close(promise: nil)
            return
        }
        pump(.client)
        pump(.server)
    }

    // MARK: What the ends tell

    func took(_ bytes: ByteBuffer, from side: Side) {
        if isClosed { return }
        let delay = delay()
        let mustWait =
            delay != nil || freezes > 0 || channel(side.other) == nil
            || withLane(side) { !$0.isEmpty }
        if mustWait {
            withLane(side) { $0.hold(bytes, until: .now() + (delay ?? .zero)) }
            pump(side)
        } else {
            pass(bytes, from: side)
        }
    }

    /// Reads on from `side`, unless what it said waits somewhere.
    func readOn(_ side: Side) {
        guard !isClosed, freezes == 0, let source = channel(side),
            let sink = channel(side.other), sink.isWritable, !withLane(side, { $0.isFull })
        else { return }
        source.read()
    }

    func becameWritable(_ side: Side) { pump(side.other) }

    /// One end closed: the other one goes as well, behind what is on its way to it.
    func ended(_ side: Side) {
        if isClosed { return }
        withLane(side) { $0.isEnded = true }
        pump(side)
    }

    // MARK: Passing on

    /// Passes on what is due from `side`, as far as the other end takes it.
    private func pump(_ side: Side) {
        guard !isClosed, freezes == 0, let sink = channel(side.other) else { return }
        let now = NIODeadline.now()
        while sink.isWritable, let bytes = withLane(side, { $0.next(now: now) }) {
            pass(bytes, from: side)
            if isClosed { return }
        }
        if let due = withLane(side, { $0.due }), due > now {
            wake(side, at: due)
        } else if withLane(side, { $0.isEmpty && $0.isEnded }) {
            finish(sink)
            return
        }
        readOn(side)
    }

    private func wake(_ side: Side, at due: NIODeadline) {
        guard withLane(side, { $0.timer == nil }) else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        let timer = loop.scheduleTask(deadline: due) {
            bound.value.withLane(side) { $0.timer = nil }
            bound.value.pump(side)
        }
        withLane(side) { $0.timer = timer }
    }

    private func pass(_ bytes: ByteBuffer, from side: Side) {
        guard let sink = channel(side.other) else { return }
        guard let budget = cutBudget else {
            sink.writeAndFlush(bytes, promise: nil)
            return
        }
        if bytes.readableBytes >= budget {
            if let part = bytes.getSlice(at: bytes.readerIndex, length: budget) {
                sink.writeAndFlush(part, promise: nil)
            }
            close()
        } else {
            cutBudget = budget - bytes.readableBytes
            sink.writeAndFlush(bytes, promise: nil)
        }
    }

    /// Closes behind what `sink` was given.
    private func finish(_ sink: any Channel) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        sink.writeAndFlush(ByteBuffer()).whenComplete { _ in bound.value.close() }
    }

    /// Closes both ends at once.
    func close() {
        if isClosed { return }
        isClosed = true
        fromClient.clear()
        fromServer.clear()
        client.close(promise: nil)
        server?.close(promise: nil)
        whenClosed(self)
    }

    // MARK: Faults

    /// Closes it after so many more bytes.
    func cut(after bytes: Int) {
        if isClosed { return }
        cutBudget = min(bytes, cutBudget ?? bytes)
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: .milliseconds(ProxyLink.cutWaitMs)) { bound.value.close() }
    }

    /// Closes it with RST to both ends.
    func reset() {
        for channel in [client, server] {
            // Without the option it closes all the same.
            _ = (channel as? any SocketOptionProvider)?
                .setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        close()
    }

    /// Passes nothing on for so long.
    func freeze(for time: TimeAmount) {
        if isClosed { return }
        freezes += 1
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: time) {
            bound.value.freezes -= 1
            bound.value.pump(.client)
            bound.value.pump(.server)
        }
    }
}

/// What a channel tells its link.
final class ProxyEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let link: ProxyLink
    private let side: ProxyLink.Side

    init(link: ProxyLink, side: ProxyLink.Side) {
        self.link = link
        self.side = side
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        link.took(unwrapInboundIn(data), from: side)
    }

    func channelReadComplete(context: ChannelHandlerContext) { link.readOn(side) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { link.becameWritable(side) }
    }

    func channelInactive(context: ChannelHandlerContext) { link.ended(side) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
