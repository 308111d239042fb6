import Crypto
import Foundation
import FreeIMProtocol
import GRDB

/// Codes that were sent to phones: random, kept as a keyed hash, good once and for a while.
struct VerificationCodes: Sendable {
    /// Digits of a code.
    static let digits = 6
    /// Characters of a code as a person writes it.
    static let writtenMax = 16
    private static let hourMs: Int64 = 3_600_000
    private static let dayMs: Int64 = 86_400_000

    /// The codes' limits.
    struct Limits: Sendable {
        /// Seconds that a code is good for.
        var seconds = 300
        /// Wrong codes after which it is void.
        var triesMax = 5
        /// Codes sent to one phone.
        var perHour = 5
        var perDay = 20
    }

    let limits: Limits
    private let key: SymmetricKey

    /// `key`: what the hashes are keyed with, the text of `DIR/verification.key`.
    init(limits: Limits, key: String) {
        self.limits = limits
        self.key = SymmetricKey(data: Array(key.utf8))
    }

    /// A new code.
    static func make() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<digits).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
    }

    /// Notes a code that is about to be sent, in place of the one before for that phone and
    /// purpose. Throws `rate_limited`.
    func issue(
        _ context: WriteContext, _ code: String, to phone: PhoneNumber,
        for purpose: VerificationPurpose
    ) throws {
        let (db, now) = (context.db, context.now)
        try db.execute(
            sql: "DELETE FROM verification_send WHERE time <= ?",
            arguments: [now - VerificationCodes.dayMs])
        try db.execute(
            sql: "DELETE FROM verification_code WHERE expires_time <= ?", arguments: [now])
        for (span, most) in [
            (VerificationCodes.hourMs, limits.perHour), (VerificationCodes.dayMs, limits.perDay),
        ] {
            let times = try Int64.fetchAll(
                db,
                sql: """
                    SELECT time FROM verification_send WHERE phone = ? AND time > ?
                    ORDER BY time DESC LIMIT ?
                    """, arguments: [phone.text, now - span, most])
            if let oldest = times.last, times.count >= most {
                let wait = max(1_000, oldest + span - now)
                let minutes = wait / 60_000 + 1
                throw Refusal(
                    .rateLimited,
                    "Too many codes were sent to this number; try again in \(minutes) min.",
                    retryAfterMs: wait)
            }
        }
        try db.execute(
            sql: "INSERT INTO verification_send VALUES (?, ?)", arguments: [phone.text, now])
        try db.execute(
            sql: "INSERT OR REPLACE INTO verification_code VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                phone.text, purpose.rawValue, hash(code, phone, purpose).databaseValue,
                limits.triesMax, now, now + Int64(limits.seconds) * 1_000,
            ])
    }

    /// Takes back a code that did not get out; one that surely did not is not counted either.
    func withdraw(
        _ context: WriteContext, _ code: String, to phone: PhoneNumber,
        for purpose: VerificationPurpose, mayHaveArrived: Bool
    ) throws {
        try context.db.execute(
            sql: "DELETE FROM verification_code WHERE phone = ? AND purpose = ? AND code_hash = ?",
            arguments: [
                phone.text, purpose.rawValue, hash(code, phone, purpose).databaseValue,
            ])
        if mayHaveArrived { return }
        try context.db.execute(
            sql: """
                DELETE FROM verification_send WHERE rowid = (SELECT rowid FROM verification_send
                    WHERE phone = ? ORDER BY time DESC LIMIT 1)
                """, arguments: [phone.text])
    }

    /// Whether the code is the one that waits; then it is used up. A wrong one costs a try, also
    /// for the caller that goes on to fail: do not throw behind `false`.
    func use(
        _ context: WriteContext, _ code: String, of phone: PhoneNumber,
        for purpose: VerificationPurpose
    ) throws -> Bool {
        let row = try Row.fetchOne(
            context.db,
            sql: """
                SELECT code_hash, tries_left FROM verification_code
                WHERE phone = ? AND purpose = ? AND expires_time > ?
                """, arguments: [phone.text, purpose.rawValue, context.now])
        guard let row else { return false }
        let stored: Data = row["code_hash"]
        let isRight = HMAC<SHA256>.isValidAuthenticationCode(
            stored, authenticating: signed(code, phone, purpose), using: key)
        let triesLeft: Int = row["tries_left"]
        if isRight || triesLeft <= 1 {
            try context.db.execute(
                sql: "DELETE FROM verification_code WHERE phone = ? AND purpose = ?",
                arguments: [phone.text, purpose.rawValue])
        } else {
            try context.db.execute(
                sql: """
                    UPDATE verification_code SET tries_left = tries_left - 1
                    WHERE phone = ? AND purpose = ?
                    """, arguments: [phone.text, purpose.rawValue])
        }
        return isRight
    }

    private func hash(
        _ code: String, _ phone: PhoneNumber, _ purpose: VerificationPurpose
    ) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(for: signed(code, phone, purpose), using: key))
    }

    private func signed(
        _ code: String, _ phone: PhoneNumber, _ purpose: VerificationPurpose
    ) -> [UInt8] {
        Array("\(phone.text) \(purpose.rawValue) \(code)".utf8)
    }
}

/// A verification code that is not the one that waits: wrong, used, over, or never sent.
struct WrongVerificationCode: Error {
    /// What the caller is told; the same in each of these cases.
    static let refusal = Refusal(
        .badCredentials, "The verification code is wrong or its time is over; ask for a new one.")
}
