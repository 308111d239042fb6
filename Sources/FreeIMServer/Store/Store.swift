import Foundation
import FreeIMProtocol
import GRDB
import Logging
import NIOConcurrencyHelpers
import NIOPosix

/// The durable store: one writer thread with group commit, readers on their own threads.
///
/// SQLite in WAL mode with `synchronous=FULL`: what `write` and `send` return after is on disk.
public final class Store: Sendable {
    let pool: DatabasePool
    let options: StoreOptions
    let tail: MessageTail
    let pendingCursors = PendingCursors()
    let metrics: ServerMetrics
    let faultDice: FaultDice?
    /// Tells followers that the log has grown.
    let commits = CommitSignal()
    private let mailbox: StoreMailbox<StoreRequest>
    private let readers: NIOThreadPool
    private let writerDone: DispatchGroup
    private let checkpointer: Checkpointer
    private let isClosing = NIOLockedValueBox(false)

    /// Opens or makes the database in `options.directory`, migrates it, and starts the writer.
    ///
    /// Errors: `StoreError` for a folder or file that cannot be used, and for a database of a
    /// newer version.
    static func open(
        _ options: StoreOptions, publisher: any CommitPublisher, metrics: ServerMetrics,
        clock: @escaping @Sendable () -> Int64 = WallClock.milliseconds, log: Logger
    ) throws -> Store {
        let path = try StoreOpening.prepare(options.directory)
        let pool = try StoreOpening.openPool(path: path, readThreads: options.readThreads)
        return try Store(
            pool: pool, path: path, options: options, publisher: publisher, metrics: metrics,
            clock: clock, log: log)
    }

    private init(
        pool: DatabasePool, path: String, options: StoreOptions, publisher: any CommitPublisher,
        metrics: ServerMetrics, clock: @escaping @Sendable () -> Int64, log: Logger
    ) throws {
        self.pool = pool
        self.options = options
        self.metrics = metrics
        faultDice = FaultDice(options.faults)
        tail = MessageTail()
        let mailbox = StoreMailbox<StoreRequest>(requestsMax: options.mailboxMax)
        self.mailbox = mailbox
        readers = NIOThreadPool(numberOfThreads: options.readThreads)
        readers.start()
        checkpointer = try Checkpointer(path: path, walBytesMax: options.walBytesMax, log: log)
        writerDone = DispatchGroup()
        let started = NIOLockedValueBox<Result<Void, any Error>?>(nil)
        let isStarted = DispatchSemaphore(value: 0)
        writerDone.enter()
        let (tail, checkpointer, writerDone) = (self.tail, self.checkpointer, self.writerDone)
        let commits = commits
        let thread = Thread {
            let writer = StoreWriter(
                pool: pool, options: options, tail: tail, publisher: publisher,
                metrics: metrics, commits: commits, clock: clock, log: log)
            let result = Result { try writer.load() }
            started.withLockedValue { $0 = result }
            isStarted.signal()
            if case .success = result {
                while let requests = mailbox.drain(most: options.batchMax) {
                    writer.handle(requests)
                    checkpointer.committed(by: pool)
                }
            }
            writer.unload()
            writerDone.leave()
        }
        thread.name = "store-writer"
        thread.start()
        isStarted.wait()
        try started.withLockedValue { try $0?.get() }
    }

    /// Hands a request to the writer; false: its mailbox is full (`busy`) or closed.
    func offer(_ request: StoreRequest) -> Bool {
        mailbox.offer(request)
    }

    /// Runs `job` at its place in the log, inside the batch's transaction; returns once that is
    /// committed and synced. What `job` throws undoes the job alone.
    func write<T: Sendable>(
        _ job: @escaping @Sendable (WriteContext) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let request = WriteJob(
                run: { context in
                    let value = try job(context)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            if !mailbox.offer(.job(request)) {
                continuation.resume(throwing: Store.busy)
            }
        }
    }

    /// Runs `job` on a reader's thread, on a snapshot of its own.
    func read<T: Sendable>(
        _ job: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        let pool = pool
        return try await readers.runIfActive { try pool.read(job) }
    }

    /// Runs `body` on a reader's thread; it opens its own snapshots with `pool.read`.
    func onReader(_ body: @escaping @Sendable () -> Void) {
        readers.submit { state in
            switch state {
            case .active: body()
            case .cancelled: break
            }
        }
    }

    /// A send as over a connection; the ACK comes after commit and sync. Throws `Refusal`.
    func send(
        _ item: IMMessageItem, userID: Int64, deviceID: String, clientType: String
    ) async throws -> IMMessageACK {
        let device = try await device(userID: userID, deviceID: deviceID)
        return try await withCheckedThrowingContinuation { continuation in
            let request = SendRequest(
                origin: .call { continuation.resume(with: $0) }, userID: userID, device: device,
                deviceID: deviceID, clientType: clientType, item: item)
            if !mailbox.offer(.send(request)) {
                continuation.resume(throwing: Store.busy)
            }
        }
    }

    /// Reserves a message ID, kept 24 h. Throws `not_member`.
    func reserveMessageID(chatroomID: Int64, userID: Int64) async throws -> String {
        try await write { context in
            try context.reserveMessageID(chatroomID: chatroomID, userID: userID)
        }
    }

    /// Whether that ID is reserved for that user, in any conversation.
    func isReserved(_ messageID: String, userID: Int64) async throws -> Bool {
        guard let id = MessageID(messageID) else { return false }
        return try await read { db in
            try Bool.fetchOne(
                db,
                sql: "SELECT 1 FROM reserved_message_id WHERE stamp = ? AND user_id = ?",
                arguments: [Int64(id.stamp), userID]) != nil
        }
    }

    /// Cursors written in one transaction, so that no message waits long behind them.
    static let cursorsPerWrite = 64

    /// Writes the cursors that moved, a few at a time with `pause` in between; called every few
    /// seconds, and at the end without a pause.
    func flushCursors(pause: Duration? = nil) async {
        let changes = pendingCursors.changes()
        for start in stride(from: 0, to: changes.count, by: Store.cursorsPerWrite) {
            let part = Array(changes[start..<min(start + Store.cursorsPerWrite, changes.count)])
            let written: ()? = try? await write { context in
                for change in part { try context.write(change) }
            }
            guard written != nil else { return }
            pendingCursors.written(part)
            if let pause { try? await Task.sleep(for: pause) }
        }
    }

    /// Requests that wait for the writer.
    var waiting: Int { mailbox.count }

    /// Whether requests are taken.
    var isReady: Bool { !isClosing.withLockedValue { $0 } }

    /// Writes what waits, checkpoints, and closes. Nothing may be asked of the store afterwards.
    func close() async {
        let isFirst = isClosing.withLockedValue { closing in
            defer { closing = true }
            return !closing
        }
        guard isFirst else { return }
        commits.close()
        await flushCursors()
        mailbox.close()
        await withCheckedContinuation { continuation in
            writerDone.notify(queue: .global()) { continuation.resume() }
        }
        try? await readers.shutdownGracefully()
        checkpointer.close()
        closeFiles()
    }

    private func closeFiles() {
        try? pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        try? pool.close()
    }

    static let busy = Refusal(
        .busy, "The server has too much to do now; try again.", retryAfterMs: 500)

    private func device(userID: Int64, deviceID: String) async throws -> Int64 {
        if deviceID.isEmpty { return 0 }
        return try await read { db in
            try Int64.fetchOne(
                db, sql: "SELECT id FROM device WHERE user_id = ? AND device_id = ?",
                arguments: [userID, deviceID]) ?? 0
        }
    }
}
