import FreeIMCore

/// One connection's part in one conversation; confined to the connection's event loop.
final class Subscription: RosterMember {
    let chatroomID: Int64
    /// The oldest seq the user may read.
    let firstSeq: Int64
    unowned let connection: Connection
    var cursor: DeliveryCursor
    var rosterIndex = -1

    init(
        chatroomID: Int64, firstSeq: Int64, connection: Connection, cursor: DeliveryCursor
    ) {
        self.chatroomID = chatroomID
        self.firstSeq = firstSeq
        self.connection = connection
        self.cursor = cursor
    }

    /// Offers an entry; true when it was written to the connection.
    func offer(_ frames: inout PushFrames) -> Bool {
        let entry = frames.entry
        let isOwn = entry.senderDevice != 0 && entry.senderDevice == connection.device
        switch cursor.offer(entry.seq, isOwn: isOwn, isWritable: connection.isWritable) {
        case .skip: return false
        case .leave(let isNew):
            if isNew { connection.fellBehind(self) }
            return false
        case .push:
            connection.write(frames.frame(connection.version, connection.form))
            return true
        }
    }
}
