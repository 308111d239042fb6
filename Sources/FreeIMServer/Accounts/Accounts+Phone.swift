import FreeIMProtocol
import GRDB

extension Accounts {
    /// Sends a code to a phone; whether the number is registered makes no difference.
    ///
    /// Errors: `malformed_body`, `rate_limited`, `forbidden` when no codes are sent here, `busy`.
    func sendCode(phone written: String, type: String, address: String) async throws {
        try byAddress.take(address, now: WallClock.milliseconds())
        let phone = try PhoneNumber(written)
        guard let purpose = VerificationPurpose(word: type) else {
            throw Refusal(
                .malformedBody,
                "type: must be one of \(VerificationPurpose.words.joined(separator: ", ")).")
        }
        try verificationSender.checkReady()
        let (code, codes) = (VerificationCodes.make(), codes)
        try await store.write { context in
            try codes.issue(context, code, to: phone, for: purpose)
        }
        do {
            try await verificationSender.send(
                VerificationMessage(
                    phone: phone.text, code: code, purpose: purpose,
                    seconds: codes.limits.seconds))
        } catch let failure as VerificationFailure {
            try await store.write { context in
                try codes.withdraw(
                    context, code, to: phone, for: purpose,
                    mayHaveArrived: failure.mayHaveArrived)
            }
            throw failure.refusal
        }
    }

    /// Signs in by a code that was sent to a phone; a number not known yet becomes an account.
    ///
    /// Errors: `WrongVerificationCode`, `malformed_body`, `rate_limited`, `forbidden` (banned).
    func signIn(
        phone written: String, code: String, deviceID: String?, address: String
    ) async throws -> IMAuthReply {
        let now = WallClock.milliseconds()
        try byAddress.take(address, now: now)
        let phone = try PhoneNumber(written)
        try byAccount.take("phone:\(phone.text)", now: now)
        let (codes, lifetime) = (codes, settings.tokenLifetimeSeconds)
        let reply: IMAuthReply? = try await store.write { context in
            guard try codes.use(context, code, of: phone, for: .login) else { return nil }
            let known = try Int64.fetchOne(
                context.db, sql: "SELECT id FROM user WHERE phone = ?", arguments: [phone.text])
            let userID: Int64
            if let known {
                userID = known
            } else {
                userID = try Accounts.makeUser(context, nickname: "")
                try context.db.execute(
                    sql: "UPDATE user SET phone = ? WHERE id = ?",
                    arguments: [phone.text, userID])
            }
            return try Accounts.issue(context, userID: userID, deviceID: deviceID, lifetime)
        }
        guard let reply else { throw WrongVerificationCode() }
        return reply
    }

    /// Makes a user whose account name says nothing; the nickname is that name when it is empty.
    static func makeUser(_ context: WriteContext, nickname: String) throws -> Int64 {
        var random = SystemRandomNumberGenerator()
        while true {
            let account =
                "u"
                + String(
                    (0..<accountRandomCharacters).map { _ in
                        accountAlphabet.randomElement(using: &random) ?? "2"
                    })
            try context.db.execute(
                sql: """
                    INSERT OR IGNORE INTO user (account, nickname, created_time) VALUES (?, ?, ?)
                    """,
                arguments: [account, nickname.isEmpty ? account : nickname, context.now])
            guard context.db.changesCount == 1 else { continue }
            let userID = context.db.lastInsertedRowID
            try SystemChat.join(context, userID: userID)
            return userID
        }
    }

    /// Characters of a made account name, and how many of them there are behind its `u`.
    private static let accountAlphabet = Array("23456789abcdefghjkmnpqrstuvwxyz")
    private static let accountRandomCharacters = 12
}
