/// A message's identity: 80 bits, written as 16 characters whose text order is time order.
///
/// From the top: 42 bits of milliseconds since the epoch, 12 of a counter (together the stamp),
/// 4 of the chatroom type, 22 of the chatroom ID's low bits (together the place).
public struct MessageID: Sendable, Hashable, Comparable {
    /// Characters of the text form.
    public static let characterCount = 16
    static let alphabet = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)
    static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, character) in alphabet.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        return values
    }()

    /// Milliseconds since the epoch × 4,096 + counter; 54 bits. Unique on a server.
    public let stamp: UInt64
    /// Chatroom type × 2^22 + low bits of the chatroom ID; 26 bits.
    public let place: UInt32

    public init(stamp: UInt64, place: UInt32) {
        precondition(stamp < 1 << 54 && place < 1 << 26)
        self.stamp = stamp
        self.place = place
    }

    public init(stamp: UInt64, chatroomType: IMChatroomType, chatroomID: Int64) {
        let low = UInt32(truncatingIfNeeded: chatroomID) & 0x3f_ffff
        self.init(stamp: stamp, place: UInt32(chatroomType.rawValue & 0xf) << 22 | low)
    }

    /// Milliseconds since the epoch.
    public var milliseconds: Int64 { Int64(stamp >> 12) }

    /// The ID written as `text`; nil when it is not 16 characters of the alphabet.
    public init?(_ text: some StringProtocol) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var count = 0
        for byte in text.utf8 {
            let value = MessageID.values[Int(byte)]
            guard value < 32, count < MessageID.characterCount else { return nil }
            if count < 10 {
                high = high << 5 | UInt64(value)
            } else {
                low = low << 5 | UInt64(value)
            }
            count += 1
        }
        guard count == MessageID.characterCount else { return nil }
        // 50 bits stand in `high`, 30 in `low`: the stamp takes four bits of `low`.
        self.init(stamp: high << 4 | low >> 26, place: UInt32(low & 0x3ff_ffff))
    }

    /// The 16 characters.
    public var text: String {
        let high = stamp >> 4
        let low = (stamp & 0xf) << 26 | UInt64(place)
        return String(unsafeUninitializedCapacity: MessageID.characterCount) { bytes in
            for index in 0..<10 {
                bytes[index] = MessageID.alphabet[Int(high >> UInt64(45 - 5 * index) & 31)]
            }
            for index in 0..<6 {
                bytes[10 + index] = MessageID.alphabet[Int(low >> UInt64(25 - 5 * index) & 31)]
            }
            return MessageID.characterCount
        }
    }

    public static func < (left: MessageID, right: MessageID) -> Bool {
        (left.stamp, left.place) < (right.stamp, right.place)
    }
}
