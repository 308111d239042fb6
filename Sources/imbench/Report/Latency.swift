import Foundation
import Histogram

/// Latencies in microseconds, to three digits, up to ten minutes.
struct Latency: Sendable {
    static let microsecondsMax: UInt64 = 600_000_000
    /// Points of the curve that a report keeps.
    static let curvePoints = 80

    private(set) var histogram = Histogram<UInt32>(
        highestTrackableValue: microsecondsMax, numberOfSignificantValueDigits: .three)

    /// Notes one, in nanoseconds.
    mutating func record(_ nanoseconds: Int64) {
        let micros = UInt64(max(0, nanoseconds) / 1_000)
        _ = histogram.record(min(micros, Self.microsecondsMax))
    }

    /// Takes over all that another noted.
    mutating func merge(_ other: Latency) {
        if other.count > 0 { histogram.add(other.histogram) }
    }

    mutating func reset() {
        histogram.reset()
    }

    var count: Int { Int(histogram.totalCount) }

    /// Milliseconds; 0 without any.
    var mean: Double { count == 0 ? 0 : histogram.mean / 1_000 }

    /// Milliseconds; 0 without any.
    var greatest: Double { count == 0 ? 0 : Double(histogram.maxRecorded) / 1_000 }

    /// Milliseconds at that percentile; 0 without any.
    func milliseconds(_ percentile: Double) -> Double {
        if count == 0 { return 0 }
        if percentile >= 100 { return greatest }
        return Double(min(histogram.valueAtPercentile(percentile), histogram.maxRecorded))
            / 1_000
    }

    /// Percentile and milliseconds, ascending: evenly spread over log(1/(1-p)), the greatest last.
    func curve(points: Int = curvePoints) -> [[Double]] {
        guard count > 0, points > 1 else { return [] }
        let furthest = log10(Double(max(count, 2)))
        let steps = (0..<points - 1).map { step in
            let percentile =
                100 * (1 - pow(10, -furthest * Double(step) / Double(points - 1)))
            return [percentile, milliseconds(percentile)]
        }
        return steps + [[100, greatest]]
    }

    /// What a report says of them.
    var facts: BenchReport.LatencyFacts {
        guard count > 0 else { return BenchReport.LatencyFacts() }
        return BenchReport.LatencyFacts(
            count: count, mean: mean,
            percentiles: Dictionary(
                uniqueKeysWithValues: Metric.percentiles.map {
                    ($0.name, milliseconds($0.value))
                }),
            curve: curve())
    }
}
