import Foundation
import GRDB
import Logging
import NIOConcurrencyHelpers

/// Moves the write-ahead log into the database, on a thread and a connection of its own.
///
/// Passive checkpoints stop nobody. Only when the log has grown beyond `walBytesMax` does the
/// writer itself finish one between two batches, so that the log starts anew.
final class Checkpointer: Sendable {
    /// Bytes of write-ahead log worth a passive checkpoint.
    static let passiveBytes = 8 * 1_024 * 1_024
    /// Milliseconds that the writer waits for readers to let it start the log anew.
    static let truncateWaitMs = 100
    /// Batches between two looks at the log's size.
    static let batchesBetweenLooks = 64

    private struct State {
        var batches = 0
        var isRunning = false
        /// Size of the log from which the writer tries again to start it anew.
        var truncateFromBytes = 0
        var isClosed = false
    }

    private let walPath: String
    private let walBytesMax: Int
    private let queue: DatabaseQueue
    private let thread = DispatchQueue(label: "store-checkpoint")
    private let state = NIOLockedValueBox(State())
    private let log: Logger

    init(path: String, walBytesMax: Int, log: Logger) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        walPath = path + "-wal"
        self.walBytesMax = walBytesMax
        self.log = log
    }

    /// Called by the writer's thread after each batch.
    func committed(by pool: DatabasePool) {
        let isTime = state.withLockedValue { state in
            state.batches += 1
            return state.batches % Checkpointer.batchesBetweenLooks == 0
        }
        guard isTime else { return }
        var status = stat()
        guard stat(walPath, &status) == 0 else { return }
        let bytes = Int(status.st_size)
        if bytes > walBytesMax, bytes >= state.withLockedValue({ $0.truncateFromBytes }) {
            let isDone = truncate(pool)
            // A long read (a backup, an export) lets the log grow; the writer is not held up
            // again before it has grown by much.
            state.withLockedValue { $0.truncateFromBytes = isDone ? 0 : bytes + walBytesMax / 4 }
        } else if bytes > Checkpointer.passiveBytes {
            startPassive()
        }
    }

    /// On the writer's thread and connection; false: somebody reads what would be overwritten.
    private func truncate(_ pool: DatabasePool) -> Bool {
        do {
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA busy_timeout = \(Checkpointer.truncateWaitMs)")
                defer {
                    try? db.execute(sql: "PRAGMA busy_timeout = \(StoreOpening.busyMs)")
                }
                _ = try db.checkpoint(.truncate)
            }
            return true
        } catch {
            log.warning("a checkpoint waits for readers", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Waits for a checkpoint under way and closes.
    func close() {
        state.withLockedValue { $0.isClosed = true }
        thread.sync { try? queue.close() }
    }

    private func startPassive() {
        let starts = state.withLockedValue { state in
            if state.isRunning || state.isClosed { return false }
            state.isRunning = true
            return true
        }
        guard starts else { return }
        thread.async { [self] in
            do {
                try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.passive) }
            } catch {
                log.warning("a checkpoint failed", metadata: ["error": "\(error)"])
            }
            state.withLockedValue { $0.isRunning = false }
        }
    }
}
