import Foundation
import GRDB

extension Doctor {
    /// Examines the one database that cannot be made again.
    mutating func examineDatabase() {
        let path = "\(config.data)/\(StoreOpening.fileName)"
        guard FileManager.default.fileExists(atPath: path) else {
            return say(.warning, "database", "\(path) is not there; a server makes it")
        }
        do {
            let version = try StoreOpening.version(path)
            let newest = StoreOpening.newestVersion
            if version > newest {
                return say(
                    .problem, "schema",
                    "version \(version) is newer than \(newest); use a newer freeim-server")
            }
            if version < newest {
                return say(
                    .problem, "schema",
                    "version \(version) of \(newest); back up, then run freeim-server migrate")
            }
            say(.ok, "schema", "version \(version)")
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(Double(StoreOpening.busyMs) / 1_000)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { db in
                if try examineIntegrity(db) {
                    let log = try LogCheck(db)
                    examine(log)
                    try examineRows(db, log)
                    try examineClock(db)
                }
            }
        } catch {
            say(.problem, "database", "\(path) cannot be read: \(error)")
        }
        examineWriteAheadLog(path)
    }

    private mutating func examineIntegrity(_ db: Database) throws -> Bool {
        let check = try String.fetchAll(db, sql: "PRAGMA integrity_check(5)")
        if check == ["ok"] {
            say(.ok, "integrity", "SQLite's own check finds nothing")
            return true
        }
        say(
            .problem, "integrity",
            check.joined(separator: "; ") + "; stop the server and restore the last good backup")
        return false
    }

    private mutating func examine(_ log: LogCheck) {
        if let first = log.problems.first {
            return say(
                .problem, "logs",
                "\(log.problemCount) problems; \(first); keep the folder and restore a backup")
        }
        say(
            .ok, "logs",
            "\(log.entries) entries of \(log.conversations) conversations, dense by seq")
    }

    /// Rows that point nowhere.
    private mutating func examineRows(_ db: Database, _ log: LogCheck) throws {
        var found: [String] = []
        for (what, sql) in Doctor.dangling {
            let count = try Int64.fetchOne(db, sql: sql) ?? 0
            if count > 0 { found.append("\(count) \(what)") }
        }
        var beyond = 0
        for table in [
            "SELECT chatroom_id, max(ack_seq) FROM delivery_cursor GROUP BY chatroom_id",
            "SELECT chatroom_id, max(max(delivered_seq, read_seq)) FROM member GROUP BY 1",
        ] {
            let rows = try Row.fetchCursor(db, sql: table)
            while let row = try rows.next() {
                let (chatroomID, seq): (Int64, Int64) = (row[0], row[1])
                let first =
                    try Int64.fetchOne(
                        db.cachedStatement(sql: "SELECT first_seq FROM chatroom WHERE id = ?"),
                        arguments: [chatroomID]) ?? 1
                if seq > max(log.heads[chatroomID] ?? 0, first - 1) { beyond += 1 }
            }
        }
        if beyond > 0 { found.append("\(beyond) conversations with cursors beyond their heads") }
        let newest = try Int64.fetchOne(db, sql: "SELECT max(id) FROM message") ?? 0
        let watermark = try LogCheck.watermark(db)
        // Retention removes rows up to the watermark, the newest of all among them.
        let isCut = try Bool.fetchOne(db, sql: "SELECT 1 FROM chatroom WHERE first_seq > 1 LIMIT 1")
        if watermark > newest, newest > 0, isCut == nil {
            found.append("a tail watermark beyond the log")
        }
        if found.isEmpty {
            say(.ok, "rows", "nothing points nowhere; \(max(0, newest - watermark)) in the tail")
        } else {
            say(
                .problem, "rows",
                found.joined(separator: ", ") + "; keep a copy of the folder and report it")
        }
    }

    private static let dangling: KeyValuePairs<String, String> = [
        "members without their user": """
        SELECT count(*) FROM member m
        WHERE NOT EXISTS (SELECT 1 FROM user u WHERE u.id = m.user_id)
        """,
        "members without their conversation": """
        SELECT count(*) FROM member m
        WHERE NOT EXISTS (SELECT 1 FROM chatroom c WHERE c.id = m.chatroom_id)
        """,
        "cursors without their device": """
        SELECT count(*) FROM delivery_cursor d
        WHERE NOT EXISTS (SELECT 1 FROM device e WHERE e.id = d.device)
        """,
        "devices without their user": """
        SELECT count(*) FROM device d
        WHERE NOT EXISTS (SELECT 1 FROM user u WHERE u.id = d.user_id)
        """,
        "tokens without their user": """
        SELECT count(*) FROM access_token t
        WHERE NOT EXISTS (SELECT 1 FROM user u WHERE u.id = t.user_id)
        """,
        "friendships of one side": """
        SELECT count(*) FROM friendship f WHERE NOT EXISTS (
            SELECT 1 FROM friendship g
            WHERE g.user_id = f.friend_id AND g.friend_id = f.user_id)
        """,
        "groups that count their members wrongly": """
        SELECT count(*) FROM chat_group g WHERE dissolved_time IS NULL AND member_count <> (
            SELECT count(*) FROM member m WHERE m.chatroom_id = g.chatroom_id)
        """,
    ]

    private mutating func examineClock(_ db: Database) throws {
        let stamp =
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT max(stamp) FROM (SELECT stamp FROM message ORDER BY id DESC LIMIT 16384)
                    """) ?? 0
        let ahead = (stamp >> 12) - WallClock.milliseconds()
        if ahead > Doctor.clockAheadMsMax {
            say(
                .problem, "clock",
                "the newest message is \(ahead / 1_000) s ahead of this machine's clock; "
                    + "set the clock (chrony, systemd-timesyncd)")
        } else {
            say(.ok, "clock", "not behind the newest message")
        }
    }

    /// Milliseconds by which messages may be ahead of the clock.
    static let clockAheadMsMax: Int64 = 60_000

    private mutating func examineWriteAheadLog(_ path: String) {
        var facts = stat()
        guard stat(path + "-wal", &facts) == 0 else { return }
        let bytes = Int(facts.st_size)
        if bytes > 2 * config.walBytesMax {
            say(
                .warning, "write-ahead log",
                "\(bytes) bytes, over twice wal-bytes-max; something reads for very long")
        } else {
            say(.ok, "write-ahead log", "\(bytes) bytes")
        }
    }

    /// Examines what can be made again, or waits to be sent.
    mutating func examineOtherDatabases() {
        for name in ["index.sqlite", "hooks.sqlite"] {
            let path = "\(config.data)/\(name)"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(Double(StoreOpening.busyMs) / 1_000)
            do {
                try DatabaseQueue(path: path, configuration: configuration).read { db in
                    let check = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
                    guard check == ["ok"] else {
                        return say(
                            .problem, name, "is damaged; stop the server, remove \(path)*, start")
                    }
                    guard name == "hooks.sqlite" else { return say(.ok, name, "is sound") }
                    let dead =
                        try Int64.fetchOne(
                            db, sql: "SELECT count(*) FROM hook_call WHERE is_dead <> 0") ?? 0
                    if dead > 0 {
                        say(.warning, name, "\(dead) calls were given up; see /admin/hook.list")
                    } else {
                        say(.ok, name, "is sound; no call was given up")
                    }
                }
            } catch {
                say(.problem, name, "cannot be read: \(error)")
            }
        }
    }
}
