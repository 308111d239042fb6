import FreeIMProtocol
import GRDB

/// Takes an account out: what is personal goes, the log stays whole.
///
/// One job: single chats stay for the peers, groups get MEMBER_LEFT, a group of the user's own
/// passes on or ends, the name is free again.
struct AccountDeletion {
    /// What others see in place of the nickname.
    static let nickname = "Deleted user"

    let context: WriteContext
    let userID: Int64
    private var db: Database { context.db }

    init(_ context: WriteContext, userID: Int64) {
        self.context = context
        self.userID = userID
    }

    /// Deletes; throws `bad_token` when another deletion was quicker.
    func run() throws {
        let row = try Row.fetchOne(
            db, sql: "SELECT phone FROM user WHERE id = ? AND deleted_time IS NULL",
            arguments: [userID])
        guard let row else { throw Refusal(.badToken, "The account was deleted.") }
        let rooms = try Row.fetchAll(
            db,
            sql: """
                SELECT m.chatroom_id, c.type, m.role FROM member m
                JOIN chatroom c ON c.id = m.chatroom_id
                WHERE m.user_id = ? AND \(Membership.isAlive)
                """, arguments: [userID])
        var singles: [Int64] = []
        for room in rooms {
            let chatroomID: Int64 = room[0]
            switch IMChatroomType(rawValue: room[1]) ?? .unknown {
            case .single: singles.append(chatroomID)
            case .group: try leave(chatroomID, isOwner: room[2] as Int == 2)
            case .system, .unknown, .UNRECOGNIZED:
                try context.removeMember(chatroomID: chatroomID, userID: userID)
            }
        }
        try forgetMoments()
        try forgetPeople()
        try forgetDevices()
        if let phone = row["phone"] as String? {
            try db.execute(
                sql: "DELETE FROM verification_code WHERE phone = ?", arguments: [phone])
        }
        try forgetUser()
        for chatroomID in singles { context.permissionsChanged(chatroomID: chatroomID) }
        context.closeConnections(userID: userID, reason: .accountDeleted)
    }

    // MARK: Groups

    private func leave(_ chatroomID: Int64, isOwner: Bool) throws {
        if isOwner {
            guard let heir = try heir(chatroomID) else { return try dissolve(chatroomID) }
            try db.execute(
                sql: """
                    UPDATE member SET role = 2, muted_until = 0
                    WHERE chatroom_id = ? AND user_id = ?
                    """,
                arguments: [chatroomID, heir])
            try db.execute(
                sql: "UPDATE chat_group SET owner_id = ? WHERE chatroom_id = ?",
                arguments: [heir, chatroomID])
            context.permissionsChanged(chatroomID: chatroomID)
            try context.append(
                chatroomID: chatroomID, code: .memberUpdated,
                content: content(["user_id": .int(heir), "role": "root"]), actorID: userID)
        }
        try context.append(
            chatroomID: chatroomID, code: .memberLeft,
            content: content(["user_id": .int(userID)]), actorID: userID)
        try context.removeMember(chatroomID: chatroomID, userID: userID)
    }

    /// Who a group passes to: its eldest admin, else its eldest member; bots inherit nothing.
    private func heir(_ chatroomID: Int64) throws -> Int64? {
        for roles in ["role = 1", "role = 0"] {
            let found = try Int64.fetchOne(
                db,
                sql: """
                    SELECT m.user_id FROM member m JOIN user u ON u.id = m.user_id
                    WHERE m.chatroom_id = ?1 AND m.user_id <> ?2 AND m.\(roles)
                        AND u.is_bot = 0 AND u.deleted_time IS NULL
                    ORDER BY m.joined_time, m.user_id LIMIT 1
                    """, arguments: [chatroomID, userID])
            if let found { return found }
        }
        return nil
    }

    private func dissolve(_ chatroomID: Int64) throws {
        try context.append(
            chatroomID: chatroomID, code: .memberLeft, content: content(["dissolved": true]),
            actorID: userID)
        try db.execute(
            sql: "UPDATE chat_group SET dissolved_time = ? WHERE chatroom_id = ?",
            arguments: [context.now, chatroomID])
        context.dissolveChatroom(chatroomID: chatroomID)
        // What is personal goes at once, and not with the others' rows by and by.
        try context.removeMember(chatroomID: chatroomID, userID: userID)
    }

    private func content(_ what: [String: JSONValue]) throws -> String {
        String(decoding: try JSONValue.object(what).bytes(), as: UTF8.self)
    }

    // MARK: What is personal

    private func forgetMoments() throws {
        for (table, column) in [
            ("moment_viewer", "moment_id"), ("moment_like", "moment_id"),
            ("moment_comment", "moment_id"), ("moment_media", "moment_id"),
        ] {
            try db.execute(
                sql: """
                    DELETE FROM \(table) WHERE \(column) IN
                        (SELECT id FROM moment WHERE user_id = ?)
                    """, arguments: [userID])
        }
        for table in ["moment", "moment_like", "moment_comment", "moment_viewer"] {
            try forget("\(table) WHERE user_id = ?1")
        }
        try forget("media_owner WHERE user_id = ?1")
    }

    private func forgetPeople() throws {
        try forget("friendship WHERE user_id = ?1 OR friend_id = ?1")
        try forget("user_block WHERE user_id = ?1 OR blocked_id = ?1")
        try forget("friend_apply WHERE from_user_id = ?1 OR to_user_id = ?1")
        try forget("group_apply WHERE user_id = ?1")
        try forget("group_ban WHERE user_id = ?1")
    }

    /// The rows of the devices stay, emptied: the number of a row that was the newest would be
    /// given to the next device, and with it what is still noted of this one.
    private func forgetDevices() throws {
        try forget("access_token WHERE user_id = ?1")
        try forget(
            "delivery_cursor WHERE device IN (SELECT id FROM device WHERE user_id = ?1)")
        try db.execute(
            sql: """
                UPDATE device SET device_id = 'deleted-' || id, device_type = '',
                    client_type = '', push_id = '', first_auth_time = 0, last_seen_time = 0,
                    revoked_time = ?2 WHERE user_id = ?1
                """, arguments: [userID, context.now])
        try forget("reserved_message_id WHERE user_id = ?1")
    }

    private func forgetUser() throws {
        try forget("outside_identity WHERE user_id = ?1")
        try forget("bot WHERE user_id = ?1")
        var account = "deleted-\(userID)"
        while try Int64.fetchOne(
            db, sql: "SELECT 1 FROM user WHERE account = ?", arguments: [account]) != nil
        {
            account = "deleted-\(userID)-\(UInt32.random(in: 0...UInt32.max))"
        }
        try db.execute(
            sql: """
                UPDATE user SET account = ?2, password_hash = NULL, nickname = ?3, gender = 0,
                    birthdate = '', avatar = '', signature = '', city = '', province = '',
                    phone = NULL, ban_reason = '', last_seen_time = 0, deleted_time = ?4
                WHERE id = ?1
                """, arguments: [userID, account, AccountDeletion.nickname, context.now])
    }

    private func forget(_ what: String) throws {
        try db.execute(sql: "DELETE FROM \(what)", arguments: [userID])
    }
}
