/// The exact one-sided permutation test of two samples by their ranks.
///
/// The chance that a split of all values into two groups of these sizes, every split as likely,
/// gives the second group ranks as great as it has. Counted, not sampled, whatever the sizes;
/// equal values share the middle of their ranks.
enum SplitTest {
    /// Values of both samples together.
    static let valuesMax = 100

    /// 0 ... 1; 1 when a side is empty. Small: the second sample is greater.
    static func chance(base: [Double], new: [Double]) -> Double {
        let all = base + new
        guard !base.isEmpty, !new.isEmpty, all.count <= valuesMax else { return 1 }
        let ranks = doubledRanks(all)
        let wanted = ranks.suffix(new.count).reduce(0, +)
        let total = ranks.reduce(0, +)
        // At [k * width + s]: ways to choose k of the ranks so far whose sum is s.
        let width = total + 1
        var splits = [Double](repeating: 0, count: width * (new.count + 1))
        splits[0] = 1
        var most = 0
        for (index, rank) in ranks.enumerated() {
            most += rank
            for size in stride(from: min(new.count, index + 1), to: 0, by: -1) {
                for sum in stride(from: most, through: rank, by: -1) {
                    splits[size * width + sum] += splits[(size - 1) * width + sum - rank]
                }
            }
        }
        let row = splits[(new.count * width)...]
        return row[(new.count * width + wanted)...].reduce(0, +) / row.reduce(0, +)
    }

    /// Twice the rank of each, so that shared ranks are whole numbers too.
    static func doubledRanks(_ values: [Double]) -> [Int] {
        values.map { value in
            let less = values.count { $0 < value }
            let equal = values.count { $0 == value }
            return 2 * less + equal + 1
        }
    }

    /// The middle one, or the mean of the two in the middle; NaN without any.
    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
