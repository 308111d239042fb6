import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore
import NIOPosix

/// How long a device that comes back waits for what it missed.
struct OfflineProbe {
    let target: BenchTarget

    /// Seconds from connect to the last of `messages` in one single chat.
    func run(messages: Int) async throws -> Double {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let seconds = try await measure(messages, group)
            try? await group.shutdownGracefully()
            return seconds
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func measure(
        _ messages: Int, _ group: MultiThreadedEventLoopGroup
    ) async throws -> Double {
        let caller = target.caller(group: group)
        var plan = PopulationPlan()
        plan.users = 2
        let population = try await Provisioner(
            plan: plan, caller: caller, adminToken: target.adminToken, salt: "offline",
            signsIn: false
        ).make()
        // The receiver is seen once, so that it counts as coming back.
        _ = try await visit(population, until: 1, group)
        try await fill(population, messages, group)
        return try await visit(population, until: messages + 1, group)
    }

    private func fill(
        _ population: Population, _ messages: Int, _ group: MultiThreadedEventLoopGroup
    ) async throws {
        try await connect(
            population, device: 0, goal: messages,
            chatroomID: population.conversations[0].chatroomID, group)
    }

    private func visit(
        _ population: Population, until seq: Int, _ group: MultiThreadedEventLoopGroup
    ) async throws -> Double {
        let begun = Date()
        try await connect(population, device: 1, goal: seq, chatroomID: 0, group)
        return Date().timeIntervalSince(begun)
    }

    private func connect(
        _ population: Population, device index: Int, goal: Int, chatroomID: Int64,
        _ group: MultiThreadedEventLoopGroup
    ) async throws {
        let device = population.devices[index]
        let userID = population.users[Int(device.user)].id
        let loop = group.next()
        let promise = loop.makePromise(of: Void.self)
        let transport = target.transport
        _ = try await ClientBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try transport.add(to: channel, seed: UInt64(index))
                try channel.pipeline.syncOperations.addHandler(
                    OfflineVisitor(
                        device: device, userID: userID, goal: goal, chatroomID: chatroomID,
                        promise: promise))
            }
        }.connect(host: transport.host, port: transport.port).get()
        try await promise.futureResult.get()
    }
}

/// One device: sends `goal` messages (with a chatroom), or waits for seq `goal` (without).
private final class OfflineVisitor: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let window = 64
    private let device: Population.Device
    private let userID: Int64
    private let goal: Int
    private let chatroomID: Int64
    private let promise: EventLoopPromise<Void>
    private var decoder = FrameDecoder()
    private var sent = 0
    private var acked = 0

    init(
        device: Population.Device, userID: Int64, goal: Int, chatroomID: Int64,
        promise: EventLoopPromise<Void>
    ) {
        self.device = device
        self.userID = userID
        self.goal = goal
        self.chatroomID = chatroomID
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        var auth = IMAuth()
        auth.userID = userID
        auth.accessToken = device.token
        auth.deviceID = device.deviceID
        write(auth, .auth, context)
        context.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(BenchError(.unreachable, "the connection broke off"))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        do {
            while let frame = try decoder.next() { try take(frame, context) }
        } catch {
            promise.fail(error)
        }
        context.flush()
    }

    private func take(_ frame: Frame, _ context: ChannelHandlerContext) throws {
        switch frame.action {
        case .auth:
            if chatroomID != 0 { for _ in 0..<OfflineVisitor.window { sendNext(context) } }
        case .messageAck:
            acked += 1
            sendNext(context)
            if acked == goal { end(context) }
        case .message where chatroomID == 0:
            let item = try BodyCoding.decode(
                IMMessageItem.self, from: frame.body, version: .protobuf)
            if item.seq >= goal { end(context) }
        case .sync where chatroomID == 0:
            let page = try BodyCoding.decode(
                IMSyncPage.self, from: frame.body, version: .protobuf)
            if (page.messages.last?.seq ?? 0) >= goal { end(context) }
        default: break
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        promise.succeed(())
        context.close(promise: nil)
    }

    private func sendNext(_ context: ChannelHandlerContext) {
        if sent == goal { return }
        sent += 1
        var item = IMMessageItem()
        item.chatroomID = chatroomID
        item.code = .text
        item.content = String(repeating: "x", count: 200)
        item.clientMessageID = "offline-\(device.token.prefix(8))-\(sent)"
        write(item, .message, context)
    }

    private func write(
        _ message: some BenchBody, _ action: IMAction, _ context: ChannelHandlerContext
    ) {
        var frame = ByteBuffer()
        frame.writeFrame(
            message, action: action, sequenceID: Int32(sent + 1), version: .protobuf)
        context.write(wrapOutboundOut(frame), promise: nil)
    }
}
