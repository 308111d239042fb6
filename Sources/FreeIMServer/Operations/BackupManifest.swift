import Crypto
import Foundation
import FreeIMProtocol

/// What a backup holds: `manifest.json`, written last.
struct BackupManifest: Sendable {
    /// One file, its name relative to the backup.
    struct File: Sendable, Equatable {
        let name: String
        let bytes: Int64
        /// SHA-256, hexadecimal.
        let hash: String
    }

    static let name = "manifest.json"
    /// Version of the manifest's own form.
    static let format: Int64 = 1

    var madeTime: Int64
    var schemaVersion: Int
    /// Rows by table, and conversations and entries as the check of the log counted them.
    var counts: [String: Int64]
    var files: [File]

    var bytes: Int64 { files.reduce(0) { $0 + $1.bytes } }

    func json() -> JSONValue {
        [
            "format": .int(BackupManifest.format), "made_time": .int(madeTime),
            "schema_version": .int(Int64(schemaVersion)),
            "counts": .object(counts.mapValues { .int($0) }),
            "files": .array(
                files.map {
                    ["name": .string($0.name), "bytes": .int($0.bytes), "sha256": .string($0.hash)]
                }),
        ]
    }

    init(madeTime: Int64, schemaVersion: Int, counts: [String: Int64], files: [File]) {
        self.madeTime = madeTime
        self.schemaVersion = schemaVersion
        self.counts = counts
        self.files = files
    }

    /// Reads the manifest of a backup. Throws `StoreError`.
    init(folder: String) throws(StoreError) {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(BackupManifest.name)")
        else { throw StoreError("\(folder) is no backup: it has no \(BackupManifest.name)") }
        let json = JSONValue(parsing: Array(data)) ?? .null
        guard json["format"].integer == BackupManifest.format,
            let schema = json["schema_version"].integer, let made = json["made_time"].integer,
            case .object(let counts) = json["counts"]
        else {
            throw StoreError(
                "\(folder)/\(BackupManifest.name) is not one that this version can read")
        }
        var files: [File] = []
        for item in json["files"].items {
            guard let name = item["name"].text, let bytes = item["bytes"].integer,
                let hash = item["sha256"].text, BackupManifest.isInside(name)
            else { throw StoreError("\(folder)/\(BackupManifest.name) names a file wrongly") }
            files.append(File(name: name, bytes: bytes, hash: hash))
        }
        self.init(
            madeTime: made, schemaVersion: Int(schema),
            counts: counts.compactMapValues(\.integer), files: files)
    }

    /// Whether a name stays in the backup: no folder but `media`.
    private static func isInside(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last, !last.isEmpty, !last.hasPrefix(".") else { return false }
        return parts.count == 1 || parts.count == 2 && parts[0] == "media"
    }
}

extension BackupManifest.File {
    /// Bytes read at a time.
    private static let pieceBytes = 1_048_576

    /// The file as it is on disk. Throws `StoreError`.
    init(folder: String, name: String) throws(StoreError) {
        let path = "\(folder)/\(name)"
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            var hash = SHA256()
            var bytes: Int64 = 0
            while let piece = try handle.read(upToCount: Self.pieceBytes), !piece.isEmpty {
                hash.update(data: piece)
                bytes += Int64(piece.count)
            }
            self.init(name: name, bytes: bytes, hash: hash.finalize().hex)
        } catch {
            throw StoreError("\(path) cannot be read: \(error.localizedDescription)")
        }
    }
}
