import GRDB

extension HookQueue {
    /// Calls that were given up, newest first, with IDs below `before` (nil: from the newest).
    func dead(before: Int64? = nil, limit: Int) async throws -> [HookCall.Dead] {
        try await run { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM hook_call WHERE is_dead = 1 AND id < ? ORDER BY id DESC LIMIT ?
                    """, arguments: [before ?? Int64.max, limit]
            ).compactMap { row in
                guard let kind = HookCall.Kind(rawValue: row["kind"]) else { return nil }
                return HookCall.Dead(
                    id: row["id"], kind: kind, userID: row["user_id"], url: row["url"],
                    attempts: row["attempts"], createdTime: row["created_time"],
                    lastError: row["last_error"])
            }
        }
    }

    /// Lets a dead call be made anew, with all its attempts; false: there is no such dead call.
    func retry(_ id: Int64, now: Int64) async throws -> Bool {
        let kind = try await run { db -> String? in
            let row = try Row.fetchOne(
                db, sql: "SELECT kind, user_id FROM hook_call WHERE id = ? AND is_dead = 1",
                arguments: [id])
            guard let row else { return nil }
            let (kind, userID): (String, Int64) = (row[0], row[1])
            let isAlone = try HookQueue.next(db, kind, userID) == nil
            try db.execute(
                sql: """
                    UPDATE hook_call SET is_dead = 0, attempts = 0, created_time = ?, due_time = ?
                    WHERE id = ?
                    """, arguments: [now, isAlone ? now : HookQueue.never, id])
            return kind
        }
        guard let kind else { return false }
        count {
            $0.dead -= 1
            $0.waiting += 1
        }
        HookCall.Kind(rawValue: kind).map(wake)
        return true
    }

    /// Drops everything that waits for a user, or was given up: the account is gone.
    func forget(_ userID: Int64) async throws {
        let (waiting, dead) = try await run { db in
            let dead = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM hook_call WHERE user_id = ? AND is_dead = 1",
                arguments: [userID])
            try db.execute(sql: "DELETE FROM hook_call WHERE user_id = ?", arguments: [userID])
            return (db.changesCount - (dead ?? 0), dead ?? 0)
        }
        count {
            $0.waiting -= waiting
            $0.dead -= dead
        }
    }
}
