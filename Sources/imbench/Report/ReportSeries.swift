/// A report's seconds in at most `pointsMax` steps, so that a long run stays a small page.
struct ReportSeries {
    static let pointsMax = 240

    /// What a step of several seconds shows of them.
    enum Gather {
        case mean, greatest, newest
    }

    private let steps: [ArraySlice<BenchReport.SeriesPoint>]
    /// Seconds of each.
    let stepSeconds: Int

    init(_ points: [BenchReport.SeriesPoint]) {
        let sorted = points.sorted { $0.time < $1.time }
        let size = max(1, (sorted.count + Self.pointsMax - 1) / Self.pointsMax)
        stepSeconds = size
        steps = stride(from: 0, to: sorted.count, by: size).map {
            sorted[$0..<min($0 + size, sorted.count)]
        }
    }

    var times: [Double] { steps.map { $0.first?.time ?? 0 } }

    func values(
        _ gather: Gather, _ value: (BenchReport.SeriesPoint) -> Double?
    ) -> [Double?] {
        steps.map { step in
            let some = step.compactMap(value).filter(\.isFinite)
            guard !some.isEmpty else { return nil }
            return switch gather {
            case .mean: some.reduce(0, +) / Double(some.count)
            case .greatest: some.max()
            case .newest: some.last
            }
        }
    }
}
