import Foundation
import Histogram

/// Writes the HdrHistogram log format 1.3, which plotters and other tools read.
///
/// Intervals are histograms of microseconds; the maximum stands beside them in milliseconds.
struct HistogramLog {
    /// The encoding's marks: the second version, compressed and not, as words of LEB128.
    static let cookie: UInt32 = 0x1c84_9303 | 0x10
    static let compressedCookie: UInt32 = 0x1c84_9304 | 0x10

    private(set) var text: String

    /// A log of a run that began so many seconds after 1970.
    init(startedAt: Double) {
        let date = ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: startedAt))
        text = """
            #[Histogram log format version 1.3]
            #[StartTime: \(String(format: "%.3f", startedAt)) (seconds since epoch), \(date)]
            "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"

            """
    }

    /// Adds an interval: seconds since the start, seconds long, its greatest value in ms.
    mutating func add(
        tag: String, start: Double, length: Double, max: Double, histogram: Histogram<UInt32>
    ) {
        let name = String(tag.map { $0 == "," || $0.isWhitespace ? "_" : $0 })
        let figures = [start, length, max].map { String(format: "%.3f", $0) }
        let bytes = Data(Self.compressed(histogram)).base64EncodedString()
        text += "Tag=\(name),\(figures.joined(separator: ",")),\(bytes)\n"
    }

    /// The histogram in the compressed encoding.
    static func compressed(_ histogram: Histogram<UInt32>) -> [UInt8] {
        let stream = StoredZlib.stream(encoded(histogram))
        return bigEndian(compressedCookie) + bigEndian(UInt32(stream.count)) + stream
    }

    /// The histogram in the plain encoding.
    static func encoded(_ histogram: Histogram<UInt32>) -> [UInt8] {
        let words = countWords(histogram)
        var bytes = bigEndian(cookie)
        bytes += bigEndian(UInt32(words.count))
        bytes += bigEndian(UInt32(0))
        bytes += bigEndian(UInt32(histogram.numberOfSignificantValueDigits.rawValue))
        bytes += bigEndian(histogram.lowestDiscernibleValue)
        bytes += bigEndian(histogram.highestTrackableValue)
        bytes += bigEndian((1.0).bitPattern)
        return bytes + words
    }

    /// Counts by place, up to the last that is not 0; a run of zeros is one negative number.
    private static func countWords(_ histogram: Histogram<UInt32>) -> [UInt8] {
        var bytes: [UInt8] = []
        var next = 0
        for value in histogram.recordedValues() {
            let place = place(of: value.value, in: histogram)
            if place > next {
                let zeros = Int64(place - next)
                append(zeros == 1 ? 0 : -zeros, to: &bytes)
            }
            append(Int64(value.count), to: &bytes)
            next = place + 1
        }
        return bytes
    }

    /// Where the value's count stands.
    static func place(of value: UInt64, in histogram: Histogram<UInt32>) -> Int {
        let half = histogram.subBucketHalfCountBits
        let mask = (UInt64(1) << (half + 1)) - 1
        let bucket = 64 - (half + 1) - (value | mask).leadingZeroBitCount
        let within = Int(value >> UInt64(bucket))
        return ((bucket + 1) << half) + within - (1 << half)
    }

    /// ZigZag, then seven bits a byte, the lowest first; the ninth byte holds eight.
    private static func append(_ number: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: (number << 1) ^ (number >> 63))
        for _ in 0..<8 {
            if rest < 0x80 {
                bytes.append(UInt8(rest))
                return
            }
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}

extension Histogram {
    /// Bits of half a sub-bucket: enough for twice the digits' power of ten, halved.
    fileprivate var subBucketHalfCountBits: Int {
        var single = 2
        for _ in 0..<numberOfSignificantValueDigits.rawValue { single *= 10 }
        return Swift.max(1, Int.bitWidth - (single - 1).leadingZeroBitCount) - 1
    }
}
