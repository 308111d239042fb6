import FreeIMProtocol
import GRDB

/// What a user's files take, each counted once; the same file again costs nothing.
enum MediaQuota {
    /// Bytes that a file counts as at least: a block of the disk.
    static let fileBytesMin = 4_096

    /// Notes that a user uploaded a file, at the job's place among all writes. Throws
    /// `content_too_large` when the user's files would take more than `media-bytes-per-user-max`.
    static func charge(
        _ context: WriteContext, userID: Int64, name: MediaName, size: Int
    ) throws {
        try context.db.execute(
            sql: "UPDATE media_owner SET created_time = ? WHERE user_id = ? AND name = ?",
            arguments: [context.now, userID, name.text])
        if context.db.changesCount == 0 {
            try checkRoom(context, userID, for: size)
            try context.db.execute(
                sql: """
                    INSERT INTO media_owner (user_id, name, size, created_time)
                    VALUES (?, ?, ?, ?)
                    """, arguments: [userID, name.text, size, context.now])
        }
        try context.db.execute(
            sql: """
                INSERT INTO media (name, size, created_time) VALUES (?1, ?2, ?3)
                ON CONFLICT (name) DO UPDATE SET created_time = ?3
                """, arguments: [name.text, size, context.now])
    }

    private static func checkRoom(
        _ context: WriteContext, _ userID: Int64, for size: Int
    ) throws {
        let most = context.options.mediaBytesPerUserMax
        if most == 0 { return }
        let used =
            try Int.fetchOne(
                context.db.cachedStatement(
                    sql: """
                        SELECT coalesce(sum(max(size, \(fileBytesMin))), 0) FROM media_owner
                        WHERE user_id = ?
                        """), arguments: [userID]) ?? 0
        if used + max(size, fileBytesMin) > most {
            throw Refusal(
                .contentTooLarge,
                "Your files take \(used) of \(most) bytes; this one of \(size) does not fit.")
        }
    }
}
