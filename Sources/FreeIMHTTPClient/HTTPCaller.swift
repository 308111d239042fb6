import NIOCore
import NIOHTTP1
import NIOPosix

/// Calls one HTTP server; a connection a call, which suits rare calls.
public struct HTTPCaller: Sendable {
    /// Bytes of an answer's body.
    public static let bodyBytesMax = 64 * 1_024 * 1_024
    /// Seconds to connect.
    public static let connectSecondsMax: Int64 = 5

    public let host: String
    public let port: Int
    let group: any EventLoopGroup

    /// A caller of `http://host:port`.
    public init(host: String, port: Int, group: any EventLoopGroup) {
        self.host = host
        self.port = port
        self.group = group
    }

    /// Calls and waits for the whole answer; throws `HTTPCallError`.
    public func call(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        secondsMax: Int64 = 30
    ) async throws -> HTTPReply {
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(.seconds(HTTPCaller.connectSecondsMax))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(host: host, port: port).get()
        } catch {
            throw HTTPCallError.unreachable("\(host):\(port): \(error)")
        }
        let promise = channel.eventLoop.makePromise(of: HTTPReply.self)
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(secondsMax)) {
            promise.fail(HTTPCallError.timedOut)
        }
        defer {
            deadline.cancel()
            channel.close(promise: nil)
        }
        var head = HTTPRequestHead(version: .http1_1, method: .RAW(value: method), uri: path)
        head.headers.add(name: "host", value: "\(host):\(port)")
        head.headers.add(name: "connection", value: "close")
        if let body {
            head.headers.add(name: "content-type", value: "application/json")
            head.headers.add(name: "content-length", value: "\(body.count)")
        }
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        let request = head
        channel.eventLoop.execute {
            do {
                try channel.pipeline.syncOperations.addHandler(ReplyCollector(promise))
                channel.write(HTTPClientRequestPart.head(request), promise: nil)
                if let body {
                    let bytes = ByteBuffer(bytes: body)
                    channel.write(HTTPClientRequestPart.body(.byteBuffer(bytes)), promise: nil)
                }
                channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            } catch {
                promise.fail(error)
            }
        }
        return try await promise.futureResult.get()
    }
}

/// Gathers one answer.
private final class ReplyCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<HTTPReply>
    private var status = 0
    private var body = ByteBuffer()

    init(_ promise: EventLoopPromise<HTTPReply>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(var bytes):
            body.writeBuffer(&bytes)
            if body.readableBytes > HTTPCaller.bodyBytesMax {
                promise.fail(HTTPCallError.tooLarge)
                context.close(promise: nil)
            }
        case .end:
            promise.succeed(HTTPReply(status: status, body: Array(body.readableBytesView)))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(HTTPCallError.unreachable("the connection broke off"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(HTTPCallError.unreachable("\(error)"))
        context.close(promise: nil)
    }
}
