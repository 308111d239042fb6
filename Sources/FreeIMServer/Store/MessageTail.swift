import NIOConcurrencyHelpers

/// The newest part of the log that the on-disk indexes do not hold yet: which row holds which seq.
///
/// The writer publishes entries after their commit and trims them after they are indexed; readers
/// look here first and open their snapshot afterwards, so an entry is always in one of the two.
final class MessageTail: Sendable {
    /// One committed message that is not indexed yet.
    struct Entry: Sendable {
        let seq: Int64
        let stamp: Int64
        let row: Int64
        let userID: Int64
    }

    /// One chatroom's unindexed entries, ascending and dense by seq.
    struct Room: Sendable {
        var entries: ContiguousArray<Entry> = []
    }

    private let rooms = NIOLockedValueBox<[Int64: Room]>([:])

    /// The unindexed entries of a chatroom; empty when all are indexed.
    func entries(_ chatroomID: Int64) -> ContiguousArray<Entry> {
        rooms.withLockedValue { $0[chatroomID]?.entries ?? [] }
    }

    /// The newest unindexed seqs of those chatrooms; absent where all are indexed.
    func heads(_ chatroomIDs: [Int64]) -> [Int64: Int64] {
        rooms.withLockedValue { rooms in
            var heads: [Int64: Int64] = [:]
            for chatroomID in chatroomIDs {
                if let last = rooms[chatroomID]?.entries.last { heads[chatroomID] = last.seq }
            }
            return heads
        }
    }

    /// Adds entries that were just committed, in commit order.
    func publish(_ committed: [(chatroomID: Int64, entry: Entry)]) {
        if committed.isEmpty { return }
        rooms.withLockedValue { rooms in
            for (chatroomID, entry) in committed {
                rooms[chatroomID, default: Room()].entries.append(entry)
            }
        }
    }

    /// Drops what is indexed: the entries of those chatrooms with a row up to `row`.
    func trim(_ chatroomIDs: Set<Int64>, through row: Int64) {
        rooms.withLockedValue { rooms in
            for chatroomID in chatroomIDs {
                guard var room = rooms.removeValue(forKey: chatroomID) else { continue }
                if let keep = room.entries.firstIndex(where: { $0.row > row }) {
                    room.entries.removeSubrange(..<keep)
                    rooms[chatroomID] = room
                }
            }
        }
    }

    /// Forgets everything, before a reload from the database.
    func removeAll() {
        rooms.withLockedValue { $0.removeAll() }
    }
}
