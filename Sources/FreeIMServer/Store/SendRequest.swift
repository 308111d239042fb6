import FreeIMProtocol

/// Where a request came from, and so where its answer goes.
enum RequestOrigin: Sendable {
    /// A connection: its event loop's index, its number on that loop, the frame's sequence ID.
    case connection(loop: Int, connection: Int, sequenceID: Int32)
    /// A caller in this process (HTTP), who gets the outcome.
    case call(@Sendable (Result<IMMessageACK, Refusal>) -> Void)
}

/// A send on its way to the writer.
struct SendRequest: Sendable {
    let origin: RequestOrigin
    let userID: Int64
    /// `device.id` of the sending device; 0: none (HTTP without a known device).
    let device: Int64
    let deviceID: String
    let clientType: String
    var item: IMMessageItem
}

/// The answer to a send, ready to be written by the event loop of its connection.
enum SendOutcome: Sendable {
    case stored(IMMessageACK)
    case refused(Refusal, clientMessageID: String)
}
