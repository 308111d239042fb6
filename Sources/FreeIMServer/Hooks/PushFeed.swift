import FreeIMProtocol
import GRDB

/// Tells the push service of messages to users with no device on line.
///
/// Without the texts: they would pass through a service and a phone's lock screen. The app fetches
/// what it shows.
struct PushFeed: HookFeed {
    /// Messages that one call tells of, the newest; older ones are counted.
    static let messagesMax = 100
    /// Users looked at for one super-large group and batch: those mentioned first.
    static let mentionedMax = 1_000
    /// Conversations looked at in one snapshot.
    static let roomsPerRead = 64

    let kind = HookCall.Kind.push
    let batchMax = 2_000
    let gather: Duration
    let url: String
    /// Members of a group beyond which only those mentioned by name are told.
    let groupMembersMax: Int
    let store: Store
    let directory: DeviceDirectory
    let queue: HookQueue

    /// A member who may have to be told.
    private struct Recipient {
        let userID: Int64
        let firstSeq: Int64
        let readSeq: Int64
        /// Only messages that mention the user.
        let isSilent: Bool
    }

    func drafts(_ entries: [LogFollower.Entry]) async throws -> [HookCall.Draft] {
        let now = WallClock.milliseconds()
        let told = entries.filter { PushFeed.isTold($0.item) }
        let fresh = told.filter { $0.item.messageSendTime + HookQueue.ageMsMax >= now }
        if fresh.count < told.count {
            queue.count { $0.expired += told.count - fresh.count }
        }
        let rooms = Dictionary(grouping: fresh, by: \.item.chatroomID)
        var rows: [Int64: [Int64]] = [:]
        let chatrooms = rooms.keys.sorted()
        for start in stride(from: 0, to: chatrooms.count, by: PushFeed.roomsPerRead) {
            let part = chatrooms[start..<min(start + PushFeed.roomsPerRead, chatrooms.count)]
            let found = try await store.read { db in
                var found: [(userID: Int64, row: Int64)] = []
                for chatroomID in part {
                    found += try recipients(db, chatroomID, rooms[chatroomID] ?? [])
                }
                return found
            }
            for (userID, row) in found { rows[userID, default: []].append(row) }
        }
        return rows.sorted { $0.key < $1.key }.map { userID, rows in
            let kept = rows.sorted().suffix(PushFeed.messagesMax)
            return HookCall.Draft(
                userID: userID, url: url, rows: Array(kept), omitted: rows.count - kept.count)
        }
    }

    /// Messages of people: not what the server writes, not what acts on another message.
    private static func isTold(_ item: IMMessageItem) -> Bool {
        !(8...12).contains(item.code.rawValue) && !(20...22).contains(item.code.rawValue)
    }

    private func recipients(
        _ db: Database, _ chatroomID: Int64, _ entries: [LogFollower.Entry]
    ) throws -> [(userID: Int64, row: Int64)] {
        let type = entries.first?.item.chatroomType ?? .unknown
        let isLarge = try isLarge(db, chatroomID, type)
        let members =
            isLarge
            ? try mentioned(db, chatroomID, entries) : try members(db, chatroomID)
        var found: [(userID: Int64, row: Int64)] = []
        for member in members where directory.devices(member.userID).isEmpty {
            for entry in entries {
                let item = entry.item
                if item.userID == member.userID || item.seq < member.firstSeq
                    || item.seq <= member.readSeq
                {
                    continue
                }
                let isNamed = item.mentions.contains(member.userID)
                if isLarge, !isNamed { continue }
                if member.isSilent, !isNamed, !item.mentions.contains(-1) { continue }
                found.append((member.userID, entry.row))
            }
        }
        return found
    }

    /// Whether only those mentioned are told there; what is said to everybody is such, too.
    private func isLarge(
        _ db: Database, _ chatroomID: Int64, _ type: IMChatroomType
    ) throws -> Bool {
        if type == .single { return false }
        let sql = "SELECT 1 FROM member WHERE chatroom_id = ? LIMIT 1 OFFSET ?"
        return try Int.fetchOne(
            db.cachedStatement(sql: sql), arguments: [chatroomID, groupMembersMax]) != nil
    }

    /// Whom a push can reach: the notify level 2 takes none.
    private static let select = """
        SELECT m.user_id, m.first_seq, m.read_seq, m.notify_level FROM member m
        WHERE m.chatroom_id = ?1 AND m.notify_level < 2 AND EXISTS (
            SELECT 1 FROM device d WHERE d.user_id = m.user_id AND d.push_id <> '')
            AND \(Membership.isAlive)
        """

    private func members(_ db: Database, _ chatroomID: Int64) throws -> [Recipient] {
        try Row.fetchAll(
            db.cachedStatement(sql: PushFeed.select), arguments: [chatroomID]
        ).map { recipient($0, chatroomID) }
    }

    private func mentioned(
        _ db: Database, _ chatroomID: Int64, _ entries: [LogFollower.Entry]
    ) throws -> [Recipient] {
        let named = Set(entries.flatMap(\.item.mentions)).filter { $0 > 0 }
        let statement = try db.cachedStatement(sql: PushFeed.select + " AND m.user_id = ?2")
        return try named.sorted().prefix(PushFeed.mentionedMax).compactMap { userID in
            try Row.fetchOne(statement, arguments: [chatroomID, userID])
                .map { recipient($0, chatroomID) }
        }
    }

    private func recipient(_ row: Row, _ chatroomID: Int64) -> Recipient {
        let userID: Int64 = row[0]
        return Recipient(
            userID: userID, firstSeq: row[1],
            readSeq: store.readSeq(userID: userID, chatroomID: chatroomID, written: row[2]),
            isSilent: row[3] as Int == 1)
    }

    func prepared(_ call: HookCall) async throws -> (url: String, body: [UInt8])? {
        // Whoever is on line gets them there.
        guard directory.devices(call.userID).isEmpty else { return nil }
        let now = WallClock.milliseconds()
        let (pushIDs, messages) = try await store.read { db in
            let pushIDs = try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT d.push_id FROM device d WHERE d.user_id = ?1 AND d.push_id <> ''
                            AND \(Accounts.isOpen) ORDER BY d.id
                        """), arguments: [call.userID, now])
            if pushIDs.isEmpty { return (pushIDs, [JSONValue]()) }
            let oldest = now - HookQueue.ageMsMax
            let items = try store.items(db, rows: call.rows).filter {
                $0.messageSendTime >= oldest
            }
            return (pushIDs, try items.compactMap { try message(db, $0, call.userID) })
        }
        if messages.isEmpty { return nil }
        let body: JSONValue = [
            "kind": "push", "user_id": .int(call.userID),
            "push_ids": .array(pushIDs.map { .string($0) }), "messages": .array(messages),
            "omitted": .int(Int64(call.omitted)),
        ]
        return (call.url, try body.bytes())
    }

    /// What is told of a message; nil: it was read or recalled, or the user is no member any more.
    private func message(
        _ db: Database, _ item: IMMessageItem, _ userID: Int64
    ) throws -> JSONValue? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT m.read_seq, m.notify_level FROM member m
                    WHERE m.chatroom_id = ? AND m.user_id = ? AND \(Membership.isAlive)
                    """), arguments: [item.chatroomID, userID])
        guard let row else { return nil }
        let (written, level): (Int64, Int) = (row[0], row[1])
        if level >= 2 { return nil }
        let readSeq = store.readSeq(
            userID: userID, chatroomID: item.chatroomID, written: written)
        if try item.seq <= readSeq || store.isRecalled(db, item) { return nil }
        return [
            "chatroom_id": .int(item.chatroomID),
            "chatroom_type": .int(Int64(item.chatroomType.rawValue)),
            "message_id": .string(item.messageID), "seq": .int(item.seq),
            "user_id": .int(item.userID), "code": .int(Int64(item.code.rawValue)),
            "message_send_time": .int(item.messageSendTime),
            "mentioned": .bool(item.mentions.contains(userID) || item.mentions.contains(-1)),
        ]
    }
}
