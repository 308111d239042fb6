import Foundation
import FreeIMProtocol
import FreeIMSchema
import GRDB
import NIOConcurrencyHelpers
import NIOPosix

/// `hooks.sqlite`: the calls that wait, in order for each user, on a thread of its own.
///
/// What `add` returns after is on disk, together with how far the log was looked at; so a crash
/// repeats a call at most. Of a user's calls one is made at a time; those behind it have no due
/// time until it is done. When `callsMax` wait, `waitForRoom` does, and the log is read later.
final class HookQueue: Sendable {
    /// Milliseconds after which a call that was not made is dropped.
    static let ageMsMax: Int64 = 86_400_000
    /// Rows, and milliseconds, without a call after which it is noted how far the log was looked
    /// at; a crash looks at those again.
    static let (unnotedRowsMax, unnotedMsMax): (Int64, Int64) = (5_000, 1_000)
    /// Milliseconds between two looks for room.
    static let roomPollMs: Int64 = 1_000
    /// Milliseconds of the first wait behind a failed attempt at most, and of any.
    static let (retryMsFirst, retryMsMost): (Int64, Int64) = (1_000, 3_600_000)
    /// Characters of an error that are kept.
    static let errorMax = 200
    /// The due time of a call behind another of its user.
    static let never = Int64.max

    /// How far the log was looked at.
    private struct Looked {
        var row: Int64
        /// What is on disk of it, and since when.
        var noted: Int64
        var notedTime: Int64
    }

    /// Calls that wait at most.
    let callsMax: Int
    let attemptsMax: Int
    /// Dead calls kept; beyond, the oldest are dropped and counted.
    let deadMax: Int
    /// Milliseconds within which whoever took a call has to tell what became of it.
    private let leaseMs: Int64
    private let database: DatabaseQueue
    private let thread: NIOThreadPool
    private let state = NIOLockedValueBox(HookCounts())
    private let looked = NIOLockedValueBox<[HookCall.Kind: Looked]>([:])
    private let due: [HookCall.Kind: Wakeup]
    private let room: [HookCall.Kind: Wakeup]

    /// Opens or makes the file in that folder. Throws `StoreError`.
    init(
        _ directory: String, callsMax: Int, attemptsMax: Int, timeoutSeconds: Int, now: Int64,
        deadMax: Int = 10_000
    ) throws {
        self.deadMax = deadMax
        self.callsMax = callsMax
        self.attemptsMax = attemptsMax
        leaseMs = Int64(timeoutSeconds) * 1_000 + 60_000
        due = Dictionary(uniqueKeysWithValues: HookCall.Kind.allCases.map { ($0, Wakeup()) })
        room = Dictionary(uniqueKeysWithValues: HookCall.Kind.allCases.map { ($0, Wakeup()) })
        database = try HookQueue.open(directory + "/hooks.sqlite")
        thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let counts = try database.write { db in
            // Nobody makes calls yet: what was taken when the process ended waits again.
            try db.execute(
                sql: """
                    UPDATE hook_call SET due_time = ?1
                    WHERE is_dead = 0 AND due_time > ?1 AND due_time <> ?2
                    """, arguments: [now, HookQueue.never])
            return try HookQueue.count(db)
        }
        state.withLockedValue { ($0.waiting, $0.dead) = counts }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        }
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.writeWithoutTransaction { db in
                try StoreOpening.migrate(db, FreeIMSchema.hooks)
            }
            return database
        } catch let error as DatabaseError {
            throw StoreError(
                "the queue of calls \(path) cannot be opened: \(error.message ?? "\(error)")")
        }
    }

    private static func count(_ db: Database) throws -> (waiting: Int, dead: Int) {
        let sql = "SELECT count(*) FROM hook_call WHERE is_dead = "
        return (
            try Int.fetchOne(db, sql: sql + "0") ?? 0, try Int.fetchOne(db, sql: sql + "1") ?? 0
        )
    }

    /// What waits and what was done; the lags aside.
    var counts: HookCounts { state.withLockedValue { $0 } }

    func count(_ change: (inout HookCounts) -> Void) { state.withLockedValue(change) }

    func run<T: Sendable>(_ work: @escaping @Sendable (Database) throws -> T) async throws -> T {
        let database = database
        return try await thread.runIfActive { try database.write(work) }
    }

    func close() async {
        let unnoted = looked.withLockedValue { $0.filter { $0.value.row > $0.value.noted } }
        _ = try? await run { db in
            for (kind, looked) in unnoted { try HookQueue.note(db, kind, looked.row) }
        }
        try? await thread.shutdownGracefully()
        try? database.close()
    }

    // MARK: How far the log was looked at

    /// The row up to which the log was looked at for that kind; nil: not at all.
    func row(_ kind: HookCall.Kind) async throws -> Int64? {
        try await run { db in
            try Int64.fetchOne(
                db, sql: "SELECT value FROM setting WHERE key = ?",
                arguments: [kind.rawValue + "_row"])
        }
    }

    /// Notes that row; nil: the log is not looked at, and what waits of that kind is dropped.
    func set(_ kind: HookCall.Kind, row: Int64?) async throws {
        let counts = try await run { db in
            if let row {
                try HookQueue.note(db, kind, row)
            } else {
                try db.execute(
                    sql: "DELETE FROM setting WHERE key = ?", arguments: [kind.rawValue + "_row"])
                try db.execute(
                    sql: "DELETE FROM hook_call WHERE kind = ?", arguments: [kind.rawValue])
            }
            return try HookQueue.count(db)
        }
        state.withLockedValue { ($0.waiting, $0.dead) = counts }
        looked.withLockedValue { $0[kind] = nil }
    }

    private static func note(_ db: Database, _ kind: HookCall.Kind, _ row: Int64) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO setting VALUES (?, ?)",
            arguments: [kind.rawValue + "_row", row])
    }

    // MARK: In

    /// Waits until there is room for more calls. Throws `CancellationError`.
    func waitForRoom(_ kind: HookCall.Kind) async throws {
        while counts.waiting >= callsMax {
            try Task.checkCancellation()
            await room[kind]?.wait(milliseconds: HookQueue.roomPollMs)
        }
    }

    /// Keeps calls, and that the log was looked at up to `row`.
    func add(
        _ drafts: [HookCall.Draft], _ kind: HookCall.Kind, through row: Int64, now: Int64
    ) async throws {
        if !isWorthNoting(drafts, kind, row, now) { return }
        try await run { db in
            for draft in drafts {
                let body: JSONValue = [
                    "rows": .array(draft.rows.map { .int($0) }),
                    "omitted": .int(Int64(draft.omitted)),
                ]
                let isFirst = try HookQueue.next(db, kind.rawValue, draft.userID) == nil
                try db.execute(
                    sql: """
                        INSERT INTO hook_call (kind, user_id, url, body, created_time, due_time)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        kind.rawValue, draft.userID, draft.url, try body.bytes().databaseValue,
                        now, isFirst ? now : HookQueue.never,
                    ])
            }
            try HookQueue.note(db, kind, row)
        }
        state.withLockedValue { $0.waiting += drafts.count }
        if !drafts.isEmpty { due[kind]?.raise() }
    }

    /// Whether that is to be written, and not only remembered.
    private func isWorthNoting(
        _ drafts: [HookCall.Draft], _ kind: HookCall.Kind, _ row: Int64, _ now: Int64
    ) -> Bool {
        looked.withLockedValue { looked in
            guard let last = looked[kind], drafts.isEmpty,
                row - last.noted < HookQueue.unnotedRowsMax,
                (0..<HookQueue.unnotedMsMax).contains(now - last.notedTime)
            else {
                looked[kind] = Looked(row: row, noted: row, notedTime: now)
                return true
            }
            looked[kind]?.row = row
            return false
        }
    }

    /// A user's next call; nil: none waits.
    static func next(_ db: Database, _ kind: String, _ userID: Int64) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT id FROM hook_call WHERE kind = ? AND user_id = ? AND is_dead = 0
                    ORDER BY id LIMIT 1
                    """), arguments: [kind, userID])
    }

    // MARK: Out

    /// Waits until a call of that kind may be due.
    func waitForDue(_ kind: HookCall.Kind, now: Int64) async {
        let first = try? await run { db in
            try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT due_time FROM hook_call WHERE is_dead = 0 AND kind = ?
                        ORDER BY due_time LIMIT 1
                        """), arguments: [kind.rawValue])
        }
        let wait = max(1, min((first ?? HookQueue.never) - now, HookQueue.retryMsMost))
        await due[kind]?.wait(milliseconds: wait)
    }

    /// Ends a wait for due calls.
    func wake(_ kind: HookCall.Kind) { due[kind]?.raise() }

    /// Calls that are due, at most so many, for the caller to make and to tell what became of them.
    func take(_ kind: HookCall.Kind, most: Int, now: Int64) async throws -> [HookCall] {
        let leaseMs = leaseMs
        let (calls, expired) = try await run { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT * FROM hook_call WHERE is_dead = 0 AND kind = ? AND due_time <= ?
                        ORDER BY due_time, id LIMIT ?
                        """), arguments: [kind.rawValue, now, most])
            var calls: [HookCall] = []
            var expired = 0
            for row in rows {
                guard let call = HookQueue.call(row) else { continue }
                if call.createdTime + HookQueue.ageMsMax < now {
                    try HookQueue.remove(db, call.id, now)
                    expired += 1
                    continue
                }
                try db.execute(
                    sql: "UPDATE hook_call SET due_time = ? WHERE id = ?",
                    arguments: [now + leaseMs, call.id])
                calls.append(call)
            }
            return (calls, expired)
        }
        if expired > 0 {
            state.withLockedValue {
                $0.expired += expired
                $0.waiting -= expired
            }
            wake(kind)
            room.values.forEach { $0.raise() }
        }
        return calls
    }

    private static func call(_ row: Row) -> HookCall? {
        guard let kind = HookCall.Kind(rawValue: row["kind"]) else { return nil }
        let body: Data = row["body"]
        let told = JSONValue(parsing: Array(body)) ?? .null
        return HookCall(
            id: row["id"], kind: kind, userID: row["user_id"], url: row["url"],
            rows: told["rows"].items.compactMap(\.integer),
            omitted: Int(told["omitted"].integer ?? 0), attempts: row["attempts"],
            createdTime: row["created_time"])
    }

    /// A call is done, or (`isSkipped`) not needed any more.
    func done(_ call: HookCall, isSkipped: Bool, now: Int64) async throws {
        let isThere = try await run { db in try HookQueue.remove(db, call.id, now) }
        state.withLockedValue {
            if isThere { $0.waiting -= 1 }
            if isSkipped { $0.skipped += 1 } else { $0.taken += 1 }
        }
        wake(call.kind)
        room.values.forEach { $0.raise() }
    }

    /// An attempt failed: the call waits for the next one, or is given up.
    func failed(_ call: HookCall, _ reason: String, isFinal: Bool, now: Int64) async throws {
        let attempts = call.attempts + 1
        let isDead = isFinal || attempts >= attemptsMax
        let wait = HookQueue.retryMs(attempts: attempts, random: Double.random(in: 0..<1))
        let deadMax = deadMax
        let error = String(reason.prefix(HookQueue.errorMax))
        let forgotten: Int? = try await run { db in
            try db.execute(
                sql: """
                    UPDATE hook_call SET attempts = ?, last_error = ?, is_dead = ?, due_time = ?
                    WHERE id = ?
                    """, arguments: [attempts, error, isDead, isDead ? now : now + wait, call.id])
            if db.changesCount == 0 { return nil }
            return isDead ? try HookQueue.bury(db, call, now, deadMax) : 0
        }
        state.withLockedValue {
            $0.failures += 1
            guard isDead, let forgotten else { return }
            $0.waiting -= 1
            $0.dead += 1 - forgotten
            $0.forgotten += forgotten
        }
        wake(call.kind)
        if isDead { room.values.forEach { $0.raise() } }
    }

    /// Milliseconds to wait behind so many failed attempts: fourfold each time, at least half of
    /// the bound.
    static func retryMs(attempts: Int, random: Double) -> Int64 {
        let bound = min(retryMsMost, retryMsFirst << Int64(2 * min(max(attempts, 1) - 1, 10)))
        return bound / 2 + Int64(Double(bound / 2) * random)
    }

    /// The user's next call is due; dead calls beyond the bound go. How many went.
    private static func bury(
        _ db: Database, _ call: HookCall, _ now: Int64, _ deadMax: Int
    ) throws -> Int {
        try promote(db, call.kind.rawValue, call.userID, now)
        try db.execute(
            sql: """
                DELETE FROM hook_call WHERE is_dead = 1 AND id IN (SELECT id FROM hook_call
                    WHERE is_dead = 1 ORDER BY due_time DESC, id DESC LIMIT -1 OFFSET ?)
                """, arguments: [deadMax])
        return db.changesCount
    }

    @discardableResult
    private static func remove(_ db: Database, _ id: Int64, _ now: Int64) throws -> Bool {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: "DELETE FROM hook_call WHERE id = ? RETURNING kind, user_id"),
            arguments: [id])
        guard let row else { return false }
        try promote(db, row[0], row[1], now)
        return true
    }

    private static func promote(
        _ db: Database, _ kind: String, _ userID: Int64, _ now: Int64
    ) throws {
        guard let next = try next(db, kind, userID) else { return }
        try db.execute(
            sql: "UPDATE hook_call SET due_time = ? WHERE id = ? AND due_time = ?",
            arguments: [now, next, never])
    }
}
