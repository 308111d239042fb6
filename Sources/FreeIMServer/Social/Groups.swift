import Foundation
import FreeIMProtocol
import GRDB

/// Groups, their members and roles; each call is one job at its place in the log.
enum Groups {
    /// Characters of a group's name.
    static let nameCharactersMax = 64
    /// Characters of a member's alias.
    static let aliasCharactersMax = 64
    /// First members of a group that one call makes.
    static let firstMembersMax = 10_000
    /// Members added or removed in one call.
    static let membersPerCallMax = 2_000
    /// Members added or removed in one job of the writer, where a call takes many.
    static let membersPerJob = 500
    /// Members named in GROUP_CREATED.
    static let membersNamedMax = 1_000
    /// Requests to join that wait in one group; more are `rate_limited`.
    static let requestsWaitingMax = 1_000
    /// Requests of one user to one group in a day; more are `rate_limited`.
    static let requestsPerDay = 5
    /// Roles by the names that routes use.
    static let roles = ["common": 0, "admin": 1, "root": 2]
    static let permissions = ["public", "protected", "private"]

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
        /// Whether those who join later read what came before.
        var isHistoryOpen = false
        var members: [Int64] = []
    }

    /// Makes a group with its first members; GROUP_CREATED is its seq 1.
    static func create(
        _ context: WriteContext, ownerID: Int64, _ draft: Draft
    ) throws -> (groupID: Int64, chatroomID: Int64) {
        guard permissions.contains(draft.permissions) else { throw badPermissions }
        let members = try distinct(draft.members, most: firstMembersMax).filter {
            $0 != ownerID
        }
        if members.count + 1 > context.options.groupMembersMax { throw full(context) }
        try checkMayAdd(context, members, by: ownerID)
        let chatroomID = try context.createChatroom(type: .group)
        try context.db.execute(
            sql: """
                INSERT INTO chat_group (chatroom_id, owner_id, name, avatar, description,
                    permissions, history_open, created_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                chatroomID, ownerID, draft.name, draft.avatar, draft.description,
                draft.permissions, draft.isHistoryOpen, context.now,
            ])
        let groupID = context.db.lastInsertedRowID
        try context.addMember(chatroomID: chatroomID, userID: ownerID, role: 2, firstSeq: 1)
        try context.addMembers(chatroomID: chatroomID, userIDs: members, role: 0, firstSeq: 1)
        try context.append(
            chatroomID: chatroomID, code: .groupCreated,
            content: content([
                "group_id": .int(groupID), "name": .string(draft.name),
                "member_list": .array(
                    ([ownerID] + members).prefix(membersNamedMax).map { .int($0) }),
            ]), actorID: ownerID)
        return (groupID, chatroomID)
    }

    /// The group, whether the caller is in it or not; throws `not_member` when there is none.
    static func find(_ db: Database, groupID: Int64, userID: Int64) throws -> Seen {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT g.id, g.chatroom_id, g.permissions, g.history_open, m.role
                    FROM chat_group g
                    LEFT JOIN member m ON m.chatroom_id = g.chatroom_id AND m.user_id = ?2
                    WHERE g.id = ?1 AND g.dissolved_time IS NULL
                    """), arguments: [groupID, userID])
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

    /// The role of a member; nil: not a member.
    static func role(
        _ db: Database, _ group: Seen, of userID: Int64
    ) throws -> Int? {
        try Int.fetchOne(
            db.cachedStatement(
                sql: "SELECT role FROM member WHERE chatroom_id = ? AND user_id = ?"),
            arguments: [group.chatroomID, userID])
    }

    /// Writes MEMBER_UPDATED.
    static func note(
        _ context: WriteContext, _ group: Seen, _ what: [String: JSONValue], _ actorID: Int64
    ) throws {
        try context.append(
            chatroomID: group.chatroomID, code: .memberUpdated, content: content(what),
            actorID: actorID)
    }

    static func content(_ what: [String: JSONValue]) throws -> String {
        String(decoding: try JSONValue.object(what).bytes(), as: UTF8.self)
    }

    /// Each user once, in order. Throws `malformed_body` for more than `most`.
    static func distinct(_ members: [Int64], most: Int) throws -> [Int64] {
        var known: Set<Int64> = []
        let distinct = members.filter { known.insert($0).inserted }
        if distinct.count > most {
            throw Refusal(
                .malformedBody,
                "member_list: at most \(most) a call, not \(distinct.count).")
        }
        return distinct
    }

    static func full(_ context: WriteContext) -> Refusal {
        Refusal(
            .conflict, "A group has at most \(context.options.groupMembersMax) members here.")
    }

    static let badPermissions = Refusal(
        .malformedBody, "permissions: public, protected or private.")
}
