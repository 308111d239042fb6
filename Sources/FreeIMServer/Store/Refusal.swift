import FreeIMProtocol

/// A request refused with one of the protocol's codes; nothing of it happened unless `internal`.
public struct Refusal: Error, Sendable, Equatable {
    public let code: ErrorCode
    /// For a person to read: what is wrong and what to do.
    public let message: String
    /// Milliseconds until a retry can succeed; 0: do not retry as it stands.
    public let retryAfterMs: Int64

    public init(_ code: ErrorCode, _ message: String, retryAfterMs: Int64 = 0) {
        self.code = code
        self.message = message
        self.retryAfterMs = retryAfterMs
    }
}
