import FreeIMProtocol
import GRDB

/// Keeping somebody out of a group.
extension Groups {
    /// Keeps a user out, who is removed when a member, or lets them come again (admins; a member of
    /// a role that is not below the caller's is `forbidden`). Repeated, it changes nothing.
    static func ban(
        _ context: WriteContext, groupID: Int64, userID: Int64, member: Int64, isBanned: Bool
    ) throws {
        let group = try Groups.member(context.db, groupID: groupID, userID: userID, role: 1)
        guard isBanned else {
            try context.db.execute(
                sql: "DELETE FROM group_ban WHERE group_id = ? AND user_id = ?",
                arguments: [groupID, member])
            return
        }
        if member == userID { throw Refusal(.forbidden, "member_id: this is yourself.") }
        guard try exists(context.db, member) else {
            throw Refusal(.notFound, "member_id: there is no such user.")
        }
        if try role(context.db, group, of: member) != nil {
            try expel(context, groupID: groupID, userID: userID, members: [member])
        }
        try context.db.execute(
            sql: "INSERT OR IGNORE INTO group_ban VALUES (?, ?, ?, ?)",
            arguments: [groupID, member, userID, context.now])
        try context.db.execute(
            sql: """
                UPDATE group_apply SET status = 2, updated_time = ?
                WHERE group_id = ? AND user_id = ? AND status = 0
                """, arguments: [context.now, groupID, member])
    }

    /// Throws `forbidden` for a user whom the group's admins keep out.
    static func checkNotBanned(_ db: Database, _ group: Seen, _ userID: Int64) throws {
        let found = try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM group_ban WHERE group_id = ? AND user_id = ?"),
            arguments: [group.groupID, userID])
        if found != nil {
            throw Refusal(
                .forbidden, "The admins of this group keep user \(userID) out; they can lift it.")
        }
    }

    /// Those who are kept out, newest first.
    static func bans(
        _ db: Database, groupID: Int64, offset: Int64, limit: Int64
    ) throws -> [Row] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT b.user_id, b.banned_by, b.created_time, u.account, u.nickname
                FROM group_ban b JOIN user u ON u.id = b.user_id WHERE b.group_id = ?
                ORDER BY b.created_time DESC, b.user_id LIMIT ? OFFSET ?
                """, arguments: [groupID, limit, offset])
    }
}
