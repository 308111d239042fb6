import NIOConcurrencyHelpers

/// Requests by route and class of status, with how long they took.
final class HTTPMetrics: Sendable {
    /// Microseconds; fewer buckets than elsewhere, as there is a histogram for each route.
    static let times: [Int64] = [
        500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000, 10_000_000,
    ]

    private struct Key: Hashable {
        let route: String
        let status: String
    }

    private struct State {
        var counts: [Key: Int] = [:]
        var times: [String: MetricHistogram] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// `route` is a path of the route table, never what a client wrote; `status` an HTTP status.
    func answered(route: String, status: Int, micros: Int64) {
        let key = Key(route: route, status: "\(status / 100)xx")
        let histogram = state.withLockedValue { state in
            state.counts[key, default: 0] += 1
            if let known = state.times[route] { return known }
            let made = MetricHistogram(HTTPMetrics.times)
            state.times[route] = made
            return made
        }
        histogram.observe(micros)
    }

    func write(to page: inout MetricText) {
        let (counts, times) = state.withLockedValue { ($0.counts, $0.times) }
        page.family("http_requests_total", .counter, "HTTP requests by route and status class.")
        for (key, count) in counts.sorted(by: {
            ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status)
        }) {
            page.sample(
                "http_requests_total", ["route": key.route, "status": key.status], count)
        }
        page.family("http_request_seconds", .histogram, "Time to answer an HTTP request.")
        for (route, histogram) in times.sorted(by: { $0.key < $1.key }) {
            page.histogram(
                "http_request_seconds", histogram, ["route": route], perUnit: 1_000_000)
        }
    }
}
