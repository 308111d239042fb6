import Testing

@testable import imbench

/// Each check finds the fault it is for, and none finds one where there is none.
@Suite struct LedgerTests {
    /// Two devices, 0 and 1, in conversation 0; device 2 is a stranger. Device 0 sends `count`.
    private func conversation(sends count: Int) -> Ledger {
        var ledger = Ledger()
        _ = ledger.addConversation(devices: [0, 1])
        for _ in 0..<count { _ = ledger.addSend(conversation: 0, device: 0) }
        return ledger
    }

    /// Acknowledges send `n` as seq `n + 1`, and delivers it to device 1.
    private func pass(_ ledger: inout Ledger, _ send: Int) {
        _ = ledger.acked(send: send, conversation: 0, seq: Int64(send) + 1)
        deliver(&ledger, Int64(send) + 1, send)
    }

    private func deliver(
        _ ledger: inout Ledger, _ seq: Int64, _ send: Int?, device: Int = 1,
        isIntact: Bool = true
    ) {
        _ = ledger.delivered(
            device: device, conversation: 0, seq: seq, send: send, isIntact: isIntact,
            way: .pushed)
    }

    @Test func anHonestServerPasses() {
        var ledger = conversation(sends: 5)
        for send in 0..<5 { pass(&ledger, send) }
        #expect(ledger.isComplete())
        ledger.finalLog(conversation: 0, (1...5).map { (Int64($0), $0 - 1) })
        ledger.finish()
        #expect(ledger.violations == 0 && ledger.deliveries == 5)
    }

    @Test func aDroppedPushIsLost() {
        var ledger = conversation(sends: 3)
        pass(&ledger, 0)
        _ = ledger.acked(send: 1, conversation: 0, seq: 2)
        pass(&ledger, 2)
        #expect(!ledger.isComplete())
        ledger.finish()
        #expect(ledger.counts == [.lost: 1])
    }

    @Test func theSameTwiceOnOneConnectionIsDoubledAndAfterAReconnectARepeat() {
        var ledger = conversation(sends: 2)
        pass(&ledger, 0)
        pass(&ledger, 1)
        ledger.reconnected(device: 1)
        deliver(&ledger, 1, 0)
        deliver(&ledger, 2, 1)
        #expect(ledger.violations == 0 && ledger.repeats == 2)
        deliver(&ledger, 2, 1)
        #expect(ledger.counts == [.doubled: 1])
    }

    @Test func swappedPushesAreOutOfOrder() {
        var ledger = conversation(sends: 2)
        deliver(&ledger, 2, 1)
        deliver(&ledger, 1, 0)
        #expect(ledger.counts == [.outOfOrder: 1])
    }

    @Test func aStrangerWhoGetsItIsALeak() {
        var ledger = conversation(sends: 1)
        deliver(&ledger, 1, 0, device: 2)
        #expect(ledger.counts == [.leaked: 1])
    }

    @Test func anotherTextIsCorruptedAndNobodysTextAPhantom() {
        var ledger = conversation(sends: 1)
        deliver(&ledger, 1, 0, isIntact: false)
        deliver(&ledger, 2, 7)
        #expect(ledger.counts == [.corrupted: 1, .phantom: 1])
    }

    @Test func twoTruthsAboutOneSeqDisagree() {
        var ledger = conversation(sends: 2)
        deliver(&ledger, 1, 0)
        _ = ledger.acked(send: 1, conversation: 0, seq: 1)
        #expect(ledger.counts == [.disagreement: 1])
        var other = conversation(sends: 1)
        _ = other.acked(send: 0, conversation: 0, seq: 1)
        _ = other.acked(send: 0, conversation: 0, seq: 2)
        #expect(other.counts == [.disagreement: 1])
    }

    @Test func acknowledgedAndGoneIsForgotten() {
        var ledger = conversation(sends: 2)
        pass(&ledger, 0)
        pass(&ledger, 1)
        ledger.finalLog(conversation: 0, [(1, 0)])
        #expect(ledger.counts == [.forgotten: 1])
    }

    @Test func aHoleOrARepeatInTheLogIsBroken() {
        var ledger = conversation(sends: 2)
        ledger.finalLog(conversation: 0, [(1, 0), (3, 1)])
        #expect(ledger.counts == [.broken: 1])
        var twice = conversation(sends: 1)
        twice.finalLog(conversation: 0, [(1, 0), (2, 0)])
        #expect(twice.counts == [.broken: 1, .disagreement: 0].filter { $0.value > 0 })
    }
}
