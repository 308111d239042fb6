import FreeIMProtocol
import GRDB

extension Store {
    /// Those of `userIDs` whose presence `userID` may see (friends, fellow members, oneself),
    /// with when each was last seen; call on a reader's thread.
    func acquaintances(_ userIDs: [Int64], of userID: Int64) throws -> [Int64: Int64] {
        try pool.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT last_seen_time FROM user WHERE id = ?2 AND deleted_time IS NULL
                    AND (id = ?1 OR EXISTS (
                        SELECT 1 FROM friendship WHERE user_id = ?1 AND friend_id = ?2)
                    OR EXISTS (
                        SELECT 1 FROM member a JOIN member b ON b.chatroom_id = a.chatroom_id
                        JOIN chat_group g ON g.chatroom_id = a.chatroom_id
                        WHERE a.user_id = ?1 AND b.user_id = ?2 AND g.dissolved_time IS NULL))
                    """)
            var found: [Int64: Int64] = [:]
            for other in userIDs {
                found[other] = try Int64.fetchOne(statement, arguments: [userID, other])
            }
            return found
        }
    }

    /// Whether that user's signals (typing) may reach the others there; on a reader's thread.
    func maySignal(_ userID: Int64, _ chatroomID: Int64) throws -> Bool {
        try pool.read { db in
            guard
                let pair = try Row.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT user_low, user_high FROM single_chat WHERE chatroom_id = ?
                            """),
                    arguments: [chatroomID])
            else { return true }
            let friends =
                try Int.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT (SELECT count(*) FROM friendship
                                WHERE (user_id = ?1 AND friend_id = ?2)
                                    OR (user_id = ?2 AND friend_id = ?1))
                            - 10 * (SELECT count(*) FROM user_block
                                WHERE (user_id = ?1 AND blocked_id = ?2)
                                    OR (user_id = ?2 AND blocked_id = ?1))
                            """),
                    arguments: [pair["user_low"] as Int64, pair["user_high"] as Int64]) ?? 0
            return options.isMessagingOpen ? friends >= 0 : friends == 2
        }
    }
}
