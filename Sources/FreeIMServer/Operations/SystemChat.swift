import FreeIMProtocol
import GRDB

/// Conversations that only the operators write into (ChatroomType 3): one of everybody, made at
/// the first broadcast, and one of each user who was ever written to alone.
enum SystemChat {
    /// What such a conversation is called.
    static let title = "System"
    /// Members as the delivery side counts them: too many for receipts and typing to be told.
    static let memberCount = Int(Int32.max)
    /// Users who join in one job.
    static let joinsPerJob: Int64 = 2_000

    private static let chatroomKey = "system_chatroom_id"
    /// Users up to this ID have joined.
    private static let joinedKey = "system_joined_user_id"

    /// Everybody's; nil: there was no broadcast yet.
    static func everybody(_ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM setting WHERE key = ?"),
            arguments: [chatroomKey])
    }

    /// To be called where an account is made: it hears what is said to everybody from now on.
    static func join(_ context: WriteContext, userID: Int64) throws {
        guard let chatroomID = try everybody(context.db) else { return }
        try context.addMember(
            chatroomID: chatroomID, userID: userID, role: 0,
            firstSeq: try context.nextSeq(chatroomID: chatroomID))
    }

    /// Everybody's, made when there is none, with every account in it; a crash in between is made
    /// good by the next call.
    static func prepare(_ store: Store) async throws -> Int64 {
        let chatroomID = try await store.write { context in
            if let known = try everybody(context.db) { return known }
            let made = try context.createChatroom(type: .system)
            try context.db.execute(
                sql: "INSERT INTO setting (key, value) VALUES (?, ?), (?, 0)",
                arguments: [chatroomKey, made, joinedKey])
            return made
        }
        while try await store.write({ try joinSome($0, chatroomID) }) {}
        return chatroomID
    }

    /// The users of one job; false: all have joined.
    private static func joinSome(_ context: WriteContext, _ chatroomID: Int64) throws -> Bool {
        let joined =
            try Int64.fetchOne(
                context.db, sql: "SELECT value FROM setting WHERE key = ?",
                arguments: [joinedKey]) ?? 0
        let last = try Int64.fetchOne(
            context.db,
            sql: """
                SELECT max(id) FROM (SELECT id FROM user WHERE id > ? ORDER BY id LIMIT ?)
                """, arguments: [joined, joinsPerJob])
        guard let last else { return false }
        try context.addMembers(chatroomID: chatroomID, users: (joined + 1)...last)
        try context.db.execute(
            sql: "UPDATE setting SET value = ? WHERE key = ?", arguments: [last, joinedKey])
        return true
    }

    /// The conversation of the operators with that user alone; made when there is none.
    static func alone(_ context: WriteContext, userID: Int64) throws -> Int64 {
        let known = try Int64.fetchOne(
            context.db,
            sql: """
                SELECT m.chatroom_id FROM member m JOIN chatroom c ON c.id = m.chatroom_id
                WHERE m.user_id = ?1 AND c.type = 3 AND m.chatroom_id <> ?2 LIMIT 1
                """, arguments: [userID, try everybody(context.db) ?? 0])
        if let known { return known }
        let made = try context.createChatroom(type: .system)
        try context.addMember(chatroomID: made, userID: userID, role: 0, firstSeq: 1)
        return made
    }
}
