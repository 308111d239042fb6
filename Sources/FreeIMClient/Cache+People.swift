import GRDB

/// Somebody who can be mentioned in a conversation.
public struct Person: Sendable, Equatable {
    public var userID: Int64
    /// Empty: not known.
    public var account: String
    /// Empty: not known.
    public var nickname: String
    /// `owner`, `admin`, `common`, or empty: not known as a member.
    public var role: String

    public init(userID: Int64, account: String = "", nickname: String = "", role: String = "") {
        self.userID = userID
        self.account = account
        self.nickname = nickname
        self.role = role
    }
}

extension Cache {
    /// The newest messages that say who wrote lately.
    private static let recentMessages = 200

    /// Who can be mentioned in a conversation: the members known and whoever wrote there; those
    /// who wrote lately come first, then by name.
    public func people(_ chatroomID: Int64) throws -> [Person] {
        try reading { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        WITH person (user_id) AS (
                            SELECT user_id FROM author WHERE chatroom_id = ?1
                            UNION SELECT user_id FROM member WHERE chatroom_id = ?1
                            UNION SELECT peer_id FROM conversation
                                WHERE chatroom_id = ?1 AND type = 1),
                        recent (user_id, seq) AS (
                            SELECT user_id, max(seq) FROM (
                                SELECT user_id, seq FROM message WHERE chatroom_id = ?1
                                AND code < 8 ORDER BY seq DESC LIMIT ?2)
                            GROUP BY 1)
                        SELECT p.user_id, coalesce(u.account, ''), coalesce(u.nickname, ''),
                            coalesce(m.role, '')
                        FROM person p LEFT JOIN user u ON u.user_id = p.user_id
                        LEFT JOIN member m ON m.chatroom_id = ?1 AND m.user_id = p.user_id
                        LEFT JOIN recent r ON r.user_id = p.user_id
                        WHERE p.user_id > 0 ORDER BY r.seq DESC NULLS LAST, 3, 2, 1
                        """),
                arguments: [chatroomID, Cache.recentMessages])
            return rows.map {
                Person(userID: $0[0], account: $0[1], nickname: $0[2], role: $0[3])
            }
        }
    }

    /// Takes a group's members in place of those known before, and their names.
    public func setMembers(_ chatroomID: Int64, _ people: [Person]) throws {
        try writing { db in
            try db.execute(
                sql: "DELETE FROM member WHERE chatroom_id = ?", arguments: [chatroomID])
            for person in people {
                try db.cachedStatement(sql: "INSERT OR REPLACE INTO member VALUES (?, ?, ?)")
                    .execute(arguments: [chatroomID, person.userID, person.role])
                if person.account.isEmpty, person.nickname.isEmpty { continue }
                try Cache.setUser(
                    person.userID, account: person.account, nickname: person.nickname, db)
            }
        }
    }

    /// What to call a user: nickname, account, or the number.
    public func name(_ userID: Int64) -> String {
        names([userID])[userID] ?? Cache.nameless(userID)
    }

    /// What to call users, for each that was asked for: nickname, account, or the number.
    public func names(_ userIDs: some Sequence<Int64>) -> [Int64: String] {
        let wanted = Set(userIDs)
        let found = try? reading { db in
            let statement = try db.cachedStatement(
                sql: "SELECT nickname, account FROM user WHERE user_id = ?")
            var names: [Int64: String] = [:]
            for userID in wanted {
                guard let row = try Row.fetchOne(statement, arguments: [userID]) else { continue }
                let both: [String] = [row[0], row[1]]
                names[userID] = both.first { !$0.isEmpty }
            }
            return names
        }
        var names = found ?? [:]
        for userID in wanted where names[userID] == nil { names[userID] = Cache.nameless(userID) }
        return names
    }

    private static func nameless(_ userID: Int64) -> String { "user \(userID)" }

    /// Whether a user's name is held.
    func knows(_ userID: Int64) -> Bool {
        let found = try? reading { db in
            try Int.fetchOne(
                db.cachedStatement(sql: "SELECT 1 FROM user WHERE user_id = ?"),
                arguments: [userID])
        }
        return found != nil
    }

    package func setUser(_ userID: Int64, account: String, nickname: String) throws {
        try writing { db in
            try Cache.setUser(userID, account: account, nickname: nickname, db)
        }
    }

    private static func setUser(
        _ userID: Int64, account: String, nickname: String, _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO user (user_id, account, nickname) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET
                    account = iif(excluded.account = '', account, excluded.account),
                    nickname = iif(excluded.nickname = '', nickname, excluded.nickname)
                """
        ).execute(arguments: [userID, account, nickname])
    }
}
