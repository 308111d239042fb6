import FreeIMProtocol
import GRDB

/// What a process looks at that is told of changes by nobody: enough to say what changed.
struct CacheGlimpse: Sendable, Equatable {
    struct Chat: Sendable, Equatable {
        /// What the list shows: numbers, title, place.
        var facts: [Int64]
        var title: String
        /// Messages held, and the newest of them.
        var held: Int64
        var newest: Int64
        var peerRead: Int64
        var peerDelivered: Int64
    }

    struct Send: Sendable, Equatable {
        var chatroomID: Int64
        var failure: String?
    }

    var chats: [Int64: Chat] = [:]
    var sends: [String: Send] = [:]
    /// How the connection of the owner is.
    var link = ""
}

extension Cache {
    static let linkKey = "link"

    /// What another process may have changed.
    func glimpse() throws -> CacheGlimpse {
        try reading { db in
            var glimpse = CacheGlimpse()
            let held = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT chatroom_id, sum(high_seq - low_seq + 1), max(high_seq)
                        FROM held_range GROUP BY chatroom_id
                        """))
            let counts = Dictionary(
                held.map { ($0[0] as Int64, (count: $0[1] as Int64, newest: $0[2] as Int64)) }
            ) { $1 }
            let chats = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT chatroom_id, title, peer_read_seq, peer_delivered_seq, head_seq,
                            read_seq, notify_level, pinned, member_count, updated_time,
                            coalesce(left_time, 0) FROM conversation
                        """))
            for row in chats {
                let chatroomID: Int64 = row[0]
                glimpse.chats[chatroomID] = CacheGlimpse.Chat(
                    facts: (4...10).map { row[$0] }, title: row[1],
                    held: counts[chatroomID]?.count ?? 0,
                    newest: counts[chatroomID]?.newest ?? 0, peerRead: row[2],
                    peerDelivered: row[3])
            }
            let sends = try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT client_message_id, chatroom_id, failure FROM outbox"))
            for row in sends {
                glimpse.sends[row[0]] = CacheGlimpse.Send(chatroomID: row[1], failure: row[2])
            }
            glimpse.link =
                try String.fetchOne(
                    db.cachedStatement(sql: "SELECT value FROM meta WHERE key = ?"),
                    arguments: [Cache.linkKey]) ?? ""
            return glimpse
        }
    }
}
