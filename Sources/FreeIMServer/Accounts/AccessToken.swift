import Crypto
import Foundation
import FreeIMProtocol
import GRDB

/// An access token: random, known to the client alone; the store keeps its hash.
enum AccessToken {
    /// Bytes of randomness.
    static let randomBytes = 32

    /// A new token, base64url without padding.
    static func make() -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<randomBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
        return Data(bytes).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// SHA-256 of the token.
    static func hash(_ token: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(token.utf8)))
    }

    /// Makes a token for that user, bound to a device when one is named, and stores its hash.
    static func issue(
        _ context: WriteContext, userID: Int64, deviceID: String?, lifetimeSeconds: Int
    ) throws -> (token: String, expiresTime: Int64) {
        let token = make()
        let expires = context.now + Int64(lifetimeSeconds) * 1_000
        try context.db.execute(
            sql: "INSERT INTO access_token VALUES (?, ?, ?, ?, ?)",
            arguments: [hash(token).databaseValue, userID, deviceID, context.now, expires])
        return (token, expires)
    }

    /// Who a token belongs to. Throws `bad_token` or `token_expired`.
    static func identify(_ db: Database, token: String, now: Int64) throws -> TokenOwner {
        let digest = hash(token)
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT t.user_id, t.device_id, t.expires_time FROM access_token t
                    JOIN user u ON u.id = t.user_id AND u.deleted_time IS NULL
                    WHERE t.hash = ?
                    """),
            arguments: [digest.databaseValue])
        guard let row else {
            throw Refusal(.badToken, "The access token is not valid; sign in again.")
        }
        let expires: Int64 = row["expires_time"]
        if expires <= now {
            throw Refusal(.tokenExpired, "The access token has expired; sign in again.")
        }
        return TokenOwner(userID: row["user_id"], deviceID: row["device_id"], hash: digest)
    }
}

/// Who a token belongs to.
struct TokenOwner: Sendable {
    let userID: Int64
    /// nil: any device of the user.
    let deviceID: String?
    let hash: [UInt8]
}
