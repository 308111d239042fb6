import FreeIMProtocol
import GRDB

extension Store {
    /// SYNC for a member; call on a reader's thread. Throws `Refusal`.
    func slice(
        _ request: IMSyncRequest, userID: Int64, bytesMax: Int, version: BodyVersion
    ) throws -> SyncSlice {
        let positions = [
            request.hasAfterSeq, request.hasBeforeSeq, request.hasAfterMessageID,
            request.hasBeforeMessageID,
        ]
        if positions.filter({ $0 }).count > 1 {
            throw Refusal(
                .malformedBody,
                "Give one of AfterSeq, BeforeSeq, AfterMessageId, BeforeMessageId, or none.")
        }
        let began = ServerMetrics.micros()
        let entries = tail.entries(request.chatroomID)
        var slice = try pool.read { db in
            let reader = LogReader(db: db, chatroomID: request.chatroomID, entries: entries)
            let first = try Store.firstSeq(db, request.chatroomID, userID)
            return try Store.slice(
                request, reader, first: first, bytesMax: bytesMax, version: version)
        }
        metrics.pageServed(micros: ServerMetrics.micros() - began)
        if let faultDice { slice.loseOne(faultDice) }
        return slice
    }

    /// The oldest seq that a member may read. Throws `not_member`.
    static func firstSeq(_ db: Database, _ chatroomID: Int64, _ userID: Int64) throws -> Int64 {
        let first = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT \(Membership.firstSeq) FROM member m
                    JOIN chatroom c ON c.id = m.chatroom_id
                    WHERE m.chatroom_id = ? AND m.user_id = ? AND \(Membership.isAlive)
                    """),
            arguments: [chatroomID, userID])
        guard let first else { throw Refusal.notMember }
        return first
    }

    private static func slice(
        _ request: IMSyncRequest, _ reader: LogReader, first: Int64, bytesMax: Int,
        version: BodyVersion
    ) throws -> SyncSlice {
        let head = try reader.headSeq()
        var slice = SyncSlice(
            chatroomID: request.chatroomID, headSeq: head, firstSeq: first, version: version)
        let asked = request.limit == 0 ? Limits.syncPageMessagesDefault : Int(request.limit)
        let limit = min(max(asked, 1), Limits.syncPageMessagesMax)
        let after = try after(request, reader, head: head)
        let before = try before(request, reader, head: head)
        let low = max(first, (after ?? 0) + 1)
        let high = min(head, (before ?? head + 1) - 1)
        slice.lastSeq = after ?? 0
        guard low <= high else { return slice }
        try reader.fill(
            &slice, range: low...high, newestFirst: after == nil, limit: limit,
            bytesMax: bytesMax)
        return slice
    }

    /// The seq behind which to read; nil: no such position was given.
    private static func after(
        _ request: IMSyncRequest, _ reader: LogReader, head: Int64
    ) throws -> Int64? {
        if request.hasAfterSeq { return min(max(request.afterSeq, 0), head) }
        guard request.hasAfterMessageID else { return nil }
        guard let place = try reader.position(of: try id(request.afterMessageID)) else {
            return head
        }
        return place.isExact ? place.seq : place.seq - 1
    }

    /// The seq before which to read; nil: no such position was given.
    private static func before(
        _ request: IMSyncRequest, _ reader: LogReader, head: Int64
    ) throws -> Int64? {
        if request.hasBeforeSeq { return min(max(request.beforeSeq, 1), head + 1) }
        guard request.hasBeforeMessageID else { return nil }
        return try reader.position(of: try id(request.beforeMessageID))?.seq ?? head + 1
    }

    private static func id(_ text: String) throws -> MessageID {
        guard let id = MessageID(text) else {
            throw Refusal(.malformedBody, "'\(text.prefix(32))' is not a message ID.")
        }
        return id
    }

    /// SYNC for HTTP. Throws `Refusal`.
    func sync(
        _ request: IMSyncRequest, userID: Int64, bytesMax: Int
    ) async throws -> IMSyncPage {
        try await withCheckedThrowingContinuation { continuation in
            onReader { [self] in
                continuation.resume(
                    with: Result {
                        try slice(
                            request, userID: userID, bytesMax: bytesMax, version: .protobuf
                        ).page()
                    })
            }
        }
    }

    /// Newest seqs stored of those chatrooms (0: empty); call on a reader's thread.
    func heads(_ chatroomIDs: [Int64]) throws -> [Int64: Int64] {
        var heads = tail.heads(chatroomIDs)
        let missing = chatroomIDs.filter { heads[$0] == nil }
        if missing.isEmpty { return heads }
        try pool.read { db in
            for chatroomID in missing {
                heads[chatroomID] = try LogReader(db: db, chatroomID: chatroomID, entries: [])
                    .headSeq()
            }
        }
        return heads
    }
}
