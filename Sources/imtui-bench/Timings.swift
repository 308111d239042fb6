/// How long repeated calls took.
struct Timings {
    private var milliseconds: [Double] = []

    /// Calls `work` as often as asked for and keeps how long each call took.
    static func of(_ times: Int, _ work: (Int) throws -> Void) rethrows -> Timings {
        var timings = Timings()
        let clock = ContinuousClock()
        for index in 0..<times {
            let start = clock.now
            try work(index)
            let (seconds, attoseconds) = (clock.now - start).components
            timings.milliseconds.append(Double(seconds) * 1e3 + Double(attoseconds) / 1e15)
        }
        timings.milliseconds.sort()
        return timings
    }

    private func quantile(_ part: Double) -> Double {
        guard !milliseconds.isEmpty else { return 0 }
        return milliseconds[min(milliseconds.count - 1, Int(Double(milliseconds.count) * part))]
    }

    /// One line of the table; milliseconds.
    func json(_ name: String, bound: Double, extra: String = "") -> String {
        """
        {"name":"\(name)","median_ms":\(rounded(0.5)),"p99_ms":\(rounded(0.99)),\
        "max_ms":\(rounded(1)),"bound_ms":\(bound),"calls":\(milliseconds.count)\(extra)}
        """
    }

    private func rounded(_ part: Double) -> Double { (quantile(part) * 1_000).rounded() / 1_000 }
}
