import FreeIMHTTPClient
import FreeIMProtocol
import GRDB

/// Bots: users that operators make, with a token that does not expire, a send rate of their own,
/// and a webhook if they want to be called; each call is one job.
enum Bots {
    /// Sends a second over all connections of a bot.
    static let sendsPerSecond: ClosedRange<Int64> = 1...100_000
    static let sendsPerSecondDefault: Int64 = 50
    /// Seconds that a bot's token lives: a hundred years.
    static let tokenSeconds = 3_155_760_000

    /// What a bot is to be, or what is to change of it; nil: as it is.
    struct Change: Sendable {
        var nickname: String?
        var avatar: String?
        /// Empty: none.
        var webhookURL: String?
        var sendsPerSecond: Int64?

        /// What the operators' log says of it; a URL can hold a secret, so not which.
        var noted: [String: JSONValue] {
            var noted: [String: JSONValue] = [:]
            if let webhookURL { noted["has_webhook"] = .bool(!webhookURL.isEmpty) }
            if let sendsPerSecond { noted["sends_per_second"] = .int(sendsPerSecond) }
            return noted
        }

        /// Throws `malformed_body` for what is no URL.
        func check() throws {
            guard let webhookURL, !webhookURL.isEmpty else { return }
            if HTTPURL(webhookURL) == nil {
                throw Refusal(.malformedBody, "webhook_url: an http or https URL, or empty.")
            }
        }
    }

    static func isBot(_ db: Database, _ userID: Int64) throws -> Bool {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM bot WHERE user_id = ?"),
            arguments: [userID]) != nil
    }

    /// A new bot and its token. Throws `conflict` when the name is taken.
    static func make(
        _ context: WriteContext, account: String, _ change: Change
    ) throws -> (userID: Int64, token: String) {
        try change.check()
        let account = try Accounts.checked(account)
        try context.db.execute(
            sql: """
                INSERT OR IGNORE INTO user (account, nickname, is_bot, created_time)
                VALUES (?1, ?1, 1, ?2)
                """, arguments: [account, context.now])
        if context.db.changesCount == 0 {
            throw Refusal(.conflict, "The account name is taken; choose another.")
        }
        let userID = context.db.lastInsertedRowID
        try context.db.execute(
            sql: "INSERT INTO bot (user_id, sends_per_second, created_time) VALUES (?, ?, ?)",
            arguments: [userID, sendsPerSecondDefault, context.now])
        try apply(context, userID, change)
        try SystemChat.join(context, userID: userID)
        return (userID, try token(context, userID))
    }

    /// Changes what is given. Throws `not_found`.
    static func change(_ context: WriteContext, userID: Int64, _ change: Change) throws {
        try change.check()
        try checkBot(context.db, userID)
        try apply(context, userID, change)
    }

    private static func apply(
        _ context: WriteContext, _ userID: Int64, _ change: Change
    ) throws {
        func set(_ column: String, _ value: (some DatabaseValueConvertible)?) throws {
            guard let value else { return }
            let isProfile = column == "nickname" || column == "avatar"
            try context.db.execute(
                sql: isProfile
                    ? "UPDATE user SET \(column) = ? WHERE id = ?"
                    : "UPDATE bot SET \(column) = ? WHERE user_id = ?",
                arguments: [value, userID])
        }
        try set("nickname", change.nickname.flatMap { $0.isEmpty ? nil : $0 })
        try set("avatar", change.avatar)
        try set("webhook_url", change.webhookURL)
        try set("sends_per_second", change.sendsPerSecond)
    }

    /// A new token in place of those before, whose connections end. Throws `not_found`.
    static func renewToken(_ context: WriteContext, userID: Int64) throws -> String {
        try checkBot(context.db, userID)
        try context.db.execute(
            sql: "DELETE FROM access_token WHERE user_id = ?", arguments: [userID])
        context.closeConnections(userID: userID, reason: .tokenRevoked)
        return try token(context, userID)
    }

    /// Deletes a bot like any account. Throws `not_found`.
    static func delete(_ context: WriteContext, userID: Int64) throws {
        try checkBot(context.db, userID)
        try AccountDeletion(context, userID: userID).run()
    }

    /// A page of bots, and how many there are.
    static func list(
        _ db: Database, offset: Int64, limit: Int64
    ) throws -> (rows: [Row], total: Int64) {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT b.*, u.account, u.nickname, u.avatar FROM bot b
                JOIN user u ON u.id = b.user_id ORDER BY b.user_id LIMIT ? OFFSET ?
                """, arguments: [limit, offset])
        return (rows, try Int64.fetchOne(db, sql: "SELECT count(*) FROM bot") ?? 0)
    }

    /// The newest row of the log at this place of it.
    static func newestRow(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT max(id) FROM message") ?? 0
    }

    private static func checkBot(_ db: Database, _ userID: Int64) throws {
        if try !isBot(db, userID) { throw Refusal(.notFound, "bot_id: there is no such bot.") }
    }

    private static func token(_ context: WriteContext, _ userID: Int64) throws -> String {
        try AccessToken.issue(
            context, userID: userID, deviceID: nil, lifetimeSeconds: tokenSeconds
        ).token
    }
}
