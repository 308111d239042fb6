import FreeIMCore
import FreeIMHTTPClient
import FreeIMProtocol

/// Where a client connects and who it is.
public struct ChatClientOptions: Sendable {
    /// Host and port of the server's TCP listener.
    public var host = "127.0.0.1"
    public var port = 2_000
    /// Host and port of the server's HTTP listener.
    public var httpHost = "127.0.0.1"
    public var httpPort = 8_080
    /// TLS to the TCP listener and to the HTTP listener, with whose authorities; nil: none.
    public var tls: ClientTLS?
    public var httpTLS: ClientTLS?
    public var userID: Int64 = 0
    public var token = ""
    /// This device, the same at every start.
    public var deviceID = ""
    public var deviceType = "desktop"
    public var clientType = "linux"
    public var bodyVersion = BodyVersion.protobuf
    /// The cache's file.
    public var cachePath = ""
    /// Waits between attempts to connect, and between tries of a send that the server put off.
    public var backoff = Backoff()
    /// Milliseconds to wait for an answer before the connection counts as dead.
    public var answerMs: Int64 = 30_000
    /// Milliseconds over which acknowledgements are gathered.
    public var ackDelayMs: Int64 = 100
    /// Milliseconds between two looks at the cache while another process is connected.
    public var followMs: Int64 = 100
    /// Milliseconds to wait at least after a server whose certificate was not accepted: it will
    /// not have another one at once.
    public var distrustMs: Int64 = 60_000
    /// Milliseconds after which a connection counts as good, and the waits begin anew.
    public var steadyMs: Int64 = 5_000

    public init() {}
}

/// How the connection is.
public enum ConnectionState: Sendable, Equatable {
    /// Not connected, why, and when the next attempt is (milliseconds from now; nil: none).
    case offline(reason: String, retryMs: Int64?)
    case connecting
    case online
}

/// What changed; the cache holds the facts, an event says what to look at again.
public enum ChatEvent: Sendable, Equatable {
    case connection(ConnectionState)
    case conversationsChanged
    case messages(chatroomID: Int64)
    case receipt(chatroomID: Int64)
    case typing(chatroomID: Int64, userID: Int64, isTyping: Bool)
    case outbox(chatroomID: Int64)
    /// The token is no longer good; sign in again.
    case signedOut(reason: String)
    /// A line for the person at the screen.
    case notice(String)
    /// A message came that was not held before, in the order of the log.
    case received(ChatMessage)
}
