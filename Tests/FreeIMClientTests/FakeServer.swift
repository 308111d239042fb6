import FreeIMProtocol
import NIOCore
import NIOPosix
import NIOSSL

/// A server that keeps the contract's letter and makes the client's life hard, or that lies.
///
/// What it does by chance follows from its seed. All state lives on its one event loop.
final class FakeServer: Sendable {
    static let chatroomID: Int64 = 77

    let channel: any Channel
    /// Something happened: a connection, a send, an acknowledgement.
    let changes: AsyncStream<Void>
    private let world: NIOLoopBound<FakeWorld>

    var port: Int { channel.localAddress?.port ?? 0 }

    /// Serves a log of `head` messages.
    static func start(
        head: Int64, faults: FakeFaults = FakeFaults(), seed: UInt64 = 0,
        tls: NIOSSLContext? = nil, group: MultiThreadedEventLoopGroup = .singleton
    ) async throws -> FakeServer {
        let loop = group.next()
        let (changes, sink) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let world = try await loop.submit {
            NIOLoopBound(FakeWorld(head, faults, seed, sink), eventLoop: loop)
        }.get()
        let channel = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(FakeSession(world.value))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FakeServer(channel, world, changes)
    }

    private init(
        _ channel: any Channel, _ world: NIOLoopBound<FakeWorld>, _ changes: AsyncStream<Void>
    ) {
        self.channel = channel
        self.world = world
        self.changes = changes
    }

    /// Looks at, or changes, what the server knows.
    func with<T: Sendable>(_ work: @escaping @Sendable (FakeWorld) throws -> T) async throws -> T {
        let world = world
        return try await channel.eventLoop.submit { try work(world.value) }.get()
    }

    /// Waits until what the server knows is so.
    func wait(until isSo: @escaping @Sendable (FakeWorld) -> Bool) async throws {
        if try await with(isSo) { return }
        for await _ in changes where try await with(isSo) { return }
    }

    func stop() async {
        try? await channel.close()
        try? await with { world in for session in world.sessions { session.close() } }
    }
}

/// What goes wrong; odds are one in so many, 0: never.
struct FakeFaults: Sendable {
    /// Takes a frame in the server's place; whether it did.
    typealias Hook = @Sendable (FakeSession, Frame) -> Bool

    /// Connections that break off, at any frame.
    var cuts = 0
    var cutOdds = 4
    var isShuffling = false
    /// Everything pushed comes twice.
    var isRepeating = false
    /// The oldest part comes as a Gap only.
    var gapOdds = 0
    /// Messages left out of a page.
    var holeOdds = 0
    /// A send's or a request's answer never comes.
    var lostOdds = 0
    /// A send is put off.
    var busyOdds = 0
    /// Somebody else writes meanwhile: at a frame of the client.
    var talkOdds = 0
    var heartbeatSeconds: Int32 = 30
    /// By the number of the action.
    var hooks: [Int8: Hook] = [:]
}

/// What the fake server knows over all its connections.
final class FakeWorld {
    var head: Int64 = 0
    var faults: FakeFaults
    var random: SystemLikeGenerator
    /// Sends by ClientMessageId: stored once.
    var sends: [String: Int64] = [:]
    var items: [Int64: IMMessageItem] = [:]
    var acknowledged: Int64 = 0
    var readSeq: Int64 = 0
    /// Seqs announced as not pushed.
    var gapped: Set<Int64> = []
    /// Connections that did Auth, ever; and frames taken.
    var connections = 0
    var frames = 0
    /// What to do at the frame of that number, once.
    var trap: (frame: Int, action: @Sendable (FakeWorld) -> Void)?
    /// Nobody is let in.
    var isDown = false
    var sessions: [FakeSession] = []
    private let sink: AsyncStream<Void>.Continuation

    init(
        _ head: Int64, _ faults: FakeFaults, _ seed: UInt64, _ sink: AsyncStream<Void>.Continuation
    ) {
        self.faults = faults
        self.sink = sink
        random = SystemLikeGenerator(seed: seed)
        for seq in 0..<head { append("text \(seq + 1)", user: 2, id: "peer-\(seq + 1)") }
    }

    func changed() { sink.yield() }

    func chance(_ odds: Int) -> Bool {
        odds > 0 && Int.random(in: 0..<odds, using: &random) == 0
    }

    var own: [String] {
        items.keys.sorted().compactMap { items[$0] }.filter { $0.userID == 1 }.map(\.content)
    }

    @discardableResult
    func append(_ content: String, user: Int64, id: String) -> IMMessageItem {
        head += 1
        let item = FakeWorld.item(head, content, user: user, id: id)
        items[head] = item
        return item
    }

    static func item(
        _ seq: Int64, _ content: String, user: Int64 = 2, id: String = ""
    ) -> IMMessageItem {
        var item = IMMessageItem()
        item.chatroomID = FakeServer.chatroomID
        item.chatroomType = .single
        item.seq = seq
        item.messageID = messageID(seq)
        item.userID = user
        item.code = .text
        item.content = content
        item.clientMessageID = id
        item.messageSendTime = max(0, seq)
        return item
    }

    static func messageID(_ seq: Int64) -> String {
        MessageID(
            stamp: UInt64(min(max(0, seq), 1 << 40)) + (1 << 20), chatroomType: .single,
            chatroomID: FakeServer.chatroomID
        ).text
    }

    /// Breaks off every connection and lets nobody in.
    func goDown() {
        isDown = true
        for session in sessions { session.close() }
    }

    /// From now on a server as it should be.
    func calm() {
        faults = FakeFaults()
        trap = nil
        isDown = false
    }
}
