import FreeIMCore
import Testing

@Suite struct OutboundBudgetTests {
    @Test func onlyWhoDrainsNothingIsStalled() {
        var budget = OutboundBudget(now: 0)
        budget.enqueue(1_000)
        let got1 = budget.isStalled(buffered: 900, now: 1_000, stallMax: 30_000)
        #expect(!got1)
        let got2 = budget.isStalled(buffered: 899, now: 30_000, stallMax: 30_000)
        #expect(!got2)
        budget.enqueue(500)
        let got3 = budget.isStalled(buffered: 1_399, now: 59_999, stallMax: 30_000)
        #expect(!got3)
        let got4 = budget.isStalled(buffered: 1_399, now: 60_000, stallMax: 30_000)
        #expect(got4)
        let got5 = budget.isStalled(buffered: 0, now: 61_000, stallMax: 30_000)
        #expect(!got5)
    }
}
