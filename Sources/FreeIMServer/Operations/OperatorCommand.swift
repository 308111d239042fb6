import Foundation
import FreeIMProtocol
import Logging

/// Carries out a command of an operator: what it prints, and the exit status.
public struct OperatorCommand: Sendable {
    let line: ServerCommandLine
    let name: ServerCommand.Name
    let log: Logger

    var config: ServerConfig { line.loaded.config }
    var account: String { line.arguments.first ?? "" }

    /// Runs the command of that line, which is neither serve nor check-config.
    public static func run(_ line: ServerCommandLine, _ name: ServerCommand.Name) async -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        line.loaded.config.logFormat.bootstrap()
        var log = Logger(label: "freeim-server")
        log.logLevel = max(.warning, line.loaded.config.logLevel)
        do {
            return try await OperatorCommand(line: line, name: name, log: log).run()
        } catch {
            complain("\(error)")
            return 1
        }
    }

    private func run() async throws -> Int32 {
        switch name {
        case .serve, .checkConfig: break
        case .migrate: try migrate()
        case .backup: try await backup()
        case .restore: try restore()
        case .export: try await export()
        case .doctor: return try doctor()
        case .userList: try await userList()
        case .userShow: try await userShow()
        case .userAdd: try await userAdd()
        case .userPassword: try await userPassword()
        case .userRename: try await userRename()
        case .userDelete: try await userDelete()
        case .ban: try await ban()
        case .tokenIssue: try await tokenIssue()
        case .tokenList: try await tokenList()
        case .tokenRevoke: try await tokenRevoke()
        }
        return 0
    }

    // MARK: Folder and database

    private func migrate() throws {
        let path = "\(config.data)/\(StoreOpening.fileName)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError("there is no database in \(config.data); name another with --data")
        }
        let found = try StoreOpening.version(path)
        let newest = StoreOpening.newestVersion
        if found == newest {
            return try say("\(path) has schema version \(newest) already")
        }
        let lock = try DataFolderLock(config.data)
        defer { _ = lock }
        try StoreOpening.openPool(path: path, readThreads: 1).close()
        try say("\(path): schema version \(found) -> \(newest)")
    }

    private func backup() async throws {
        let target = line.options["to"] ?? ""
        let files = FileManager.default
        if files.fileExists(atPath: target) {
            throw StoreError("\(target) exists already; name a folder that does not")
        }
        let parent = URL(fileURLWithPath: target).deletingLastPathComponent().path
        guard files.fileExists(atPath: parent) else {
            throw StoreError("the folder \(parent) does not exist; make it first")
        }
        let name = "cli-\(BackupDesk.name(now: WallClock.milliseconds()))-\(getpid())"
        let made = try await linked { try await $0.call("/admin/backup", ["name": .string(name)]) }
        let source = "\(config.data)/\(BackupDesk.folder)/\(name)"
        if rename(source, target) != 0 {
            try files.copyItem(atPath: source, toPath: target)
            _ = try BackupCheck(folder: target).run()
            try files.removeItem(atPath: source)
        }
        BackupWriter.sync(parent)
        try say(
            "\(target): \(made["files"].integer ?? 0) files, \(made["bytes"].integer ?? 0) bytes, "
                + "\(made["counts"]["entries"].integer ?? 0) log entries of "
                + "\(made["counts"]["conversations"].integer ?? 0) conversations; verified")
    }

    private func restore() throws {
        let from = line.options["from"] ?? ""
        let manifest = try Restoring(from: from, data: config.data).run()
        try say(
            "\(config.data): \(manifest.counts["entries"] ?? 0) log entries of "
                + "\(manifest.counts["conversations"] ?? 0) conversations, as of "
                + "\(manifest.madeTime) ms; start a server on it")
    }

    private func export() async throws {
        let (user, room) = (line.options["user"], line.options["chatroom"])
        guard (user == nil) != (room == nil) else {
            throw StoreError("export takes one of --user ACCOUNT and --chatroom ID")
        }
        let export = try DataExport(directory: config.data) { try OperatorCommand.write($0) }
        if let user { try export.user(account: user) }
        if let room {
            guard let id = Int64(room) else { throw StoreError("--chatroom takes a number") }
            try export.chatroom(id)
        }
    }

    private func doctor() throws -> Int32 {
        let findings = Doctor(config: config).examine()
        for finding in findings {
            if line.options["json"] == nil {
                try say(finding.text)
            } else {
                try say(finding.json)
            }
        }
        return findings.contains { $0.level == .problem } ? 1 : 0
    }

    // MARK: Means

    /// Does something over the link, and gives the folder up whatever happens.
    func linked<T: Sendable>(
        _ work: (OperatorLink) async throws -> T
    ) async throws -> T {
        let link = try await OperatorLink.open(config, log: log)
        do {
            let value = try await work(link)
            await link.close()
            return value
        } catch {
            await link.close()
            throw error
        }
    }

    func say(_ text: String) throws {
        try OperatorCommand.write(Array((text + "\n").utf8))
    }

    func say(_ json: JSONValue) throws {
        try OperatorCommand.write(try json.bytes() + [UInt8(ascii: "\n")])
    }

    private static func write(_ bytes: [UInt8]) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(bytes))
        } catch {
            throw StoreError("standard output takes no more")
        }
    }

    private static func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("freeim-server: \(text)\n".utf8))
    }
}
