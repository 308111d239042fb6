import FreeIMProtocol
import NIOCore

/// One connection's bookkeeping: what waits for which reply.
struct Session {
    /// Complaints told of one connection; a server that goes on is not worth more lines.
    static let noticesMax = 20

    let channel: any Channel
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    let version: BodyVersion
    /// Counts on over the connections of a client: a late timer of one cannot hit the next.
    var nextSequenceID: Int32
    /// Requests by sequence ID.
    var waiting: [Int32: CheckedContinuation<Frame, any Error>] = [:]
    /// Sends by sequence ID: their ClientMessageIds.
    var sends: [Int32: String] = [:]
    var isAuthenticated = false
    /// Nothing more comes from the server.
    var isClosed = false
    /// Something came since the last heartbeat.
    var isHeard = true
    /// Why the server said goodbye.
    var quit: IMQuit?
    var heartbeatSeconds: Int64 = 30
    /// Bytes of a frame's body that the server takes.
    var frameBytesMax = Limits.frameBytesMax
    var notices = 0

    mutating func takeSequenceID() -> Int32 {
        defer { nextSequenceID = nextSequenceID == Int32.max ? 1 : nextSequenceID + 1 }
        return nextSequenceID
    }
}
