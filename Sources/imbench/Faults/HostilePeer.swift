import FreeIMCore
import FreeIMProtocol
import NIOCore
import NIOPosix

/// One connection that sends what no honest client sends, and looks whether the server bears it.
///
/// Confined to its channel's event loop.
final class HostilePeer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A device that is there for this alone.
    struct Identity: Sendable {
        var userID: Int64
        var deviceID: String
        var token: String
    }

    enum Outcome: Sendable, Equatable {
        /// It sent so many frames, and the server did what it owes.
        case ok(frames: Int)
        /// What the server did wrong, and behind which frames.
        case wrong(String)
        /// There was no server, or it went before the first frame. That is right while it is
        /// being restarted, and wrong otherwise.
        case unreachable(String)
    }

    /// Seconds in which a server has to answer or to close.
    static let answerSeconds: Int64 = 5
    /// The sequence id of the Heartbeat at the end, by which one sees that it still answers.
    private static let lastSequence: Int32 = 0x7ead_beef

    private enum Stage {
        case authenticating, sending, waitingForClose, waitingForHeartbeat, over
    }

    private let identity: Identity?
    private let frames: Int
    private var random: SplitMix64
    private let promise: EventLoopPromise<Outcome>
    private var decoder = FrameDecoder(frameBytesMax: 1 << 24)
    private var stage = Stage.authenticating
    private var sent = 0
    private var words = ""
    private var timer: Scheduled<Void>?

    private init(
        identity: Identity?, frames: Int, seed: UInt64, promise: EventLoopPromise<Outcome>
    ) {
        self.identity = identity
        self.frames = frames
        self.promise = promise
        random = SplitMix64(seed: seed)
    }

    /// Connects, authenticates as `identity` (nil: not at all), sends up to `frames` of
    /// `HostileFrames` and closes. Never fails.
    static func run(
        host: String, port: Int, transport: DeviceTransport = DeviceTransport(),
        identity: Identity?, frames: Int, seed: UInt64, on loop: any EventLoop
    ) -> EventLoopFuture<Outcome> {
        let promise = loop.makePromise(of: Outcome.self)
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(answerSeconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // What is no frame has no envelope.
                    try transport.binary.add(to: channel, seed: seed)
                    try channel.pipeline.syncOperations.addHandler(
                        HostilePeer(
                            identity: identity, frames: frames, seed: seed, promise: promise))
                }
            }
            .connect(host: host, port: port)
            .whenFailure { error in promise.succeed(.unreachable("no connection: \(error)")) }
        return promise.futureResult
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let identity else {
            send(context)
            return
        }
        var auth = IMAuth()
        auth.userID = identity.userID
        auth.deviceID = identity.deviceID
        auth.accessToken = identity.token
        write(auth, .auth, sequenceID: 1, context)
        expect(context, "no AuthReply")
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch stage {
        case .authenticating:
            finish(.unreachable("the connection ended before AuthReply"), context)
        case .sending, .waitingForClose, .waitingForHeartbeat:
            finish(.ok(frames: sent), context)
        case .over: break
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        do {
            while let frame = try decoder.next() { take(frame, context) }
        } catch {
            finish(.wrong("what came is no frame (\(error)) behind \(words)"), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)  // A reset is an end like another.
    }

    private func take(_ frame: Frame, _ context: ChannelHandlerContext) {
        switch stage {
        case .authenticating:
            if frame.action == .auth {
                send(context)
            } else if frame.action == .error {
                finish(.wrong("the reserved device was refused"), context)
            }
        case .waitingForHeartbeat:
            if frame.header.sequenceID == Self.lastSequence { finish(.ok(frames: sent), context) }
        case .sending, .waitingForClose, .over: break
        }
    }

    /// Sends all frames, up to one behind which nothing can follow.
    private func send(_ context: ChannelHandlerContext) {
        timer?.cancel()
        stage = .sending
        var due = HostileFrame.Due.openEnd
        var said: [String] = []
        while sent < frames, due == .openEnd {
            let frame = HostileFrames.next(random: &random, isAuthenticated: identity != nil)
            context.write(wrapOutboundOut(ByteBuffer(bytes: frame.bytes)), promise: nil)
            sent += 1
            due = frame.due
            said.append(frame.words)
        }
        words = said.suffix(3).joined(separator: "; ")
        switch due {
        case .openEnd:
            stage = .waitingForHeartbeat
            write(IMHeartbeat(), .heartbeat, sequenceID: Self.lastSequence, context)
            expect(context, "neither an answer to a Heartbeat nor an end")
        case .close:
            stage = .waitingForClose
            context.flush()
            expect(context, "the connection was not closed")
        case .silence:
            // The rest never comes.
            context.flush()
            finish(.ok(frames: sent), context)
        }
    }

    private func write(
        _ message: some BenchBody, _ action: IMAction, sequenceID: Int32,
        _ context: ChannelHandlerContext
    ) {
        var buffer = ByteBuffer()
        buffer.writeFrame(message, action: action, sequenceID: sequenceID, version: .protobuf)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Calls it wrong when nothing has come in time.
    private func expect(_ context: ChannelHandlerContext, _ failure: String) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: .seconds(Self.answerSeconds)) {
            let (peer, context) = bound.value
            let behind = peer.words.isEmpty ? "" : " behind \(peer.words)"
            peer.finish(.wrong("\(failure) within \(Self.answerSeconds) s\(behind)"), context)
        }
    }

    private func finish(_ outcome: Outcome, _ context: ChannelHandlerContext) {
        if stage == .over { return }
        stage = .over
        timer?.cancel()
        promise.succeed(outcome)
        context.close(promise: nil)
    }
}
