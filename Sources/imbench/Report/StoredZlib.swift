/// A zlib stream (RFC 1950) that stores its bytes as they are.
enum StoredZlib {
    /// Bytes of one stored block (RFC 1951, 3.2.4).
    static let blockBytesMax = 65_535

    static func stream(_ bytes: [UInt8]) -> [UInt8] {
        // 32 KiB window, the fastest level; 0x7801 is a multiple of 31 as it has to be.
        var stream: [UInt8] = [0x78, 0x01]
        var at = 0
        repeat {
            let length = min(blockBytesMax, bytes.count - at)
            let isLast = at + length == bytes.count
            let size = UInt16(length)
            stream.append(isLast ? 1 : 0)
            for half in [size, ~size] {
                stream.append(UInt8(half & 0xff))
                stream.append(UInt8(half >> 8))
            }
            stream += bytes[at..<at + length]
            at += length
        } while at < bytes.count
        let sum = adler32(bytes)
        stream += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
        return stream
    }

    static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var low: UInt32 = 1
        var high: UInt32 = 0
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}
