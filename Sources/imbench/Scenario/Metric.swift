/// What assertions, comparisons and baselines speak of.
///
/// `name` is how it is written and its key in a report, behind the scope: `steady.dm.ack.p99`.
struct Metric: Sendable, Hashable {
    enum Unit: String, Sendable {
        case count = ""
        case milliseconds = "ms"
        case seconds = "s"
        case percent = "%"
        case bytes
        case perSecond = "/s"
        case microseconds = "µs"
    }

    let name: String
    let unit: Unit
    /// Whether more of it is worse (latency, loss); false: less is (throughput).
    let isMoreWorse: Bool

    /// Percentiles that are reported, as they are written.
    static let percentiles: [(name: String, value: Double)] = [
        ("p50", 50), ("p75", 75), ("p90", 90), ("p95", 95), ("p99", 99), ("p999", 99.9),
        ("p9999", 99.99), ("max", 100),
    ]
    /// The latencies of a kind of traffic: from when a send was due, or was sent, to its ACK or
    /// to each device's delivery. Requests that are answered (sync, sign_in, http) have `ack`.
    static let latencies = ["ack", "ack_sent", "deliver", "deliver_sent"]

    /// What the scope `harness` has; those with percentiles by their first part.
    static let ofHarness = [
        "sched_lag", "checker_lag", "generator_cpu", "generator_rss", "device_bytes",
        "achieved_rate",
    ]
    /// What no single phase has.
    static let ofWholeRun = ["repeats", "gaps", "connect_seconds", "device_bytes", "checker_lag"]

    /// Metrics without a kind of traffic.
    static let plain: [Metric] =
        Violation.allCases.map { Metric(name: $0.rawValue, unit: .count, isMoreWorse: true) } + [
            Metric(name: "sent", unit: .count, isMoreWorse: false),
            Metric(name: "acked", unit: .count, isMoreWorse: false),
            Metric(name: "delivered", unit: .count, isMoreWorse: false),
            Metric(name: "refused", unit: .count, isMoreWorse: true),
            Metric(name: "unanswered", unit: .count, isMoreWorse: true),
            Metric(name: "repeats", unit: .count, isMoreWorse: true),
            Metric(name: "gaps", unit: .count, isMoreWorse: true),
            Metric(name: "reconnects", unit: .count, isMoreWorse: true),
            Metric(name: "online", unit: .count, isMoreWorse: false),
            Metric(name: "achieved_rate", unit: .percent, isMoreWorse: false),
            Metric(name: "acked_rate", unit: .perSecond, isMoreWorse: false),
            Metric(name: "delivered_rate", unit: .perSecond, isMoreWorse: false),
            Metric(name: "server_cpu_per_message", unit: .microseconds, isMoreWorse: true),
            Metric(name: "server_cpu_per_delivery", unit: .microseconds, isMoreWorse: true),
            Metric(name: "server_cpu", unit: .percent, isMoreWorse: true),
            Metric(name: "server_cpu_seconds", unit: .seconds, isMoreWorse: true),
            Metric(name: "server_rss", unit: .bytes, isMoreWorse: true),
            Metric(name: "server_files", unit: .count, isMoreWorse: true),
            Metric(name: "generator_cpu", unit: .percent, isMoreWorse: true),
            Metric(name: "generator_rss", unit: .bytes, isMoreWorse: true),
            Metric(name: "device_bytes", unit: .bytes, isMoreWorse: true),
            Metric(name: "connect_seconds", unit: .seconds, isMoreWorse: true),
        ]
        + percentiles.flatMap { percentile in
            ["sched_lag", "checker_lag"].map {
                Metric(
                    name: "\($0).\(percentile.name)", unit: .milliseconds, isMoreWorse: true)
            }
        }

    /// The metric written as `text`, with these kinds of traffic; nil: there is none.
    static func named(_ text: String, traffic: [String]) -> Metric? {
        if let plain = plain.first(where: { $0.name == text }) { return plain }
        let parts = text.split(separator: ".").map(String.init)
        guard let first = parts.first, traffic.contains(first) else { return nil }
        if parts.count == 2, ["sent", "acked", "delivered", "refused"].contains(parts[1]) {
            return Metric(name: text, unit: .count, isMoreWorse: parts[1] == "refused")
        }
        guard parts.count == 3, latencies.contains(parts[1]),
            parts[2] == "mean" || percentiles.contains(where: { $0.name == parts[2] })
        else { return nil }
        return Metric(name: text, unit: .milliseconds, isMoreWorse: true)
    }
}
