import FreeIMProtocol
import GRDB
import Logging

/// The only writer: drains the mailbox, one transaction for each batch, answers after the commit.
///
/// Confined to its thread. Everything it caches can be read again from the database, which is
/// what it does after a batch that could not be committed.
final class StoreWriter {
    /// Chatrooms, members and single chats cached before the caches start anew.
    static let cacheEntriesMax = 200_000

    let pool: DatabasePool
    let options: StoreOptions
    let tail: MessageTail
    let publisher: any CommitPublisher
    let metrics: ServerMetrics
    let commits: CommitSignal
    let clock: @Sendable () -> Int64
    let log: Logger

    var statements: WriterStatements?
    var indexer: TailIndexer?
    var generator = MessageIDGenerator()
    var nextRow: Int64 = 1
    var rooms: [Int64: RoomState] = [:]
    /// By chatroom, then by user; nil: known to be no member.
    var members: [Int64: [Int64: MemberState?]] = [:]
    var membersCached = 0
    var singles: [UserPair: Int64] = [:]
    /// The keys of the tail, and of this batch, with their rows.
    var keys: [DedupeKey: Int64] = [:]

    // The batch under way.
    var now: Int64 = 0
    var batch: CommittedBatch
    var written: [TailRow] = []
    /// Heads of chatrooms dropped from `rooms` during the batch.
    var headsOfBatch: [Int64: Int64] = [:]
    private var sends = ServerMetrics.SendTally()
    private var commitMicros: Int64 = 0
    let faults: WriterFaults?

    init(
        pool: DatabasePool, options: StoreOptions, tail: MessageTail,
        publisher: any CommitPublisher, metrics: ServerMetrics, commits: CommitSignal,
        clock: @escaping @Sendable () -> Int64, log: Logger
    ) {
        self.pool = pool
        self.options = options
        self.tail = tail
        self.publisher = publisher
        self.metrics = metrics
        self.commits = commits
        self.clock = clock
        self.log = log
        faults = WriterFaults(options.faults)
        batch = CommittedBatch(loops: publisher.loopCount)
    }

    /// Reads what the caches and the tail need; also after a failed batch.
    func load() throws {
        statements = nil
        indexer = nil
        rooms = [:]
        members = [:]
        membersCached = 0
        singles = [:]
        keys = [:]
        written = []
        try pool.writeWithoutTransaction { db in
            statements = try WriterStatements(db)
            var indexer = try TailIndexer(db)
            let indexed =
                try Int64.fetchOne(
                    db, sql: "SELECT value FROM setting WHERE key = 'indexed_message_id'") ?? 0
            // Rows that retention removed were indexed: no row ever used is above both.
            let lastRow = try Int64.fetchOne(db, sql: "SELECT max(id) FROM message") ?? 0
            nextRow = 1 + max(lastRow, indexed)
            let newest =
                try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT max(s) FROM (
                            SELECT stamp AS s FROM
                                (SELECT stamp FROM message ORDER BY id DESC LIMIT 16384)
                            UNION ALL SELECT max(stamp) FROM reserved_message_id
                            UNION ALL SELECT value FROM setting WHERE key = 'newest_stamp')
                        """) ?? 0
            generator = MessageIDGenerator(after: max(UInt64(newest), generator.last))
            let rows = try loadTail(db, after: indexed)
            indexer.add(rows)
            self.indexer = indexer
            commits.advance(to: nextRow - 1)
            tail.removeAll()
            tail.publish(rows.map { ($0.chatroomID, $0.entry) })
        }
    }

    /// Releases what is bound to the connection, before the pool closes.
    func unload() {
        statements = nil
        indexer = nil
    }

    private func loadTail(_ db: Database, after indexed: Int64) throws -> [TailRow] {
        let select = try RawStatement(
            db,
            """
            SELECT id, chatroom_id, seq, stamp, user_id, key_hash FROM message
            WHERE id > ?1 ORDER BY id
            """)
        select.bind(indexed)
        var rows: [TailRow] = []
        try select.forEach { row in
            let read = TailRow(
                row: row.int64(0), chatroomID: row.int64(1), seq: row.int64(2),
                stamp: row.int64(3), userID: row.int64(4), keyHash: row.int64(5))
            rows.append(read)
            if read.keyHash != 0 {
                keys[DedupeKey(userID: read.userID, hash: read.keyHash)] = read.row
            }
            return true
        }
        return rows
    }

    /// Handles one batch: everything in it is committed and answered, or refused.
    func handle(_ requests: [StoreRequest]) {
        now = clock()
        batch = CommittedBatch(loops: publisher.loopCount)
        written = []
        headsOfBatch = [:]
        sends = ServerMetrics.SendTally()
        if rooms.count + membersCached + singles.count > StoreWriter.cacheEntriesMax {
            rooms = [:]
            members = [:]
            membersCached = 0
            singles = [:]
        }
        var jobs: [(job: WriteJob, complete: (@Sendable () -> Void)?)] = []
        var calls: [(SendRequest, SendOutcome)] = []
        do {
            var indexed: [TailRow]?
            if statements == nil { try load() }
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "BEGIN IMMEDIATE")
                for request in requests {
                    try handle(request, db, &jobs, &calls)
                }
                indexed = try indexer?.step(written: written.count)
                if let faults { answerEarly(faults) }
                try commit(db)
            }
            publish(indexed: indexed, requests: requests.count, jobs: jobs, calls: calls)
        } catch {
            refuse(requests, after: error)
        }
    }

    private func commit(_ db: Database) throws {
        let began = ServerMetrics.micros()
        do {
            try db.execute(sql: "COMMIT")
            batch.committedMicros = ServerMetrics.micros()
            commitMicros = batch.committedMicros - began
        } catch {
            throw CommitFailure(cause: error)
        }
    }

    private func handle(
        _ request: StoreRequest, _ db: Database,
        _ jobs: inout [(job: WriteJob, complete: (@Sendable () -> Void)?)],
        _ calls: inout [(SendRequest, SendOutcome)]
    ) throws {
        switch request {
        case .send(let send):
            let outcome = try handle(send, db)
            count(outcome)
            switch send.origin {
            case .connection(let loop, let connection, let sequenceID):
                batch.replies[loop].append(
                    CommittedBatch.Reply(
                        connection: connection, sequenceID: sequenceID, outcome: outcome))
            case .call:
                calls.append((send, outcome))
            }
        case .job(let job):
            jobs.append((job, try run(job, db)))
        case .cursors(let changes):
            for change in changes { try write(change) }
        }
    }

    private func count(_ outcome: SendOutcome) {
        switch outcome {
        case .stored(let ack) where ack.duplicate: sends.duplicate += 1
        case .stored: sends.stored += 1
        case .refused: sends.refused += 1
        }
    }

    /// Runs a job in its savepoint; nil: it threw, was rolled back, and has been told.
    private func run(_ job: WriteJob, _ db: Database) throws -> (@Sendable () -> Void)? {
        let context = WriteContext(db: db, writer: self)
        try db.execute(sql: "SAVEPOINT job")
        do {
            let complete = try job.run(context)
            try db.execute(sql: "RELEASE job")
            return complete
        } catch {
            // A full or failing disk ends the whole transaction, not only the savepoint.
            if !db.isInsideTransaction || StoreWriter.isDiskTrouble(error) { throw error }
            try db.execute(sql: "ROLLBACK TO job")
            try db.execute(sql: "RELEASE job")
            context.undo()
            job.fail(error)
            return nil
        }
    }

    private func publish(
        indexed: [TailRow]?, requests: Int,
        jobs: [(job: WriteJob, complete: (@Sendable () -> Void)?)],
        calls: [(SendRequest, SendOutcome)]
    ) {
        tail.publish(written.map { ($0.chatroomID, $0.entry) })
        indexer?.add(written)
        if let indexed, let last = indexed.lazy.map(\.row).max() {
            tail.trim(Set(indexed.lazy.map(\.chatroomID)), through: last)
            for row in indexed where row.keyHash != 0 {
                let key = DedupeKey(userID: row.userID, hash: row.keyHash)
                if keys[key] == row.row { keys.removeValue(forKey: key) }
            }
        }
        metrics.committed(
            messages: written.count, requests: requests, sends: sends, micros: commitMicros,
            tail: indexer?.waiting ?? 0)
        publisher.publish(batch)
        if let last = written.last { commits.advance(to: last.row) }
        for (_, complete) in jobs { complete?() }
        for (send, outcome) in calls { answer(send, outcome) }
    }

    private func answer(_ send: SendRequest, _ outcome: SendOutcome) {
        guard case .call(let complete) = send.origin else { return }
        switch outcome {
        case .stored(let ack) where ack.seq == WriterFaults.silent:
            complete(.failure(Refusal(.internal, "A fault made on purpose.")))
        case .stored(let ack): complete(.success(ack))
        case .refused(let refusal, _): complete(.failure(refusal))
        }
    }
}

/// COMMIT itself failed.
struct CommitFailure: Error {
    let cause: any Error
}

/// Two users, the lower ID first.
struct UserPair: Hashable, Sendable {
    let low: Int64
    let high: Int64

    init(_ one: Int64, _ other: Int64) {
        low = min(one, other)
        high = max(one, other)
    }
}
