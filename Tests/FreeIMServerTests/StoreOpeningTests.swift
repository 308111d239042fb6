import Foundation
import FreeIMSchema
import GRDB
import Testing

@testable import FreeIMServer

/// A database of an earlier version is brought up to date and keeps what it holds.
@Suite struct StoreOpeningTests {
    @Test func everyEarlierVersionIsMigrated() throws {
        #expect(FreeIMSchema.server.map(\.version) == Array(1...StoreOpening.newestVersion))
        for version in 1...StoreOpening.newestVersion {
            let folder = NSTemporaryDirectory() + "freeim-opening-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let path = try StoreOpening.prepare(folder)
            let old = try DatabaseQueue(path: path)
            try old.write { db in
                for migration in FreeIMSchema.server where migration.version <= version {
                    try db.execute(sql: migration.sql)
                }
                try db.execute(
                    sql: """
                        PRAGMA user_version = \(version);
                        INSERT INTO user (account, created_time) VALUES ('ann', 1);
                        INSERT INTO device (user_id, device_id, first_auth_time, last_seen_time)
                            VALUES (1, 'phone', 1, 1);
                        """)
            }
            try old.close()
            let pool = try StoreOpening.openPool(path: path, readThreads: 1)
            try pool.read { db in
                #expect(
                    try Int.fetchOne(db, sql: "PRAGMA user_version")
                        == StoreOpening.newestVersion)
                #expect(try Accounts.devices(db, userID: 1, now: 2).count == 1)
                let page = try MomentFeed(db: db, userID: 1).page(
                    memberID: 0, before: Int64.max, limit: 1)
                #expect(page["list"].items.isEmpty)
            }
            try pool.close()
        }
    }
}
