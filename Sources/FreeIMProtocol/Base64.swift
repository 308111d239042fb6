/// Base64 with padding, as bytes (RFC 4648, section 4).
public enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each byte; 255: not of the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
        return values
    }()

    /// Characters that so many bytes become.
    public static func encodedCount(_ bytes: Int) -> Int { (bytes + 2) / 3 * 4 }

    /// The characters of `bytes`.
    public static func encode(_ bytes: some RandomAccessCollection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(encodedCount(bytes.count))
        var group: UInt32 = 0
        var count = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            count += 1
            if count == 3 {
                append(group, 4, to: &text)
                (group, count) = (0, 0)
            }
        }
        if count > 0 {
            append(group << UInt32(8 * (3 - count)), count + 1, to: &text)
            for _ in count..<3 { text.append(UInt8(ascii: "=")) }
        }
        return text
    }

    private static func append(_ group: UInt32, _ count: Int, to text: inout [UInt8]) {
        for place in 0..<count {
            text.append(alphabet[Int(group >> UInt32(18 - 6 * place) & 63)])
        }
    }

    /// The bytes that `text` stands for; nil when it is not the Base64 of anything.
    public static func decode(_ text: some RandomAccessCollection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        var bits = 0
        for byte in text.dropLast(padding) {
            let value = values[Int(byte)]
            if value == 255 { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
                group &= (1 << UInt32(bits)) - 1
            }
        }
        // What is left over of the last character says nothing, and has to.
        return group == 0 ? bytes : nil
    }
}
