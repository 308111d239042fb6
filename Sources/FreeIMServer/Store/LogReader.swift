import FreeIMProtocol
import GRDB
import NIOCore

/// Reads one conversation's log in one snapshot, the tail and the on-disk index together.
///
/// The tail's entries must be taken before the snapshot is opened.
struct LogReader {
    /// Bytes of a page beside its messages.
    static let pageBytesReserve = 200

    let db: Database
    let chatroomID: Int64
    let entries: ContiguousArray<MessageTail.Entry>

    /// Newest seq ever given; 0: none was. When retention removed every entry, the seq before the
    /// next one.
    func headSeq() throws -> Int64 {
        if let last = entries.last { return last.seq }
        return try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT coalesce(
                        (SELECT max(seq) FROM message_seq WHERE chatroom_id = ?1),
                        (SELECT first_seq - 1 FROM chatroom WHERE id = ?1), 0)
                    """),
            arguments: [chatroomID]) ?? 0
    }

    /// The seq of that ID, or the lowest seq whose ID is greater; nil: none is.
    func position(of id: MessageID) throws -> (seq: Int64, isExact: Bool)? {
        let type = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT type FROM chatroom WHERE id = ?"),
            arguments: [chatroomID])
        let own = MessageID(
            stamp: id.stamp, chatroomType: IMChatroomType(rawValue: type ?? 0) ?? .unknown,
            chatroomID: chatroomID)
        // An ID of another conversation with the same stamp stands before or behind one of here.
        let stamp = Int64(id.stamp) + (id > own ? 1 : 0)
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT stamp, seq FROM message_stamp WHERE chatroom_id = ? AND stamp >= ?
                    ORDER BY stamp LIMIT 1
                    """),
            arguments: [chatroomID, stamp])
        var best: (stamp: Int64, seq: Int64)? = row.map { ($0[0], $0[1]) }
        for entry in entries where entry.stamp >= stamp {
            if best.map({ entry.stamp < $0.stamp }) ?? true { best = (entry.stamp, entry.seq) }
        }
        return best.map { ($0.seq, id == own && $0.stamp == stamp) }
    }

    /// Fills `slice` with messages of `range`, from its low end up (or from its high end down),
    /// as many as `limit` and `bytesMax` allow and at least one.
    func fill(
        _ slice: inout SyncSlice, range: ClosedRange<Int64>, newestFirst: Bool, limit: Int,
        bytesMax: Int
    ) throws {
        var bytes = LogReader.pageBytesReserve
        var items: [[UInt8]] = []
        var seq = newestFirst ? range.upperBound : range.lowerBound
        let step: Int64 = newestFirst ? -1 : 1
        let version = slice.version
        func take(_ body: [UInt8]) -> Bool {
            if body.count == 1 {  // No message is so short: a seq skipped by a fault on purpose.
                seq += step
                return true
            }
            let item = LogReader.encode(body, version)
            let size = item.count + 4
            if !items.isEmpty, bytes + size > bytesMax || items.count >= limit { return false }
            bytes += size
            items.append(item)
            seq += step
            return true
        }
        let tailFirst = entries.first?.seq ?? Int64.max
        var isOpen = true
        while isOpen, range.contains(seq) {
            if seq >= tailFirst {
                guard let body = try body(row: entries[Int(seq - tailFirst)].row) else { break }
                isOpen = take(body)
            } else {
                let end = newestFirst ? range.lowerBound : min(range.upperBound, tailFirst - 1)
                isOpen = try readIndexed(from: seq, to: end, limit: limit - items.count + 1, take)
                if isOpen, seq != end + step { break }  // A hole would be a fault; serve no more.
            }
        }
        slice.items = newestFirst ? items.reversed() : items
        slice.lastSeq = newestFirst ? range.upperBound : seq - 1
        slice.hasMore = range.contains(seq)
    }

    /// Reads indexed messages from one seq to another, in that direction, until `take` says no.
    private func readIndexed(
        from: Int64, to end: Int64, limit: Int, _ take: ([UInt8]) -> Bool
    ) throws -> Bool {
        let order = from <= end ? "ASC" : "DESC"
        let select = try RawStatement(
            db,
            """
            SELECT m.body, s.seq FROM message_seq s JOIN message m ON m.id = s.message_id
            WHERE s.chatroom_id = ?1 AND s.seq BETWEEN ?2 AND ?3
            ORDER BY s.seq \(order) LIMIT ?4
            """)
        select.bind(chatroomID, min(from, end), max(from, end), Int64(max(limit, 1)))
        var isOpen = true
        try select.forEach { row in
            isOpen = take(row.blob(0))
            return isOpen
        }
        return isOpen
    }

    /// One message's stored bytes.
    func body(row: Int64) throws -> [UInt8]? {
        let select = try db.cachedStatement(sql: "SELECT body FROM message WHERE id = ?")
        return try Row.fetchOne(select, arguments: [row]).map { row in
            try row.withUnsafeData(atIndex: 0) { data in data.map { Array($0) } ?? [] }
        }
    }

    private static func encode(_ body: [UInt8], _ version: BodyVersion) -> [UInt8] {
        guard version == .json else { return body }
        let item = try? BodyCoding.decode(
            IMMessageItem.self, from: ByteBuffer(bytes: body), version: .protobuf)
        return BodyCoding.encode(item ?? IMMessageItem(), version: .json)
    }
}
