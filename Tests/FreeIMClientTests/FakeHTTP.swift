import FreeIMProtocol
import NIOCore
import NIOPosix
import NIOSSL

/// A little HTTP server that answers as it is told, byte by byte.
final class FakeHTTP: Sendable {
    /// What to say to a request, by its first line; nil: nothing, ever.
    typealias Answer = @Sendable (String) -> Reply?

    struct Reply: Sendable {
        var bytes: String
        /// Whether the answer comes at once, and not when the body has come.
        var isEarly = true
        var closes = true

        /// An answer in the shape that every route has.
        static func json(_ status: Int, _ value: JSONValue) -> Reply {
            let body = String(decoding: (try? value.bytes()) ?? [], as: UTF8.self)
            return Reply(
                bytes: "HTTP/1.1 \(status) X\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
        }
    }

    private let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    static func start(
        tls: NIOSSLContext? = nil, _ answer: @escaping Answer
    ) async throws -> FakeHTTP {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(FakeHTTPSession(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FakeHTTP(channel)
    }

    private init(_ channel: any Channel) {
        self.channel = channel
    }

    func stop() async {
        try? await channel.close()
    }
}

private final class FakeHTTPSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: FakeHTTP.Answer
    private var text = ""
    private var isAnswered = false

    init(_ answer: @escaping FakeHTTP.Answer) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        guard !isAnswered, let head = text.range(of: "\r\n\r\n") else { return }
        let first = String(text.prefix { $0 != "\r\n" })
        guard let reply = answer(first) else { return }
        let length = text[..<head.lowerBound].lowercased().split(separator: "\r\n")
            .first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst("content-length: ".count)) }
        let isWhole = text[head.upperBound...].utf8.count >= length ?? 0
        guard reply.isEarly || isWhole else { return }
        isAnswered = true
        let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: reply.bytes)))
        if reply.closes {
            let channel = context.channel
            written.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
