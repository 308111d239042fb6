import GRDB

/// Moves the tail into the on-disk indexes, in sorted runs and small steps.
///
/// A run of 8,192 rows is sorted by key and inserted a few rows with each batch, so the pages an
/// index shares between neighbours are written once and not once a message, and no commit waits
/// long. The watermark moves when a run is complete; a crash before that repeats the run
/// (`INSERT OR IGNORE`).
struct TailIndexer {
    /// Rows of a run.
    static let runRows = 8_192
    /// Rows inserted with a batch at least, while a run is under way.
    static let stepRowsMin = 96

    /// A run under way.
    private struct Run {
        let bySeq: [TailRow]
        let byKey: [TailRow]
        let lastRow: Int64
        var position = 0
    }

    private let insertSeq: RawStatement
    private let insertStamp: RawStatement
    private let insertKey: RawStatement
    private let moveWatermark: RawStatement
    private var fresh: [TailRow] = []
    private var run: Run?

    /// Rows that are not indexed, or not for good.
    var waiting: Int { fresh.count + (run?.bySeq.count ?? 0) }
    /// Whether the next run begins with however few rows there are.
    private var isHastened = false

    init(_ db: Database) throws {
        insertSeq = try RawStatement(
            db, "INSERT OR IGNORE INTO message_seq VALUES (?1, ?2, ?3, ?4)")
        insertStamp = try RawStatement(
            db, "INSERT OR IGNORE INTO message_stamp VALUES (?1, ?2, ?3)")
        insertKey = try RawStatement(
            db, "INSERT OR IGNORE INTO message_key VALUES (?1, ?2, ?3)")
        moveWatermark = try RawStatement(
            db, "UPDATE setting SET value = ?1 WHERE key = 'indexed_message_id'")
    }

    /// Indexes what is committed by now, however little it is, with the batches from here on.
    mutating func hasten() {
        isHastened = true
    }

    /// Adds rows that were committed, ascending by row.
    mutating func add(_ rows: [TailRow]) {
        fresh.append(contentsOf: rows)
    }

    /// Inserts some rows inside the open transaction; `written` is the batch's number of messages.
    ///
    /// Returns the run that this step completed: what may be trimmed once the transaction is
    /// committed.
    mutating func step(written: Int) throws -> [TailRow]? {
        if run == nil { begin() }
        guard var current = run else { return nil }
        run = nil
        let count = current.bySeq.count
        let end = min(2 * count, current.position + max(TailIndexer.stepRowsMin, 4 * written))
        while current.position < end {
            if current.position < count {
                let row = current.bySeq[current.position]
                insertSeq.bind(row.chatroomID, row.seq, row.row, row.userID)
                try insertSeq.run()
                insertStamp.bind(row.chatroomID, row.stamp, row.seq)
                try insertStamp.run()
            } else {
                let row = current.byKey[current.position - count]
                if row.keyHash != 0 {
                    insertKey.bind(row.userID, row.keyHash, row.row)
                    try insertKey.run()
                }
            }
            current.position += 1
        }
        if current.position == 2 * count {
            moveWatermark.bind(current.lastRow)
            try moveWatermark.run()
            return current.bySeq
        }
        run = current
        return nil
    }

    private mutating func begin() {
        guard fresh.count >= (isHastened ? 1 : TailIndexer.runRows), let last = fresh.last
        else { return }
        isHastened = false
        let rows = fresh
        fresh = []
        run = Run(
            bySeq: rows.sorted { ($0.chatroomID, $0.seq) < ($1.chatroomID, $1.seq) },
            byKey: rows.sorted { ($0.userID, $0.keyHash) < ($1.userID, $1.keyHash) },
            lastRow: last.row)
    }
}
