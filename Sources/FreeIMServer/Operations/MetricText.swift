/// Prometheus' text format, family by family.
struct MetricText {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private(set) var text = ""

    /// Begins a family: `freeim_NAME`.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP freeim_\(name) \(help)\n# TYPE freeim_\(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: Int) {
        text += "freeim_\(name)\(MetricText.braces(labels)) \(value)\n"
    }

    /// A family of one value without labels.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        family(name, kind, help)
        sample(name, [:], value)
    }

    /// A histogram's lines; `perUnit`: how many of its values make one of the unit told, 1,000,000
    /// for microseconds told in seconds.
    mutating func histogram(
        _ name: String, _ histogram: MetricHistogram,
        _ labels: KeyValuePairs<String, String> = [:], perUnit: Double
    ) {
        let (cumulative, sum) = histogram.reading
        let inner = MetricText.inner(labels)
        let before = inner.isEmpty ? "" : inner + ","
        for (bound, count) in zip(histogram.bounds, cumulative) {
            let limit = Double(bound) / perUnit
            let words = limit == limit.rounded() ? String(Int(limit)) : String(limit)
            text += "freeim_\(name)_bucket{\(before)le=\"\(words)\"} \(count)\n"
        }
        let count = cumulative.last ?? 0
        text += "freeim_\(name)_bucket{\(before)le=\"+Inf\"} \(count)\n"
        text += "freeim_\(name)_sum\(MetricText.braces(labels)) \(Double(sum) / perUnit)\n"
        text += "freeim_\(name)_count\(MetricText.braces(labels)) \(count)\n"
    }

    private static func braces(_ labels: KeyValuePairs<String, String>) -> String {
        labels.isEmpty ? "" : "{\(inner(labels))}"
    }

    private static func inner(_ labels: KeyValuePairs<String, String>) -> String {
        labels.map { name, value in
            let plain = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(name)=\"\(plain)\""
        }.joined(separator: ",")
    }
}
