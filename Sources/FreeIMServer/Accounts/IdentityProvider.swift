import FreeIMHTTPClient
import FreeIMProtocol
import Logging

/// Asks an outside identity provider whether a token is the person's it claims to be.
struct IdentityProvider: Sendable {
    /// Characters of a provider's ID of a person.
    static let subjectMax = 128
    /// Characters of a provider's token.
    static let tokenMax = 2_048

    let caller: WebhookCaller
    let address: HTTPURL
    /// Seconds that the answer may take.
    let secondsMax: Int
    let log: Logger

    /// The nickname that the provider knows the person by; empty: none.
    ///
    /// Errors: `bad_credentials` when the token is not that person's, `busy` when nobody answers.
    func confirm(provider: String, subject: String, token: String) async throws -> String {
        let body = try JSONValue.object([
            "kind": "identity", "provider": .string(provider), "openid": .string(subject),
            "access_token": .string(token),
        ]).bytes()
        let call = WebhookCall(
            kind: "identity", delivery: WebhookCaller.newDelivery(), body: body)
        switch try await caller.outcomeForWaiting(
            address, call, secondsMax: Int64(secondsMax))
        {
        case .refused: throw IdentityProvider.wrong
        case .failed(let reason, _):
            log.warning("identity-url did not answer", metadata: ["reason": "\(reason)"])
            throw IdentityProvider.unreachable
        case .taken(let bytes):
            guard let answer = JSONValue(parsing: bytes), let confirmed = answer["openid"].text
            else {
                log.warning("identity-url answered with what is no JSON object with an openid")
                throw IdentityProvider.unreachable
            }
            guard confirmed == subject else { throw IdentityProvider.wrong }
            return IdentityProvider.nickname(answer["nickname"].text ?? "")
        }
    }

    /// What is fit to be a nickname of what the provider says.
    static func nickname(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !LineText.isRefused(scalar) {
            if kept.count == RouteTable.nameMax { break }
            kept.append(scalar)
        }
        return String(kept).trimmingWhitespace()
    }

    private static let wrong = Refusal(
        .badCredentials, "The identity provider does not know this token for this openid.")
    private static let unreachable = Refusal(
        .busy, "The identity provider does not answer; try again.", retryAfterMs: 5_000)
}
