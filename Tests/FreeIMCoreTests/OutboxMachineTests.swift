import FreeIMCore
import Testing

@Suite struct OutboxMachineTests {
    /// Sends of one conversation each, or all of one.
    private func outbox(_ ids: [String], apart: Bool = false) -> OutboxMachine {
        var outbox = OutboxMachine()
        for (index, id) in ids.enumerated() {
            outbox.enqueue(id, chatroomID: apart ? Int64(index) : 1)
        }
        return outbox
    }

    @Test func nothingLeavesWithoutAConnection() {
        var outbox = self.outbox(["a"])
        let before = outbox.takeReady(now: 0)
        #expect(before.isEmpty)
        outbox.connected()
        let after = outbox.takeReady(now: 0)
        #expect(after == ["a"])
        let again = outbox.takeReady(now: 0)
        #expect(again.isEmpty)
    }

    @Test func aBrokenConnectionSendsTheRestAgainInOrder() {
        var outbox = self.outbox(["a", "b", "c"], apart: true)
        outbox.connected()
        _ = outbox.takeReady(now: 0)
        let isDone = outbox.answered("a", .acknowledged, now: 0)
        #expect(isDone)
        outbox.disconnected()
        outbox.enqueue("d", chatroomID: 9)
        outbox.connected()
        let ready = outbox.takeReady(now: 0)
        #expect(ready == ["b", "c", "d"])
    }

    @Test func aRefusalIsTheEndAndBusyIsNot() {
        var outbox = self.outbox(["a", "b"], apart: true)
        outbox.connected()
        _ = outbox.takeReady(now: 0)
        let isDone = outbox.answered("a", .refused(code: "not_friend"), now: 0)
        let isKept = !outbox.answered("b", .retry(afterMs: 100), now: 0)
        #expect(isDone && isKept)
        let early = outbox.takeReady(now: 99)
        let late = outbox.takeReady(now: 100)
        #expect(early.isEmpty && late == ["b"])
    }

    @Test func ofOneConversationOneIsUnderWay() {
        var outbox = self.outbox(["a", "b"])
        outbox.enqueue("c", chatroomID: 2)
        let isNew = outbox.enqueue("a", chatroomID: 1)
        outbox.connected()
        let first = outbox.takeReady(now: 0)
        #expect(first == ["a", "c"] && !isNew)
        _ = outbox.answered("a", .retry(afterMs: 5), now: 0)
        let again = outbox.takeReady(now: 5)
        _ = outbox.answered("a", .acknowledged, now: 5)
        let next = outbox.takeReady(now: 5)
        #expect(again == ["a"] && next == ["b"])
    }

    /// A server that answers, drops the connection or is busy at random stores each send once,
    /// by its key, and in order.
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
                outbox.enqueue(next, chatroomID: 1)
                left = left.dropFirst()
            }
            for id in outbox.takeReady(now: now) {
                if Int.random(in: 0..<8, using: &random) == 0 {
                    outbox.disconnected()
                    outbox.connected()
                    break
                }
                if Int.random(in: 0..<8, using: &random) == 0 {
                    _ = outbox.answered(id, .retry(afterMs: 3), now: now)
                    continue
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
