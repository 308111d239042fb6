import FreeIMProtocol
import NIOCore
import NIOPosix

/// One connection that signs in with account and password, and leaves.
final class PasswordVisit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Seconds that signing in may take.
    static let secondsMax: Int64 = 15

    private let request: IMSignIn
    private let version: BodyVersion
    private let promise: EventLoopPromise<String?>
    private var decoder = FrameDecoder()

    private init(_ request: IMSignIn, _ version: BodyVersion, _ promise: EventLoopPromise<String?>)
    {
        self.request = request
        self.version = version
        self.promise = promise
    }

    /// Visits; nil: all was well, else what was not.
    static func run(
        _ account: Population.Account, deviceID: String, address: (host: String, port: Int),
        transport: DeviceTransport, version: BodyVersion, loop: any EventLoop
    ) async -> String? {
        var filled = IMSignIn()
        filled.account = account.account
        filled.password = account.password
        filled.deviceID = deviceID
        filled.deviceType = "bot"
        let request = filled
        let promise = loop.makePromise(of: String?.self)
        let seed = UInt64.random(in: 0...UInt64.max)
        let deadline = loop.scheduleTask(in: .seconds(secondsMax)) {
            promise.succeed("sign-in was not answered in time")
        }
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try transport.add(to: channel, seed: seed)
                    try channel.pipeline.syncOperations.addHandler(
                        PasswordVisit(request, version, promise))
                }
            }
            .connect(host: address.host, port: address.port)
            .whenFailure { _ in promise.succeed("sign-in could not connect") }
        let words = try? await promise.futureResult.get()
        deadline.cancel()
        return words ?? nil
    }

    func channelActive(context: ChannelHandlerContext) {
        var frame = ByteBuffer()
        frame.writeFrame(request, action: .signIn, sequenceID: 1, version: version)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        guard let frame = try? decoder.next() else { return }
        if frame.action == .signIn {
            promise.succeed(nil)
        } else if frame.action == .error,
            let error = try? BodyCoding.decode(
                IMError.self, from: frame.body, version: version)
        {
            promise.succeed(error.code)
        } else {
            return
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed("sign-in was cut off")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
