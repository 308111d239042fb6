import FreeIMProtocol
import NIOCore

/// What a hub with faults remembers; confined to its event loop.
final class HubFaults {
    /// One connection's part in one conversation.
    struct Place: Hashable {
        let connection: Int
        let chatroomID: Int64
    }

    /// What one connection was told of one user.
    struct Told: Hashable {
        let connection: Int
        let chatroomID: Int64
        let userID: Int64
    }

    let dice: FaultDice
    /// Pushes held back until the next one (`swapPush`).
    var held: [Place: ByteBuffer] = [:]
    /// The newest message of each conversation (`disagree`).
    var newest: [Int64: IMMessageItem] = [:]
    /// Connections of members who were removed (`leak`).
    var removed: [Int64: [Int]] = [:]
    /// The newest receipts (`readBack`).
    var receipts: [Told: IMReceipt] = [:]

    init?(_ faults: ServerFaults) {
        guard let dice = FaultDice(faults) else { return nil }
        self.dice = dice
    }
}
