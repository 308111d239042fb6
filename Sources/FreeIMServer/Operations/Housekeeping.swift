import FreeIMProtocol
import GRDB
import Logging
import NIOConcurrencyHelpers

/// What the server does by and by: in small jobs, with a pause between two, so that no message
/// waits long behind them.
struct Housekeeping: Sendable {
    /// Milliseconds between two looks at whether something is due.
    static let lookMs = 1_000
    /// Milliseconds between two jobs.
    static let pauseMs = 5
    /// Milliseconds of the wall clock between two sweeps for messages whose time is over.
    static let retentionMs: Int64 = 60_000
    /// Milliseconds of the wall clock between two sweeps for files that nobody shows.
    static let orphansMs: Int64 = 600_000

    let store: Store
    let retention: Retention
    let orphans: MediaOrphans
    let index: MessageIndex
    let log: Logger
    private let isIndexPruned = NIOLockedValueBox(false)

    init(
        _ config: ServerConfig, store: Store, media: MediaStore, index: MessageIndex, log: Logger
    ) {
        self.store = store
        self.index = index
        self.log = log
        retention = Retention(
            store: store, daysSingle: config.retentionDaysSingle,
            daysGroup: config.retentionDaysGroup)
        orphans = MediaOrphans(
            store: store, media: media, uses: index, hours: config.mediaOrphanHours)
    }

    /// Runs until its task is cancelled.
    func run() async {
        var sweptTime: Int64 = 0
        var orphansTime: Int64 = 0
        while !Task.isCancelled {
            await attempt("removing members of dissolved groups") { try await dropMembers() }
            let now = WallClock.milliseconds()
            // A clock that stepped back must not put the next sweep off.
            if now - sweptTime >= Housekeeping.retentionMs || now < sweptTime {
                sweptTime = now
                await attempt("removing old messages") { try await removeOld(now) }
            }
            if now - orphansTime >= Housekeeping.orphansMs || now < orphansTime {
                orphansTime = now
                await attempt("removing files that nobody shows") {
                    try await orphans.sweep(now: now, pause: Housekeeping.pause)
                }
            }
            try? await Task.sleep(for: .milliseconds(Housekeeping.lookMs))
        }
    }

    private func removeOld(_ now: Int64) async throws {
        let swept = try await retention.sweep(now: now, pause: Housekeeping.pause)
        // What a crash kept the index from letting go is found with the first sweep.
        let isFirst = !isIndexPruned.withLockedValue { $0 }
        if swept.count == 0, !isFirst { return }
        try await index.prune(
            isFirst ? nil : swept.chatroomIDs, gone: retention.gone(now: now))
        isIndexPruned.withLockedValue { $0 = true }
    }

    /// Removes the rows of dissolved groups' members.
    func dropMembers() async throws {
        while !Task.isCancelled {
            let isLeft = try await store.read { db in
                try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT 1 FROM chat_group INDEXED BY chat_group_leftover
                        WHERE dissolved_time IS NOT NULL AND member_count > 0 LIMIT 1
                        """) != nil
            }
            guard isLeft else { return }
            _ = try await store.write { context in
                try Groups.dropMembers(context, most: Groups.membersPerJob)
            }
            await Housekeeping.pause()
        }
    }

    @Sendable
    private static func pause() async {
        try? await Task.sleep(for: .milliseconds(pauseMs))
    }

    /// What fails is told and tried again at its next turn.
    private func attempt(_ what: String, _ work: () async throws -> some Any) async {
        do {
            _ = try await work()
        } catch {
            if Task.isCancelled { return }
            log.warning("housekeeping failed", metadata: ["at": "\(what)", "error": "\(error)"])
        }
    }
}
