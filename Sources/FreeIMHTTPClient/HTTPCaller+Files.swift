import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

extension HTTPCaller {
    /// Bytes of a file moved at a time.
    public static let chunkBytes = 64 * 1_024
    /// Bytes of a file that is sent: what the contract takes.
    public static let uploadBytesMax: Int64 = 20 * 1_024 * 1_024
    /// Bytes of a file that is fetched.
    public static let downloadBytesMax: Int64 = 64 * 1_024 * 1_024
    /// Bytes of an answer that is not the file asked for.
    static let refusalBytesMax = 64 * 1_024
    /// Seconds without a byte either way before a transfer is given up.
    public static let stalledSecondsMax: Int64 = 30

    /// How far a transfer has got: bytes moved, and of how many (−1: not known).
    public typealias Progress = @Sendable (Int64, Int64) -> Void

    /// Sends a file as the body of a request; the answer may come before the end of it.
    ///
    /// A chunk is read once the one before it is on its way. Throws `HTTPCallError`, and
    /// `CancellationError` when its task was cancelled.
    public func upload(
        _ method: String, _ path: String, headers: [(String, String)] = [], file: String,
        progress: @escaping Progress = { _, _ in }
    ) async throws -> HTTPReply {
        let source = try FileSource(file)
        if source.bytes > HTTPCaller.uploadBytesMax {
            throw HTTPCallError.file(
                "\(file) is too large: \(source.bytes) bytes of \(HTTPCaller.uploadBytesMax)")
        }
        var head = requestHead(method, path, headers)
        head.headers.add(name: "content-type", value: "application/octet-stream")
        head.headers.add(name: "content-length", value: "\(source.bytes)")
        let request = head
        return try await withFileChannel { inbound, outbound in
            try await withThrowingTaskGroup(of: HTTPReply?.self) { group in
                group.addTask {
                    do {
                        try await send(source, behind: request, to: outbound, progress)
                    } catch let error as HTTPCallError {
                        throw error
                    } catch {
                        // The server stopped taking it: its answer says why, or its absence does.
                    }
                    return nil
                }
                group.addTask { try await Self.reply(from: inbound) }
                defer { group.cancelAll() }
                while let ended = try await group.next() {
                    if let reply = ended { return reply }
                }
                throw HTTPCallError.unreachable("the connection broke off")
            }
        }
    }

    /// Fetches a file. What arrives is written beside `file` and takes its name when it is whole.
    ///
    /// The answer's body is empty when its status is 200, and the file is there. Throws
    /// `HTTPCallError`, and `CancellationError` when its task was cancelled.
    public func download(
        _ path: String, headers: [(String, String)] = [], to file: String,
        progress: @escaping Progress = { _, _ in }
    ) async throws -> HTTPReply {
        let request = requestHead("GET", path, headers)
        return try await withFileChannel { inbound, outbound in
            // Whether it got out, the answer tells: a quick server may have closed already.
            try? await outbound.write(contentsOf: [.head(request), .end(nil)])
            return try await Self.receive(from: inbound, to: file, progress)
        }
    }

    private typealias Inbound = NIOAsyncChannelInboundStream<HTTPClientResponsePart>
    private typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>

    private func withFileChannel(
        _ work: @escaping @Sendable (Inbound, Outbound) async throws -> HTTPReply
    ) async throws -> HTTPReply {
        let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
        do {
            channel = try await ClientBootstrap(group: group)
                .connectTimeout(.seconds(HTTPCaller.connectSecondsMax))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try addTLS(channel)
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(
                            IdleStateHandler(allTimeout: .seconds(HTTPCaller.stalledSecondsMax)))
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(StallGuard())
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw HTTPCaller.named(error, "\(host):\(port): \(error)")
        }
        do {
            return try await channel.executeThenClose(work)
        } catch let error as HTTPCallError {
            throw error
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw HTTPCaller.named(error, "the connection broke off")
        }
    }

    private func send(
        _ source: FileSource, behind head: HTTPRequestHead, to outbound: Outbound,
        _ progress: Progress
    ) async throws {
        try await outbound.write(.head(head))
        progress(0, source.bytes)
        var sent: Int64 = 0
        while sent < source.bytes {
            let most = min(Int64(HTTPCaller.chunkBytes), source.bytes - sent)
            let chunk = try source.read(most: Int(most))
            if chunk.isEmpty { throw HTTPCallError.file("the file became shorter meanwhile") }
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: chunk))))
            sent += Int64(chunk.count)
            progress(sent, source.bytes)
        }
        try await outbound.write(.end(nil))
    }

    private static func reply(from inbound: Inbound) async throws -> HTTPReply {
        var status = 0
        var body: [UInt8] = []
        for try await part in inbound {
            switch part {
            case .head(let head): status = Int(head.status.code)
            case .body(let bytes):
                body.append(contentsOf: bytes.readableBytesView)
                if body.count > refusalBytesMax { throw HTTPCallError.tooLarge }
            case .end: return HTTPReply(status: status, body: body)
            }
        }
        try Task.checkCancellation()
        throw HTTPCallError.unreachable("the connection broke off")
    }

    private static func receive(
        from inbound: Inbound, to file: String, _ progress: Progress
    ) async throws -> HTTPReply {
        var status = 0
        var refusal: [UInt8] = []
        var total: Int64 = -1
        var target: FileTarget?
        for try await part in inbound {
            switch part {
            case .head(let head):
                status = Int(head.status.code)
                total = head.headers.first(name: "content-length").flatMap { Int64($0) } ?? -1
                if total > downloadBytesMax { throw HTTPCallError.tooLarge }
                if status == 200 { target = try FileTarget(file) }
                progress(0, total)
            case .body(let bytes):
                guard let target else {
                    refusal.append(contentsOf: bytes.readableBytesView)
                    if refusal.count > refusalBytesMax { throw HTTPCallError.tooLarge }
                    continue
                }
                try target.write(bytes.readableBytesView)
                if target.bytes > downloadBytesMax { throw HTTPCallError.tooLarge }
                progress(target.bytes, total)
            case .end:
                if let target {
                    if total >= 0, target.bytes != total {
                        throw HTTPCallError.unreachable("the file came cut short")
                    }
                    try target.finish()
                }
                return HTTPReply(status: status, body: refusal)
            }
        }
        try Task.checkCancellation()
        throw HTTPCallError.unreachable("the connection broke off")
    }
}

/// Ends a connection on which nothing moves.
private final class StallGuard: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.fireErrorCaught(HTTPCallError.timedOut)
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
