/// One second of a run as the judge saw it.
struct JudgeSecond: Sendable {
    /// Milliseconds.
    struct Spread: Sendable {
        let p50: Double
        let p99: Double
        let max: Double

        /// nil when there is nothing in it.
        init?(_ latency: Latency) {
            if latency.count == 0 { return nil }
            p50 = latency.milliseconds(50)
            p99 = latency.milliseconds(99)
            max = latency.milliseconds(100)
        }
    }

    /// Seconds since the beginning.
    let number: Int
    var sent = 0
    var acked = 0
    var delivered = 0
    var refused = 0
    var connects = 0
    var disconnects = 0
    var violations = 0
    var ack: Spread?
    var deliver: Spread?

    init(number: Int) {
        self.number = number
    }
}
