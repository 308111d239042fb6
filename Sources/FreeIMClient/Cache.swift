import Foundation
import FreeIMCore
import FreeIMProtocol
import FreeIMSchema
import GRDB

/// The client's own database: conversations, messages, the ranges held, outbox, drafts.
///
/// Any thread may read; a message and the range it fills are written in one transaction.
public final class Cache: Sendable {
    let pool: DatabasePool

    /// Opens or makes the cache at `path` (mode 0600, its folder 0700). Throws `ClientError.cache`.
    public init(path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.foreignKeysEnabled = false
            pool = try DatabasePool(path: path, configuration: configuration)
            try Cache.migrate(pool, path)
        } catch let error as ClientError {
            throw error
        } catch {
            throw ClientError.cache("\(path): \(error)")
        }
    }

    private static func migrate(_ pool: DatabasePool, _ path: String) throws {
        let newest = FreeIMSchema.client.last?.version ?? 0
        try pool.write { db in
            let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            if found > newest {
                throw ClientError.cache(
                    """
                    \(path) has schema version \(found), newer than \(newest), which is all that \
                    this program knows; use a newer imtui
                    """)
            }
            for migration in FreeIMSchema.client where migration.version > found {
                try db.execute(sql: migration.sql)
                try db.execute(sql: "PRAGMA user_version = \(migration.version)")
            }
        }
    }

    // MARK: Facts about the account

    /// A remembered fact; nil: none.
    public func meta(_ key: String) -> String? {
        try? pool.read { db in
            try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
        }
    }

    func setMeta(_ key: String, _ value: String) throws {
        try pool.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO meta VALUES (?, ?)", arguments: [key, value])
        }
    }

    // MARK: Users

    /// What to call a user: nickname, account, or the number.
    public func name(_ userID: Int64) -> String {
        let row = try? pool.read { db in
            try Row.fetchOne(
                db, sql: "SELECT nickname, account FROM user WHERE user_id = ?",
                arguments: [userID])
        }
        let names = [row?["nickname"] as String?, row?["account"] as String?]
        return names.compactMap { $0 }.first { !$0.isEmpty } ?? "user \(userID)"
    }

    /// Whether a user's name is held.
    func knows(_ userID: Int64) -> Bool {
        let found = try? pool.read { db in
            try Int.fetchOne(
                db, sql: "SELECT 1 FROM user WHERE user_id = ?", arguments: [userID])
        }
        return found != nil
    }

    func setUser(_ userID: Int64, account: String, nickname: String) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO user (user_id, account, nickname) VALUES (?, ?, ?)
                    ON CONFLICT DO UPDATE SET
                        account = iif(excluded.account = '', account, excluded.account),
                        nickname = excluded.nickname
                    """, arguments: [userID, account, nickname])
        }
    }

    // MARK: Drafts

    /// The text begun in a conversation; empty: none.
    public func draft(_ chatroomID: Int64) -> String {
        (try? pool.read { db in
            try String.fetchOne(
                db, sql: "SELECT text FROM draft WHERE chatroom_id = ?", arguments: [chatroomID])
        }) ?? ""
    }

    /// Keeps the text begun in a conversation.
    public func setDraft(_ chatroomID: Int64, _ text: String) throws {
        try pool.write { db in
            if text.isEmpty {
                try db.execute(
                    sql: "DELETE FROM draft WHERE chatroom_id = ?", arguments: [chatroomID])
            } else {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO draft VALUES (?, ?)",
                    arguments: [chatroomID, text])
            }
        }
    }
}
