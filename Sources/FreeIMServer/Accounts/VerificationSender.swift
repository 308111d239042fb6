import FreeIMProtocol

/// Brings a verification code to a phone.
protocol VerificationSender: Sendable {
    /// Throws a refusal when no code can be sent at all.
    func checkReady() throws

    /// Sends, and returns once the code is on its way; bounded in time, as a person waits.
    ///
    /// Errors: `VerificationFailure`.
    func send(_ message: VerificationMessage) async throws
}

/// A code on its way to a phone. Nothing of it belongs in a log.
struct VerificationMessage: Sendable {
    let phone: String
    let code: String
    let purpose: VerificationPurpose
    /// Seconds that the code is good for.
    let seconds: Int
}

/// A code that did not get out, or of which nobody knows.
struct VerificationFailure: Error {
    let refusal: Refusal
    /// Whether the code may have reached the phone all the same.
    let mayHaveArrived: Bool
}

/// Sends nothing: signing in by phone is refused.
struct NoVerificationSender: VerificationSender {
    func checkReady() throws { throw NoVerificationSender.refusal }

    func send(_ message: VerificationMessage) async throws {
        throw VerificationFailure(refusal: NoVerificationSender.refusal, mayHaveArrived: false)
    }

    private static let refusal = Refusal(
        .forbidden,
        "This server sends no verification codes; sign in with account and password.")
}
