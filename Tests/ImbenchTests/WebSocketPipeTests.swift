import FreeIMProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import imbench

/// The pipe between a socket and a device, without a socket.
@Suite struct WebSocketPipeTests {
    /// What the handler behind the pipe hears.
    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        var isActive = false
        var frames: [ByteBuffer] = []
        var ends: [WebSocketEnd] = []
        var faults: [String] = []

        func channelActive(context: ChannelHandlerContext) { isActive = true }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            frames.append(unwrapInboundIn(data))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let end = event as? WebSocketEnd { ends.append(end) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            faults.append("\(error)")
        }
    }

    private let channel = EmbeddedChannel()
    private let listener = Listener()

    /// Connects and answers the upgrade.
    private func open(_ form: TransportPlan.Form) throws {
        try channel.pipeline.syncOperations.addHandlers([
            WebSocketPipe(host: "h:1", form: form, seed: 5), listener,
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let request = String(buffer: try #require(try channel.readOutbound(as: ByteBuffer.self)))
        #expect(!listener.isActive)
        let key =
            request.components(separatedBy: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") }?
            .dropFirst("Sec-WebSocket-Key: ".count) ?? ""
        try channel.writeInbound(
            ByteBuffer(
                string: "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                    + "Sec-WebSocket-Accept: \(WebSocketHandshake.accept(for: String(key)))"
                    + "\r\n\r\n"))
        #expect(listener.isActive)
    }

    private static func heartbeat() -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeFrame(IMHeartbeat(), action: .heartbeat, sequenceID: 4, version: .json)
        return frame
    }

    /// The payload of the next frame that went out, unmasked, and its first byte.
    private func written() throws -> (first: UInt8, payload: [UInt8]) {
        let frame = try #require(try channel.readOutbound(as: ByteBuffer.self))
        let bytes = Array(frame.readableBytesView)
        let mask = Array(bytes[2..<6])
        let payload = bytes.dropFirst(6).enumerated().map { $0.element ^ mask[$0.offset & 3] }
        #expect(Int(bytes[1] & 0x7f) == payload.count)
        return (bytes[0], payload)
    }

    @Test(arguments: TransportPlan.Form.allCases)
    func framesGoBothWays(form: TransportPlan.Form) throws {
        try open(form)
        channel.writeAndFlush(Self.heartbeat(), promise: nil)
        let (first, payload) = try written()
        #expect(first == (form == .binary ? 0x82 : 0x81))
        var echo = ByteBuffer(bytes: [first, UInt8(payload.count)])
        echo.writeBytes(payload)
        try channel.writeInbound(echo)
        #expect(listener.frames == [Self.heartbeat()])
        #expect(listener.faults == [])
    }

    @Test func pingsAreAnswered() throws {
        try open(.binary)
        try channel.writeInbound(ByteBuffer(bytes: [0x89, 2, 7, 8]))
        let (first, payload) = try written()
        #expect(first == 0x8a)
        #expect(payload == [7, 8])
    }

    @Test func closeIsAnsweredToldAndTheEnd() throws {
        try open(.binary)
        try channel.writeInbound(ByteBuffer(bytes: [0x88, 2, 0x03, 0xe9]))
        #expect(listener.ends == [.closed(code: 1_001)])
        let (first, payload) = try written()
        #expect(first == 0x88)
        #expect(payload == [0x03, 0xe9])
        #expect(!channel.isActive)
    }

    @Test func aRefusedUpgradeIsTold() throws {
        try channel.pipeline.syncOperations.addHandlers([
            WebSocketPipe(host: "h:1", form: .binary, seed: 5), listener,
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(string: "HTTP/1.1 429 Slow\r\n\r\n"))
        #expect(listener.ends == [.refused(status: 429)])
        #expect(!listener.isActive)
        #expect(!channel.isActive)
    }

    @Test(
        arguments: [
            [0x81, 2, 0x7b, 0x7d], [0x82, 1, 0], [0x82, 13, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0, 9],
            [0xff, 0],
        ] as [[UInt8]])
    func faultsEndTheConnection(bytes: [UInt8]) throws {
        try open(.binary)
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        #expect(listener.faults.count == 1)
        #expect(listener.frames.isEmpty)
        #expect(!channel.isActive)
    }
}
