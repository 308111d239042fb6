import FreeIMProtocol
import GRDB

extension Accounts {
    /// Signs in by what an outside provider says; a person not known yet becomes an account.
    ///
    /// Errors: `forbidden` (no provider here, or banned), `bad_credentials`, `busy`,
    /// `rate_limited`.
    func signIn(
        provider: String, subject: String, token: String, deviceID: String?, address: String
    ) async throws -> IMAuthReply {
        let now = WallClock.milliseconds()
        try byAddress.take(address, now: now)
        guard let identityProvider else {
            throw Refusal(
                .forbidden,
                "This server asks no identity provider; sign in with account and password.")
        }
        try byAccount.take("\(provider):\(subject)", now: now)
        let nickname = try await identityProvider.confirm(
            provider: provider, subject: subject, token: token)
        let lifetime = settings.tokenLifetimeSeconds
        return try await store.write { context in
            let known = try Int64.fetchOne(
                context.db,
                sql: "SELECT user_id FROM outside_identity WHERE provider = ? AND subject = ?",
                arguments: [provider, subject])
            let userID = try known ?? Accounts.makeUser(context, nickname: nickname)
            if known == nil {
                try context.db.execute(
                    sql: "INSERT INTO outside_identity VALUES (?, ?, ?, ?)",
                    arguments: [provider, subject, userID, context.now])
            }
            return try Accounts.issue(context, userID: userID, deviceID: deviceID, lifetime)
        }
    }
}
