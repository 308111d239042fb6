import FreeIMProtocol
import GRDB
import NIOCore

/// Sends what one conversation holds on to others: each place is a send of its own, with its own
/// checks, its own key and its own answer.
struct Forwarding: Sendable {
    /// Conversations in one call.
    static let placesMax = 20

    let store: Store
    let userID: Int64
    let deviceID: String
    let clientType: String

    /// Sends on; an item for each place, `error` saying why not there. Throws when it can go
    /// nowhere: what the message's own refusal is, or the first place's when every place refused.
    func send(
        _ messageID: String, of chatroomID: Int64, to places: [Int64], ids: [String]
    ) async throws -> [JSONValue] {
        guard (1...Forwarding.placesMax).contains(places.count), ids.count == places.count else {
            throw Refusal(
                .malformedBody,
                "to_chatroom_ids, ids: 1 to \(Forwarding.placesMax) of each, as many of both.")
        }
        let source = try await source(messageID, of: chatroomID)
        var sent: [JSONValue] = []
        var refusals: [Refusal] = []
        for (place, id) in zip(places, ids) {
            var item = IMMessageItem()
            item.chatroomID = place
            item.code = source.code
            item.content = source.content
            item.clientMessageID = id
            var ack = IMMessageACK()
            var error = ""
            do {
                ack = try await store.send(
                    item, userID: userID, deviceID: deviceID, clientType: clientType)
            } catch let refusal as Refusal {
                refusals.append(refusal)
                error = refusal.code.rawValue
            }
            sent.append([
                "chatroom_id": .int(place), "id": .string(id),
                "message_id": .string(ack.messageID), "seq": .int(ack.seq),
                "duplicate": .bool(ack.duplicate), "error": .string(error),
            ])
        }
        if let first = refusals.first, refusals.count == places.count { throw first }
        return sent
    }

    /// What is sent on, its newest edit in place of what it was. Throws `not_member`, `not_found`,
    /// `conflict` for what was recalled, `forbidden` for what nobody said.
    private func source(_ text: String, of chatroomID: Int64) async throws -> IMMessageItem {
        let entries = store.tail.entries(chatroomID)
        let userID = userID
        return try await store.read { db in
            let first = try Store.firstSeq(db, chatroomID, userID)
            let reader = LogReader(db: db, chatroomID: chatroomID, entries: entries)
            guard let id = MessageID(text), let place = try reader.position(of: id), place.isExact,
                place.seq >= first
            else {
                throw Refusal(.notFound, "message_id names no message of this conversation.")
            }
            var slice = SyncSlice(
                chatroomID: chatroomID, headSeq: place.seq, firstSeq: first, version: .protobuf)
            try reader.fill(
                &slice, range: place.seq...place.seq, newestFirst: false, limit: 1,
                bytesMax: Int.max)
            var item = try Forwarding.decode(slice.items.first)
            if (8...12).contains(item.code.rawValue) || (20...22).contains(item.code.rawValue) {
                throw Refusal(.forbidden, "This entry is no message; it cannot be sent on.")
            }
            let isRecalled = try Bool.fetchOne(
                db, sql: "SELECT 1 FROM recalled_message WHERE chatroom_id = ? AND seq = ?",
                arguments: [chatroomID, place.seq])
            if isRecalled != nil { throw Refusal(.conflict, "The message was recalled.") }
            let edit = try Int64.fetchOne(
                db,
                sql: """
                    SELECT max(message_id) FROM message_edit
                    WHERE chatroom_id = ? AND target_seq = ?
                    """, arguments: [chatroomID, place.seq])
            if let edit, let body = try reader.body(row: edit) {
                item.content = try Forwarding.decode(body).content
            }
            return item
        }
    }

    private static func decode(_ body: [UInt8]?) throws -> IMMessageItem {
        try BodyCoding.decode(
            IMMessageItem.self, from: ByteBuffer(bytes: body ?? []), version: .protobuf)
    }
}
