import Foundation
import FreeIMProtocol
import GRDB

/// Groups, their members and roles; each call is one job at its place in the log.
enum Groups {
    /// Characters of a group's name.
    static let nameCharactersMax = 64
    /// Roles by the names that routes use.
    static let roles = ["common": 0, "admin": 1, "root": 2]
    static let permissions: Set<String> = ["public", "protected", "private"]

    /// A group as a member sees it in a job.
    struct Seen {
        let groupID: Int64
        let chatroomID: Int64
        let permissions: String
        let isHistoryOpen: Bool
        /// The caller's role; nil: not a member.
        let role: Int?
    }

    /// What a new group is to be.
    struct Draft: Sendable {
        var name: String
        var avatar = ""
        var description = ""
        var permissions = "public"
        var members: [Int64] = []
    }

    /// Makes a group with its first members; GROUP_CREATED is its seq 1.
    static func create(
        _ context: WriteContext, ownerID: Int64, _ draft: Draft
    ) throws -> (groupID: Int64, chatroomID: Int64) {
        guard permissions.contains(draft.permissions) else { throw badPermissions }
        var members: [Int64] = []
        for member in draft.members where member != ownerID && !members.contains(member) {
            try checkMayAdd(context, member, by: ownerID)
            members.append(member)
        }
        let chatroomID = try context.createChatroom(type: .group)
        try context.db.execute(
            sql: """
                INSERT INTO chat_group (chatroom_id, owner_id, name, avatar, description,
                    permissions, created_time) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                chatroomID, ownerID, draft.name, draft.avatar, draft.description,
                draft.permissions, context.now,
            ])
        let groupID = context.db.lastInsertedRowID
        try context.addMember(chatroomID: chatroomID, userID: ownerID, role: 2, firstSeq: 1)
        for member in members {
            try context.addMember(chatroomID: chatroomID, userID: member, role: 0, firstSeq: 1)
        }
        try context.append(
            chatroomID: chatroomID, code: .groupCreated,
            content: content([
                "group_id": .int(groupID), "name": .string(draft.name),
                "member_list": .array(([ownerID] + members).prefix(1_000).map { .int($0) }),
            ]), actorID: ownerID)
        return (groupID, chatroomID)
    }

    /// The group, whether the caller is in it or not; throws `not_member` when there is none.
    static func find(_ db: Database, groupID: Int64, userID: Int64) throws -> Seen {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT g.id, g.chatroom_id, g.permissions, g.history_open, m.role
                FROM chat_group g
                LEFT JOIN member m ON m.chatroom_id = g.chatroom_id AND m.user_id = ?2
                WHERE g.id = ?1 AND g.dissolved_time IS NULL
                """, arguments: [groupID, userID])
        guard let row else { throw Refusal.notMember }
        return Seen(
            groupID: row["id"], chatroomID: row["chatroom_id"],
            permissions: row["permissions"], isHistoryOpen: row["history_open"],
            role: row["role"])
    }

    /// The group, for a member with at least that role. Throws `not_member`, `forbidden`.
    static func member(
        _ db: Database, groupID: Int64, userID: Int64, role least: Int = 0
    ) throws -> Seen {
        let group = try find(db, groupID: groupID, userID: userID)
        guard let role = group.role else { throw Refusal.notMember }
        if role < least {
            throw Refusal(
                .forbidden, least == 2 ? "Only the owner may do this." : "Only admins may do this.")
        }
        return group
    }

    /// Joins a public group, or asks to join a protected one; true: joined.
    static func join(
        _ context: WriteContext, groupID: Int64, userID: Int64, remark: String
    ) throws -> Bool {
        let group = try find(context.db, groupID: groupID, userID: userID)
        if group.role != nil { return true }
        switch group.permissions {
        case "public":
            try add(context, group, userID, actorID: userID)
            return true
        case "protected":
            try context.db.execute(
                sql: """
                    INSERT INTO group_apply
                        (group_id, user_id, remark, created_time, updated_time)
                    VALUES (?1, ?2, ?3, ?4, ?4)
                    ON CONFLICT (group_id, user_id) WHERE status = 0
                    DO UPDATE SET remark = excluded.remark
                    """, arguments: [groupID, userID, remark, context.now])
            return false
        default:
            throw Refusal.notMember
        }
    }

    /// Answers a request to join; repeated, it changes nothing.
    static func answer(
        _ context: WriteContext, userID: Int64, applyID: Int64, accepts: Bool
    ) throws {
        let row = try Row.fetchOne(
            context.db, sql: "SELECT * FROM group_apply WHERE id = ?", arguments: [applyID])
        guard let row else { throw Refusal(.notFound, "There is no such request.") }
        let group = try member(context.db, groupID: row["group_id"], userID: userID, role: 1)
        let status: Int = row["status"]
        if status != 0 {
            if (status == 1) == accepts { return }
            throw Refusal(.conflict, "This request was answered already.")
        }
        try context.db.execute(
            sql: "UPDATE group_apply SET status = ?, updated_time = ? WHERE id = ?",
            arguments: [accepts ? 1 : 2, context.now, applyID])
        if accepts { try add(context, group, row["user_id"], actorID: userID) }
    }

    /// Members invite; in a private group only admins do.
    static func invite(
        _ context: WriteContext, groupID: Int64, userID: Int64, members: [Int64]
    ) throws {
        let group = try member(context.db, groupID: groupID, userID: userID)
        if group.permissions != "public", (group.role ?? 0) == 0 {
            throw Refusal(.forbidden, "Only admins may add members to this group.")
        }
        for member in members {
            try checkMayAdd(context, member, by: userID)
            try add(context, group, member, actorID: userID)
        }
    }

    private static func add(
        _ context: WriteContext, _ group: Seen, _ userID: Int64, actorID: Int64
    ) throws {
        let isMember = try Int64.fetchOne(
            context.db, sql: "SELECT 1 FROM member WHERE chatroom_id = ? AND user_id = ?",
            arguments: [group.chatroomID, userID])
        if isMember != nil { return }
        let next = try context.nextSeq(chatroomID: group.chatroomID)
        try context.addMember(
            chatroomID: group.chatroomID, userID: userID, role: 0,
            firstSeq: group.isHistoryOpen ? 1 : next)
        try context.append(
            chatroomID: group.chatroomID, code: .memberJoined,
            content: content(["user_id": .int(userID)]), actorID: actorID)
    }

    /// Leaves a group. The owner hands it over or dissolves it first.
    static func leave(_ context: WriteContext, groupID: Int64, userID: Int64) throws {
        let group = try member(context.db, groupID: groupID, userID: userID)
        if group.role == 2 {
            throw Refusal(
                .conflict, "The owner cannot leave: hand the group over, or dissolve it.")
        }
        try remove(context, group, userID, actorID: userID)
    }

    /// Removes members of a lower role than one's own.
    static func expel(
        _ context: WriteContext, groupID: Int64, userID: Int64, members: [Int64]
    ) throws {
        let group = try member(context.db, groupID: groupID, userID: userID, role: 1)
        for member in members {
            let role = try Int.fetchOne(
                context.db,
                sql: "SELECT role FROM member WHERE chatroom_id = ? AND user_id = ?",
                arguments: [group.chatroomID, member])
            guard let role else { continue }
            if role >= (group.role ?? 0) {
                throw Refusal(.forbidden, "\(member) has a role that is not below yours.")
            }
            try remove(context, group, member, actorID: userID)
        }
    }

    private static func remove(
        _ context: WriteContext, _ group: Seen, _ userID: Int64, actorID: Int64
    ) throws {
        try context.append(
            chatroomID: group.chatroomID, code: .memberLeft,
            content: content(["user_id": .int(userID)]), actorID: actorID)
        try context.removeMember(chatroomID: group.chatroomID, userID: userID)
    }

    /// Gives a role; the owner's passes from one to the other.
    static func setRole(
        _ context: WriteContext, groupID: Int64, userID: Int64, member: Int64, role name: String
    ) throws {
        let group = try Groups.member(context.db, groupID: groupID, userID: userID, role: 2)
        guard let role = roles[name] else {
            throw Refusal(.malformedBody, "member_identity: root, admin or common.")
        }
        if member == userID { throw Refusal(.conflict, "The owner's role passes to another.") }
        try update(context, group, member, "role = ?", role)
        if role == 2 {
            try update(context, group, userID, "role = ?", 0)
            try context.db.execute(
                sql: "UPDATE chat_group SET owner_id = ? WHERE id = ?",
                arguments: [member, groupID])
        }
        context.permissionsChanged(chatroomID: group.chatroomID)
        try note(context, group, ["user_id": .int(member), "role": .string(name)], userID)
    }

    /// Mutes a member (0: everyone but admins) for so many seconds; 0 seconds: no longer.
    static func mute(
        _ context: WriteContext, groupID: Int64, userID: Int64, member: Int64, seconds: Int64
    ) throws {
        let group = try Groups.member(context.db, groupID: groupID, userID: userID, role: 1)
        let span = min(max(seconds, 0), 10 * 366 * 86_400)
        let until = span == 0 ? 0 : context.now + span * 1_000
        if member == 0 {
            try context.db.execute(
                sql: "UPDATE chat_group SET muted_until = ? WHERE id = ?",
                arguments: [until, groupID])
        } else {
            try update(context, group, member, "muted_until = ?", until)
        }
        context.permissionsChanged(chatroomID: group.chatroomID)
        try note(context, group, ["user_id": .int(member), "muted_seconds": .int(span)], userID)
    }

    private static func update(
        _ context: WriteContext, _ group: Seen, _ member: Int64, _ change: String,
        _ value: some DatabaseValueConvertible
    ) throws {
        try context.db.execute(
            sql: "UPDATE member SET \(change) WHERE chatroom_id = ? AND user_id = ?",
            arguments: [value, group.chatroomID, member])
        if context.db.changesCount == 0 {
            throw Refusal(.notFound, "member_id: not a member of this group.")
        }
    }

    /// Changes what is given of name, avatar, desc and permissions.
    static func update(
        _ context: WriteContext, groupID: Int64, userID: Int64, _ changes: [String: String]
    ) throws {
        let group = try member(context.db, groupID: groupID, userID: userID, role: 1)
        if let wanted = changes["permissions"], !permissions.contains(wanted) {
            throw badPermissions
        }
        for (column, value) in changes.sorted(by: { $0.key < $1.key }) {
            try context.db.execute(
                sql: "UPDATE chat_group SET \(column) = ? WHERE id = ?",
                arguments: [value, groupID])
        }
        try note(context, group, changes.mapValues { .string($0) }, userID)
    }

    /// Ends a group: everybody leaves, nobody reads it any more.
    static func dissolve(_ context: WriteContext, groupID: Int64, userID: Int64) throws {
        let group = try member(context.db, groupID: groupID, userID: userID, role: 2)
        try context.append(
            chatroomID: group.chatroomID, code: .memberLeft,
            content: content(["dissolved": true]), actorID: userID)
        let members = try Int64.fetchAll(
            context.db, sql: "SELECT user_id FROM member WHERE chatroom_id = ?",
            arguments: [group.chatroomID])
        for member in members {
            try context.removeMember(chatroomID: group.chatroomID, userID: member)
        }
        try context.db.execute(
            sql: "UPDATE chat_group SET dissolved_time = ? WHERE id = ?",
            arguments: [context.now, groupID])
        context.permissionsChanged(chatroomID: group.chatroomID)
    }

    private static func note(
        _ context: WriteContext, _ group: Seen, _ what: [String: JSONValue], _ actorID: Int64
    ) throws {
        try context.append(
            chatroomID: group.chatroomID, code: .memberUpdated, content: content(what),
            actorID: actorID)
    }

    private static func checkMayAdd(
        _ context: WriteContext, _ member: Int64, by userID: Int64
    ) throws {
        let found = try Int64.fetchOne(
            context.db, sql: "SELECT 1 FROM user WHERE id = ? AND deleted_time IS NULL",
            arguments: [member])
        if found == nil { throw Refusal(.notFound, "member_list: there is no user \(member).") }
        let blocked = try Int64.fetchOne(
            context.db, sql: "SELECT 1 FROM user_block WHERE user_id = ? AND blocked_id = ?",
            arguments: [member, userID])
        if blocked != nil {
            throw Refusal(.blocked, "\(member) does not take invitations from you.")
        }
    }

    private static func content(_ what: [String: JSONValue]) throws -> String {
        String(decoding: try JSONValue.object(what).bytes(), as: UTF8.self)
    }

    private static let badPermissions = Refusal(
        .malformedBody, "permissions: public, protected or private.")
}
