import FreeIMProtocol
import GRDB

extension Accounts {
    /// Deletes the caller's account.
    ///
    /// Whoever has a password gives it; whoever has none but a phone, a code for the purpose
    /// `delete`; whoever has neither (an outside identity alone) is known by the token.
    /// Errors: `bad_credentials`, `WrongVerificationCode`, `malformed_body`, `forbidden` (a bot).
    func delete(_ owner: TokenOwner, password: String?, code: String?) async throws {
        let userID = owner.userID
        try byAccount.take("id:\(userID)", now: WallClock.milliseconds())
        let facts = try await store.read { db in try Accounts.facts(db, userID) }
        if facts.isBot {
            throw Refusal(.forbidden, "A bot is deleted by an operator.")
        }
        if let hash = facts.passwordHash {
            guard let password, !password.isEmpty else {
                throw Refusal(.malformedBody, "password: this account's password is needed.")
            }
            guard password.count <= Accounts.passwordCharacters.upperBound,
                try await hasher.verify(password, stored: hash)
            else { throw Refusal(.badCredentials, "The password is wrong.") }
        } else if facts.phone != nil, code?.isEmpty ?? true {
            throw Refusal(
                .malformedBody,
                """
                verify_code: needed, as this account has no password; /common/send.sms with the \
                type delete sends one.
                """)
        }
        let codes = codes
        let isDone = try await store.write { context in
            let now = try Accounts.facts(context.db, userID)
            guard now.passwordHash == facts.passwordHash, now.phone == facts.phone else {
                throw Refusal(.conflict, "The account has changed meanwhile; try again.")
            }
            if facts.passwordHash == nil, let phone = facts.phone {
                let isRight = try codes.use(
                    context, code ?? "", of: PhoneNumber(phone), for: .delete)
                if !isRight { return false }
            }
            try AccountDeletion(context, userID: userID).run()
            return true
        }
        if !isDone { throw WrongVerificationCode() }
    }

    /// What decides how an account is deleted.
    private struct Facts: Sendable {
        let passwordHash: String?
        let phone: String?
        let isBot: Bool
    }

    private static func facts(_ db: Database, _ userID: Int64) throws -> Facts {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT password_hash, phone, is_bot FROM user
                WHERE id = ? AND deleted_time IS NULL
                """, arguments: [userID])
        guard let row else { throw Refusal(.badToken, "The account was deleted.") }
        return Facts(
            passwordHash: row["password_hash"], phone: row["phone"], isBot: row["is_bot"])
    }
}
