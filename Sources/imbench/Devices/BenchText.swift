import Foundation
import FreeIMCore
import FreeIMProtocol

/// What sends say: a text that names its send and its length, filled so that any change shows.
enum BenchText {
    /// Bytes of the shortest and the longest text.
    static let bytesRange = 24...60_000

    private static let pool: [UInt8] = {
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -".utf8)
        var random = SplitMix64(seed: 7)
        return (0..<bytesRange.upperBound + offsetMax).map { _ in
            letters[Int(random.next() & 63)]
        }
    }()
    private static let offsetMax = 4_096

    private static func offset(_ send: Int32) -> Int {
        Int((UInt64(UInt32(bitPattern: send)) &* 2_654_435_761) % UInt64(offsetMax))
    }

    /// The text of that send, exactly so many bytes.
    static func text(of send: Int32, bytes: Int) -> String {
        let head = Array("\(send).\(bytes).".utf8)
        let filling = max(0, bytes - head.count)
        let from = offset(send)
        return String(unsafeUninitializedCapacity: head.count + filling) { target in
            _ = target.initialize(from: head)
            pool.withUnsafeBufferPointer { pool in
                let filled = UnsafeMutableBufferPointer(rebasing: target[head.count...])
                _ = filled.initialize(from: pool[from..<from + filling])
            }
            return head.count + filling
        }
    }

    /// The send whose text that is, whole and unchanged; else `empty` or `unreadable`.
    static func send(of content: String) -> Int32 {
        if content.isEmpty { return Observation.Delivered.empty }
        var content = content
        return content.withUTF8 { bytes in
            var at = 0
            guard let send = number(bytes, &at), let count = number(bytes, &at),
                count == bytes.count, let send = Int32(exactly: send)
            else { return Observation.Delivered.unreadable }
            let from = offset(send)
            return pool.withUnsafeBytes { pool in
                guard from + count - at <= pool.count, let whole = pool.baseAddress,
                    let given = bytes.baseAddress
                else { return Observation.Delivered.unreadable }
                // Compared as a whole: byte by byte is slow where nothing is optimized.
                return memcmp(given + at, whole + from, count - at) == 0
                    ? send : Observation.Delivered.unreadable
            }
        }
    }

    /// Digits up to a point, and past it; nil when there are none, or more than nine.
    private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Int? {
        var value = 0
        let start = at
        while at < bytes.count, at - start <= 10, bytes[at] != UInt8(ascii: ".") {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) else { return nil }
            value = value * 10 + Int(bytes[at] - UInt8(ascii: "0"))
            at += 1
        }
        guard at > start, at < bytes.count, bytes[at] == UInt8(ascii: ".") else { return nil }
        at += 1
        return value
    }
}
