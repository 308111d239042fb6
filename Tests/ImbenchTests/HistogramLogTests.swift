import Foundation
import FreeIMCore
import Histogram
import Testing

@testable import imbench

@Suite struct HistogramLogTests {
    /// Counts by place, read back from the encoding.
    private static func counts(_ bytes: [UInt8]) throws -> [Int64] {
        var rest = bytes[...]
        func number(_ size: Int) -> UInt64 {
            defer { rest = rest.dropFirst(size) }
            return rest.prefix(size).reduce(0) { $0 << 8 | UInt64($1) }
        }
        #expect(number(4) == 0x1c84_9313)
        let length = number(4)
        #expect(number(4) == 0)
        #expect(number(4) == 3)
        #expect(number(8) == 1)
        #expect(number(8) == Latency.microsecondsMax)
        #expect(number(8) == (1.0).bitPattern)
        #expect(rest.count == length)
        var counts: [Int64] = []
        while !rest.isEmpty {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while let byte = rest.popFirst() {
                value |= UInt64(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            let count = Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
            counts += count < 0 ? [Int64](repeating: 0, count: Int(-count)) : [count]
        }
        return counts
    }

    /// The content of a stream of stored blocks.
    private static func inflated(_ stream: [UInt8]) throws -> [UInt8] {
        try #require(stream.count > 6)
        #expect((Int(stream[0]) << 8 | Int(stream[1])) % 31 == 0)
        var at = 2
        var content: [UInt8] = []
        var isLast = false
        while !isLast {
            isLast = stream[at] == 1
            let length = Int(stream[at + 1]) | Int(stream[at + 2]) << 8
            let inverse = Int(stream[at + 3]) | Int(stream[at + 4]) << 8
            #expect(length ^ inverse == 0xffff)
            content += stream[at + 5..<at + 5 + length]
            at += 5 + length
        }
        let sum = stream[at...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        #expect(sum == StoredZlib.adler32(content))
        return content
    }

    private static func sample() -> Latency {
        var random = SplitMix64(seed: 9)
        var latency = Latency()
        for index in 0..<20_000 {
            let micros = Int64(random.next() % (index % 50 == 0 ? 2_000_000 : 4_000))
            latency.record(micros * 1_000)
        }
        return latency
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        let histogram = Self.sample().histogram
        let compressed = HistogramLog.compressed(histogram)
        #expect(Array(compressed.prefix(4)) == [0x1c, 0x84, 0x93, 0x14])
        let size = compressed[4..<8].reduce(0) { $0 << 8 | Int($1) }
        #expect(size == compressed.count - 8)
        let counts = try Self.counts(Self.inflated(Array(compressed.dropFirst(8))))
        #expect(counts.reduce(0, +) == Int64(histogram.totalCount))
        for value in histogram.recordedValues() {
            #expect(
                counts[HistogramLog.place(of: value.value, in: histogram)] == Int64(value.count))
        }
    }

    @Test func placesAreThoseOfTheFormat() {
        let histogram = Histogram<UInt32>(
            highestTrackableValue: Latency.microsecondsMax, numberOfSignificantValueDigits: .three)
        for (value, place) in [
            (0, 0), (1, 1), (2_047, 2_047), (2_048, 2_048), (2_049, 2_048), (4_095, 3_071),
            (4_096, 3_072), (4_099, 3_072),
        ] { #expect(HistogramLog.place(of: UInt64(value), in: histogram) == place, "\(value)") }
    }

    @Test func linesAreOfTheFormat() {
        var log = HistogramLog(startedAt: 1_773_480_413.5)
        log.add(
            tag: "dm,a b.ack", start: 1, length: 0.5, max: 3.214, histogram: Latency().histogram)
        let lines = log.text.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0] == "#[Histogram log format version 1.3]")
        #expect(
            lines[1]
                == "#[StartTime: 1773480413.500 (seconds since epoch), 2026-03-14T09:26:53Z]")
        #expect(lines[2].hasPrefix("\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\""))
        #expect(lines[3].hasPrefix("Tag=dm_a_b.ack,1.000,0.500,3.214,HISTFAAAA"))
    }

    @Test func adlerIsAsTheStandardSays() {
        #expect(StoredZlib.adler32(Array("Wikipedia".utf8)) == 0x11e6_0398)
        #expect(StoredZlib.adler32([]) == 1)
    }

    @Test func greatContentsTakeSeveralBlocks() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        #expect(try Self.inflated(StoredZlib.stream(bytes)) == bytes)
        #expect(try Self.inflated(StoredZlib.stream([])).isEmpty)
    }

    /// Writes a log for other programs to read into the folder that IMBENCH_PAGES names.
    @Test func aLogForOthers() throws {
        guard let folder = ProcessInfo.processInfo.environment["IMBENCH_PAGES"] else { return }
        let latency = Self.sample()
        var log = HistogramLog(startedAt: 1_773_480_413.5)
        for second in 0..<3 {
            log.add(
                tag: "dm.ack", start: Double(second), length: 1, max: latency.greatest,
                histogram: latency.histogram)
        }
        try Data(log.text.utf8).write(to: URL(fileURLWithPath: folder + "/sample.hlog"))
        let figures = Metric.percentiles.map { "\($0.value) \(latency.milliseconds($0.value))" }
        try Data(figures.joined(separator: "\n").utf8).write(
            to: URL(fileURLWithPath: folder + "/sample.figures"))
    }
}
