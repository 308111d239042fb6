import Foundation
import FreeIMProtocol
import GRDB

/// Accounts, passwords and tokens.
final class Accounts: Sendable {
    /// Characters of an account's name.
    static let accountCharactersMax = 64
    /// Characters of a password.
    static let passwordCharacters = 8...256

    let store: Store
    let settings: AccountsSettings
    let verificationSender: any VerificationSender
    let codes: VerificationCodes
    /// nil: nobody is asked.
    let identityProvider: IdentityProvider?
    let hasher: PasswordHasher
    let byAccount: AttemptLimiter
    let byAddress: AttemptLimiter

    init(
        store: Store, settings: AccountsSettings,
        verificationSender: any VerificationSender = NoVerificationSender(),
        verificationKey: String = "", identityProvider: IdentityProvider? = nil
    ) {
        self.store = store
        self.settings = settings
        self.verificationSender = verificationSender
        codes = VerificationCodes(limits: settings.verification, key: verificationKey)
        self.identityProvider = identityProvider
        hasher = PasswordHasher(
            concurrency: settings.passwordHashConcurrency, logN: settings.scryptLogN)
        byAccount = AttemptLimiter(perMinute: settings.signInAttemptsPerMinuteAccount)
        byAddress = AttemptLimiter(perMinute: settings.signInAttemptsPerMinuteAddress)
    }

    /// A new account, signed in. Throws `conflict` when the name is taken.
    func register(
        account: String, password: String, nickname: String, deviceID: String?, address: String
    ) async throws -> IMAuthReply {
        try byAddress.take(address, now: WallClock.milliseconds())
        let account = try Accounts.checked(account)
        try Accounts.check(password: password)
        let hash = try await hasher.hash(password)
        let lifetime = settings.tokenLifetimeSeconds
        return try await store.write { context in
            let taken = try Int64.fetchOne(
                context.db, sql: "SELECT id FROM user WHERE account = ?", arguments: [account])
            if taken != nil {
                throw Refusal(.conflict, "The account name is taken; choose another.")
            }
            try context.db.execute(
                sql: """
                    INSERT INTO user (account, password_hash, nickname, created_time)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [account, hash, nickname.isEmpty ? account : nickname, context.now])
            let userID = context.db.lastInsertedRowID
            try SystemChat.join(context, userID: userID)
            return try Accounts.issue(context, userID: userID, deviceID: deviceID, lifetime)
        }
    }

    /// SignIn over a connection, where a ban is `bad_credentials` too, with its own words.
    func signIn(_ request: IMSignIn, address: String) async throws -> IMAuthReply {
        do {
            return try await signIn(
                account: request.account, password: request.password,
                deviceID: request.deviceID.isEmpty ? nil : request.deviceID, address: address)
        } catch let refusal as Refusal where refusal.code == .forbidden {
            throw Refusal(.badCredentials, refusal.message)
        }
    }

    /// A token for account and password. Throws `bad_credentials`, `rate_limited`, `busy`.
    func signIn(
        account: String, password: String, deviceID: String?, address: String
    ) async throws -> IMAuthReply {
        let name = Accounts.folded(String(account.prefix(Accounts.accountCharactersMax)))
        let now = WallClock.milliseconds()
        try byAddress.take(address, now: now)
        try byAccount.take(name, now: now)
        let row = try await store.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT id, password_hash FROM user
                    WHERE account = ? AND deleted_time IS NULL
                    """, arguments: [name]
            ).map { (id: $0["id"] as Int64, hash: $0["password_hash"] as String?) }
        }
        let isRight =
            password.count <= Accounts.passwordCharacters.upperBound
            ? try await hasher.verify(password, stored: row?.hash) : false
        let wrong = Refusal(.badCredentials, "The account or the password is wrong.")
        guard isRight, let row else { throw wrong }
        let lifetime = settings.tokenLifetimeSeconds
        return try await store.write { context in
            // A change of password that was quicker has revoked what this one would open.
            guard try Accounts.passwordHash(context.db, row.id) == row.hash else { throw wrong }
            return try Accounts.issue(context, userID: row.id, deviceID: deviceID, lifetime)
        }
    }

    /// Revokes one token, closes its connections, and ends the pushes to its device.
    func logout(_ owner: TokenOwner, deviceID: String?) async throws {
        try await store.write { context in
            if let device = owner.deviceID ?? deviceID {
                try context.db.execute(
                    sql: "UPDATE device SET push_id = '' WHERE user_id = ? AND device_id = ?",
                    arguments: [owner.userID, device])
            }
            try context.db.execute(
                sql: "DELETE FROM access_token WHERE hash = ?",
                arguments: [owner.hash.databaseValue])
            context.closeConnections(
                userID: owner.userID, tokenHash: owner.hash, reason: .tokenRevoked)
        }
    }

    /// Sets a new password and revokes all other tokens. Throws `bad_credentials`.
    func changePassword(_ owner: TokenOwner, old: String, new: String) async throws {
        try Accounts.check(password: new)
        let now = WallClock.milliseconds()
        try byAccount.take("id:\(owner.userID)", now: now)
        let stored = try await store.read { db in try Accounts.passwordHash(db, owner.userID) }
        let wrong = Refusal(.badCredentials, "The old password is wrong.")
        guard old.count <= Accounts.passwordCharacters.upperBound,
            try await hasher.verify(old, stored: stored)
        else { throw wrong }
        let hash = try await hasher.hash(new)
        try await store.write { context in
            // Of two changes at once, the later one's old password is not the password any more.
            guard try Accounts.passwordHash(context.db, owner.userID) == stored else {
                throw wrong
            }
            try context.db.execute(
                sql: "UPDATE user SET password_hash = ? WHERE id = ?",
                arguments: [hash, owner.userID])
            try context.db.execute(
                sql: "DELETE FROM access_token WHERE user_id = ? AND hash <> ?",
                arguments: [owner.userID, owner.hash.databaseValue])
            context.closeConnections(
                userID: owner.userID, exceptTokenHash: owner.hash, reason: .tokenRevoked)
        }
    }

    private static func passwordHash(_ db: Database, _ userID: Int64) throws -> String? {
        try String.fetchOne(
            db, sql: "SELECT password_hash FROM user WHERE id = ? AND deleted_time IS NULL",
            arguments: [userID])
    }

    /// Issues a token to a user who has proved to be that user. Throws `forbidden` (banned).
    static func issue(
        _ context: WriteContext, userID: Int64, deviceID: String?, _ lifetime: Int
    ) throws -> IMAuthReply {
        try checkNotBanned(context.db, userID: userID, now: context.now)
        let issued = try AccessToken.issue(
            context, userID: userID, deviceID: deviceID, lifetimeSeconds: lifetime)
        var reply = IMAuthReply()
        reply.status = "ok"
        reply.userID = userID
        reply.accessToken = issued.token
        reply.expiresTime = issued.expiresTime
        return reply
    }

    /// A new account's name as it is kept: compatibility forms folded, so that `Ａlice` is no other
    /// than `Alice`. Throws `malformed_body`.
    static func checked(_ account: String) throws -> String {
        let name = folded(account)
        guard (1...accountCharactersMax).contains(name.unicodeScalars.count),
            !name.unicodeScalars.contains(where: LineText.isRefused)
        else {
            throw Refusal(
                .malformedBody,
                """
                account: 1 to \(accountCharactersMax) characters, no control or invisible \
                characters.
                """)
        }
        if LineText.mixesScripts(name) {
            throw Refusal(
                .malformedBody,
                "account: letters of scripts that look alike, as Latin and Cyrillic, are mixed.")
        }
        return name
    }

    /// The name that an account is looked up by.
    static func folded(_ account: String) -> String {
        account.trimmingWhitespace().precomposedStringWithCompatibilityMapping
            .trimmingWhitespace()
    }

    static func check(password: String) throws {
        guard passwordCharacters.contains(password.count) else {
            throw Refusal(
                .malformedBody,
                """
                password: \(passwordCharacters.lowerBound) to \
                \(passwordCharacters.upperBound) characters.
                """)
        }
    }
}

extension String {
    /// The text without white space at its ends.
    func trimmingWhitespace() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
