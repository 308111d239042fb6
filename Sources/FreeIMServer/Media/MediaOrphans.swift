import FreeIMProtocol
import GRDB
import NIOConcurrencyHelpers

/// Removes files that nobody shows: in no moment, no avatar of a user or a group, no message, and
/// not uploaded again for some hours.
///
/// What decides is looked at again in the writer's order, in the job that takes the file's name:
/// an upload or a moment that comes before saves the file, one that comes behind finds it gone.
final class MediaOrphans: Sendable {
    /// Files looked at in one read.
    static let filesPerRead = 200

    private let store: Store
    private let media: MediaStore
    private let uses: any MediaUses
    private let hours: Int
    private let isAdopted = NIOLockedValueBox(false)
    /// The row of the log that messages must be looked at up to before a sweep; nil: not asked yet.
    private let awaited = NIOLockedValueBox<Int64?>(nil)

    init(store: Store, media: MediaStore, uses: any MediaUses, hours: Int) {
        self.store = store
        self.media = media
        self.uses = uses
        self.hours = hours
    }

    /// SQL: file `f` is shown by a moment, a user or a group.
    private static let isShown = """
        (EXISTS (SELECT 1 FROM moment_media d WHERE d.name = f.name)
        OR EXISTS (SELECT 1 FROM user u WHERE instr(u.avatar, '/media/') > 0
            AND substr(u.avatar, instr(u.avatar, '/media/') + 7) = f.name)
        OR EXISTS (SELECT 1 FROM chat_group g WHERE instr(g.avatar, '/media/') > 0
            AND substr(g.avatar, instr(g.avatar, '/media/') + 7) = f.name))
        """

    /// Looks at every file once; how many went. `pause` is called between two jobs.
    @discardableResult
    func sweep(now: Int64, pause: @Sendable () async -> Void = {}) async throws -> Int {
        try await adopt()
        guard hours > 0, isInformed() else { return 0 }
        let oldest = now - Int64(hours) * 3_600_000
        var removed = 0
        var place = ""
        while !Task.isCancelled {
            let behind = place
            let names = try await store.read { db in
                try String.fetchAll(
                    db,
                    sql: "SELECT name FROM media WHERE name > ? ORDER BY name LIMIT ?",
                    arguments: [behind, MediaOrphans.filesPerRead])
            }
            guard let last = names.last else { return removed }
            place = last
            for name in try await unshown(names, before: oldest) {
                if try await uses.isUsed(name) { continue }
                if try await remove(name, before: oldest) { removed += 1 }
                await pause()
            }
            await pause()
        }
        return removed
    }

    /// Whether all messages are known that were there when this sweep was first tried: under a
    /// steady flow of messages the newest is never looked at, and need not be.
    private func isInformed() -> Bool {
        let newest = store.commits.newest
        return awaited.withLockedValue { awaited in
            let row = awaited ?? newest
            let isReached = uses.reached >= row
            awaited = isReached ? nil : row
            return isReached
        }
    }

    private func unshown(_ names: [String], before oldest: Int64) async throws -> [String] {
        try await store.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT f.name FROM media f WHERE f.name = ? AND f.created_time < ?
                    AND NOT \(MediaOrphans.isShown)
                    """)
            return try names.compactMap {
                try String.fetchOne(statement, arguments: [$0, oldest])
            }
        }
    }

    private func remove(_ text: String, before oldest: Int64) async throws -> Bool {
        let media = media
        let aside = try await store.write { context -> String? in
            try context.db.execute(
                sql: """
                    DELETE FROM media AS f WHERE f.name = ? AND f.created_time < ?
                    AND NOT \(MediaOrphans.isShown)
                    """, arguments: [text, oldest])
            if context.db.changesCount == 0 { return nil }
            try context.db.execute(
                sql: "DELETE FROM media_owner WHERE name = ?", arguments: [text])
            return MediaName(text).flatMap { media.setAside($0) } ?? ""
        }
        guard let aside else { return false }
        if !aside.isEmpty { await media.discard(aside) }
        return true
    }

    /// Notes files that came before their owners were noted; they begin to age now.
    private func adopt() async throws {
        if isAdopted.withLockedValue({ $0 }) { return }
        let store = store
        try await media.forEachFile(most: MediaOrphans.filesPerRead) { files in
            let unknown = try await store.read { db in
                let known = try db.cachedStatement(sql: "SELECT 1 FROM media WHERE name = ?")
                return try files.filter { name, _ in
                    try Int.fetchOne(known, arguments: [name.text]) == nil
                }
            }
            if unknown.isEmpty { return }
            try await store.write { context in
                for (name, size) in unknown {
                    try context.db.execute(
                        sql: "INSERT OR IGNORE INTO media VALUES (?, ?, ?)",
                        arguments: [name.text, size, context.now])
                }
            }
        }
        isAdopted.withLockedValue { $0 = true }
    }
}
