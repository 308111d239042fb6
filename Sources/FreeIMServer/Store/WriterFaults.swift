import FreeIMProtocol

/// What a writer with faults remembers; confined to its thread.
final class WriterFaults {
    /// A send that was acknowledged with a place behind the next one (`lateOrder`).
    struct Late {
        let item: IMMessageItem
        let stamp: UInt64
        let key: DedupeKey
        let senderDevice: Int64
    }

    /// The seq in the ACK of a send that gets no answer (`vanish`).
    static let silent: Int64 = -1

    let dice: FaultDice
    /// By chatroom, until the next entry there.
    var late: [Int64: Late] = [:]
    var vanished: Set<DedupeKey> = []
    var phantoms = 0

    init?(_ faults: ServerFaults) {
        guard let dice = FaultDice(faults) else { return nil }
        self.dice = dice
    }

    /// The answer to a send that waits to be stored; `vanish` refuses what it sent already.
    func answered(_ key: DedupeKey) throws -> IMMessageACK? {
        if vanished.contains(key) {
            throw Refusal(.forbidden, "This send is gone, by a fault made on purpose.")
        }
        return late.values.first { $0.key == key }
            .map { StoreWriter.acknowledgement(of: $0.item, duplicate: true) }
    }
}
