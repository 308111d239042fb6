import Foundation

/// Makes a data folder of a backup.
struct Restoring {
    /// The backup.
    let from: String
    /// The data folder; absent or empty.
    let data: String

    /// Verifies, copies, verifies the copy's bytes. Throws `StoreError`.
    func run() throws(StoreError) -> BackupManifest {
        let files = FileManager.default
        let existing = (try? files.contentsOfDirectory(atPath: data)) ?? []
        guard existing.isEmpty else {
            throw StoreError(
                "\(data) is not empty; restore into a new folder and swap it when it is right")
        }
        let manifest = try BackupCheck(folder: from).run()
        _ = try prepared()
        do {
            for file in manifest.files where file.name.hasPrefix("media/") {
                try files.createDirectory(
                    atPath: "\(data)/media", withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
                try copy(file.name, to: file.name)
            }
            for file in manifest.files where !file.name.contains("/") {
                // The database takes its name last: before that there is nothing to serve.
                if file.name != StoreOpening.fileName { try copy(file.name, to: file.name) }
            }
            let partial = StoreOpening.fileName + ".part"
            try copy(StoreOpening.fileName, to: partial)
            let copied = try BackupManifest.File(folder: data, name: partial)
            let asked = manifest.files.first { $0.name == StoreOpening.fileName }
            guard copied.hash == asked?.hash else {
                throw StoreError("\(data)/\(partial) is not what was read; is the disk sound?")
            }
            try files.moveItem(
                atPath: "\(data)/\(partial)", toPath: "\(data)/\(StoreOpening.fileName)")
            BackupWriter.sync(data)
            return manifest
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError("\(data) was not made: \(error.localizedDescription)")
        }
    }

    private func prepared() throws(StoreError) -> String {
        do {
            return try StoreOpening.prepare(data)
        } catch {
            throw error as? StoreError ?? StoreError("\(data) cannot be made")
        }
    }

    private func copy(_ name: String, to other: String) throws {
        let path = "\(data)/\(other)"
        try FileManager.default.copyItem(atPath: "\(from)/\(name)", toPath: path)
        chmod(path, 0o600)
        BackupWriter.sync(path)
    }
}
