import Foundation

/// Where values stand along an axis, and which of them it names.
struct AxisScale {
    enum Kind {
        case linear, log
    }

    struct Tick {
        let value: Double
        let label: String
    }

    let kind: Kind
    let low: Double
    let high: Double
    let ticks: [Tick]

    /// 0 ... 1 from low to high; what lies outside stands at the edge.
    func place(_ value: Double) -> Double {
        guard high > low, value.isFinite else { return 0 }
        let share =
            switch kind {
            case .linear: (value - low) / (high - low)
            case .log: (log10(max(value, low)) - log10(low)) / (log10(high) - log10(low))
            }
        return min(max(share, 0), 1)
    }

    // MARK: Values

    /// From 0 to a round number above the greatest.
    static func linear(greatest: Double, ticks wanted: Int = 4) -> AxisScale {
        let top = greatest.isFinite && greatest > 0 ? greatest : 1
        let step = roundStep(top / Double(wanted))
        let count = Int((top / step).rounded(.up))
        return AxisScale(
            kind: .linear, low: 0, high: step * Double(count),
            ticks: (0...count).map {
                let value = step * Double($0)
                return Tick(value: value, label: label(value))
            })
    }

    /// From a round number below the least to one above the greatest, by powers of ten.
    static func log(least: Double, greatest: Double) -> AxisScale {
        let least = max(least.isFinite ? least : 1, 0.001)
        let greatest = max(greatest.isFinite ? greatest : 1, least * 1.01)
        let steps = logSteps
        let low = steps.last { $0 <= least * 1.000_001 } ?? steps[0]
        let high = max(steps.first { $0 >= greatest * 0.999_999 } ?? greatest, low * 5)
        let inside = steps.filter { $0 >= low * 0.999 && $0 <= high * 1.001 }
        let decades = inside.filter { abs(log10($0) - log10($0).rounded()) < 1e-6 }
        let shown = inside.count <= 6 ? inside : decades
        return AxisScale(
            kind: .log, low: low, high: high,
            ticks: shown.map { Tick(value: $0, label: label($0)) })
    }

    private static let logSteps: [Double] = (-3...7).flatMap { power in
        [1.0, 2, 5].map { $0 * pow(10, Double(power)) }
    }

    private static func roundStep(_ rough: Double) -> Double {
        let power = pow(10, Foundation.log10(rough).rounded(.down))
        let digit = [1.0, 2, 2.5, 5, 10].first { $0 * power >= rough * 0.999_999 } ?? 10
        return digit * power
    }

    private static func label(_ value: Double) -> String {
        if value >= 1_000_000 { return trimmed(value / 1_000_000) + " M" }
        if value >= 100_000 { return trimmed(value / 1_000) + " k" }
        if value >= 1_000 { return Figure.count(Int(value.rounded())) }
        return trimmed(value)
    }

    private static func trimmed(_ value: Double) -> String {
        var text = String(format: "%.3f", value)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    // MARK: Time and percentiles

    private static let timeSteps: [Double] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400,
    ]

    /// Seconds since the start, in round steps.
    static func time(until end: Double) -> AxisScale {
        let end = max(end.isFinite ? end : 1, 1)
        let step = timeSteps.first { end / $0 <= 7 } ?? 86_400
        return AxisScale(
            kind: .linear, low: 0, high: end,
            ticks: stride(from: 0, through: end, by: step).map {
                Tick(value: $0, label: timeLabel($0, isMinutes: end > 180))
            })
    }

    private static func timeLabel(_ seconds: Double, isMinutes: Bool) -> String {
        let whole = Int(seconds.rounded())
        guard isMinutes else { return "\(whole) s" }
        if whole >= 3_600 {
            return whole % 3_600 == 0
                ? "\(whole / 3_600) h" : String(format: "%d:%02d h", whole / 3_600, whole / 60 % 60)
        }
        return whole % 60 == 0
            ? "\(whole / 60) min" : String(format: "%d:%02d", whole / 60, whole % 60)
    }

    /// Percentiles by log(1/(1-p)), from 0 to `nines`.
    static func percentiles(nines: Double) -> AxisScale {
        let named: [(Double, String)] = [
            (50, "50 %"), (90, "90 %"), (99, "99 %"), (99.9, "99.9 %"),
            (99.99, "99.99 %"), (99.999, "99.999 %"),
        ]
        let high = max(nines, 1)
        return AxisScale(
            kind: .linear, low: 0, high: high,
            ticks: named.map { Tick(value: AxisScale.nines($0.0), label: $0.1) }
                .filter { $0.value <= high + 1e-6 })
    }

    /// How many nines a percentile has: 90 is 1, 99 is 2; 100 is infinite.
    static func nines(_ percentile: Double) -> Double {
        percentile >= 100 ? .infinity : -log10(1 - max(percentile, 0) / 100)
    }
}
