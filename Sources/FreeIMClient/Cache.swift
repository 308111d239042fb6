import Foundation
import FreeIMCore
import FreeIMProtocol
import FreeIMSchema
import FreeIMText
import GRDB

/// The client's own database: conversations, messages, the ranges held, outbox, drafts.
///
/// Any thread may read; a message and the range it fills are written in one transaction.
public final class Cache: Sendable {
    /// Connections that read at the same time.
    static let readersMax = 2
    /// Kibibytes of the database that each connection keeps in memory.
    static let pageCacheKiB = 4_096
    /// Kibibytes of the write-ahead file that stay on disk once it was taken over.
    static let journalKiB = 32_768
    /// Pages of the write-ahead file that are gathered before they are taken over: a page that
    /// a burst writes many times is then taken over, and synced, only a few times.
    static let checkpointPages = 8_000
    /// Seconds to wait for another program that writes.
    static let busySeconds: Double = 5

    let pool: DatabasePool
    /// The file.
    public let path: String

    /// Opens or makes the cache at `path` (mode 0600, its folder 0700). Throws `ClientError.cache`.
    public init(path: String) throws {
        self.path = path
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ClientError.cache(
                "\(folder) cannot be made; make it, or name another one: \(error)")
        }
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        do {
            pool = try Cache.open(path)
            try Cache.migrate(pool, path)
        } catch {
            throw CacheFailure.told(error, path)
        }
    }

    /// Opens the file. SQLite does not wait when two programs turn write-ahead on at once, so
    /// the one that comes late tries again.
    private static func open(_ path: String) throws -> DatabasePool {
        let end = ContinuousClock.now + .seconds(busySeconds)
        while true {
            do {
                return try DatabasePool(path: path, configuration: configuration())
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < end
            {
                Thread.sleep(forTimeInterval: 0.02)
            }
        }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busySeconds)
        configuration.foreignKeysEnabled = false
        configuration.maximumReaderCount = readersMax
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA cache_size = -\(pageCacheKiB);
                    PRAGMA mmap_size = 0;
                    PRAGMA wal_autocheckpoint = \(checkpointPages);
                    PRAGMA journal_size_limit = \(journalKiB * 1_024);
                    """)
        }
        return configuration
    }

    private static func migrate(_ pool: DatabasePool, _ path: String) throws {
        let newest = FreeIMSchema.client.last?.version ?? 0
        let found = try pool.read(versions)
        if found == (newest, SearchText.version) { return }
        if found.schema > newest {
            throw ClientError.cache(
                """
                \(path) has schema version \(found.schema), newer than \(newest), which is all \
                that this program knows; use a newer imtui
                """)
        }
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                // Another program may have done it meanwhile.
                let found = try versions(db)
                for migration in FreeIMSchema.client where migration.version > found.schema {
                    try db.execute(sql: migration.sql)
                    try db.execute(sql: "PRAGMA user_version = \(migration.version)")
                }
                if found.search != SearchText.version { try SearchIndex.rebuild(db) }
                return .commit
            }
        }
    }

    /// The versions of the tables and of the full-text index; 0: there is none.
    private static func versions(_ db: Database) throws -> (schema: Int, search: Int) {
        let schema = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if schema == 0 { return (0, 0) }
        let search = try String.fetchOne(
            db, sql: "SELECT value FROM meta WHERE key = 'search_version'")
        return (schema, search.flatMap { Int($0) } ?? 0)
    }

    func reading<T>(_ work: (Database) throws -> T) throws -> T {
        try caught { try pool.read(work) }
    }

    func writing<T>(_ work: (Database) throws -> T) throws -> T {
        try caught { try pool.write(work) }
    }

    /// Tells what went wrong in words that say what to do.
    func caught<T>(_ work: () throws -> T) throws -> T {
        do {
            return try work()
        } catch {
            throw CacheFailure.told(error, path)
        }
    }

    // MARK: Facts about the account

    /// A remembered fact; nil: none.
    public func meta(_ key: String) -> String? {
        try? reading { db in
            try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
        }
    }

    func setMeta(_ key: String, _ value: String) throws {
        try writing { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO meta VALUES (?, ?)", arguments: [key, value])
        }
    }
}
