/// A random source that one number reproduces (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    /// Whether something happens that happens `perMille` times in a thousand.
    mutating func happens(_ perMille: Int) -> Bool { below(1_000) < perMille }

    /// A number below `bound`, small ones far more often than large ones.
    mutating func skewed(_ bound: Int) -> Int {
        let even = Double(next() >> 11) / Double(1 << 53)
        return min(bound - 1, Int(Double(bound) * even * even * even))
    }
}
