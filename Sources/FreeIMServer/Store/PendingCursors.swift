import NIOConcurrencyHelpers

/// Cursors that moved and are not written yet; what a reader of cursors looks at first.
///
/// Cursors may be written late: a crash repeats a push and loses none. Until they are written,
/// a reconnecting device and the conversation list must still see them, hence this table.
final class PendingCursors: Sendable {
    /// A device in a chatroom.
    struct DeviceKey: Hashable, Sendable {
        let device: Int64
        let chatroomID: Int64
    }

    /// A user in a chatroom.
    struct UserKey: Hashable, Sendable {
        let userID: Int64
        let chatroomID: Int64
    }

    /// How far a user's devices together have got.
    struct Receipt: Sendable, Equatable {
        var deliveredSeq: Int64 = 0
        var readSeq: Int64 = 0

        mutating func merge(_ other: Receipt) {
            deliveredSeq = max(deliveredSeq, other.deliveredSeq)
            readSeq = max(readSeq, other.readSeq)
        }
    }

    private struct State {
        var acks: [DeviceKey: Int64] = [:]
        var receipts: [UserKey: Receipt] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// Notes that a device has everything up to `seq`.
    func acknowledged(_ key: DeviceKey, _ seq: Int64) {
        state.withLockedValue { $0.acks[key] = max($0.acks[key] ?? 0, seq) }
    }

    /// Notes how far a user has got.
    func receipt(_ key: UserKey, _ receipt: Receipt) {
        state.withLockedValue { $0.receipts[key, default: Receipt()].merge(receipt) }
    }

    func acknowledged(_ key: DeviceKey) -> Int64 {
        state.withLockedValue { $0.acks[key] ?? 0 }
    }

    func receipt(_ key: UserKey) -> Receipt {
        state.withLockedValue { $0.receipts[key] ?? Receipt() }
    }

    /// All of a device's unwritten cursors among those chatrooms.
    func acknowledged(device: Int64, _ chatroomIDs: [Int64]) -> [Int64: Int64] {
        state.withLockedValue { state in
            var found: [Int64: Int64] = [:]
            for chatroomID in chatroomIDs {
                let key = DeviceKey(device: device, chatroomID: chatroomID)
                if let seq = state.acks[key] { found[chatroomID] = seq }
            }
            return found
        }
    }

    /// All that is unwritten, as changes for the writer.
    func changes() -> [CursorChange] {
        state.withLockedValue { state in
            state.acks.map { key, seq in
                CursorChange.acknowledged(
                    device: key.device, chatroomID: key.chatroomID, seq: seq)
            }
                + state.receipts.map { key, receipt in
                    CursorChange.receipt(
                        userID: key.userID, chatroomID: key.chatroomID,
                        deliveredSeq: receipt.deliveredSeq, readSeq: receipt.readSeq)
                }
        }
    }

    /// Forgets what is written now, unless it moved on meanwhile.
    func written(_ changes: [CursorChange]) {
        state.withLockedValue { state in
            for change in changes {
                switch change {
                case .acknowledged(let device, let chatroomID, let seq):
                    let key = DeviceKey(device: device, chatroomID: chatroomID)
                    if state.acks[key] == seq { state.acks.removeValue(forKey: key) }
                case .receipt(let userID, let chatroomID, let deliveredSeq, let readSeq):
                    let key = UserKey(userID: userID, chatroomID: chatroomID)
                    let receipt = Receipt(deliveredSeq: deliveredSeq, readSeq: readSeq)
                    if state.receipts[key] == receipt { state.receipts.removeValue(forKey: key) }
                case .seen:
                    break
                }
            }
        }
    }
}
