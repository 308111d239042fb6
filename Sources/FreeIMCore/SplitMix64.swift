/// A random source that one number reproduces (SplitMix64); no source of secrets.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The same seed, the same numbers.
    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, and without, 1.
    public mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }

    /// A number of that range.
    public mutating func within(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + fraction() * (range.upperBound - range.lowerBound)
    }

    /// A number below `bound`; 0 where there is none.
    public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    /// Whether something happens that happens `perMille` times in a thousand.
    public mutating func happens(_ perMille: Int) -> Bool { below(1_000) < perMille }

    /// A number below `bound`, small ones far more often than large ones.
    public mutating func skewed(_ bound: Int) -> Int {
        let even = fraction()
        return min(bound - 1, Int(Double(bound) * even * even * even))
    }
}
