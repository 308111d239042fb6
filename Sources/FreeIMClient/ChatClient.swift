import Foundation
import FreeIMCore
import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore
import NIOPosix

/// The headless chat client: connection, sync, cache and outbox of one signed-in device.
///
/// The cache is the truth and may be read at any time; `events` says what to look at again.
public actor ChatClient {
    /// Events kept for a slow reader; the oldest give way, the cache has the facts.
    static let eventsMax = 4_096

    public nonisolated let cache: Cache
    public nonisolated let events: AsyncStream<ChatEvent>
    public nonisolated let options: ChatClientOptions
    nonisolated let eventSink: AsyncStream<ChatEvent>.Continuation
    nonisolated let group: any EventLoopGroup

    var outbox: OutboxMachine
    var syncs: [Int64: ConversationSync] = [:]
    var session: Session?
    public internal(set) var state = ConnectionState.offline(reason: "not started", retryMs: nil)
    var backoff = Backoff()
    var runner: Task<Void, Never>?
    var sleeper: Task<Void, any Error>?
    var isStopped = false
    var answers: [String: [CheckedContinuation<SendAnswer, Never>]] = [:]
    var acksDirty: Set<Int64> = []
    var ackTask: Task<Void, Never>?
    var syncTask: Task<Void, Never>?
    var isSyncWanted = false
    var unnamed: Set<Int64> = []
    var onlineWaiters: [CheckedContinuation<Void, any Error>] = []
    var isSynced = false
    var isFlushing = false
    var isFlushWanted = false

    /// What became of a send.
    public enum SendAnswer: Sendable, Equatable {
        case acknowledged(chatroomID: Int64, seq: Int64, messageID: String)
        case refused(String)
        /// No answer yet; the send stays in the outbox.
        case queued
    }

    /// A client on that cache. Throws `ClientError.cache`.
    public init(
        options: ChatClientOptions,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws {
        self.options = options
        self.group = group
        cache = try Cache(path: options.cachePath)
        let waiting = try cache.outbox().filter { $0.failure == nil }
        outbox = OutboxMachine(waiting.map(\.clientMessageID))
        (events, eventSink) = AsyncStream.makeStream(
            of: ChatEvent.self, bufferingPolicy: .bufferingNewest(ChatClient.eventsMax))
        try cache.setMeta("user_id", "\(options.userID)")
    }

    /// The signed-in user.
    public nonisolated var userID: Int64 { options.userID }

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    // MARK: Life

    /// Connects and stays connected until `stop`.
    public func start() {
        guard runner == nil else { return }
        isStopped = false
        // Owned by the client; ends with `stop`.
        runner = Task { await run() }
    }

    /// Says goodbye and ends; the outbox stays on disk.
    public func stop() async {
        isStopped = true
        sleeper?.cancel()
        if let session {
            var quit = ByteBuffer()
            quit.writeFrame(
                IMQuit(), action: .quit, sequenceID: 0, version: options.bodyVersion)
            await flushAcks()
            try? await session.outbound.write(quit)
            session.outbound.finish()
        }
        runner?.cancel()
        await runner?.value
        runner = nil
        ackTask?.cancel()
        syncTask?.cancel()
        eventSink.finish()
    }

    /// Tries to connect now instead of later.
    public func reconnectNow() {
        if runner == nil { start() }
        sleeper?.cancel()
    }

    private func run() async {
        while !isStopped {
            setState(.connecting)
            var reason = "the connection was closed"
            do {
                try await connectAndServe()
            } catch {
                reason = ChatClient.reason(error)
            }
            let quit = session?.quit
            ended(ClientError.offline(reason))
            if isStopped { break }
            if let quit, !shouldReturn(after: quit) {
                runner = nil
                return
            }
            var wait = backoff.next(random: Double.random(in: 0..<1))
            if let quit {
                reason = quit.title.isEmpty ? quit.reason : quit.title
                wait = max(wait, quit.reconnectAfterMs)
            }
            let pause = wait
            let sleep = Task { try await Task.sleep(for: .milliseconds(pause)) }
            sleeper = sleep
            setState(.offline(reason: reason, retryMs: wait))
            _ = await sleep.result
        }
        setState(.offline(reason: "stopped", retryMs: nil))
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as ClientError: error.description
        case is NIOConnectionError: "nobody answers at this address"
        case is CancellationError: "stopped"
        default: "\(error)"
        }
    }

    /// Whether to connect again by itself after a Quit from the server.
    private func shouldReturn(after quit: IMQuit) -> Bool {
        switch QuitReason(rawValue: quit.reason) {
        case .replaced, .kickedByOtherDevice:
            let reason = quit.title.isEmpty ? "another connection took this place" : quit.title
            setState(.offline(reason: reason, retryMs: nil))
            return false
        case .tokenRevoked, .accountDeleted:
            setState(.offline(reason: quit.title, retryMs: nil))
            eventSink.yield(.signedOut(reason: quit.title))
            return false
        case .serverShutdown, .slowConsumer, .protocolError, .idle, nil: return true
        }
    }

    func setState(_ new: ConnectionState) {
        if state == new { return }
        state = new
        eventSink.yield(.connection(new))
        switch new {
        case .connecting: break
        case .online:
            for waiter in onlineWaiters { waiter.resume() }
            onlineWaiters = []
        case .offline(let reason, _):
            for waiter in onlineWaiters { waiter.resume(throwing: ClientError.offline(reason)) }
            onlineWaiters = []
        }
    }

    /// Waits until the connection is there and the conversation list is in the cache; throws
    /// `ClientError.offline` after the first attempt that fails.
    public func waitUntilOnline() async throws {
        if state == .online, isSynced { return }
        if case .offline(let reason, let retryMs) = state, retryMs != nil || runner == nil {
            throw ClientError.offline(reason)
        }
        try await withCheckedThrowingContinuation { onlineWaiters.append($0) }
    }

    private func connectAndServe() async throws {
        let link = try await FrameLink.connect(
            host: options.host, port: options.port, group: group)
        try await link.channel.executeThenClose { inbound, outbound in
            opened(outbound)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var failure: any Error = ClientError.offline("the connection was closed")
                    do {
                        for try await frame in inbound { await self.receive(frame) }
                    } catch {
                        failure = error
                    }
                    // Before the group waits for its children: one of them may wait for a reply.
                    await self.abandonRequests(failure)
                    throw failure
                }
                group.addTask { try await self.authenticate() }
                group.addTask { try await self.beat() }
                defer { group.cancelAll() }
                while try await group.next() != nil {}
            }
        }
    }

    private func opened(_ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
        session = Session(outbound: outbound, version: options.bodyVersion)
    }

    private func authenticate() async throws {
        var auth = IMAuth()
        auth.userID = options.userID
        auth.accessToken = options.token
        auth.deviceID = options.deviceID
        auth.deviceType = options.deviceType
        auth.clientType = options.clientType
        let frame: Frame
        do {
            frame = try await request(auth, action: .auth)
        } catch ClientError.refused(let code, let message) {
            if code == ErrorCode.badToken.rawValue || code == ErrorCode.tokenExpired.rawValue {
                isStopped = true
                eventSink.yield(.signedOut(reason: message))
            }
            throw ClientError.refused(code: code, message: message)
        }
        let reply = try decode(IMAuthReply.self, frame)
        session?.isAuthenticated = true
        session?.heartbeatSeconds = Int64(max(reply.heartbeatSeconds, 1))
        backoff.reset()
        outbox.connected()
        try await refreshConversations()
        isSynced = true
        setState(.online)
        await flushOutbox()
        wantSync()
    }

    private func beat() async throws {
        while !Task.isCancelled {
            let seconds = session?.heartbeatSeconds ?? 30
            try await Task.sleep(for: .seconds(max(1, seconds - 1)))
            guard session?.isAuthenticated == true else { continue }
            try await write(IMHeartbeat(), action: .heartbeat, sequenceID: 0)
            wantSync()
        }
    }

    /// No reply comes any more: whoever waits for one is told, and nobody new may wait.
    private func abandonRequests(_ error: any Error) {
        session?.isClosed = true
        let waiting = session?.waiting ?? [:]
        session?.waiting = [:]
        for continuation in waiting.values { continuation.resume(throwing: error) }
    }

    /// The connection is gone: sends will go out again with the next one.
    private func ended(_ error: any Error) {
        abandonRequests(error)
        session = nil
        isSynced = false
        outbox.disconnected()
        for (id, waiters) in answers {
            for waiter in waiters { waiter.resume(returning: .queued) }
            answers[id] = nil
        }
    }
}
