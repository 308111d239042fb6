import Synchronization

/// A histogram with fixed buckets; any thread may add, and adding is two relaxed additions.
///
/// Guard of what the compiler cannot see: `counts` points at atomics, made once, freed with the
/// last owner.
final class MetricHistogram: @unchecked Sendable {
    /// Microseconds from 100 µs to 10 s.
    static let times: [Int64] = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 10_000_000,
    ]
    /// Powers of two.
    static let sizes: [Int64] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096]

    /// The highest value of each bucket; what is higher has one more.
    let bounds: [Int64]
    private let counts: UnsafeMutablePointer<Atomic<Int64>>
    private let total = Atomic<Int64>(0)

    init(_ bounds: [Int64]) {
        self.bounds = bounds
        counts = .allocate(capacity: bounds.count + 1)
        for index in 0...bounds.count { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: bounds.count + 1)
        counts.deallocate()
    }

    func observe(_ value: Int64) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        counts[index].add(1, ordering: .relaxed)
        total.add(value, ordering: .relaxed)
    }

    /// How many values each bucket has, lower ones included, and their sum.
    var reading: (cumulative: [Int64], sum: Int64) {
        var running: Int64 = 0
        let cumulative = (0...bounds.count).map { index in
            running += counts[index].load(ordering: .relaxed)
            return running
        }
        return (cumulative, total.load(ordering: .relaxed))
    }
}
