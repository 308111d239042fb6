import Crypto
import FreeIMProtocol

/// The right to upload: who, until when; signed with the server's key.
struct UploadTicket: Sendable, Equatable {
    /// Milliseconds that a ticket is good for.
    static let lifetimeMs: Int64 = 3_600_000

    let userID: Int64
    /// Milliseconds since the epoch.
    let expiresTime: Int64

    /// The ticket as the text that a client sends back: its fields and their HMAC-SHA256.
    func token(key: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: Self.key(key))
        return "\(payload).\(Array(code).hex)"
    }

    private var payload: String { "\(userID).\(expiresTime)" }

    private var signed: [UInt8] { Array("freeim upload \(payload)".utf8) }

    private static func key(_ text: String) -> SymmetricKey {
        SymmetricKey(data: Array(text.utf8))
    }

    /// The ticket in a token of that user. Throws `forbidden` for any other text, and when its
    /// time is over.
    static func check(
        _ token: String, key: String, userID: Int64, now: Int64
    ) throws(Refusal) -> UploadTicket {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let owner = Int64(parts[0]), let expires = Int64(parts[1]),
            let code = bytes(hex: parts[2])
        else { throw bad }
        let ticket = UploadTicket(userID: owner, expiresTime: expires)
        let isSigned = HMAC<SHA256>.isValidAuthenticationCode(
            code, authenticating: ticket.signed, using: Self.key(key))
        guard isSigned, owner == userID else { throw bad }
        if expires <= now {
            throw Refusal(.forbidden, "The upload token has expired; ask for a new one.")
        }
        return ticket
    }

    private static func bytes(hex text: Substring) -> [UInt8]? {
        let digits = text.utf8.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static let bad = Refusal(
        .forbidden,
        "The upload token is not valid; ask for one at /common/get.qiniu.upload.token.")
}
