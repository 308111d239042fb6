import Foundation
import GRDB
import Testing

@testable import FreeIMClient

/// Files that cannot be used, and disks that do not take more.
@Suite struct CacheDamageTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path + "/cache.sqlite" }

    private func fill(_ count: Int64) throws {
        let cache = try Cache(path: path)
        try cache.store((1...count).map { CacheItems.item($0, "line \($0) 天气") }, ownID: 1)
        try cache.setDraft(1, Draft(text: "half"))
        try cache.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    }

    private func refusal() throws -> String {
        let error = #expect(throws: ClientError.self) {
            let cache = try Cache(path: path)
            _ = try cache.conversations(ownID: 1)
            _ = try cache.page(1, .newest, limit: 2_000, ownID: 1)
        }
        guard case .cache(let words) = error else { return "no cache error: \(error as Any)" }
        return words
    }

    @Test func whatIsNoDatabaseIsRefusedWithAWayOut() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path, withIntermediateDirectories: true)
        let text = Data(String(repeating: "this is not a database\n", count: 500).utf8)
        try text.write(to: URL(fileURLWithPath: path))
        let words = try refusal()
        #expect(words.contains(path) && words.contains("Set it aside, for example as"))
        #expect(words.contains(".broken-"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text, "it was touched")
        let aside = try Cache.setAside(path: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside)) == text)
        #expect(try Cache(path: path).conversations(ownID: 1).isEmpty)
    }

    @Test func aFileCutShortIsRefusedAndKept() throws {
        try fill(2_000)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
        for part in [whole.count / 2 / 4_096 * 4_096 + 100, 5_000] {
            try whole.prefix(part).write(to: URL(fileURLWithPath: path))
            #expect(try refusal().contains("damaged"))
        }
    }

    @Test func aBrokenPageIsFoundByTheCheck() throws {
        try fill(2_000)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for page in stride(from: 20 * 4_096, to: bytes.count, by: 7 * 4_096) {
            bytes.replaceSubrange(page..<(page + 2_000), with: Data(repeating: 0x5a, count: 2_000))
        }
        try bytes.write(to: URL(fileURLWithPath: path))
        let cache = try Cache(path: path)
        let faults = (try? cache.check()) ?? ["damaged"]
        #expect(!faults.isEmpty)
    }

    @Test func aNewerSchemaIsRefusedWithBothVersions() throws {
        try fill(3)
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        let words = try refusal()
        #expect(words.contains("99") && words.contains("newer imtui"))
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        try fill(1)
        let error = #expect(throws: ClientError.self) {
            _ = try Cache(path: path + "/below/cache.sqlite")
        }
        #expect(error?.description.contains("cannot be made") == true)
        let folderAsFile = #expect(throws: ClientError.self) { _ = try Cache(path: folder.path) }
        #expect(folderAsFile?.description.contains("cannot be") == true)
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everything"))
    func aReadOnlyFileOrFolderIsNamed() throws {
        try fill(1)
        let manager = FileManager.default
        try manager.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        let file = #expect(throws: ClientError.self) {
            try Cache(path: path).setDraft(1, Draft(text: "x"))
        }
        #expect(file?.description.contains("writable") == true)
        try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try manager.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
        defer {
            try? manager.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
        }
        let inside = #expect(throws: ClientError.self) {
            try Cache(path: folder.path + "/new.sqlite").setDraft(1, Draft(text: "x"))
        }
        #expect(inside?.description.contains("writable") == true)
    }

    @Test(arguments: [
        (ResultCode.SQLITE_READONLY, "make the file and its folder writable"),
        (.SQLITE_FULL, "make room"), (.SQLITE_BUSY, "another program"),
        (.SQLITE_CANTOPEN, "cannot be opened"), (.SQLITE_IOERR, "look after the disk"),
        (.SQLITE_NOTADB, "Set it aside"),
    ])
    func eachFailureSaysWhatToDo(code: ResultCode, words: String) {
        let told = CacheFailure.told(DatabaseError(resultCode: code), "/a/b.sqlite")
        #expect("\(told)".contains(words) && "\(told)".contains("/a/b.sqlite"))
    }

    /// A database that may not grow answers like a full disk.
    @Test func aFullDiskLosesNothingThatWasStored() throws {
        let cache = try Cache(path: path)
        try cache.store((1...50).map { CacheItems.item($0, "line \($0)") }, ownID: 1)
        try cache.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        let many = (51...3_000).map { CacheItems.item(Int64($0), "line \($0) of a burst") }
        let error = #expect(throws: ClientError.self) { try cache.store(many, ownID: 1) }
        #expect(error?.description.contains("disk is full") == true)
        #expect(try cache.ranges(1).ranges == [1...50] && cache.check().isEmpty)
        try cache.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA max_page_count = 1000000")
        }
        #expect(try cache.store(many, ownID: 1).count == 2_950)
        #expect(try cache.search("burst", limit: 5_000, ownID: 1).count == 2_950)
        #expect(try cache.check().isEmpty)
    }
}
