import FreeIMCore
import FreeIMProtocol
import GRDB
import Logging
import NIOConcurrencyHelpers
import NIOCore

/// Hands the log of all conversations to one handler, in the order of commit, behind the commits.
///
/// The handler remembers how far it came, together with what it made of the entries, so that a
/// crash repeats a batch and skips none. Entries that are gone (retention) are passed over.
final class LogFollower: Sendable {
    /// One entry of the log.
    struct Entry: Sendable {
        /// `message.id`: grows with every entry of any conversation.
        let row: Int64
        let item: IMMessageItem
    }

    /// A flood leaves the processor to those who send; what is behind is made up for afterwards.
    struct Pace: Sendable {
        /// Entries handed over in a second.
        let perSecond: Int
        /// The same while the log grows by more than `busyPerSecond`.
        let perSecondBusy: Int
        /// Entries committed in a second that make a store busy.
        let busyPerSecond: Int

        /// How long `count` entries take at least, when the log grew by `grown` in `elapsed`.
        func time(_ count: Int, grown: Int64, in elapsed: Duration) -> Duration {
            let isBusy = Duration.seconds(grown) > elapsed * busyPerSecond
            return Duration.seconds(count) / (isBusy ? perSecondBusy : perSecond)
        }
    }

    /// Milliseconds of the first wait, and of any, after the handler threw.
    static let (retryMsFirst, retryMsMost): (Int64, Int64) = (100, 30_000)

    private let task: Task<Void, Never>
    private let reached: NIOLockedValueBox<Int64>

    /// Follows from behind row `after` (0: from the beginning).
    ///
    /// - Parameters:
    ///   - name: what the log calls it.
    ///   - batchMax: entries handed over at once.
    ///   - gather: how long entries may gather once there is one.
    ///   - pace: how many entries are handed over in a second at most; nil: no limit.
    ///   - handle: called with one batch at a time; when it throws, it gets the same batch again.
    init(
        store: Store, name: String, after: Int64, batchMax: Int, gather: Duration = .zero,
        pace: Pace? = nil, log: Logger,
        handle: @escaping @Sendable ([Entry]) async throws -> Void
    ) {
        let reached = NIOLockedValueBox(after)
        self.reached = reached
        // Owned by the follower, which ends it in `stop`.
        task = Task {
            var backoff = Backoff(
                firstMs: LogFollower.retryMsFirst, mostMs: LogFollower.retryMsMost)
            while !Task.isCancelled {
                let row = reached.withLockedValue { $0 }
                do {
                    let newest = store.commits.newest
                    let batch = try await store.entries(after: row, most: batchMax)
                    if batch.through > row {
                        let began = ContinuousClock.now
                        if !batch.entries.isEmpty { try await handle(batch.entries) }
                        reached.withLockedValue { $0 = batch.through }
                        backoff.reset()
                        if let pace {
                            let time = pace.time(
                                batch.entries.count, grown: store.commits.newest - newest,
                                in: began.duration(to: .now))
                            try await Task.sleep(until: began + time, clock: .continuous)
                        }
                        continue
                    }
                    // What was committed up to here and is not there any more is behind us too.
                    reached.withLockedValue { $0 = max(row, newest) }
                    guard await store.commits.growth(after: max(row, newest)) else { return }
                    if gather > .zero { try await Task.sleep(for: gather) }
                } catch is CancellationError {
                    return
                } catch {
                    log.error(
                        "following the log failed; it is tried again",
                        metadata: ["follower": "\(name)", "error": "\(error)"])
                    let wait = backoff.next(random: Double.random(in: 0..<1))
                    try? await Task.sleep(for: .milliseconds(wait))
                }
            }
        }
    }

    /// The row up to which everything was handled.
    var row: Int64 { reached.withLockedValue { $0 } }

    /// Ends; a batch under way is finished first.
    func stop() async {
        task.cancel()
        await task.value
    }
}

extension Store {
    /// Entries of the log behind a row, in the order of commit, and the row that they reach to;
    /// `row` itself when there is nothing more. What cannot be read is passed over.
    func entries(
        after row: Int64, most: Int
    ) async throws -> (entries: [LogFollower.Entry], through: Int64) {
        try await read { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: "SELECT id, body FROM message WHERE id > ? ORDER BY id LIMIT ?"),
                arguments: [row, most])
            var entries: [LogFollower.Entry] = []
            var through = row
            while let found = try rows.next() {
                through = found[0]
                let body = try found.withUnsafeData(atIndex: 1) { $0.map { Array($0) } ?? [] }
                let item = try? BodyCoding.decode(
                    IMMessageItem.self, from: ByteBuffer(bytes: body), version: .protobuf)
                if let item { entries.append(LogFollower.Entry(row: through, item: item)) }
            }
            return (entries, through)
        }
    }
}
