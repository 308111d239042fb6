import FreeIMProtocol
import NIOCore

/// What carries a connection's frames: it hides whether that is TCP or a WebSocket.
///
/// It decides about bytes and does nothing itself; confined to its connection's event loop.
protocol Transport: AnyObject {
    /// How what is written has to look.
    var form: WireForm { get }
    /// Whether frames can be written: the handshake, if there is one, is done.
    var isOpen: Bool { get }
    /// What a proxy says of whom it speaks for; empty: nothing.
    var forwardedFor: String { get }
    /// Whether the client has to say goodbye too before the connection is closed.
    var awaitsGoodbye: Bool { get }

    /// Takes what arrived.
    func append(_ bytes: ByteBuffer)
    /// The next thing in it; nil when more bytes are needed. Nothing comes behind an end.
    func next() throws(TransportEnd) -> Arrival?
    /// The last bytes on a connection that ends for that reason; nil: none.
    func goodbye(_ code: CloseCode) -> ByteBuffer?
}

/// What a transport found in the bytes.
enum Arrival {
    case frame(Frame)
    /// A message that is no frame; its header's fields as far as they could be read.
    case malformed(FrameHeader)
    /// Bytes to write, and nothing else to do.
    case answer(ByteBuffer)
    /// A sign of life that is no frame, with the bytes that answer it.
    case ping(ByteBuffer)
    /// The client has said goodbye.
    case goodbye
}

/// Why nothing more can be read.
enum TransportEnd: Error {
    /// A frame that ends the connection with an Error.
    case refused(FrameDecoder.Refusal)
    /// What ends it without one, the bytes being no frames.
    case violation(CloseCode)
    /// No WebSocket is opened; the bytes say why.
    case handshake(ByteBuffer)
}

/// Why a WebSocket closes (RFC 6455, section 7.4.1).
enum CloseCode: UInt16 {
    case normal = 1000
    case goingAway = 1001
    case protocolError = 1002
    case unsupported = 1003
    case notUTF8 = 1007
    case policy = 1008
    case tooBig = 1009
    case serverTrouble = 1011
    case tryAgainLater = 1013

    init(_ code: ErrorCode) {
        switch code {
        case .frameTooLarge: self = .tooBig
        case .unsupportedVersion: self = .unsupported
        case .busy, .rateLimited: self = .tryAgainLater
        case .internal: self = .serverTrouble
        case .malformedBody, .unknownAction, .unauthenticated, .badToken, .badCredentials,
            .tokenExpired, .conflict, .methodNotAllowed, .forbidden, .notMember, .notFriend,
            .blocked, .muted, .notFound, .contentTooLarge:
            self = .policy
        }
    }

    init(_ reason: QuitReason) {
        switch reason {
        case .serverShutdown: self = .goingAway
        case .protocolError: self = .serverTrouble
        case .replaced, .kickedByOtherDevice, .tokenRevoked, .accountDeleted, .slowConsumer,
            .idle:
            self = .policy
        }
    }
}
