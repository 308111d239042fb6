import FreeIMProtocol
import GRDB

extension WriteContext {
    /// Adds members who all begin at the same seq; those who are members already stay as they
    /// are. Returns the users who were added. One statement, whatever their number.
    @discardableResult
    func addMembers(
        chatroomID: Int64, userIDs: [Int64], role: Int, firstSeq: Int64
    ) throws -> [Int64] {
        let added = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO member (chatroom_id, user_id, role, first_seq,
                        joined_time, delivered_seq, read_seq)
                    SELECT ?1, value, ?2, ?3, ?4, ?3 - 1, ?3 - 1 FROM json_each(?5)
                    WHERE NOT EXISTS (
                        SELECT 1 FROM user WHERE id = value AND deleted_time IS NOT NULL)
                    RETURNING user_id
                    """),
            arguments: [chatroomID, role, firstSeq, now, WriteContext.list(userIDs)])
        if added.isEmpty { return [] }
        // Members who come back start anew: what a device had before is not of this membership.
        try db.execute(
            sql: """
                DELETE FROM delivery_cursor WHERE chatroom_id = ?1 AND device IN (
                    SELECT d.id FROM json_each(?2) j JOIN device d ON d.user_id = j.value)
                """, arguments: [chatroomID, WriteContext.list(added)])
        for userID in added { forget(chatroomID: chatroomID, userID: userID) }
        let memberCount = try changeMemberCount(chatroomID, by: added.count)
        let room = try room(chatroomID)
        tell(
            .joinedMany(
                CommittedBatch.Joins(
                    chatroomID: chatroomID, userIDs: added, firstSeq: firstSeq,
                    headSeq: room?.head ?? 0, type: room?.type ?? .unknown,
                    memberCount: memberCount)))
        return added
    }

    /// A list of numbers as json_each reads it.
    private static func list(_ numbers: [Int64]) -> String {
        "[" + numbers.map(String.init).joined(separator: ",") + "]"
    }
}
