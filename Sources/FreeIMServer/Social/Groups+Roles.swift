import FreeIMProtocol
import GRDB

/// Roles, mutes, aliases, and what a group is called.
extension Groups {
    /// Seconds of a mute at most: ten years.
    static let muteSecondsMax: Int64 = 10 * 366 * 86_400

    /// Gives a role; the owner's passes from one to the other. Admins are muted no longer.
    static func setRole(
        _ context: WriteContext, groupID: Int64, userID: Int64, member: Int64, role name: String
    ) throws {
        let group = try Groups.member(context.db, groupID: groupID, userID: userID, role: 2)
        guard let role = roles[name] else {
            throw Refusal(.malformedBody, "member_identity: root, admin or common.")
        }
        if member == userID { throw Refusal(.conflict, "The owner's role passes to another.") }
        guard let before = try Groups.role(context.db, group, of: member) else {
            throw notHere
        }
        if before == role { return }
        try context.db.execute(
            sql: """
                UPDATE member SET role = ?1, muted_until = iif(?1 > 0, 0, muted_until)
                WHERE chatroom_id = ?2 AND user_id = ?3
                """, arguments: [role, group.chatroomID, member])
        if role == 2 {
            try context.db.execute(
                sql: "UPDATE member SET role = 0 WHERE chatroom_id = ? AND user_id = ?",
                arguments: [group.chatroomID, userID])
            try context.db.execute(
                sql: "UPDATE chat_group SET owner_id = ? WHERE id = ?",
                arguments: [member, groupID])
        }
        context.permissionsChanged(chatroomID: group.chatroomID)
        try note(context, group, ["user_id": .int(member), "role": .string(name)], userID)
    }

    /// Mutes a member of a lower role (0: everyone but admins) for so many seconds; 0 seconds: no
    /// longer.
    static func mute(
        _ context: WriteContext, groupID: Int64, userID: Int64, member: Int64, seconds: Int64
    ) throws {
        let group = try Groups.member(context.db, groupID: groupID, userID: userID, role: 1)
        let span = min(max(seconds, 0), muteSecondsMax)
        let until = span == 0 ? 0 : context.now + span * 1_000
        if member == 0 {
            try context.db.execute(
                sql: "UPDATE chat_group SET muted_until = ? WHERE id = ?",
                arguments: [until, groupID])
        } else {
            guard let role = try role(context.db, group, of: member) else { throw notHere }
            if role == 2 { throw Refusal(.forbidden, "The owner cannot be muted.") }
            if role >= (group.role ?? 0) {
                throw Refusal(.forbidden, "Only the owner may mute an admin.")
            }
            try context.db.execute(
                sql: "UPDATE member SET muted_until = ? WHERE chatroom_id = ? AND user_id = ?",
                arguments: [until, group.chatroomID, member])
        }
        context.permissionsChanged(chatroomID: group.chatroomID)
        try note(context, group, ["user_id": .int(member), "muted_seconds": .int(span)], userID)
    }

    /// What a member is called in this group alone; empty: as everywhere. The muted cannot speak
    /// by their names either.
    static func setAlias(
        _ context: WriteContext, groupID: Int64, userID: Int64, alias: String
    ) throws {
        let group = try member(context.db, groupID: groupID, userID: userID)
        try context.checkMaySend(userID: userID, chatroomID: group.chatroomID)
        try context.db.execute(
            sql: """
                UPDATE member SET alias = ?1
                WHERE chatroom_id = ?2 AND user_id = ?3 AND alias <> ?1
                """, arguments: [alias, group.chatroomID, userID])
        if context.db.changesCount == 0 { return }
        try note(context, group, ["user_id": .int(userID), "alias": .string(alias)], userID)
    }

    /// What `update` changes; nil: stays.
    struct Changes: Sendable {
        var name: String?
        var avatar: String?
        var description: String?
        var permissions: String?
        var isHistoryOpen: Bool?

        /// As MEMBER_UPDATED tells them.
        fileprivate var told: [String: JSONValue] {
            var told: [String: JSONValue] = [:]
            if let name { told["name"] = .string(name) }
            if let avatar { told["avatar"] = .string(avatar) }
            if let description { told["description"] = .string(description) }
            if let permissions { told["permissions"] = .string(permissions) }
            if let isHistoryOpen { told["history_open"] = .bool(isHistoryOpen) }
            return told
        }
    }

    /// Changes what is given. An open history is so for those who join from now on.
    static func update(
        _ context: WriteContext, groupID: Int64, userID: Int64, _ changes: Changes
    ) throws {
        let group = try member(context.db, groupID: groupID, userID: userID, role: 1)
        if let wanted = changes.permissions, !permissions.contains(wanted) {
            throw badPermissions
        }
        if changes.told.isEmpty { return }
        try context.db.execute(
            sql: """
                UPDATE chat_group SET name = coalesce(?, name), avatar = coalesce(?, avatar),
                    description = coalesce(?, description),
                    permissions = coalesce(?, permissions),
                    history_open = coalesce(?, history_open)
                WHERE id = ?
                """,
            arguments: [
                changes.name, changes.avatar, changes.description, changes.permissions,
                changes.isHistoryOpen, groupID,
            ])
        try note(context, group, changes.told, userID)
    }

    private static let notHere = Refusal(.notFound, "member_id: not a member of this group.")
}
