import FreeIMProtocol
import GRDB
import NIOCore

/// Makes one user's conversation list in one snapshot.
struct ConversationLister {
    /// A conversation and how recent it is.
    struct Listed {
        let chatroomID: Int64
        /// Of the newest message, or of the chatroom's making.
        let stamp: Int64
    }

    let db: Database
    let store: Store
    let userID: Int64
    /// 0: no device, AckSeq is 0 then.
    let device: Int64
    let tails: [Int64: ContiguousArray<MessageTail.Entry>]

    /// All of the user's conversations, unordered.
    func heads() throws -> [Listed] {
        let newest = try db.cachedStatement(
            sql: """
                SELECT m.stamp FROM message_seq s JOIN message m ON m.id = s.message_id
                WHERE s.chatroom_id = ? ORDER BY s.seq DESC LIMIT 1
                """)
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT m.chatroom_id, c.created_time FROM member m
                    JOIN chatroom c ON c.id = m.chatroom_id
                    WHERE m.user_id = ? AND \(Membership.isAlive)
                    """),
            arguments: [userID])
        return try rows.map { row in
            let chatroomID: Int64 = row[0]
            let created: Int64 = row[1]
            if let last = tails[chatroomID]?.last {
                return Listed(chatroomID: chatroomID, stamp: last.stamp)
            }
            let stamp = try Int64.fetchOne(newest, arguments: [chatroomID])
            return Listed(chatroomID: chatroomID, stamp: stamp ?? created << 12)
        }
    }

    /// As many as `limit` and `bytesMax` allow, and at least one.
    func page(
        _ listed: [Listed], limit: Int, bytesMax: Int, version: BodyVersion
    ) throws -> IMConversationsPage {
        var page = IMConversationsPage()
        var bytes = LogReader.pageBytesReserve
        for item in listed {
            var conversation = try conversation(item.chatroomID)
            var size = BodyCoding.encode(conversation, version: version).count + 8
            if size > bytesMax - LogReader.pageBytesReserve {
                conversation.lastMessage.content = ""
                size = BodyCoding.encode(conversation, version: version).count + 8
            }
            if !page.items.isEmpty, page.items.count >= limit || bytes + size > bytesMax {
                break
            }
            bytes += size
            page.items.append(conversation)
        }
        if page.items.count < listed.count, let last = listed.prefix(page.items.count).last {
            page.nextCursor =
                ConversationCursor(stamp: last.stamp, chatroomID: last.chatroomID).text
        }
        return page
    }

    private func conversation(_ chatroomID: Int64) throws -> IMConversation {
        var conversation = IMConversation()
        conversation.chatroomID = chatroomID
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: sql),
                arguments: [
                    chatroomID, userID, device,
                ])
        else { return conversation }
        conversation.chatroomType = IMChatroomType(rawValue: row["type"]) ?? .unknown
        conversation.firstSeq = row["first_seq"]
        conversation.notifyLevel = row["notify_level"]
        conversation.pinned = row["pinned"]
        let own = store.pendingCursors.receipt(
            PendingCursors.UserKey(userID: userID, chatroomID: chatroomID))
        conversation.readSeq = max(row["read_seq"], own.readSeq, conversation.firstSeq - 1)
        let ack = store.pendingCursors.acknowledged(
            PendingCursors.DeviceKey(device: device, chatroomID: chatroomID))
        conversation.ackSeq = max(row["ack_seq"] ?? 0, ack, conversation.firstSeq - 1)
        conversation.updatedTime = row["created_time"]
        switch conversation.chatroomType {
        case .group: try fillGroup(&conversation)
        case .system: conversation.title = SystemChat.title
        case .single, .unknown, .UNRECOGNIZED: try fillSingle(&conversation)
        }
        try fillHead(&conversation)
        return conversation
    }

    private var sql: String {
        """
        SELECT c.type, c.created_time, \(Membership.firstSeq) AS first_seq, m.notify_level,
            m.pinned, m.read_seq, d.ack_seq
        FROM member m JOIN chatroom c ON c.id = m.chatroom_id
        LEFT JOIN delivery_cursor d ON d.device = ?3 AND d.chatroom_id = m.chatroom_id
        WHERE m.chatroom_id = ?1 AND m.user_id = ?2
        """
    }

    private func fillHead(_ conversation: inout IMConversation) throws {
        let chatroomID = conversation.chatroomID
        let reader = LogReader(db: db, chatroomID: chatroomID, entries: tails[chatroomID] ?? [])
        conversation.headSeq = try reader.headSeq()
        guard conversation.headSeq >= conversation.firstSeq else { return }
        var slice = SyncSlice(
            chatroomID: chatroomID, headSeq: conversation.headSeq,
            firstSeq: conversation.firstSeq, version: .protobuf)
        try reader.fill(
            &slice, range: conversation.headSeq...conversation.headSeq, newestFirst: true,
            limit: 1, bytesMax: Int.max)
        guard let body = slice.items.first else { return }
        conversation.lastMessage = try BodyCoding.decode(
            IMMessageItem.self, from: ByteBuffer(bytes: body), version: .protobuf)
        conversation.updatedTime = conversation.lastMessage.messageSendTime
    }

    private func fillGroup(_ conversation: inout IMConversation) throws {
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT id, name, avatar, member_count FROM chat_group
                        WHERE chatroom_id = ?
                        """),
                arguments: [conversation.chatroomID])
        else { return }
        conversation.peerID = row["id"]
        conversation.title = row["name"]
        conversation.picture = row["avatar"]
        conversation.memberCount = row["member_count"]
    }

    private func fillSingle(_ conversation: inout IMConversation) throws {
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT u.id, u.nickname, u.account, u.avatar, f.remark,
                            m.delivered_seq, m.read_seq
                        FROM member m JOIN user u ON u.id = m.user_id
                        LEFT JOIN friendship f ON f.user_id = ?2 AND f.friend_id = u.id
                        WHERE m.chatroom_id = ?1 AND m.user_id <> ?2
                        """),
                arguments: [conversation.chatroomID, userID])
        else { return }
        let names: [String] = [row["remark"] ?? "", row["nickname"], row["account"]]
        conversation.peerID = row["id"]
        conversation.title = names.first { !$0.isEmpty } ?? ""
        conversation.picture = row["avatar"]
        conversation.memberCount = 2
        let peer = store.pendingCursors.receipt(
            PendingCursors.UserKey(
                userID: conversation.peerID, chatroomID: conversation.chatroomID))
        conversation.peerDeliveredSeq = max(row["delivered_seq"], peer.deliveredSeq)
        conversation.peerReadSeq = max(row["read_seq"], peer.readSeq)
    }
}
