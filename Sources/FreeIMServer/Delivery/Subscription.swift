import FreeIMCore

/// One connection's part in one conversation; confined to the connection's event loop.
final class Subscription {
    let chatroomID: Int64
    /// The oldest seq the user may read.
    let firstSeq: Int64
    unowned let connection: Connection
    var cursor: DeliveryCursor

    init(
        chatroomID: Int64, firstSeq: Int64, connection: Connection, cursor: DeliveryCursor
    ) {
        self.chatroomID = chatroomID
        self.firstSeq = firstSeq
        self.connection = connection
        self.cursor = cursor
    }
}
