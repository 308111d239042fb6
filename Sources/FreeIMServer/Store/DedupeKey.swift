import FreeIMProtocol

/// The idempotency key of a send, hashed: (UserId, ClientMessageId), or the reserved MessageId.
///
/// A hash only finds candidates; the stored message decides whether it is the same send.
struct DedupeKey: Hashable, Sendable {
    let userID: Int64
    /// FNV-1a, 64 bits, stable over restarts; never 0, which means "no key".
    let hash: Int64

    init(userID: Int64, key: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        self.userID = userID
        self.hash = hash == 0 ? 1 : Int64(bitPattern: hash)
    }

    init(userID: Int64, hash: Int64) {
        self.userID = userID
        self.hash = hash
    }

    /// The text of a send's key: its ClientMessageId, or else its reserved MessageId.
    static func text(of item: IMMessageItem) -> String {
        item.clientMessageID.isEmpty ? item.messageID : item.clientMessageID
    }
}
