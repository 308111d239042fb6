import Foundation
import GRDB

/// Looks at a data folder, its database, the machine and the settings, and changes nothing.
struct Doctor {
    let config: ServerConfig
    var findings: [Finding] = []

    init(config: ServerConfig) {
        self.config = config
    }

    /// Everything there is to say.
    func examine() -> [Finding] {
        var doctor = self
        doctor.examineSettings()
        doctor.examineCertificate()
        doctor.examineMachine()
        if doctor.examineFolder() {
            doctor.examineLock()
            doctor.examineDatabase()
            doctor.examineOtherDatabases()
            doctor.examineBackups()
        }
        return doctor.findings
    }

    mutating func say(_ level: Finding.Level, _ subject: String, _ message: String) {
        findings.append(Finding(level: level, subject: subject, message: message))
    }

    // MARK: The folder

    /// Whether there is a folder to look into.
    private mutating func examineFolder() -> Bool {
        var facts = stat()
        guard stat(config.data, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
            say(
                .problem, "data folder",
                "\(config.data) is not there; start a server once, or name another with --data")
            return false
        }
        if facts.st_mode & 0o077 != 0 {
            say(.warning, "data folder", "others may enter \(config.data); chmod 700 it")
        } else if facts.st_uid != getuid(), getuid() != 0 {
            say(.problem, "data folder", "\(config.data) belongs to another user")
        } else {
            say(.ok, "data folder", "\(config.data), mode 0700")
        }
        examineFiles()
        return true
    }

    private mutating func examineFiles() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: config.data)) ?? []
        var open: [String] = []
        for name in names.sorted() {
            var facts = stat()
            guard stat("\(config.data)/\(name)", &facts) == 0 else { continue }
            let isSecret = BackupWriter.secretEndings.contains { name.hasSuffix($0) }
            if isSecret, facts.st_mode & 0o077 != 0 { open.append(name) }
        }
        if open.isEmpty {
            say(.ok, "secrets", "readable by their owner alone")
        } else {
            say(.problem, "secrets", "others may read \(open.joined(separator: ", ")); chmod 600")
        }
        if !names.contains("admin.token") {
            say(.ok, "admin token", "is made at the first start")
        }
    }

    private mutating func examineLock() {
        do {
            let lock = try DataFolderLock(config.data)
            defer { _ = lock }
            if RunningServer(config.data) == nil {
                say(.ok, "lock", "no server runs on the folder")
            } else {
                say(
                    .ok, "lock",
                    "no server runs; the last one did not end in order, which loses nothing")
            }
        } catch is DataFolderLock.Held {
            let pid = RunningServer(config.data).map { "pid \($0.pid)" } ?? "not ready yet"
            say(.ok, "lock", "a server runs on the folder (\(pid))")
        } catch {
            say(.problem, "lock", "\(error)")
        }
    }

    private mutating func examineBackups() {
        let folder = "\(config.data)/\(BackupDesk.folder)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let times = names.compactMap { try? BackupManifest(folder: "\(folder)/\($0)").madeTime }
        guard let newest = times.max() else {
            return say(
                .warning, "backups",
                "none in \(folder); freeim-server backup --to FOLDER makes one, elsewhere is better"
            )
        }
        let days = (WallClock.milliseconds() - newest) / (24 * 3_600 * 1_000)
        if days > Doctor.backupDaysMax {
            say(.warning, "backups", "the newest is \(days) days old")
        } else {
            say(.ok, "backups", "\(times.count), the newest \(days) days old")
        }
    }

    /// Days after which a backup is old.
    static let backupDaysMax: Int64 = 7
}
