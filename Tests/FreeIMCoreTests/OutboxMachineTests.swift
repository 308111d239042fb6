import FreeIMCore
import Testing

@Suite struct OutboxMachineTests {
    @Test func nothingLeavesWithoutAConnection() {
        var outbox = OutboxMachine(["a"])
        let before = outbox.takeReady(now: 0)
        #expect(before.isEmpty)
        outbox.connected()
        let after = outbox.takeReady(now: 0)
        #expect(after == ["a"])
        let again = outbox.takeReady(now: 0)
        #expect(again.isEmpty)
    }

    @Test func aBrokenConnectionSendsTheRestAgainInOrder() {
        var outbox = OutboxMachine(["a", "b", "c"])
        outbox.connected()
        _ = outbox.takeReady(now: 0)
        let isDone = outbox.answered("a", .acknowledged, now: 0)
        #expect(isDone)
        outbox.disconnected()
        outbox.enqueue("d")
        outbox.connected()
        let ready = outbox.takeReady(now: 0)
        #expect(ready == ["b", "c", "d"])
    }

    @Test func aRefusalIsTheEndAndBusyIsNot() {
        var outbox = OutboxMachine(["a", "b"])
        outbox.connected()
        _ = outbox.takeReady(now: 0)
        let isDone = outbox.answered("a", .refused(code: "not_friend"), now: 0)
        let isKept = !outbox.answered("b", .retry(afterMs: 100), now: 0)
        #expect(isDone && isKept)
        let early = outbox.takeReady(now: 99)
        let late = outbox.takeReady(now: 100)
        #expect(early.isEmpty && late == ["b"])
    }

    /// A server that answers, drops the connection or is busy at random stores each send once,
    /// by its key, and in order while it is never busy.
    @Test(arguments: 0..<300)
    func everySendIsStoredOnceInOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var outbox = OutboxMachine()
        let ids = (0..<30).map { "m\($0)" }
        var left = ids[...]
        var stored: [String] = []
        var now: Int64 = 0
        outbox.connected()
        while stored.count < ids.count || !outbox.ids.isEmpty {
            now += 1
            if let next = left.first, Bool.random(using: &random) {
                outbox.enqueue(next)
                left = left.dropFirst()
            }
            for id in outbox.takeReady(now: now) {
                if Int.random(in: 0..<8, using: &random) == 0 {
                    outbox.disconnected()
                    outbox.connected()
                    break
                }
                if !stored.contains(id) { stored.append(id) }
                // The answer itself may be lost with the connection.
                if Int.random(in: 0..<8, using: &random) == 0 {
                    outbox.disconnected()
                    outbox.connected()
                    break
                }
                _ = outbox.answered(id, .acknowledged, now: now)
            }
        }
        #expect(stored == ids, "seed \(seed)")
    }
}
