import FreeIMProtocol
import GRDB

extension StoreWriter {
    /// The chatroom as of this place in the log; nil: it does not exist.
    func room(_ chatroomID: Int64, _ db: Database) throws -> RoomState? {
        if let room = rooms[chatroomID] { return room }
        guard
            let type = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT type FROM chatroom WHERE id = ?"),
                arguments: [chatroomID])
        else { return nil }
        var room = RoomState(
            type: IMChatroomType(rawValue: type) ?? .unknown, head: try head(chatroomID))
        if room.type == .single { room.single = try single(chatroomID, db) }
        if room.type == .group { room.group = try group(chatroomID, db) }
        rooms[chatroomID] = room
        return room
    }

    /// Newest seq committed; uncommitted entries live in `rooms` alone.
    private func head(_ chatroomID: Int64) throws -> Int64 {
        if let head = headsOfBatch[chatroomID] { return head }
        if let last = tail.entries(chatroomID).last { return last.seq }
        statements?.head.bind(chatroomID)
        return try statements?.head.firstInt64() ?? 0
    }

    /// The member as of this place in the log; nil: not a member.
    func member(_ chatroomID: Int64, _ userID: Int64) throws -> MemberState? {
        if let known = members[chatroomID]?[userID] { return known }
        var found: MemberState?
        statements?.member.bind(chatroomID, userID)
        try statements?.member.forEach { row in
            found = MemberState(
                role: Int(row.int64(0)), mutedUntil: row.int64(1), firstSeq: row.int64(2))
            return false
        }
        members[chatroomID, default: [:]].updateValue(found, forKey: userID)
        membersCached += 1
        return found
    }

    /// Throws unless that user may send there now.
    func checkMaySend(_ userID: Int64, _ chatroomID: Int64, _ db: Database) throws {
        guard let member = try member(chatroomID, userID), let room = try room(chatroomID, db)
        else {
            throw Refusal(.notMember, "You are not a member of this conversation.")
        }
        if room.type == .system {
            throw Refusal(.forbidden, "Only the operators write here.")
        }
        if let single = room.single {
            let refusal = userID == single.low ? single.refusalOfLow : single.refusalOfHigh
            if let refusal { throw refusal }
        }
        guard let group = room.group else { return }
        if group.isDissolved {
            throw Refusal(.notMember, "You are not a member of this conversation.")
        }
        // Everybody muted: all but the admins. One by name may be an admin, never the owner.
        let until = max(
            member.role == 0 ? group.mutedUntil : 0, member.role < 2 ? member.mutedUntil : 0)
        if until > now {
            throw Refusal(
                .muted, "You are muted here for \((until - now + 999) / 1_000) more seconds.")
        }
    }

    /// The single chat that a send with ToUserId goes to; made when the policy allows.
    func singleChat(_ send: SendRequest, _ db: Database) throws -> Int64 {
        let peer = send.item.toUserID
        if peer == 0 {
            throw Refusal(.malformedBody, "A send needs a ChatroomId or a ToUserId.")
        }
        if peer == send.userID {
            throw Refusal(.forbidden, "One cannot send to oneself.")
        }
        let pair = UserPair(send.userID, peer)
        if let known = singles[pair] { return known }
        let found = try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT chatroom_id FROM single_chat WHERE user_low = ? AND user_high = ?"),
            arguments: [pair.low, pair.high])
        if let found {
            singles[pair] = found
            return found
        }
        guard options.isMessagingOpen else {
            throw Refusal(.notFriend, "You are not friends; send a friend request first.")
        }
        return try openSingleChat(pair, db)
    }

    private func openSingleChat(_ pair: UserPair, _ db: Database) throws -> Int64 {
        let count = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM user WHERE id IN (?, ?) AND deleted_time IS NULL",
            arguments: [pair.low, pair.high])
        guard count == 2 else { throw Refusal(.notFound, "There is no such user.") }
        let refusals = try singleRefusals(pair, db)
        if let refusal = refusals.low ?? refusals.high { throw refusal }
        return try WriteContext(db: db, writer: self).createSingleChat(pair)
    }

    private func single(_ chatroomID: Int64, _ db: Database) throws -> RoomState.Single? {
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT user_low, user_high FROM single_chat WHERE chatroom_id = ?"),
                arguments: [chatroomID])
        else { return nil }
        let pair = UserPair(row[0], row[1])
        let refusals = try singleRefusals(pair, db)
        return RoomState.Single(
            low: pair.low, high: pair.high, refusalOfLow: refusals.low,
            refusalOfHigh: refusals.high)
    }

    private func singleRefusals(
        _ pair: UserPair, _ db: Database
    ) throws -> (low: Refusal?, high: Refusal?) {
        let deleted = try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM user WHERE id IN (?, ?) AND deleted_time IS NOT NULL"),
            arguments: [pair.low, pair.high])
        if deleted != nil {
            let gone = Refusal(.notFound, "This user has deleted the account.")
            return (gone, gone)
        }
        let blockers = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT user_id FROM user_block WHERE (user_id = ?1 AND blocked_id = ?2)
                        OR (user_id = ?2 AND blocked_id = ?1)
                    """),
            arguments: [pair.low, pair.high])
        if !blockers.isEmpty {
            let theirs = Refusal(.blocked, "This user does not take messages from you.")
            let own = Refusal(.blocked, "You have blocked this user; unblock first.")
            return (
                blockers.contains(pair.low) ? own : theirs,
                blockers.contains(pair.high) ? own : theirs
            )
        }
        if options.isMessagingOpen { return (nil, nil) }
        let directions = try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) FROM friendship WHERE (user_id = ?1 AND friend_id = ?2)
                        OR (user_id = ?2 AND friend_id = ?1)
                    """),
            arguments: [pair.low, pair.high])
        if directions == 2 { return (nil, nil) }
        let stranger = Refusal(.notFriend, "You are not friends; send a friend request first.")
        return (stranger, stranger)
    }

    private func group(_ chatroomID: Int64, _ db: Database) throws -> RoomState.Group? {
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT muted_until, dissolved_time IS NOT NULL FROM chat_group
                        WHERE chatroom_id = ?
                        """),
                arguments: [chatroomID])
        else { return nil }
        return RoomState.Group(mutedUntil: row[0], isDissolved: row[1])
    }

    /// Writes a cursor that moved; it never moves back.
    func write(_ change: CursorChange) throws {
        switch change {
        case .acknowledged(let device, let chatroomID, let seq):
            statements?.moveCursor.bind(device, chatroomID, seq)
            try statements?.moveCursor.run()
        case .receipt(let userID, let chatroomID, let deliveredSeq, let readSeq):
            statements?.moveReceipt.bind(chatroomID, userID, deliveredSeq, readSeq)
            try statements?.moveReceipt.run()
        case .seen(let userID, let device, let time):
            statements?.seenUser.bind(userID, time)
            try statements?.seenUser.run()
            statements?.seenDevice.bind(device, time)
            try statements?.seenDevice.run()
        }
    }
}
