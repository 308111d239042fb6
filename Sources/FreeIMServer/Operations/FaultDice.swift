import NIOConcurrencyHelpers

/// Says when a fault falls: at every N-th occasion, so that a run with faults can be repeated.
final class FaultDice: Sendable {
    private let faults: ServerFaults
    private let seen = NIOLockedValueBox<[ServerFaults.Kind: Int]>([:])

    /// nil without any fault, so that one look at an optional is all that a sound server pays.
    init?(_ faults: ServerFaults) {
        guard faults.isAny else { return nil }
        self.faults = faults
    }

    /// Whether this occasion is one: how many it were so far, from 1; nil: it is none.
    func falls(_ kind: ServerFaults.Kind) -> Int? {
        let oneIn = faults[kind]
        if oneIn == 0 { return nil }
        return seen.withLockedValue { seen in
            let count = seen[kind, default: 0] + 1
            seen[kind] = count
            return count % oneIn == 0 ? count / oneIn : nil
        }
    }

    /// Whether the fault can fall at all.
    func has(_ kind: ServerFaults.Kind) -> Bool { faults[kind] > 0 }
}
