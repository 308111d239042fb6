import Foundation
import GRDB

/// Makes one backup of a data folder, on a thread of its own; the server goes on meanwhile.
///
/// The databases are copied with SQLite's backup from connections of their own, a snapshot each;
/// uploaded files never change, so they are linked where the disk allows it.
struct BackupWriter {
    /// Pages copied in one step.
    static let pagesPerStep: CInt = 256
    /// Steps between two times that the copy is brought to disk, so that no commit meanwhile
    /// waits behind all of it.
    static let stepsPerSync = 16
    /// Further databases that are copied when they are there; `index.sqlite` is made again.
    static let otherDatabases = ["hooks.sqlite"]
    /// Endings of the secrets that a data folder holds beside.
    static let secretEndings = [".token", ".key", ".secret"]

    /// The data folder.
    let data: String
    /// Where the backup will be; nothing may be there.
    let target: String

    private var partial: String { target + ".part" }
    private var files: FileManager { .default }

    /// Copies, verifies, and gives the backup its name. Throws `StoreError`.
    func run(now: Int64) throws(StoreError) -> BackupManifest {
        if files.fileExists(atPath: target) {
            throw StoreError("\(target) exists already; name another folder")
        }
        do {
            try? files.removeItem(atPath: partial)
            try files.createDirectory(
                atPath: partial, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            let manifest = try copy(now: now)
            try write(manifest)
            _ = try BackupCheck(folder: partial).run()
            try files.moveItem(atPath: partial, toPath: target)
            BackupWriter.sync(URL(fileURLWithPath: target).deletingLastPathComponent().path)
            return manifest
        } catch {
            try? files.removeItem(atPath: partial)
            if let error = error as? StoreError { throw error }
            throw StoreError("the backup \(target) was not made: \(error.localizedDescription)")
        }
    }

    private func copy(now: Int64) throws -> BackupManifest {
        // Files first and again at the end: all that the database's snapshot names is there.
        try linkMedia()
        var names: [String] = []
        for name in BackupWriter.otherDatabases
        where files.fileExists(atPath: "\(data)/\(name)") {
            try copyDatabase(name)
            names.append(name)
        }
        try copyDatabase(StoreOpening.fileName)
        names.append(StoreOpening.fileName)
        for name in try files.contentsOfDirectory(atPath: data).sorted()
        where BackupWriter.secretEndings.contains(where: name.hasSuffix) {
            try files.copyItem(atPath: "\(data)/\(name)", toPath: "\(partial)/\(name)")
            names.append(name)
        }
        names += try linkMedia().map { "media/\($0)" }
        var listed: [BackupManifest.File] = []
        for name in names {
            BackupWriter.sync("\(partial)/\(name)")
            listed.append(try BackupManifest.File(folder: partial, name: name))
        }
        let facts = try BackupCheck.facts("\(partial)/\(StoreOpening.fileName)")
        return BackupManifest(
            madeTime: now, schemaVersion: facts.schemaVersion, counts: facts.counts,
            files: listed)
    }

    /// Copies a database as of one moment, page by page.
    private func copyDatabase(_ name: String) throws {
        var reading = Configuration()
        reading.readonly = true
        reading.busyMode = .timeout(Double(StoreOpening.busyMs) / 1_000)
        let source = try DatabaseQueue(path: "\(data)/\(name)", configuration: reading)
        var writing = Configuration()
        writing.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        }
        let path = "\(partial)/\(name)"
        let copy = try DatabaseQueue(path: path, configuration: writing)
        try source.read { from in
            // The snapshot begins with the first look.
            _ = try Int.fetchOne(from, sql: "SELECT count(*) FROM sqlite_schema")
            try copy.writeWithoutTransaction { to in
                var steps = 0
                try from.backup(to: to, pagesPerStep: BackupWriter.pagesPerStep) { _ in
                    steps += 1
                    if steps % BackupWriter.stepsPerSync == 0 { BackupWriter.sync(path) }
                }
                // One file, whole in itself: no write-ahead log beside it.
                try to.execute(sql: "PRAGMA journal_mode = DELETE")
            }
        }
        try source.close()
        try copy.close()
        chmod(path, 0o600)
    }

    /// Links what is not there yet; the names of all that is.
    @discardableResult
    private func linkMedia() throws -> [String] {
        let folder = "\(data)/media"
        guard files.fileExists(atPath: folder) else { return [] }
        try files.createDirectory(
            atPath: "\(partial)/media", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        for name in try files.contentsOfDirectory(atPath: folder) where MediaName(name) != nil {
            let (from, to) = ("\(folder)/\(name)", "\(partial)/media/\(name)")
            if link(from, to) == 0 || errno == EEXIST || errno == ENOENT { continue }
            try files.copyItem(atPath: from, toPath: to)
        }
        return try files.contentsOfDirectory(atPath: "\(partial)/media").sorted()
    }

    private func write(_ manifest: BackupManifest) throws {
        let path = "\(partial)/\(BackupManifest.name)"
        let made = files.createFile(
            atPath: path, contents: Data(try manifest.json().bytes()),
            attributes: [.posixPermissions: 0o600])
        guard made else { throw StoreError("\(path) cannot be written") }
        BackupWriter.sync(path)
        BackupWriter.sync(partial)
    }

    /// Brings a file or a folder to disk.
    static func sync(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
