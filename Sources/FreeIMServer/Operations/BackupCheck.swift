import Foundation
import GRDB

/// Verifies a backup: every file by its hash, the database by SQLite's own check, the logs, and
/// the counts.
struct BackupCheck {
    /// What a database holds.
    struct Facts: Sendable {
        let schemaVersion: Int
        let counts: [String: Int64]
    }

    let folder: String

    /// The manifest of a sound backup. Throws `StoreError`: what is wrong with this one.
    func run() throws(StoreError) -> BackupManifest {
        let manifest = try BackupManifest(folder: folder)
        guard manifest.schemaVersion <= StoreOpening.newestVersion else {
            throw StoreError(
                "\(folder) has schema version \(manifest.schemaVersion), newer than "
                    + "\(StoreOpening.newestVersion); use a newer freeim-server")
        }
        for file in manifest.files {
            let found = try BackupManifest.File(folder: folder, name: file.name)
            if found != file {
                throw StoreError(
                    "\(folder)/\(file.name) is not what was backed up: \(found.bytes) bytes with "
                        + "SHA-256 \(found.hash) instead of \(file.bytes) with \(file.hash)")
            }
        }
        guard manifest.files.contains(where: { $0.name == StoreOpening.fileName }) else {
            throw StoreError("\(folder) holds no \(StoreOpening.fileName)")
        }
        let facts = try BackupCheck.facts("\(folder)/\(StoreOpening.fileName)")
        if facts.counts != manifest.counts || facts.schemaVersion != manifest.schemaVersion {
            throw StoreError("\(folder): the database does not hold what the manifest counts")
        }
        return manifest
    }

    /// Checks a database that nobody writes and counts what it holds. Throws `StoreError`.
    static func facts(_ path: String) throws(StoreError) -> Facts {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            return try queue.read { db in
                let check = try String.fetchAll(db, sql: "PRAGMA integrity_check(5)")
                if check != ["ok"] {
                    throw StoreError("\(path) is damaged: \(check.joined(separator: "; "))")
                }
                let log = try LogCheck(db)
                if let problem = log.problems.first {
                    throw StoreError("\(path): \(log.problemCount) problems; \(problem)")
                }
                var counts = ["conversations": log.conversations, "entries": log.entries]
                for table in ["user", "chatroom", "member", "message", "moment", "media"] {
                    counts[table] = try Int64.fetchOne(db, sql: "SELECT count(*) FROM \(table)")
                }
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                return Facts(schemaVersion: version, counts: counts)
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError("\(path) cannot be read: \(error)")
        }
    }
}
