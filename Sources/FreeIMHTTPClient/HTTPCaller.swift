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
    let tls: ClientTLS?
    let group: any EventLoopGroup

    /// A caller of `http://host:port`, or of `https://host:port` with `tls`.
    public init(host: String, port: Int, tls: ClientTLS? = nil, group: any EventLoopGroup) {
        self.host = host
        self.port = port
        self.tls = tls
        self.group = group
    }

    /// A caller of that address's server; `trust` counts when it is one of `https`.
    ///
    /// Throws `TLSFailure` for a file of authorities that cannot be read.
    public init(
        _ url: HTTPURL, trust: ClientTLS.Trust = .system, group: any EventLoopGroup
    ) throws(TLSFailure) {
        self.init(
            host: url.host, port: url.port, tls: url.isTLS ? try ClientTLS(trust) : nil,
            group: group)
    }

    /// Calls and waits for the whole answer; throws `HTTPCallError`.
    public func call(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        secondsMax: Int64 = 30, bodyBytesMax: Int = HTTPCaller.bodyBytesMax
    ) async throws -> HTTPReply {
        var head = requestHead(method, path, [])
        if let body {
            head.headers.add(name: "content-type", value: "application/json")
            head.headers.add(name: "content-length", value: "\(body.count)")
        }
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        let request = head
        let loop = group.next()
        let promise = loop.makePromise(of: HTTPReply.self)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(HTTPCaller.connectSecondsMax))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try addTLS(channel)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    // There from the start: TLS may fail before the connection is handed out.
                    try channel.pipeline.syncOperations.addHandler(
                        ReplyCollector(promise, bodyBytesMax: bodyBytesMax))
                }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(host: host, port: port).get()
        } catch {
            let failure = HTTPCaller.named(error, "\(host):\(port): \(error)")
            promise.fail(failure)
            throw failure
        }
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(secondsMax)) {
            promise.fail(HTTPCallError.timedOut)
        }
        defer {
            deadline.cancel()
            channel.close(promise: nil)
        }
        channel.write(HTTPClientRequestPart.head(request), promise: nil)
        if let body {
            let bytes = ByteBuffer(bytes: body)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(bytes)), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return try await promise.futureResult.get()
    }

    /// Where TLS is asked for, puts it before all else.
    func addTLS(_ channel: any Channel) throws {
        try tls?.add(to: channel, host: host)
    }

    /// What kept a connection from being made, or ended it.
    static func named(_ error: any Error, _ words: String) -> HTTPCallError {
        switch error {
        case let error as HTTPCallError: error
        case let failure as TLSFailure: .tls(failure)
        default: .unreachable(words)
        }
    }

    func requestHead(
        _ method: String, _ path: String, _ headers: [(String, String)]
    ) -> HTTPRequestHead {
        var head = HTTPRequestHead(version: .http1_1, method: .RAW(value: method), uri: path)
        let named = host.contains(":") ? "[\(host)]" : host
        head.headers.add(name: "host", value: "\(named):\(port)")
        head.headers.add(name: "connection", value: "close")
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        return head
    }
}

/// Gathers one answer.
private final class ReplyCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<HTTPReply>
    private let bodyBytesMax: Int
    private var status = 0
    private var body = ByteBuffer()

    init(_ promise: EventLoopPromise<HTTPReply>, bodyBytesMax: Int) {
        self.bodyBytesMax = bodyBytesMax
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(var bytes):
            body.writeBuffer(&bytes)
            if body.readableBytes > bodyBytesMax {
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
        promise.fail(HTTPCaller.named(error, "\(error)"))
        context.close(promise: nil)
    }
}
