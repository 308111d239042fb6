import FreeIMProtocol
import GRDB
import NIOCore

extension Store {
    /// The conversation list, most recently updated first; call on a reader's thread.
    func conversations(
        _ request: IMConversationsRequest, userID: Int64, device: Int64, bytesMax: Int,
        version: BodyVersion
    ) throws -> IMConversationsPage {
        let asked = request.limit == 0 ? Limits.conversationsPageDefault : Int(request.limit)
        let limit = min(max(asked, 1), Limits.conversationsPageMax)
        let cursor = try ConversationCursor(request.cursor)
        let chatroomIDs = try pool.read { db in try Store.chatroomIDs(db, of: userID) }
        let tails = Dictionary(
            chatroomIDs.map { ($0, tail.entries($0)) }, uniquingKeysWith: { first, _ in first })
        return try pool.read { db in
            let lister = ConversationLister(
                db: db, store: self, userID: userID, device: device, tails: tails)
            var listed = try lister.heads()
            listed.sort { ($0.stamp, $0.chatroomID) > ($1.stamp, $1.chatroomID) }
            if let cursor {
                listed.removeAll {
                    ($0.stamp, $0.chatroomID) >= (cursor.stamp, cursor.chatroomID)
                }
            }
            return try lister.page(listed, limit: limit, bytesMax: bytesMax, version: version)
        }
    }

    /// One conversation, for HTTP, where no device is concerned. Throws `not_member`.
    func conversation(_ chatroomID: Int64, userID: Int64) async throws -> IMConversation {
        let tails = [chatroomID: tail.entries(chatroomID)]
        return try await read { [self] db in
            _ = try Store.firstSeq(db, chatroomID, userID)
            let lister = ConversationLister(
                db: db, store: self, userID: userID, device: 0, tails: tails)
            let page = try lister.page(
                [ConversationLister.Listed(chatroomID: chatroomID, stamp: 0)], limit: 1,
                bytesMax: Int.max, version: .protobuf)
            guard let found = page.items.first else { throw Refusal.notMember }
            return found
        }
    }

    /// A page of the conversation list for HTTP, and how many conversations there are.
    func conversations(
        userID: Int64, offset: Int, limit: Int
    ) async throws -> ([IMConversation], total: Int) {
        let tails = Dictionary(
            try await read { db in try Store.chatroomIDs(db, of: userID) }
                .map { ($0, tail.entries($0)) }, uniquingKeysWith: { first, _ in first })
        return try await read { [self] db in
            let lister = ConversationLister(
                db: db, store: self, userID: userID, device: 0, tails: tails)
            var listed = try lister.heads()
            listed.sort { ($0.stamp, $0.chatroomID) > ($1.stamp, $1.chatroomID) }
            let part = Array(listed.dropFirst(offset).prefix(limit))
            let page = try lister.page(
                part, limit: limit, bytesMax: Int.max, version: .protobuf)
            return (page.items, listed.count)
        }
    }

    private static func chatroomIDs(_ db: Database, of userID: Int64) throws -> [Int64] {
        try Int64.fetchAll(
            db.cachedStatement(sql: "SELECT chatroom_id FROM member WHERE user_id = ?"),
            arguments: [userID])
    }
}

/// Where a page of the conversation list ended: `stamp.chatroomID`.
struct ConversationCursor {
    let stamp: Int64
    let chatroomID: Int64

    init(stamp: Int64, chatroomID: Int64) {
        self.stamp = stamp
        self.chatroomID = chatroomID
    }

    /// nil for the empty text; throws for what is no cursor.
    init?(_ text: String) throws {
        if text.isEmpty { return nil }
        let parts = text.split(separator: ".").map { Int64($0) }
        guard parts.count == 2, let stamp = parts[0], let chatroomID = parts[1] else {
            throw Refusal(.malformedBody, "The Cursor is not one that this server gave.")
        }
        self.init(stamp: stamp, chatroomID: chatroomID)
    }

    var text: String { "\(stamp).\(chatroomID)" }
}
