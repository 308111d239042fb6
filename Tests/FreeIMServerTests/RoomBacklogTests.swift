import FreeIMProtocol
import NIOCore
import Testing

@testable import FreeIMServer

@Suite struct RoomBacklogTests {
    private func entry(_ seq: Int64, bytes: Int = 10) -> CommittedEntry {
        CommittedEntry(
            chatroomID: 1, seq: seq, userID: 1, senderDevice: 0,
            protobufFrame: ByteBuffer(repeating: 0, count: bytes))
    }

    private func seqs(_ pushes: [SharedPush]) -> [Int64] { pushes.map(\.frames.entry.seq) }

    @Test func aRoundTakesAllThatWaitsAndLeavesTheRest() {
        var backlog = RoomBacklog()
        #expect(backlog.isEmpty)
        backlog.add(entry(1))
        backlog.add(entry(2))
        backlog.startRound()
        backlog.add(entry(3))
        #expect(seqs(backlog.round) == [1, 2] && seqs(backlog.waiting) == [3])
        backlog.endRound()
        #expect(!backlog.isEmpty)
        backlog.startRound()
        #expect(seqs(backlog.round) == [3] && backlog.waiting.isEmpty)
        backlog.endRound()
        #expect(backlog.isEmpty)
    }

    @Test func aRoundIsShort() {
        var backlog = RoomBacklog()
        let most = Int64(RoomBacklog.roundEntriesMax)
        for seq in 1...(2 * most + 1) { backlog.add(entry(seq)) }
        backlog.end()
        for round in 0..<3 {
            backlog.startRound()
            let first = Int64(round) * most + 1
            #expect(seqs(backlog.round) == Array(first...min(first + most - 1, 2 * most + 1)))
            #expect(backlog.endsWithRound == (round == 2))
            backlog.endRound()
        }
        #expect(backlog.isEmpty)
        // What was given is not counted any more.
        var small = RoomBacklog(waitingBytesMax: 20)
        for seq in Int64(1)...10 {
            small.add(entry(2 * seq))
            small.add(entry(2 * seq + 1))
            small.startRound()
            #expect(seqs(small.round) == [2 * seq, 2 * seq + 1])
            small.endRound()
        }
    }

    @Test func beyondItsBytesOnlyTheNewestStays() {
        var backlog = RoomBacklog(waitingBytesMax: 100)
        for seq in 1...10 { backlog.add(entry(Int64(seq))) }
        #expect(backlog.waiting.count == 10)
        backlog.add(entry(11))
        #expect(seqs(backlog.waiting) == [11])
        for seq in 12...20 { backlog.add(entry(Int64(seq))) }
        #expect(seqs(backlog.waiting) == Array(11...20))
        // One that is larger than all that may wait still says how far the log goes.
        backlog.add(entry(21, bytes: 500))
        #expect(seqs(backlog.waiting) == [21])
    }

    @Test func anEndComesBehindWhatWaited() {
        var backlog = RoomBacklog()
        backlog.add(entry(1))
        backlog.startRound()
        backlog.add(entry(2))
        backlog.end()
        #expect(!backlog.endsWithRound)
        backlog.endRound()
        backlog.startRound()
        #expect(seqs(backlog.round) == [2] && backlog.endsWithRound)
        backlog.endRound()
        #expect(backlog.isEmpty && !backlog.endsWithRound)
    }

    @Test func eachFormOfAPushIsMadeOnce() {
        var item = IMMessageItem()
        item.chatroomID = 1
        item.content = "ü"
        var frame = ByteBuffer()
        frame.writeFrame(item, action: .message, sequenceID: 0, version: .protobuf)
        var frames = PushFrames(
            CommittedEntry(
                chatroomID: 1, seq: 1, userID: 1, senderDevice: 0, protobufFrame: frame))
        #expect(frames.frame(.protobuf, .stream) == frame)
        for version in BodyVersion.allCases {
            for form in [WireForm.message, .envelope(.inline), .envelope(.data)] {
                var expected = ByteBuffer()
                expected.writeFrame(
                    body: BodyCoding.encode(item, version: version), action: .message,
                    sequenceID: 0, version: version, form: form)
                let made = frames.frame(version, form)
                #expect(made == expected)
                // The same bytes in the same place.
                let again = frames.frame(version, form)
                let isShared = made.withUnsafeReadableBytes { first in
                    again.withUnsafeReadableBytes { $0.baseAddress == first.baseAddress }
                }
                #expect(isShared)
            }
        }
    }
}
