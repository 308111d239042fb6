import Foundation
import FreeIMProtocol
import GRDB

extension Accounts {
    /// Milliseconds from now on beyond which a ban counts as one without an end.
    private static let foreverMs: Int64 = 50 * 366 * 86_400_000

    /// Throws `forbidden`, with the reason and the end, when the user is banned now.
    static func checkNotBanned(_ db: Database, userID: Int64, now: Int64) throws {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT banned_until, ban_reason FROM user WHERE id = ? AND banned_until > ?",
            arguments: [userID, now])
        guard let row else { return }
        let (until, reason): (Int64, String) = (row[0], row[1])
        var text = "This account is banned"
        if until - now < foreverMs {
            let end = Date(timeIntervalSince1970: Double(until / 1_000 + 1))
            text += " until \(end.formatted(.iso8601))"
        }
        throw Refusal(.forbidden, text + (reason.isEmpty ? "." : ": \(reason)"))
    }
}
