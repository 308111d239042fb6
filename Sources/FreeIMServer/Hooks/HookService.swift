import FreeIMHTTPClient
import FreeIMProtocol
import GRDB
import Logging
import NIOConcurrencyHelpers

/// Calls of webhooks that the log asks for: pushes and bots, each with a follower of the log, a
/// place in the queue on disk, and a sender.
final class HookService: Sendable {
    let queue: HookQueue
    private let store: Store
    private let log: Logger
    private let bots: BotFeed
    private let push: PushFeed?
    private let senders: [HookSender]
    private let followers = NIOLockedValueBox<[HookCall.Kind: LogFollower]>([:])
    private let followsBots = NIOLockedValueBox(false)

    private init(
        _ config: ServerConfig, _ queue: HookQueue, _ caller: WebhookCaller, store: Store,
        directory: DeviceDirectory, log: Logger
    ) {
        self.queue = queue
        self.store = store
        self.log = log
        let bots = BotFeed(store: store)
        let push = config.pushWebhookURL.map { url in
            PushFeed(
                gather: .milliseconds(config.pushDelayMs), url: url,
                groupMembersMax: config.pushGroupMembersMax, store: store, directory: directory,
                queue: queue)
        }
        self.bots = bots
        self.push = push
        let feeds = [bots as any HookFeed] + (push.map { [$0] } ?? [])
        senders = feeds.map {
            HookSender($0, queue, caller, secondsMax: config.hookTimeoutSeconds, log: log)
        }
    }

    /// Opens the queue and begins. Throws `StoreError`.
    static func start(
        _ config: ServerConfig, _ caller: WebhookCaller, store: Store,
        directory: DeviceDirectory, log: Logger
    ) async throws -> HookService {
        _ = try ServerInstance.address("push-webhook-url", config.pushWebhookURL)
        let queue = try HookQueue(
            config.data, callsMax: config.hookQueueMax, attemptsMax: config.hookAttemptsMax,
            timeoutSeconds: config.hookTimeoutSeconds, now: WallClock.milliseconds())
        let service = HookService(
            config, queue, caller, store: store, directory: directory, log: log)
        if let push = service.push {
            try await service.begin(push)
        } else {
            try await queue.set(.push, row: nil)
        }
        let hasBots = try await store.read { db in
            try Bool.fetchOne(db, sql: "SELECT 1 FROM bot WHERE webhook_url <> ''") != nil
        }
        if hasBots {
            service.followsBots.withLockedValue { $0 = true }
            try await service.begin(service.bots)
        } else {
            try await queue.set(.bot, row: nil)
        }
        for sender in service.senders { sender.start() }
        return service
    }

    /// Follows the log from where it was left; at the first time, and when the log is not the one
    /// that was followed (a backup was put back), from its end.
    private func begin(_ feed: some HookFeed) async throws {
        let newest = store.commits.newest
        var row = try await queue.row(feed.kind) ?? newest
        if row > newest {
            log.warning("the log is older than the queue of calls; what waited is dropped")
            try await queue.set(feed.kind, row: nil)
            row = newest
        }
        try await queue.set(feed.kind, row: row)
        follow(feed, after: row)
    }

    private func follow(_ feed: some HookFeed, after row: Int64) {
        let queue = queue
        let follower = LogFollower(
            store: store, name: feed.kind.rawValue, after: row, batchMax: feed.batchMax,
            gather: feed.gather, log: log
        ) { entries in
            try await queue.waitForRoom(feed.kind)
            try await queue.add(
                try await feed.drafts(entries), feed.kind, through: entries.last?.row ?? 0,
                now: WallClock.milliseconds())
        }
        followers.withLockedValue { $0[feed.kind] = follower }
    }

    /// A bot has a webhook now: the log is followed from behind `row`, if it is not already.
    func botsChanged(after row: Int64) async throws {
        let isFirst = followsBots.withLockedValue { follows in
            defer { follows = true }
            return !follows
        }
        guard isFirst else { return }
        try await queue.set(.bot, row: row)
        follow(bots, after: row)
    }

    /// What waits and what was done, with how far the followers are behind the log.
    var counts: HookCounts {
        var counts = queue.counts
        let newest = store.commits.newest
        followers.withLockedValue { followers in
            counts.pushLag = followers[.push].map { max(0, newest - $0.row) } ?? 0
            counts.botLag = followers[.bot].map { max(0, newest - $0.row) } ?? 0
        }
        return counts
    }

    /// Ends; what waits is on disk.
    func stop() async {
        for follower in followers.withLockedValue({ $0 }).values { await follower.stop() }
        for sender in senders { await sender.stop() }
        await queue.close()
    }
}
