import Testing

@testable import imbench

/// A simulated server under everything that may happen: no false alarm, and no fault missed.
@Suite struct LedgerPropertyTests {
    @Test(arguments: 0..<200) func anHonestServerHasNoViolation(seed: UInt64) {
        var simulation = LedgerSimulation(seed: seed)
        let counts = simulation.run()
        #expect(counts.isEmpty, "seed \(seed): \(simulation.ledger.findings)")
        let ledger = simulation.ledger
        #expect(ledger.missingCount(limit: 10) == 0, "seed \(seed)")
        #expect(ledger.unansweredCount == 0, "seed \(seed)")
        #expect(ledger.deliveries > 20, "seed \(seed)")
    }

    @Test(arguments: LedgerSimulation.Fault.allCases)
    func oneFaultIsFound(fault: LedgerSimulation.Fault) {
        var struck = 0
        for seed: UInt64 in 1_000..<1_060 {
            var simulation = LedgerSimulation(seed: seed, fault: fault)
            let counts = simulation.run()
            guard simulation.isStruck else { continue }
            struck += 1
            #expect(
                !fault.violations.isDisjoint(with: counts.keys),
                "\(fault) with seed \(seed) was found as \(counts)")
        }
        #expect(struck >= 20)
    }
}
