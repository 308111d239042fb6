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

    /// Who a token belongs to, used by that device (nil: not told). Throws `bad_token` or
    /// `token_expired`.
    static func identify(
        _ db: Database, token: String, deviceID: String?, now: Int64
    ) throws -> TokenOwner {
        let digest = hash(token)
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT t.user_id, t.device_id, t.expires_time,
                        t.device_id IS NULL AND t.created_time <= d.revoked_time AS is_revoked
                    FROM access_token t
                    JOIN user u ON u.id = t.user_id AND u.deleted_time IS NULL
                    LEFT JOIN device d ON d.user_id = t.user_id AND d.device_id = ?2
                    WHERE t.hash = ?1
                    """),
            arguments: [digest.databaseValue, deviceID])
        guard let row, row["is_revoked"] as Bool? != true else {
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
