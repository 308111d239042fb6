import Histogram

/// Latencies in microseconds, to three digits, up to ten minutes.
struct Latency {
    private var histogram = Histogram<UInt32>(
        highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: .three)

    /// Notes one, in nanoseconds.
    mutating func record(_ nanoseconds: Int64) {
        let micros = UInt64(max(0, nanoseconds) / 1_000)
        _ = histogram.record(min(micros, 600_000_000))
    }

    var count: Int { Int(histogram.totalCount) }

    /// Milliseconds at that percentile; 0 without any.
    func milliseconds(_ percentile: Double) -> Double {
        count == 0 ? 0 : Double(histogram.valueAtPercentile(percentile)) / 1_000
    }

    /// p50, p99 and p99.9 for people.
    var summary: String {
        [50.0, 99, 99.9].map {
            "p\($0 == 50 ? "50" : $0 == 99 ? "99" : "99.9") "
                + String(milliseconds($0)) + " ms"
        }.joined(separator: "  ")
    }
}
