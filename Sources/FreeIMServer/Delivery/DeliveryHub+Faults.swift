import FreeIMCore
import FreeIMProtocol
import NIOCore

/// Delivery with faults; nothing of it runs in a server without them.
extension DeliveryHub {
    /// `fanOut`, wrong as often as it was asked to be.
    func fanOut(_ entry: CommittedEntry, _ faults: HubFaults) {
        if let room = room(entry.chatroomID) {
            for subscription in room.roster.members {
                let connection = subscription.connection
                let isOwn = entry.senderDevice != 0 && entry.senderDevice == connection.device
                switch subscription.cursor.offer(
                    entry.seq, isOwn: isOwn, isWritable: connection.isWritable)
                {
                case .skip: break
                case .leave(let isNew):
                    if isNew { connection.fellBehind(subscription) }
                case .push: push(entry, to: connection, faults)
                }
            }
        }
        leak(entry, faults)
        if faults.dice.has(.disagree), let item = entry.item, item.isText {
            faults.newest[entry.chatroomID] = item
        }
    }

    /// Pushes what the log does not hold (`vanish`) to whoever is up to date.
    func pushUnlogged(_ entry: CommittedEntry) {
        for subscription in room(entry.chatroomID)?.roster.members ?? []
        where subscription.cursor.phase == .live && subscription.cursor.pushed < entry.seq {
            let connection = subscription.connection
            if entry.senderDevice != 0, entry.senderDevice == connection.device { continue }
            connection.write(entry.frame(connection))
        }
    }

    private func push(_ entry: CommittedEntry, to connection: Connection, _ faults: HubFaults) {
        if entry.isFiller || faults.dice.falls(.dropPush) != nil { return }
        var frame = entry.frame(connection)
        if let changed = changed(entry, faults) {
            frame.clear()
            frame.writeFrame(
                body: BodyCoding.encode(changed, version: connection.version),
                action: .message, sequenceID: 0, version: connection.version,
                form: connection.form)
        }
        let place = HubFaults.Place(
            connection: connection.number, chatroomID: entry.chatroomID)
        if let held = faults.held.removeValue(forKey: place) {
            connection.write(frame)
            connection.write(held)
        } else if faults.dice.falls(.swapPush) != nil {
            faults.held[place] = frame
        } else {
            connection.write(frame)
            if faults.dice.falls(.doublePush) != nil { connection.write(frame) }
        }
    }

    /// What `corrupt` and `disagree` make of an entry for one device; nil: nothing.
    private func changed(_ entry: CommittedEntry, _ faults: HubFaults) -> IMMessageItem? {
        let canChange = faults.dice.has(.corrupt) || faults.dice.has(.disagree)
        guard canChange, var item = entry.item, item.isText else { return nil }
        if faults.dice.falls(.corrupt) != nil {
            var bytes = Array(item.content.utf8)
            let letters = bytes.indices.filter { (0x61...0x7a).contains(bytes[$0] | 0x20) }
            guard !letters.isEmpty else { return nil }
            let at = letters[letters.count / 2]
            // The next letter of the alphabet, so that it stays a text.
            bytes[at] = bytes[at] | 0x20 == 0x7a ? bytes[at] - 1 : bytes[at] + 1
            item.content = String(decoding: bytes, as: UTF8.self)
            return item
        }
        guard let before = faults.newest[entry.chatroomID], faults.dice.falls(.disagree) != nil
        else { return nil }
        var other = before
        other.seq = item.seq
        other.messageID = item.messageID
        return other
    }

    /// Notes whose membership ended, for `leak`.
    func noteRemoved(_ connection: Connection, _ chatroomID: Int64) {
        guard let faults, faults.dice.has(.leak) else { return }
        faults.removed[chatroomID, default: []].append(connection.number)
    }

    private func leak(_ entry: CommittedEntry, _ faults: HubFaults) {
        if entry.isFiller { return }
        func isStranger(_ connection: Connection) -> Bool {
            connection.isBound && connection.subscriptions[entry.chatroomID] == nil
                && connection.isWritable
        }
        let removed = (faults.removed[entry.chatroomID] ?? []).compactMap { connections[$0] }
        guard
            let stranger = removed.first(where: isStranger)
                ?? connections.values.first(where: isStranger)
        else { return }
        if faults.dice.falls(.leak) != nil { stranger.write(entry.frame(stranger)) }
    }

    /// A receipt, or what `readBack` makes of it.
    func receipt(
        _ receipt: IMReceipt, for connection: Connection, _ faults: HubFaults
    ) -> IMReceipt {
        guard faults.dice.has(.readBack) else { return receipt }
        let told = HubFaults.Told(
            connection: connection.number, chatroomID: receipt.chatroomID,
            userID: receipt.userID)
        let before = faults.receipts[told] ?? IMReceipt()
        faults.receipts[told] = receipt
        guard max(before.readSeq, before.deliveredSeq) > 1, faults.dice.falls(.readBack) != nil
        else { return receipt }
        var back = receipt
        if before.readSeq > 1 { back.readSeq = before.readSeq - 1 }
        if before.deliveredSeq > 1 { back.deliveredSeq = before.deliveredSeq - 1 }
        return back
    }

    /// A quota, or what `wrongQuota` makes of it for a device that misses so many.
    func quota(_ quota: Int, missing: Int64) -> Int {
        guard let faults, missing > Int64(quota) / 2, quota > 1,
            let number = faults.dice.falls(.wrongQuota)
        else { return quota }
        return number % 2 == 0 && missing > Int64(quota) ? 2 * quota : quota / 2
    }
}

extension CommittedEntry {
    /// Whether it stands for a seq that was skipped (`skipSeq`).
    var isFiller: Bool { protobufFrame.readableBytes == 0 }

    /// The message in it.
    var item: IMMessageItem? {
        guard !isFiller else { return nil }
        var body = protobufFrame
        body.moveReaderIndex(forwardBy: FrameHeader.byteCount)
        return try? BodyCoding.decode(IMMessageItem.self, from: body, version: .protobuf)
    }

    /// The whole push as that connection reads it.
    func frame(_ connection: Connection) -> ByteBuffer {
        var frames = PushFrames(self)
        return frames.frame(connection.version, connection.form)
    }
}

extension IMMessageItem {
    /// Whether it is a client's own words: no act on another message, no entry of the server's.
    fileprivate var isText: Bool { (0...7).contains(code.rawValue) && !content.isEmpty }
}
