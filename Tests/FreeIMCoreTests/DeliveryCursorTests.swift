import FreeIMCore
import Testing

@Suite struct DeliveryCursorTests {
    @Test func aLiveCursorPushesEachSeqOnceAndInOrder() {
        var cursor = DeliveryCursor(liveBehind: 3)
        let got1 = cursor.offer(4, isOwn: false, isWritable: true)
        #expect(got1 == .push)
        let got2 = cursor.offer(4, isOwn: false, isWritable: true)
        #expect(got2 == .skip)
        let got3 = cursor.offer(5, isOwn: true, isWritable: false)
        #expect(got3 == .skip)
        #expect(cursor.pushed == 5 && cursor.head == 5)
    }

    @Test func whatDoesNotFitIsLeftToTheLog() {
        var cursor = DeliveryCursor(liveBehind: 0)
        let got4 = cursor.offer(1, isOwn: false, isWritable: false)
        #expect(got4 == .leave(isNew: true))
        let got5 = cursor.offer(2, isOwn: false, isWritable: true)
        #expect(got5 == .leave(isNew: false))
        let got6 = cursor.wrote(through: 1, head: 2)
        #expect(!got6)
        let got7 = cursor.wrote(through: 2, head: 2)
        #expect(got7)
        let got8 = cursor.offer(3, isOwn: false, isWritable: true)
        #expect(got8 == .push)
    }

    @Test func aHoleInThePushesIsReadFromTheLog() {
        var cursor = DeliveryCursor(liveBehind: 1)
        let got9 = cursor.offer(3, isOwn: false, isWritable: true)
        #expect(got9 == .leave(isNew: true))
        #expect(cursor.pushed == 1 && cursor.head == 3)
    }

    @Test func theQuotaCutsOffTheOldestAndSaysSo() {
        var cursor = DeliveryCursor(acknowledged: 10)
        let start = cursor.loaded(head: 110, quota: 50)
        #expect(start.gap == 11...60 && start.isBehind)
        #expect(cursor.pushed == 60)
        var inTime = DeliveryCursor(acknowledged: 10)
        let got10 = inTime.loaded(head: 60, quota: 50)
        #expect(got10.gap == nil)
    }

    @Test func acknowledgementsNeverMoveBackNorBeyondTheHead() {
        var cursor = DeliveryCursor(liveBehind: 5)
        let got11 = cursor.acknowledge(99)
        #expect(got11 == nil)
        _ = cursor.offer(6, isOwn: false, isWritable: true)
        let got12 = cursor.acknowledge(99)
        #expect(got12 == 6)
        let got13 = cursor.acknowledge(2)
        #expect(got13 == nil)
        #expect(cursor.acknowledged == 6)
    }

    /// Random pushes, stalls and page reads against the log itself: what the device gets is the
    /// log behind its acknowledgement, each seq once and in order.
    @Test(arguments: 0..<500)
    func theDeviceGetsTheLogWhateverStalls(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var head = Int64.random(in: 0...20, using: &random)
        let acknowledged = Int64.random(in: 0...head, using: &random)
        var cursor = DeliveryCursor(acknowledged: acknowledged)
        var got: [Int64] = []
        let lateHead = head
        func readPage() {
            guard cursor.phase == .catchingUp else { return }
            let last = min(head, cursor.pushed + Int64.random(in: 1...4, using: &random))
            got += Array((cursor.pushed + 1)...last)
            _ = cursor.wrote(through: last, head: head)
        }
        for step in 0..<60 {
            if step == 7 { _ = cursor.loaded(head: lateHead, quota: 1_000) }
            if Bool.random(using: &random) {
                head += 1
                let isWritable = Int.random(in: 0..<4, using: &random) > 0
                let offer = cursor.offer(head, isOwn: false, isWritable: isWritable)
                if offer == .push { got.append(head) }
            } else {
                readPage()
            }
        }
        while cursor.phase == .catchingUp { readPage() }
        #expect(got == Array(acknowledged + 1..<head + 1), "seed \(seed)")
    }
}
