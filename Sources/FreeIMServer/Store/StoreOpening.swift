import Foundation
import FreeIMSchema
import GRDB

/// Makes the folder, opens the files, and brings the schema up to date.
enum StoreOpening {
    /// The newest schema version this program knows.
    static var newestVersion: Int { FreeIMSchema.server.last?.version ?? 0 }

    /// The database's name in the data folder.
    static let fileName = "freeim.sqlite"
    /// Milliseconds that a connection waits for another's lock.
    static let busyMs = 5_000

    /// Makes the folder (mode 0700); the path of the database in it.
    static func prepare(_ directory: String) throws -> String {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw StoreError(
                "the data folder \(directory) cannot be made: \(error.localizedDescription)")
        }
        return "\(directory)/\(fileName)"
    }

    /// Opens the database in WAL mode with `synchronous=FULL` and migrates it.
    static func openPool(path: String, readThreads: Int) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.maximumReaderCount = readThreads + 4
        configuration.busyMode = .timeout(Double(busyMs) / 1_000)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA cache_size = -16384;
                    PRAGMA temp_store = MEMORY;
                    """)
        }
        do {
            try refuseNewer(path)
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                try db.execute(
                    sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;")
                try migrate(db, FreeIMSchema.server)
            }
            return pool
        } catch let error as DatabaseError {
            throw StoreError(
                "the database \(path) cannot be opened: \(error.message ?? "\(error)")")
        }
    }

    /// The schema version of a database, read without writing a byte.
    static func version(_ path: String) throws -> Int {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            return try DatabaseQueue(path: path, configuration: configuration).read { db in
                try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            }
        } catch let error as DatabaseError {
            throw StoreError(
                "the database \(path) cannot be read: \(error.message ?? "\(error)")")
        }
    }

    /// Looks at the version first: a newer program's file stays as it is.
    private static func refuseNewer(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let found = try version(path)
        if found > newestVersion {
            throw StoreError(
                """
                the database \(path) has schema version \(found), newer than \(newestVersion), \
                which is all that this program knows; use a newer freeim-server
                """)
        }
    }

    /// Brings a database up to the newest of those migrations, each in a transaction.
    static func migrate(_ db: Database, _ migrations: [FreeIMSchema.Migration]) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        for migration in migrations where migration.version > found {
            try db.inTransaction {
                try db.execute(sql: migration.sql)
                try db.execute(sql: "PRAGMA user_version = \(migration.version)")
                return .commit
            }
        }
    }
}
