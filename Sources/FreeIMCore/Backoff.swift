/// Waits between attempts to connect: doubling, jittered, bounded.
public struct Backoff: Sendable {
    /// Milliseconds of the first wait at most.
    public static let firstMs: Int64 = 500
    /// Milliseconds of any wait at most.
    public static let mostMs: Int64 = 30_000

    /// Attempts that failed since the last success.
    public private(set) var failures = 0
    private let first: Int64
    private let most: Int64

    /// Waits from about `firstMs` to `mostMs` milliseconds.
    public init(firstMs: Int64 = Backoff.firstMs, mostMs: Int64 = Backoff.mostMs) {
        precondition(firstMs > 0 && firstMs <= 1 << 40 && mostMs >= firstMs)
        first = firstMs
        most = mostMs
    }

    /// The next wait; `random` in 0 ..< 1. At least half of the bound, so that it is a wait.
    public mutating func next(random: Double) -> Int64 {
        precondition((0..<1).contains(random))
        let bound = min(most, first << Int64(min(failures, 16)))
        failures += 1
        return bound / 2 + Int64(Double(bound / 2) * random)
    }

    /// An attempt succeeded.
    public mutating func reset() {
        failures = 0
    }
}
