/// What an HTTP server answered.
public struct HTTPReply: Sendable {
    /// The HTTP status.
    public let status: Int
    public let body: [UInt8]
}

/// Why there is no answer.
public enum HTTPCallError: Error, Sendable, CustomStringConvertible {
    /// The connection could not be made or broke off.
    case unreachable(String)
    /// Nothing complete came in time.
    case timedOut
    /// The answer is larger than the caller takes.
    case tooLarge
    /// The server's certificate is not accepted, or TLS fails otherwise.
    case tls(TLSFailure)
    /// The file on this side cannot be read or written, and why.
    case file(String)

    public var description: String {
        switch self {
        case .unreachable(let reason): "the server cannot be reached: \(reason)"
        case .timedOut: "the server did not answer in time"
        case .tooLarge: "the server's answer is too large"
        case .tls(let failure): failure.description
        case .file(let reason): reason
        }
    }
}
