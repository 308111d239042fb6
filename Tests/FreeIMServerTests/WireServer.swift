import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

@testable import FreeIMServer

/// A server in this process on one event loop, with people on it; removed at the end.
final class WireServer: Sendable {
    struct Person {
        let userID: Int64
        let token: String
    }

    let folder: String
    let instance: ServerInstance
    private let group = MultiThreadedEventLoopGroup.singleton

    init(_ faults: String, _ change: (inout ServerConfig) -> Void = { _ in }) async throws {
        folder = NSTemporaryDirectory() + "freeim-wire-\(UUID().uuidString)"
        var config = ServerConfig()
        config.data = folder
        config.tcp = ListenAddress(host: "127.0.0.1", port: 0)
        config.http = ListenAddress(host: "127.0.0.1", port: 0)
        config.ws = nil
        config.eventLoops = 1
        config.drainSeconds = 0
        change(&config)
        instance = try await ServerInstance.start(
            config, faults: ServerFaults.parse(faults),
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func end() async {
        await instance.drain()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Provisions users u0, u1 … with a device each, and a group of the first `members`.
    func people(_ count: Int, members: Int) async throws -> (people: [Person], room: Int64) {
        let users: [JSONValue] = (0..<count).map {
            ["account": .string("u\($0)"), "nickname": "n", "devices": [["device_id": "d"]]]
        }
        let rest: [JSONValue] = (1..<members).map { .string("u\($0)") }
        let body: JSONValue = [
            "users": .array(users), "friendships": [],
            "groups": [["name": "g", "owner": "u0", "members": .array(rest)]],
        ]
        let token = try String(contentsOfFile: folder + "/admin.token", encoding: .utf8)
        let reply = try await call("/admin/provision", token: token, body)
        let people = reply["users"].items.map {
            Person(
                userID: $0["member_id"].integer ?? 0,
                token: $0["devices"].items.first?["access_token"].text ?? "")
        }
        return (people, reply["groups"].items.first?["chatroom_id"].integer ?? 0)
    }

    /// The data of an HTTP answer.
    @discardableResult
    func call(_ path: String, token: String, _ body: JSONValue) async throws -> JSONValue {
        let caller = HTTPCaller(
            host: "127.0.0.1", port: instance.http?.port ?? 0, group: group)
        let reply = try await caller.call(
            "POST", path,
            headers: [
                (
                    "authorization",
                    "Bearer " + token.trimmingCharacters(in: .whitespacesAndNewlines)
                )
            ], body: try body.bytes())
        return (JSONValue(parsing: reply.body) ?? .null)["data"]
    }

    func connect(_ person: Person, version: BodyVersion = .protobuf) async throws -> WireClient {
        let client = WireClient(version: version)
        try await client.connect(port: instance.tcp?.port ?? 0, group: group)
        var auth = IMAuth()
        auth.userID = person.userID
        auth.deviceID = "d"
        auth.accessToken = person.token
        try await client.write(auth, .auth)
        _ = await client.next(.auth)
        return client
    }
}

/// A device that does as it is told.
final class WireClient: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private struct State {
        var decoder = FrameDecoder(frameBytesMax: 1 << 20)
        var channel: (any Channel)?
        var sequence: Int32 = 0
    }

    private let version: BodyVersion
    private let state = NIOLockedValueBox(State())
    private let (frames, arrived) = AsyncStream.makeStream(of: Frame.self)

    init(version: BodyVersion) {
        self.version = version
    }

    func connect(port: Int, group: any EventLoopGroup) async throws {
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { $0.pipeline.addHandler(self) }
            .connect(host: "127.0.0.1", port: port).get()
        state.withLockedValue { $0.channel = channel }
    }

    func close() async throws {
        try await state.withLockedValue { $0.channel }?.close()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frames = state.withLockedValue { state in
            state.decoder.append(unwrapInboundIn(data))
            var frames: [Frame] = []
            while let frame = try? state.decoder.next() { frames.append(frame) }
            return frames
        }
        for frame in frames { arrived.yield(frame) }
    }

    func channelInactive(context: ChannelHandlerContext) { arrived.finish() }

    func write(_ message: some MessageBody, _ action: IMAction) async throws {
        let (channel, sequence) = state.withLockedValue { state in
            state.sequence += 1
            return (state.channel, state.sequence)
        }
        var frame = ByteBuffer()
        frame.writeFrame(message, action: action, sequenceID: sequence, version: version)
        try await channel?.writeAndFlush(frame)
    }

    /// The next frame of that action; what comes before it is dropped. nil: the end came first.
    func next(_ action: IMAction) async -> Frame? {
        for await frame in frames where frame.action == action { return frame }
        return nil
    }

    func body<M: MessageBody>(_ type: M.Type, _ frame: Frame?) throws -> M {
        guard let frame else { return M() }
        return try BodyCoding.decode(type, from: frame.body, version: version)
    }

    /// Sends a text and waits for its ACK.
    @discardableResult
    func say(_ text: String, in room: Int64) async throws -> IMMessageACK {
        try await write(StoreFixture.text(room, text, id: UUID().uuidString), .message)
        return try body(IMMessageACK.self, await next(.messageAck))
    }

    /// Everything that has been written to this connection so far: up to a Heartbeat's answer.
    func heard() async throws -> [Frame] {
        try await write(IMHeartbeat(), .heartbeat)
        var all: [Frame] = []
        for await frame in frames {
            if frame.action == .heartbeat { break }
            all.append(frame)
        }
        return all
    }

    /// The messages pushed so far.
    func pushes() async throws -> [IMMessageItem] {
        try await heard().filter { $0.action == .message }.map {
            try body(IMMessageItem.self, $0)
        }
    }
}
