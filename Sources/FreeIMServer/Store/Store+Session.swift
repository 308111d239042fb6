import FreeIMProtocol
import GRDB

extension Store {
    /// Checks a token for that user and device and loads the device's conversations; call on a
    /// reader's thread. Throws `Refusal` (`bad_token`, `token_expired`).
    func loadSession(
        userID: Int64, deviceID: String, tokenHash: [UInt8], now: Int64
    ) throws -> SessionLoad {
        try pool.read { db in
            let token = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT t.user_id, t.device_id, t.created_time, t.expires_time,
                            b.sends_per_second
                        FROM access_token t
                        JOIN user u ON u.id = t.user_id AND u.deleted_time IS NULL
                        LEFT JOIN bot b ON b.user_id = u.id
                        WHERE t.hash = ?
                        """),
                arguments: [tokenHash.databaseValue])
            guard let token, token["user_id"] == userID else { throw Store.badToken }
            let boundTo: String? = token["device_id"]
            if let boundTo, boundTo != deviceID { throw Store.badToken }
            let expiresTime: Int64 = token["expires_time"]
            if expiresTime <= now {
                throw Refusal(.tokenExpired, "The access token has expired; sign in again.")
            }
            let found = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT id, revoked_time FROM device WHERE user_id = ? AND device_id = ?"
                ),
                arguments: [userID, deviceID])
            let (device, revokedTime): (Int64, Int64) = (
                found?["id"] ?? 0, found?["revoked_time"] ?? 0
            )
            if boundTo == nil, token["created_time"] <= revokedTime { throw Store.badToken }
            return SessionLoad(
                userID: userID, device: device, tokenHash: tokenHash, expiresTime: expiresTime,
                sendsPerSecond: token["sends_per_second"],
                rooms: try Store.rooms(db, userID: userID, device: device))
        }
    }

    /// A bot's own limit of sends a second; nil: no bot.
    func sendsPerSecond(userID: Int64) async throws -> Int? {
        try await read { db in
            try Int.fetchOne(
                db.cachedStatement(sql: "SELECT sends_per_second FROM bot WHERE user_id = ?"),
                arguments: [userID])
        }
    }

    private static let badToken = Refusal(
        .badToken, "The access token is not valid for this user and device; sign in again.")

    private static func rooms(
        _ db: Database, userID: Int64, device: Int64
    ) throws -> [SessionLoad.Room] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT m.chatroom_id, c.type, \(Membership.firstSeq), d.ack_seq,
                    CASE WHEN c.type = 3 THEN \(SystemChat.memberCount)
                        ELSE coalesce(g.member_count, 2) END, m.delivered_seq, m.read_seq
                FROM member m JOIN chatroom c ON c.id = m.chatroom_id
                LEFT JOIN delivery_cursor d ON d.device = ?2 AND d.chatroom_id = m.chatroom_id
                LEFT JOIN chat_group g ON g.chatroom_id = m.chatroom_id
                WHERE m.user_id = ?1 AND g.dissolved_time IS NULL
                """)
        return try Row.fetchAll(statement, arguments: [userID, device]).map { row in
            SessionLoad.Room(
                chatroomID: row[0], type: IMChatroomType(rawValue: row[1]) ?? .unknown,
                firstSeq: row[2], ackSeq: row[3] ?? 0, memberCount: row[4],
                deliveredSeq: row[5] ?? 0, readSeq: row[6] ?? 0)
        }
    }

    /// Registers a device at its first Auth: its cursors start below the newest messages.
    func registerDevice(
        userID: Int64, deviceID: String, deviceType: String, clientType: String, newest: Int64
    ) async throws {
        try await write { context in
            try context.registerDevice(
                userID: userID, deviceID: deviceID, deviceType: deviceType,
                clientType: clientType, newest: newest)
        }
    }

    /// When each of those chatrooms was last active (its newest stamp); on a reader's thread.
    func lastStamps(_ chatroomIDs: [Int64]) throws -> [Int64: Int64] {
        var stamps: [Int64: Int64] = [:]
        var missing: [Int64] = []
        for chatroomID in chatroomIDs {
            if let last = tail.entries(chatroomID).last {
                stamps[chatroomID] = last.stamp
            } else {
                missing.append(chatroomID)
            }
        }
        if missing.isEmpty { return stamps }
        try pool.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT stamp FROM message_stamp WHERE chatroom_id = ?
                    ORDER BY stamp DESC LIMIT 1
                    """)
            for chatroomID in missing {
                stamps[chatroomID] = try Int64.fetchOne(statement, arguments: [chatroomID]) ?? 0
            }
        }
        return stamps
    }
}

extension WriteContext {
    /// Inserts a device that was never seen; harmless when it is there already.
    func registerDevice(
        userID: Int64, deviceID: String, deviceType: String, clientType: String, newest: Int64
    ) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO device (user_id, device_id, device_type, client_type,
                    first_auth_time, last_seen_time)
                SELECT id, ?2, ?3, ?4, ?5, ?5 FROM user WHERE id = ?1 AND deleted_time IS NULL
                """, arguments: [userID, deviceID, deviceType, clientType, now])
        if db.changesCount == 0 { return }
        let device = db.lastInsertedRowID
        let chatroomIDs = try Int64.fetchAll(
            db.cachedStatement(sql: "SELECT chatroom_id FROM member WHERE user_id = ?"),
            arguments: [userID])
        for chatroomID in chatroomIDs {
            let cursor = try nextSeq(chatroomID: chatroomID) - 1 - newest
            if cursor <= 0 { continue }
            try db.execute(
                sql: "INSERT INTO delivery_cursor VALUES (?, ?, ?)",
                arguments: [device, chatroomID, cursor])
        }
    }
}
