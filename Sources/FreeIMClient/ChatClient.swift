import Foundation
import FreeIMCore
import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore
import NIOPosix

/// The headless chat client: connection, sync, cache and outbox of one signed-in device.
///
/// The cache is the truth and may be read at any time; `events` says what to look at again. Of
/// several processes on one cache one is connected, the owner; the others follow it: they write
/// to the cache, poke the owner, and look at what it stores.
public actor ChatClient {
    /// Events kept for a slow reader; the oldest give way, the cache has the facts.
    static let eventsMax = 4_096
    /// Pokes that wait to be looked at; the oldest give way.
    static let pokesMax = 256

    public nonisolated let cache: Cache
    public nonisolated let events: AsyncStream<ChatEvent>
    public nonisolated let options: ChatClientOptions
    nonisolated let eventSink: AsyncStream<ChatEvent>.Continuation
    nonisolated let group: any EventLoopGroup

    var outbox = OutboxMachine()
    var syncs: [Int64: ConversationSync] = [:]
    var session: Session?
    var nextSequenceID: Int32 = 1
    public internal(set) var state = ConnectionState.offline(reason: "not started", retryMs: nil)
    public internal(set) var role = Role.idle
    var backoff: Backoff
    var sendBackoff: Backoff
    var runner: Task<Void, Never>?
    var sleeper: Task<Void, any Error>?
    var isStopped = false
    var answers: [String: [CheckedContinuation<SendAnswer, Never>]] = [:]
    var acksDirty: Set<Int64> = []
    var ackTask: Task<Void, Never>?
    var syncTask: Task<Void, Never>?
    var sendTimer: Task<Void, Never>?
    var retryTimer: Task<Void, Never>?
    var isSyncWanted = false
    var isRefreshWanted = false
    /// Chats whose head the server denies now.
    var suspects: Set<Int64> = []
    /// Newest holes beyond the cursor, as they were at the last heartbeat.
    var holesSeen: [Int64: ClosedRange<Int64>] = [:]
    /// Chats with a hole that the server should have filled by itself.
    var overdue: Set<Int64> = []
    /// Holes that the server had nothing for, on this connection.
    var pulledInVain: [Int64: ClosedRange<Int64>] = [:]
    var unnamed: Set<Int64> = []
    var named: Set<Int64> = []
    /// What kind of chat each is, as far as it is known.
    var kinds: [Int64: Int] = [:]
    var onlineWaiters: [CheckedContinuation<Void, any Error>] = []
    var isSynced = false
    var isFlushing = false
    var isFlushWanted = false
    var ownership: Ownership?

    /// What became of a send.
    public enum SendAnswer: Sendable, Equatable {
        case acknowledged(chatroomID: Int64, seq: Int64, messageID: String)
        case refused(String)
        /// No answer yet; the send stays in the outbox.
        case queued
    }

    /// What this process does for the profile.
    public enum Role: Sendable, Equatable {
        /// Not started.
        case idle
        /// It is the one that connects.
        case owner
        /// Another process is connected.
        case follower
    }

    /// A client on that cache. Throws `ClientError.cache`.
    public init(
        options: ChatClientOptions,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws {
        self.options = options
        self.group = group
        backoff = options.backoff
        sendBackoff = options.backoff
        cache = try Cache(path: options.cachePath)
        (events, eventSink) = AsyncStream.makeStream(
            of: ChatEvent.self, bufferingPolicy: .bufferingNewest(ChatClient.eventsMax))
        if cache.meta("user_id") != "\(options.userID)" {
            try cache.setMeta("user_id", "\(options.userID)")
        }
    }

    /// The signed-in user.
    public nonisolated var userID: Int64 { options.userID }

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    // MARK: Life

    /// Connects and stays connected until `stop`; follows while another process does that.
    public func start() {
        guard runner == nil, !isStopped else { return }
        setState(.connecting)
        // Owned by the client; ends with `stop`.
        runner = Task { await run() }
    }

    /// Says goodbye and ends; the outbox stays on disk. A client does not start again.
    public func stop() async {
        if let session, session.isAuthenticated {
            await flushAcks()
            var quit = ByteBuffer()
            quit.writeFrame(
                IMQuit(), action: .quit, sequenceID: 0, version: options.bodyVersion)
            try? await session.outbound.write(quit)
            session.outbound.finish()
        }
        await drop()
    }

    /// Ends as a process does that is killed: nothing more is said, written or sent.
    func drop() async {
        isStopped = true
        sleeper?.cancel()
        for task in [ackTask, syncTask, sendTimer, retryTimer, runner] { task?.cancel() }
        await runner?.value
        runner = nil
        ownership = nil
        role = .idle
        for id in answers.keys { resolve(id, .queued) }
        setState(.offline(reason: "stopped", retryMs: nil))
        eventSink.finish()
    }

    /// Tries to connect now instead of later.
    public func reconnectNow() {
        if role == .follower { return poke(.reconnect) }
        start()
        sleeper?.cancel()
    }

    func setState(_ new: ConnectionState) {
        if state == new { return }
        state = new
        if role == .owner { try? cache.setMeta(Cache.linkKey, new.text) }
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

    /// Waits until the connection (a follower's owner's) is there and the conversation list is in
    /// the cache; throws `ClientError.offline` after the first attempt that fails.
    public func waitUntilOnline() async throws {
        if state == .online, isSynced { return }
        if case .offline(let reason, _) = state { throw ClientError.offline(reason) }
        try await withCheckedThrowingContinuation { onlineWaiters.append($0) }
    }

    /// A complaint about the server, unless there were enough of them.
    func complain(_ text: String) {
        if let session {
            if session.notices == Session.noticesMax { return }
            self.session?.notices += 1
        }
        eventSink.yield(.notice(text))
    }
}
