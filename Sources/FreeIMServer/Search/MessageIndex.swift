import Foundation
import FreeIMProtocol
import FreeIMSchema
import FreeIMText
import GRDB
import Logging
import NIOConcurrencyHelpers
import NIOPosix

/// `index.sqlite`: the words of all messages, and the stored files that they show.
///
/// It follows the log behind the commits on a thread of its own, so it never stands on the way of
/// a message. All of it can be made again from the log: when it does not fit, it is.
final class MessageIndex: Sendable {
    /// Log entries taken in with one transaction.
    static let batchMax = 500
    /// How fast the log is taken in.
    static let pace = LogFollower.Pace(
        perSecond: 10_000, perSecondBusy: 1_000, busyPerSecond: 2_000)
    /// What the thread that takes in yields to the others: 19 is most.
    static let niceness: Int32 = 15
    /// How long entries gather once there is one.
    static let gather = Duration.milliseconds(200)
    /// Conversations that one look into the index asks for.
    static let chatsPerQuery = 400
    /// Messages compared with a query, for each look.
    static let candidatesMax = 5_000
    /// Documents pruned in one transaction.
    static let pruneMax = 500

    let store: Store
    private let pool: DatabasePool
    private let threads: NIOThreadPool
    /// The one thread that takes in; everything else goes before it.
    private let writer: NIOThreadPool
    private let searches: Bool
    private let log: Logger
    private let follower = NIOLockedValueBox<LogFollower?>(nil)

    private init(store: Store, pool: DatabasePool, searches: Bool, log: Logger) {
        self.store = store
        self.pool = pool
        self.searches = searches
        self.log = log
        threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        writer = NIOThreadPool(numberOfThreads: 1)
        writer.start()
        writer.submit { _ in
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, MessageIndex.niceness)
        }
    }

    /// Opens or makes the index of a store and begins to follow. Throws `StoreError`.
    ///
    /// - Parameter searches: whether words are kept, or the use of files alone.
    static func start(
        _ directory: String, store: Store, searches: Bool, log: Logger
    ) async throws -> MessageIndex {
        let path = directory + "/index.sqlite"
        let newest = store.commits.newest
        var pool = try open(path)
        let kind = "\(SearchText.version)\(searches ? "" : "-files")"
        if try await !fits(pool, kind: kind, newest: newest) {
            log.info("the search index is made anew from the log")
            try pool.close()
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: path + suffix)
            }
            pool = try open(path)
        }
        let row = try await pool.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO setting VALUES ('kind', ?)", arguments: [kind])
            return try Int64.fetchOne(
                db, sql: "SELECT value FROM setting WHERE key = 'message_row'") ?? 0
        }
        let index = MessageIndex(store: store, pool: pool, searches: searches, log: log)
        index.follow(after: row)
        return index
    }

    private static func open(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            // What a crash takes is made again from the log.
            try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192;")
        }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                try StoreOpening.migrate(db, FreeIMSchema.index)
            }
            return pool
        } catch let error as DatabaseError {
            throw StoreError(
                """
                the search index \(path) cannot be opened: \(error.message ?? "\(error)"); \
                remove the file, it is made again from the log
                """)
        }
    }

    /// Whether it was cut as words are cut now, and of this log.
    private static func fits(
        _ pool: DatabasePool, kind: String, newest: Int64
    ) async throws -> Bool {
        try await pool.read { db in
            let found = try String.fetchOne(
                db, sql: "SELECT value FROM setting WHERE key = 'kind'")
            let row = try Int64.fetchOne(
                db, sql: "SELECT value FROM setting WHERE key = 'message_row'")
            return (found ?? kind) == kind && (row ?? 0) <= newest
        }
    }

    private func follow(after row: Int64) {
        let made = LogFollower(
            store: store, name: "index", after: row, batchMax: MessageIndex.batchMax,
            gather: MessageIndex.gather, pace: MessageIndex.pace, log: log
        ) { [self] entries in
            try await writer.runIfActive { try self.take(entries) }
        }
        follower.withLockedValue { $0 = made }
    }

    /// The row of the log up to which everything is in it.
    var reached: Int64 { follower.withLockedValue { $0?.row } ?? 0 }

    /// Whether everything that is committed is in it.
    var isComplete: Bool { reached >= store.commits.newest }

    /// Log entries that are committed and not in it yet.
    var lag: Int64 {
        max(0, store.commits.newest - (follower.withLockedValue { $0?.row } ?? 0))
    }

    /// Ends; what is not in it yet follows at the next start.
    func stop() async {
        await follower.withLockedValue { $0 }?.stop()
        try? await threads.shutdownGracefully()
        try? await writer.shutdownGracefully()
        try? pool.close()
    }

    // MARK: Taking in

    private func take(_ entries: [LogFollower.Entry]) throws {
        try pool.write { db in
            var batch = IndexBatch(db: db, searches: searches)
            for entry in entries { try batch.take(entry) }
            try batch.write()
            try db.execute(
                sql: "INSERT OR REPLACE INTO setting VALUES ('message_row', ?)",
                arguments: [entries.last?.row])
        }
    }

    /// Takes out what retention removed from the log of those conversations, or (nil) of any; where
    /// nothing is left in the log's indexes, what is older than its type's stamp in `gone`.
    func prune(_ chatroomIDs: Set<Int64>?, gone: [IMChatroomType: Int64]) async throws {
        let firsts = try await store.read { db in
            let moved = try Int64.fetchAll(
                db, sql: "SELECT id FROM chatroom WHERE first_seq > 1")
            let oldest = try db.cachedStatement(
                sql: """
                    SELECT type, (SELECT min(stamp) FROM message_stamp WHERE chatroom_id = c.id)
                    FROM chatroom c WHERE id = ?
                    """)
            return try (chatroomIDs.map(Array.init) ?? moved).map { chatroomID in
                let row = try Row.fetchOne(oldest, arguments: [chatroomID])
                let type = IMChatroomType(rawValue: row?[0] ?? 0) ?? .unknown
                let stamp: Int64? = row?[1]
                return (chatroomID: chatroomID, stamp: stamp ?? gone[type] ?? 0)
            }
        }
        for (chatroomID, stamp) in firsts {
            var isMore = true
            while isMore {
                isMore = try await threads.runIfActive { [pool] in
                    try pool.write { db in
                        var batch = IndexBatch(db: db, searches: true)
                        return try batch.prune(
                            chatroomID, before: stamp, most: MessageIndex.pruneMax)
                    }
                }
            }
        }
    }

    // MARK: Asking

    /// A message that was found, with its text as it is now.
    struct Found: Sendable {
        let row: Int64
        let chatroomID: Int64
        let seq: Int64
        let text: String
    }

    /// The newest `most` messages of those conversations that hold each part of the query,
    /// newest first; none older than its conversation's first seq.
    func search(
        _ query: SearchText.Query, in chatroomIDs: [Int64], firstSeqs: [Int64: Int64], most: Int
    ) async throws -> [Found] {
        try await threads.runIfActive { [pool] in
            var found: [Found] = []
            for start in stride(from: 0, to: chatroomIDs.count, by: MessageIndex.chatsPerQuery) {
                let end = min(start + MessageIndex.chatsPerQuery, chatroomIDs.count)
                found += try pool.read { db in
                    try MessageIndex.search(
                        db, query, chatroomIDs[start..<end], firstSeqs, most: most)
                }
            }
            found.sort { $0.row > $1.row }
            return Array(found.prefix(most))
        }
    }

    private static func search(
        _ db: Database, _ query: SearchText.Query, _ chatroomIDs: ArraySlice<Int64>,
        _ firstSeqs: [Int64: Int64], most: Int
    ) throws -> [Found] {
        let chats = chatroomIDs.map { "\"\(IndexBatch.chatWord($0))\"" }.joined(separator: " OR ")
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT d.message_row, d.chatroom_id, d.seq, d.text FROM search_index i
                    CROSS JOIN search_doc d ON d.message_row = i.rowid
                    WHERE search_index MATCH ? ORDER BY i.rowid DESC LIMIT ?
                    """),
            arguments: ["(\(chats)) AND (\(query.match))", candidatesMax])
        var found: [Found] = []
        while found.count < most, let row = try rows.next() {
            let text: String = row[3]
            let (chatroomID, seq): (Int64, Int64) = (row[1], row[2])
            if seq < firstSeqs[chatroomID] ?? 1 { continue }
            if SearchText.holds(text, query.parts) {
                found.append(Found(row: row[0], chatroomID: chatroomID, seq: seq, text: text))
            }
        }
        return found
    }

    /// Whether a message shows the stored file of that name.
    func isUsed(_ name: String) async throws -> Bool {
        try await threads.runIfActive { [pool] in
            try pool.read { db in
                try Int64.fetchOne(
                    db.cachedStatement(sql: "SELECT 1 FROM media_use WHERE name = ? LIMIT 1"),
                    arguments: [name]) != nil
            }
        }
    }
}
