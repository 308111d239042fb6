import FreeIMCore
import Testing

@Suite struct BackoffTests {
    @Test func waitsDoubleAreJitteredAndBounded() {
        var least = Backoff()
        var most = Backoff()
        var bound = Backoff.firstMs
        for _ in 0..<20 {
            let low = least.next(random: 0)
            let high = most.next(random: 0.999)
            #expect(low >= bound / 2 && high <= bound && low < high)
            bound = min(Backoff.mostMs, bound * 2)
        }
        least.reset()
        let again = least.next(random: 0)
        #expect(again == Backoff.firstMs / 2)
    }
}
