import FreeIMProtocol
import GRDB

/// Friendship, requests and blocks; each call is one job at its place in the log.
enum Friends {
    /// Requests of one user to another in a day; more are `rate_limited`.
    static let requestsPerDay = 5
    /// Requests of one user that wait for an answer; more are `rate_limited`.
    static let requestsWaitingMax = 1_000
    /// Friends in one listing.
    static let listMax = 10_000

    /// Asks for friendship; at once friends when the other asked already. The single chat's
    /// chatroom when they are friends now, else nil. Who has blocked the caller is told of as of
    /// nobody.
    static func add(
        _ context: WriteContext, userID: Int64, friendID: Int64, remark: String
    ) throws -> Int64? {
        try checkOther(context, userID, friendID)
        if let chatroomID = try chat(context.db, userID, friendID),
            try areFriends(context.db, userID, friendID)
        {
            return chatroomID
        }
        if try hasBlocked(context.db, friendID, userID) { throw noSuchUser }
        if try hasBlocked(context.db, userID, friendID) {
            throw Refusal(.blocked, "You have blocked this user; unblock first.")
        }
        // A bot takes every friend.
        if try Bots.isBot(context.db, friendID) {
            return try befriend(context, userID, friendID, actorID: userID)
        }
        let theirs = try Int64.fetchOne(
            context.db,
            sql: """
                SELECT id FROM friend_apply
                WHERE from_user_id = ? AND to_user_id = ? AND status = 0
                """, arguments: [friendID, userID])
        if let theirs {
            return try answer(context, userID: userID, applyID: theirs, accepts: true)
        }
        try ask(context, userID, friendID, remark)
        return nil
    }

    /// Notes the request; one that waits already gets the new remark.
    private static func ask(
        _ context: WriteContext, _ userID: Int64, _ friendID: Int64, _ remark: String
    ) throws {
        try context.db.execute(
            sql: """
                UPDATE friend_apply SET remark = ?, updated_time = ?
                WHERE from_user_id = ? AND to_user_id = ? AND status = 0
                """, arguments: [remark, context.now, userID, friendID])
        if context.db.changesCount > 0 { return }
        let times = try Int64.fetchAll(
            context.db,
            sql: """
                SELECT created_time FROM friend_apply WHERE from_user_id = ? AND to_user_id = ?
                ORDER BY id DESC LIMIT ?
                """, arguments: [userID, friendID, requestsPerDay])
        try RequestRate.check(times, most: requestsPerDay, now: context.now)
        let waiting = try Int.fetchOne(
            context.db,
            sql: """
                SELECT count(*) FROM friend_apply INDEXED BY friend_apply_waiting
                WHERE from_user_id = ? AND status = 0
                """, arguments: [userID])
        if (waiting ?? 0) >= requestsWaitingMax {
            throw Refusal(
                .rateLimited, "\(requestsWaitingMax) of your requests wait for an answer already.",
                retryAfterMs: 3_600_000)
        }
        try context.db.execute(
            sql: """
                INSERT INTO friend_apply
                    (from_user_id, to_user_id, remark, created_time, updated_time)
                VALUES (?1, ?2, ?3, ?4, ?4)
                """, arguments: [userID, friendID, remark, context.now])
    }

    /// Accepts or rejects a request; repeated, it changes nothing. The chatroom when accepted.
    static func answer(
        _ context: WriteContext, userID: Int64, applyID: Int64, accepts: Bool
    ) throws -> Int64? {
        let row = try Row.fetchOne(
            context.db, sql: "SELECT * FROM friend_apply WHERE id = ? AND to_user_id = ?",
            arguments: [applyID, userID])
        guard let row else { throw Refusal(.notFound, "id: there is no such friend request.") }
        let from: Int64 = row["from_user_id"]
        let status: Int = row["status"]
        if status != 0 {
            if (status == 1) != accepts {
                throw Refusal(.conflict, "This request was answered already.")
            }
            return try chat(context.db, userID, from)
        }
        try context.db.execute(
            sql: "UPDATE friend_apply SET status = ?, updated_time = ? WHERE id = ?",
            arguments: [accepts ? 1 : 2, context.now, applyID])
        guard accepts else { return nil }
        guard try Groups.exists(context.db, from) else {
            throw Refusal(.notFound, "id: there is no such friend request.")
        }
        return try befriend(context, userID, from, actorID: userID)
    }

    /// Makes two users friends and opens their chat with FRIEND_ADDED; its chatroom.
    @discardableResult
    static func befriend(
        _ context: WriteContext, _ one: Int64, _ other: Int64, actorID: Int64
    ) throws -> Int64 {
        for (user, friend) in [(one, other), (other, one)] {
            try context.db.execute(
                sql: "INSERT OR IGNORE INTO friendship VALUES (?, ?, '', ?)",
                arguments: [user, friend, context.now])
        }
        try context.db.execute(
            sql: """
                UPDATE friend_apply SET status = 1, updated_time = ?3 WHERE status = 0
                AND ((from_user_id = ?1 AND to_user_id = ?2)
                    OR (from_user_id = ?2 AND to_user_id = ?1))
                """, arguments: [one, other, context.now])
        let chatroomID: Int64
        if let existing = try chat(context.db, one, other) {
            chatroomID = existing
            context.permissionsChanged(chatroomID: existing)
        } else {
            chatroomID = try context.createSingleChat(UserPair(one, other))
        }
        try context.append(
            chatroomID: chatroomID, code: .friendAdded,
            content: "{\"user_ids\":[\(one),\(other)]}", actorID: actorID)
        return chatroomID
    }

    /// Ends a friendship; the chat and its history stay, sends get `not_friend`.
    static func remove(_ context: WriteContext, userID: Int64, friendID: Int64) throws {
        try context.db.execute(
            sql: """
                DELETE FROM friendship WHERE (user_id = ?1 AND friend_id = ?2)
                    OR (user_id = ?2 AND friend_id = ?1)
                """, arguments: [userID, friendID])
        if context.db.changesCount == 0 { throw notFriends }
        try changed(context, userID, friendID)
    }

    static func remark(
        _ context: WriteContext, userID: Int64, friendID: Int64, remark: String
    ) throws {
        try context.db.execute(
            sql: "UPDATE friendship SET remark = ? WHERE user_id = ? AND friend_id = ?",
            arguments: [remark, userID, friendID])
        if context.db.changesCount == 0 { throw notFriends }
    }

    /// Blocks or unblocks; requests that wait between the two are rejected by a block.
    static func block(
        _ context: WriteContext, userID: Int64, friendID: Int64, isBlocked: Bool
    ) throws {
        try checkOther(context, userID, friendID)
        if isBlocked {
            try context.db.execute(
                sql: "INSERT OR IGNORE INTO user_block VALUES (?, ?, ?)",
                arguments: [userID, friendID, context.now])
            try context.db.execute(
                sql: """
                    UPDATE friend_apply SET status = 2, updated_time = ?3 WHERE status = 0
                    AND (from_user_id = ?2 AND to_user_id = ?1
                        OR from_user_id = ?1 AND to_user_id = ?2)
                    """, arguments: [userID, friendID, context.now])
        } else {
            try context.db.execute(
                sql: "DELETE FROM user_block WHERE user_id = ? AND blocked_id = ?",
                arguments: [userID, friendID])
        }
        try changed(context, userID, friendID)
    }

    private static func changed(_ context: WriteContext, _ one: Int64, _ other: Int64) throws {
        if let chatroomID = try chat(context.db, one, other) {
            context.permissionsChanged(chatroomID: chatroomID)
        }
    }

    /// The single chat of two users; nil: none was opened.
    static func chat(_ db: Database, _ one: Int64, _ other: Int64) throws -> Int64? {
        let pair = UserPair(one, other)
        return try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT chatroom_id FROM single_chat WHERE user_low = ? AND user_high = ?"),
            arguments: [pair.low, pair.high])
    }

    static func areFriends(_ db: Database, _ one: Int64, _ other: Int64) throws -> Bool {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM friendship WHERE user_id = ? AND friend_id = ?"),
            arguments: [one, other]) != nil
    }

    private static func checkOther(
        _ context: WriteContext, _ userID: Int64, _ friendID: Int64
    ) throws {
        if userID == friendID { throw Refusal(.forbidden, "friend_id: this is yourself.") }
        if try !Groups.exists(context.db, friendID) { throw noSuchUser }
    }

    /// Whether `userID` has blocked `other`.
    static func hasBlocked(_ db: Database, _ userID: Int64, _ other: Int64) throws -> Bool {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM user_block WHERE user_id = ? AND blocked_id = ?"),
            arguments: [userID, other]) != nil
    }

    /// Whether `userID` sees that `other` exists: hidden are the deleted, and those who blocked
    /// `userID` and are no friends.
    static func isShown(_ db: Database, _ other: Int64, to userID: Int64) throws -> Bool {
        try Groups.exists(db, other) && isOpen(other, to: userID, db)
    }

    /// Whether `other` has not shut `userID` out.
    static func isOpen(_ other: Int64, to userID: Int64, _ db: Database) throws -> Bool {
        try areFriends(db, userID, other) || !hasBlocked(db, other, userID)
    }

    private static let noSuchUser = Refusal(.notFound, "friend_id: there is no such user.")

    private static let notFriends = Refusal(.notFriend, "You are not friends.")
}
