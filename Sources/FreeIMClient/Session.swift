import FreeIMProtocol
import NIOCore

/// One connection's bookkeeping: what waits for which reply.
struct Session {
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    let version: BodyVersion
    var nextSequenceID: Int32 = 1
    /// Requests by sequence ID.
    var waiting: [Int32: CheckedContinuation<Frame, any Error>] = [:]
    /// Sends by sequence ID: their ClientMessageIds.
    var sends: [Int32: String] = [:]
    var isAuthenticated = false
    /// Nothing more comes from the server.
    var isClosed = false
    /// Why the server said goodbye.
    var quit: IMQuit?
    var heartbeatSeconds: Int64 = 30

    mutating func takeSequenceID() -> Int32 {
        defer { nextSequenceID = nextSequenceID == Int32.max ? 1 : nextSequenceID + 1 }
        return nextSequenceID
    }
}
