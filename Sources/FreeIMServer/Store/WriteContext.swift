import FreeIMProtocol
import GRDB

/// What a write job may do beside SQL on `db`; lives on the writer's thread, for the job only.
///
/// What it appends and changes stands at the job's place in the log, and is told to the devices
/// after the commit. When the job throws, all of it is undone.
final class WriteContext {
    /// The writer's connection, inside the batch's transaction.
    let db: Database
    /// Milliseconds since the epoch.
    let now: Int64
    /// How the store was opened.
    var options: StoreOptions { writer.options }
    private let writer: StoreWriter
    private let changesBefore: Int
    private let writtenBefore: Int
    private var headsBefore: [Int64: Int64] = [:]
    private var touchedMembers: [(chatroomID: Int64, userID: Int64)] = []
    private var touchedPairs: [UserPair] = []
    private var touchedRooms: [Int64] = []

    init(db: Database, writer: StoreWriter) {
        self.db = db
        self.writer = writer
        now = writer.now
        changesBefore = writer.batch.changes.count
        writtenBefore = writer.written.count
    }

    /// Appends a log entry that the server writes; `content` is JSON text, `actorID` the user
    /// whose act it is. Throws `not_member` for a chatroom that does not exist.
    @discardableResult
    func append(
        chatroomID: Int64, code: IMMessageCode, content: String, actorID: Int64
    ) throws -> IMMessageItem {
        if headsBefore[chatroomID] == nil {
            headsBefore[chatroomID] = try writer.room(chatroomID, db)?.head
        }
        var item = IMMessageItem()
        item.chatroomID = chatroomID
        item.code = code
        item.content = content
        item.userID = actorID
        try writer.append(&item, keyHash: 0, senderDevice: 0, db)
        return item
    }

    /// Creates a chatroom; its ID.
    func createChatroom(type: IMChatroomType) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO chatroom (type, created_time) VALUES (?, ?)",
            arguments: [type.rawValue, now])
        return db.lastInsertedRowID
    }

    /// Opens the single chat of two users, both its members; its chatroom ID.
    func createSingleChat(_ pair: UserPair) throws -> Int64 {
        let chatroomID = try createChatroom(type: .single)
        try db.execute(
            sql: "INSERT INTO single_chat (user_low, user_high, chatroom_id) VALUES (?, ?, ?)",
            arguments: [pair.low, pair.high, chatroomID])
        touchedPairs.append(pair)
        try addMember(chatroomID: chatroomID, userID: pair.low, role: 0, firstSeq: 1)
        try addMember(chatroomID: chatroomID, userID: pair.high, role: 0, firstSeq: 1)
        return chatroomID
    }

    /// Adds a member; the delivery side follows after the commit.
    func addMember(chatroomID: Int64, userID: Int64, role: Int, firstSeq: Int64) throws {
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO member (chatroom_id, user_id, role, first_seq, joined_time,
                    delivered_seq, read_seq)
                SELECT ?1, ?2, ?3, ?4, ?5, ?4 - 1, ?4 - 1 WHERE NOT EXISTS (
                    SELECT 1 FROM user WHERE id = ?2 AND deleted_time IS NOT NULL)
                """)
        try insert.execute(arguments: [chatroomID, userID, role, firstSeq, now])
        // A call that was under way when its account was deleted comes too late.
        if db.changesCount == 0 { throw Refusal(.notFound, "The account was deleted.") }
        // A member who comes back starts anew: what a device had before is not of this membership.
        let restart = try db.cachedStatement(
            sql: """
                DELETE FROM delivery_cursor WHERE chatroom_id = ?
                    AND device IN (SELECT id FROM device WHERE user_id = ?)
                """)
        try restart.execute(arguments: [chatroomID, userID])
        forget(chatroomID: chatroomID, userID: userID)
        let room = try writer.room(chatroomID, db)
        let memberCount =
            room?.type == .system
            ? SystemChat.memberCount : try changeMemberCount(chatroomID, by: 1)
        writer.batch.changes.append(
            .joined(
                CommittedBatch.Join(
                    chatroomID: chatroomID, userID: userID, firstSeq: firstSeq,
                    headSeq: room?.head ?? 0, type: room?.type ?? .unknown,
                    memberCount: memberCount)))
    }

    /// Adds the accounts with those IDs that are not members of a system conversation yet, from
    /// its beginning; the delivery side follows after the commit.
    func addMembers(chatroomID: Int64, users: ClosedRange<Int64>) throws {
        let added = try Int64.fetchAll(
            db,
            sql: """
                INSERT OR IGNORE INTO member (chatroom_id, user_id, joined_time)
                SELECT ?, id, ? FROM user WHERE id BETWEEN ? AND ? AND deleted_time IS NULL
                RETURNING user_id
                """, arguments: [chatroomID, now, users.lowerBound, users.upperBound])
        let head = try writer.room(chatroomID, db)?.head ?? 0
        for userID in added {
            forget(chatroomID: chatroomID, userID: userID)
            writer.batch.changes.append(
                .joined(
                    CommittedBatch.Join(
                        chatroomID: chatroomID, userID: userID, firstSeq: 1, headSeq: head,
                        type: .system, memberCount: SystemChat.memberCount)))
        }
    }

    /// Keeps a group's number of members; 2 for a single chat.
    func changeMemberCount(_ chatroomID: Int64, by change: Int) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE chat_group SET member_count = member_count + ?
                    WHERE chatroom_id = ? RETURNING member_count
                    """),
            arguments: [change, chatroomID]) ?? 2
    }

    /// Removes a member; the delivery side follows after the commit.
    func removeMember(chatroomID: Int64, userID: Int64) throws {
        try db.cachedStatement(sql: "DELETE FROM member WHERE chatroom_id = ? AND user_id = ?")
            .execute(arguments: [chatroomID, userID])
        _ = try changeMemberCount(chatroomID, by: -1)
        forget(chatroomID: chatroomID, userID: userID)
        writer.batch.changes.append(.left(chatroomID: chatroomID, userID: userID))
    }

    /// Ends a chatroom for all its members at once: from this place in the log on nobody reads it
    /// or sends there, and the devices are told after the commit. The chatroom's group must say
    /// that it is dissolved; its rows of `member` are removed later, in bounded jobs.
    func dissolveChatroom(chatroomID: Int64) {
        permissionsChanged(chatroomID: chatroomID)
        writer.batch.changes.append(.dissolved(chatroomID: chatroomID))
    }

    /// Throws unless that user may send there now: `not_member`, `muted`, `blocked`.
    func checkMaySend(userID: Int64, chatroomID: Int64) throws {
        try writer.checkMaySend(userID, chatroomID, db)
    }

    /// The seq that `append` would give next there.
    func nextSeq(chatroomID: Int64) throws -> Int64 {
        (try writer.room(chatroomID, db)?.head ?? 0) + 1
    }

    /// To be called after a change of anything that decides who may send there: friendship,
    /// blocks, mutes, roles, dissolution.
    func permissionsChanged(chatroomID: Int64) {
        touchedRooms.append(chatroomID)
        forgetRoom(chatroomID)
        writer.members.removeValue(forKey: chatroomID)
    }

    /// After the commit, ends that user's connections; nil: any device, any token.
    func closeConnections(
        userID: Int64, deviceID: String? = nil, tokenHash: [UInt8]? = nil,
        exceptTokenHash: [UInt8]? = nil, reason: QuitReason
    ) {
        writer.batch.changes.append(
            .close(
                ConnectionClosing(
                    userID: userID, deviceID: deviceID, tokenHash: tokenHash,
                    exceptTokenHash: exceptTokenHash, reason: reason)))
    }

    /// A new message ID reserved for that user and chatroom; throws `not_member`.
    func reserveMessageID(chatroomID: Int64, userID: Int64) throws -> String {
        guard try writer.member(chatroomID, userID) != nil,
            let room = try writer.room(chatroomID, db), room.group?.isDissolved != true
        else {
            throw Refusal(.notMember, "You are not a member of this conversation.")
        }
        // Stamps are in the order of time: those whose day is over go with one look.
        try db.execute(
            sql: "DELETE FROM reserved_message_id WHERE stamp < ?",
            arguments: [max(0, now - Reservation.lifetimeMs) << 12])
        if db.changesCount > 0 { try keepNewestStamp() }
        let stamp = writer.generator.next(now: now)
        try db.execute(
            sql: "INSERT INTO reserved_message_id VALUES (?, ?, ?, ?)",
            arguments: [Int64(stamp), userID, chatroomID, now])
        return MessageID(stamp: stamp, chatroomType: room.type, chatroomID: chatroomID).text
    }

    /// Has the tail indexed soon, however short it is.
    func hastenIndexing() {
        writer.indexer?.hasten()
    }

    /// Notes the newest stamp given: none is given twice, also when the rows that show it are gone
    /// and the clock steps back over a restart.
    func keepNewestStamp() throws {
        try db.execute(
            sql: """
                INSERT INTO setting (key, value) VALUES ('newest_stamp', ?1)
                ON CONFLICT (key) DO UPDATE SET value = max(value, ?1)
                """, arguments: [Int64(writer.generator.last)])
    }

    /// Writes a cursor that moved; it never moves back.
    func write(_ change: CursorChange) throws {
        try writer.write(change)
    }

    /// The chatroom as of this place in the log; nil: it does not exist.
    func room(_ chatroomID: Int64) throws -> RoomState? { try writer.room(chatroomID, db) }

    /// Tells the devices of a change after the commit.
    func tell(_ change: CommittedBatch.Change) { writer.batch.changes.append(change) }

    /// Takes back what the job did outside the database.
    func undo() {
        writer.batch.changes.removeSubrange(changesBefore...)
        writer.written.removeSubrange(writtenBefore...)
        for touched in touchedMembers {
            writer.members[touched.chatroomID]?.removeValue(forKey: touched.userID)
        }
        for pair in touchedPairs { writer.singles.removeValue(forKey: pair) }
        for chatroomID in touchedRooms {
            forgetRoom(chatroomID)
            writer.members.removeValue(forKey: chatroomID)
        }
        for (chatroomID, head) in headsBefore {
            writer.rooms.removeValue(forKey: chatroomID)
            writer.headsOfBatch[chatroomID] = head
        }
    }

    func forget(chatroomID: Int64, userID: Int64) {
        touchedMembers.append((chatroomID, userID))
        writer.members[chatroomID]?.removeValue(forKey: userID)
    }

    /// Drops what is cached of a chatroom but its head, which this batch may have moved.
    private func forgetRoom(_ chatroomID: Int64) {
        guard let room = writer.rooms.removeValue(forKey: chatroomID) else { return }
        writer.headsOfBatch[chatroomID] = room.head
    }
}
