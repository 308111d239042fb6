import FreeIMProtocol
import GRDB

/// Coming and going.
extension Groups {
    /// Joins a public group, or asks to join a protected one; true: joined.
    static func join(
        _ context: WriteContext, groupID: Int64, userID: Int64, remark: String
    ) throws -> Bool {
        let group = try find(context.db, groupID: groupID, userID: userID)
        if group.role != nil { return true }
        if group.permissions != "private" {
            try checkNotBanned(context.db, group, userID)
        }
        switch group.permissions {
        case "public":
            try add(context, group, userID, actorID: userID)
            return true
        case "protected":
            try ask(context, group, userID, remark)
            return false
        default:
            throw Refusal.notMember
        }
    }

    private static func ask(
        _ context: WriteContext, _ group: Seen, _ userID: Int64, _ remark: String
    ) throws {
        try context.db.execute(
            sql: """
                UPDATE group_apply SET remark = ?, updated_time = ?
                WHERE group_id = ? AND user_id = ? AND status = 0
                """, arguments: [remark, context.now, group.groupID, userID])
        if context.db.changesCount > 0 { return }
        let times = try Int64.fetchAll(
            context.db,
            sql: """
                SELECT created_time FROM group_apply WHERE user_id = ? AND group_id = ?
                ORDER BY id DESC LIMIT ?
                """, arguments: [userID, group.groupID, requestsPerDay])
        try RequestRate.check(times, most: requestsPerDay, now: context.now)
        let waiting = try Int.fetchOne(
            context.db, sql: "SELECT count(*) FROM group_apply WHERE group_id = ? AND status = 0",
            arguments: [group.groupID])
        if (waiting ?? 0) >= requestsWaitingMax {
            throw Refusal(
                .rateLimited, "Too many requests wait for this group's admins; try later.",
                retryAfterMs: 3_600_000)
        }
        try context.db.execute(
            sql: """
                INSERT INTO group_apply (group_id, user_id, remark, created_time, updated_time)
                VALUES (?1, ?2, ?3, ?4, ?4)
                """, arguments: [group.groupID, userID, remark, context.now])
    }

    /// Answers a request to join; repeated, it changes nothing. Who may not answer it is told what
    /// is told of one that does not exist.
    static func answer(
        _ context: WriteContext, userID: Int64, applyID: Int64, accepts: Bool
    ) throws {
        let unknown = Refusal(.notFound, "id: there is no such request.")
        let row = try Row.fetchOne(
            context.db, sql: "SELECT * FROM group_apply WHERE id = ?", arguments: [applyID])
        guard let row else { throw unknown }
        let group: Seen
        do {
            group = try member(context.db, groupID: row["group_id"], userID: userID, role: 1)
        } catch is Refusal {
            throw unknown
        }
        let status: Int = row["status"]
        if status != 0 {
            if (status == 1) == accepts { return }
            throw Refusal(.conflict, "This request was answered already.")
        }
        let asker: Int64 = row["user_id"]
        try context.db.execute(
            sql: "UPDATE group_apply SET status = ?, updated_time = ? WHERE id = ?",
            arguments: [accepts ? 1 : 2, context.now, applyID])
        guard accepts else { return }
        guard try exists(context.db, asker) else { throw unknown }
        try add(context, group, asker, actorID: userID)
    }

    /// Members invite; in a group that is not public only admins do.
    static func invite(
        _ context: WriteContext, groupID: Int64, userID: Int64, members: [Int64]
    ) throws {
        let group = try member(context.db, groupID: groupID, userID: userID)
        if group.permissions != "public", (group.role ?? 0) == 0 {
            throw Refusal(.forbidden, "Only admins may add members to this group.")
        }
        let added = try distinct(members, most: membersPerCallMax)
        try checkMayAdd(context, added, by: userID)
        for member in added {
            try checkNotBanned(context.db, group, member)
            try add(context, group, member, actorID: userID)
        }
    }

    /// Adds a member with MEMBER_JOINED, unless there already. Throws `conflict` when it is full.
    static func add(
        _ context: WriteContext, _ group: Seen, _ userID: Int64, actorID: Int64
    ) throws {
        if try role(context.db, group, of: userID) != nil { return }
        let count = try Int.fetchOne(
            context.db.cachedStatement(sql: "SELECT member_count FROM chat_group WHERE id = ?"),
            arguments: [group.groupID])
        if (count ?? 0) >= context.options.groupMembersMax { throw full(context) }
        let first =
            group.isHistoryOpen
            ? try Int64.fetchOne(
                context.db.cachedStatement(sql: "SELECT first_seq FROM chatroom WHERE id = ?"),
                arguments: [group.chatroomID]) ?? 1
            : try context.nextSeq(chatroomID: group.chatroomID)
        try context.addMember(
            chatroomID: group.chatroomID, userID: userID, role: 0, firstSeq: first)
        try context.append(
            chatroomID: group.chatroomID, code: .memberJoined,
            content: content(["user_id": .int(userID)]), actorID: actorID)
        // A request that waited is settled by whatever way one got in.
        let settle = try context.db.cachedStatement(
            sql: """
                UPDATE group_apply SET status = 1, updated_time = ?
                WHERE group_id = ? AND user_id = ? AND status = 0
                """)
        try settle.execute(arguments: [context.now, group.groupID, userID])
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

    /// Removes members of a lower role than one's own; those who are none are passed over.
    static func expel(
        _ context: WriteContext, groupID: Int64, userID: Int64, members: [Int64]
    ) throws {
        let group = try member(context.db, groupID: groupID, userID: userID, role: 1)
        for member in try distinct(members, most: membersPerCallMax) {
            guard let role = try role(context.db, group, of: member) else { continue }
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

    /// Ends a group: from here on nobody reads it or sends there. The cost is that of one entry;
    /// the rows of its members go by and by (`dropMembers`).
    static func dissolve(_ context: WriteContext, groupID: Int64, userID: Int64) throws {
        let group = try member(context.db, groupID: groupID, userID: userID, role: 2)
        try context.append(
            chatroomID: group.chatroomID, code: .memberLeft,
            content: content(["dissolved": true]), actorID: userID)
        try context.db.execute(
            sql: "UPDATE chat_group SET dissolved_time = ? WHERE id = ?",
            arguments: [context.now, groupID])
        try context.db.execute(
            sql: """
                UPDATE group_apply SET status = 2, updated_time = ?
                WHERE group_id = ? AND status = 0
                """, arguments: [context.now, groupID])
        context.dissolveChatroom(chatroomID: group.chatroomID)
    }

    /// Removes up to `most` members' rows of a dissolved group; false: there is none to remove.
    static func dropMembers(_ context: WriteContext, most: Int) throws -> Bool {
        let chatroomID = try Int64.fetchOne(
            context.db,
            sql: """
                SELECT chatroom_id FROM chat_group INDEXED BY chat_group_leftover
                WHERE dissolved_time IS NOT NULL AND member_count > 0 LIMIT 1
                """)
        guard let chatroomID else { return false }
        try context.db.execute(
            sql: """
                DELETE FROM member WHERE chatroom_id = ?1 AND user_id IN
                    (SELECT user_id FROM member WHERE chatroom_id = ?1 LIMIT ?2)
                """, arguments: [chatroomID, most])
        let removed = context.db.changesCount
        try context.db.execute(
            sql: """
                UPDATE chat_group SET member_count = iif(?2 < ?3, 0, max(0, member_count - ?2))
                WHERE chatroom_id = ?1
                """, arguments: [chatroomID, removed, most])
        return true
    }

    static func exists(_ db: Database, _ userID: Int64) throws -> Bool {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM user WHERE id = ? AND deleted_time IS NULL"),
            arguments: [userID]) != nil
    }

    /// Throws `not_found` for whom there is not, and alike for who has blocked the caller; two
    /// statements, whatever their number.
    static func checkMayAdd(
        _ context: WriteContext, _ members: [Int64], by userID: Int64
    ) throws {
        let list = "[" + members.map(String.init).joined(separator: ",") + "]"
        let missing = try Int64.fetchOne(
            context.db.cachedStatement(
                sql: """
                    SELECT j.value FROM json_each(?) j WHERE NOT EXISTS (
                        SELECT 1 FROM user u WHERE u.id = j.value AND u.deleted_time IS NULL)
                    LIMIT 1
                    """), arguments: [list])
        let blocking = try Int64.fetchOne(
            context.db.cachedStatement(
                sql: """
                    SELECT j.value FROM json_each(?) j JOIN user_block b
                        ON b.user_id = j.value AND b.blocked_id = ? LIMIT 1
                    """), arguments: [list, userID])
        if let member = missing ?? blocking {
            throw Refusal(.notFound, "member_list: there is no user \(member).")
        }
    }
}

/// How often one may ask for the same thing.
enum RequestRate {
    /// Milliseconds of a day.
    static let dayMs: Int64 = 86_400_000

    /// Throws `rate_limited` when `times`, newest first, are already `most` within a day.
    static func check(_ times: [Int64], most: Int, now: Int64) throws {
        guard times.count >= most, let oldest = times.last, oldest > now - dayMs else { return }
        throw Refusal(
            .rateLimited, "You asked \(most) times within a day; ask again tomorrow.",
            retryAfterMs: oldest + dayMs - now)
    }
}
