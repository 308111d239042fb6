/// The refusals of the protocol; the raw value is what stands in Error.Code.
public enum ErrorCode: String, Sendable, CaseIterable {
    case malformedBody = "malformed_body"
    case unknownAction = "unknown_action"
    case unsupportedVersion = "unsupported_version"
    case frameTooLarge = "frame_too_large"
    case unauthenticated
    case badToken = "bad_token"
    case badCredentials = "bad_credentials"
    case tokenExpired = "token_expired"
    case conflict
    case methodNotAllowed = "method_not_allowed"
    case forbidden
    case notMember = "not_member"
    case notFriend = "not_friend"
    case blocked
    case muted
    case notFound = "not_found"
    case contentTooLarge = "content_too_large"
    case rateLimited = "rate_limited"
    case busy
    case `internal`

    /// Whether the refusal says for certain that nothing happened.
    public var isDefinite: Bool { self != .internal }
}

/// Why the server ends a connection; the raw value is what stands in Quit.Reason.
public enum QuitReason: String, Sendable, CaseIterable {
    case replaced
    case kickedByOtherDevice = "kicked_by_other_device"
    case tokenRevoked = "token_revoked"
    case accountDeleted = "account_deleted"
    case serverShutdown = "server_shutdown"
    case slowConsumer = "slow_consumer"
    case protocolError = "protocol_error"
    case idle
}
