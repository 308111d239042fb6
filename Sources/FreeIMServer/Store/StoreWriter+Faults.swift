import Foundation
import FreeIMProtocol
import GRDB
import NIOCore

/// Writing with faults; nothing of it runs in a server without them.
extension StoreWriter {
    /// What a fault answers in place of storing a send; nil: it is stored as always, perhaps
    /// behind something that should not be there.
    func storeFaultily(
        _ item: inout IMMessageItem, stamp reserved: UInt64?, key: DedupeKey,
        send: SendRequest, _ db: Database, _ faults: WriterFaults
    ) throws -> IMMessageACK? {
        guard (0...7).contains(item.code.rawValue), let room = try room(item.chatroomID, db)
        else { return nil }
        func placed(at seq: Int64) throws -> UInt64 {
            let stamp = reserved ?? generator.next(now: now)
            place(&item, in: room, at: seq, stamp: stamp)
            try checkSize(item, bodyBytes: BodyCoding.encode(item, version: .protobuf).count)
            return stamp
        }
        if faults.dice.falls(.forget) != nil {
            _ = try placed(at: room.head + 1)
            return StoreWriter.acknowledgement(of: item, duplicate: false)
        }
        if faults.dice.falls(.vanish) != nil {
            _ = try placed(at: room.head + 1)
            faults.vanished.insert(key)
            batch.changes.append(.unlogged(entry(item, senderDevice: send.device)))
            var ack = StoreWriter.acknowledgement(of: item, duplicate: false)
            ack.seq = WriterFaults.silent
            return ack
        }
        if faults.late[item.chatroomID] == nil, faults.dice.falls(.lateOrder) != nil {
            let stamp = try placed(at: room.head + 2)
            faults.late[item.chatroomID] = WriterFaults.Late(
                item: item, stamp: stamp, key: key, senderDevice: send.device)
            return StoreWriter.acknowledgement(of: item, duplicate: false)
        }
        if faults.dice.falls(.skipSeq) != nil { try insertFiller(item, room) }
        if faults.dice.falls(.phantom) != nil { try insertPhantom(item, db, faults) }
        return nil
    }

    /// A row that readers leave out: to everybody it is a seq that was never given.
    private func insertFiller(_ item: IMMessageItem, _ room: RoomState) throws {
        let stamp = generator.next(now: now)
        var filler = item
        place(&filler, in: room, at: room.head + 1, stamp: stamp)
        try insert(filler, body: [0], stamp: stamp, keyHash: 0, room)
        batch.changes.append(
            .entry(
                CommittedEntry(
                    chatroomID: item.chatroomID, seq: filler.seq, userID: item.userID,
                    senderDevice: 0, protobufFrame: ByteBuffer())))
    }

    private func insertPhantom(
        _ item: IMMessageItem, _ db: Database, _ faults: WriterFaults
    ) throws {
        faults.phantoms += 1
        var phantom = item
        phantom.code = .text
        phantom.content = "nobody said this"
        phantom.clientMessageID = "phantom-\(UUID().uuidString)"
        try append(&phantom, keyHash: 0, senderDevice: 0, db)
    }

    /// Stores what `lateOrder` held back, behind the entry that was just appended.
    func insertLate(_ chatroomID: Int64, _ db: Database, _ faults: WriterFaults) throws {
        guard let late = faults.late.removeValue(forKey: chatroomID),
            let room = try room(chatroomID, db)
        else { return }
        var item = late.item
        item.seq = room.head + 1
        let body = BodyCoding.encode(item, version: .protobuf)
        try insert(item, body: body, stamp: late.stamp, keyHash: late.key.hash, room)
        batch.changes.append(.entry(entry(item, senderDevice: late.senderDevice)))
    }

    private func entry(_ item: IMMessageItem, senderDevice: Int64) -> CommittedEntry {
        var frame = ByteBuffer()
        frame.writeFrame(item, action: .message, sequenceID: 0, version: .protobuf)
        return CommittedEntry(
            chatroomID: item.chatroomID, seq: item.seq, userID: item.userID,
            senderDevice: senderDevice, protobufFrame: frame)
    }

    /// With `ackEarly`, answers the batch's sends and lets time pass before the commit.
    func answerEarly(_ faults: WriterFaults) {
        let isWaiting = batch.replies.contains { replies in
            replies.contains { if case .stored = $0.outcome { true } else { false } }
        }
        guard isWaiting, faults.dice.falls(.ackEarly) != nil else { return }
        var early = CommittedBatch(loops: publisher.loopCount)
        swap(&early.replies, &batch.replies)
        publisher.publish(early)
        usleep(1_000 * ServerFaults.ackEarlyMs)
    }
}

extension CommittedBatch.Reply {
    /// Whether the sender is to hear nothing (`vanish`).
    var isSilent: Bool {
        if case .stored(let ack) = outcome { return ack.seq == WriterFaults.silent }
        return false
    }
}
