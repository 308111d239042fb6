import Foundation
import FreeIMClient

/// Where files from chats go on this device.
enum FilePlace {
    /// Names tried before one gives up: `cat.png`, `cat-1.png` …
    static let namesTriedMax = 1_000

    /// `$HOME`; the account's own where that is not set.
    private static var home: String {
        let home = ProcessInfo.processInfo.environment["HOME"]
        return home.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory()
    }

    /// `$XDG_DOWNLOAD_DIR`, or `Downloads` in the home folder.
    static var downloads: String {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["XDG_DOWNLOAD_DIR"], folder.hasPrefix("/") { return folder }
        return home + "/Downloads"
    }

    /// The path with the home folder for `~`.
    static func expanded(_ path: String) -> String {
        if path == "~" { return home }
        return path.hasPrefix("~/") ? home + path.dropFirst() : path
    }

    /// A path where nothing is yet: `path` itself, or a name in it when it is a folder. Makes the
    /// folder. Throws `ClientError` when it cannot be.
    static func free(_ path: String, named name: String) throws -> String {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        let isThere = files.fileExists(atPath: path, isDirectory: &isFolder)
        if isThere, !isFolder.boolValue {
            throw ClientError.unknown("\(path) is there already")
        }
        let isFolderMeant = isFolder.boolValue || path.hasSuffix("/") || path == downloads
        if !isFolderMeant { return path }
        do {
            try files.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ClientError.unknown("\(path) cannot be made")
        }
        let base = path.hasSuffix("/") ? path : path + "/"
        let (stem, ending) = parts(name)
        for number in 0..<namesTriedMax {
            let candidate = base + (number == 0 ? name : "\(stem)-\(number)\(ending)")
            if !files.fileExists(atPath: candidate) { return candidate }
        }
        throw ClientError.unknown("\(base)\(name) is there too many times")
    }

    private static func parts(_ name: String) -> (stem: String, ending: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
        return (String(name[..<dot]), String(name[dot...]))
    }

    /// Where a file that is only looked at is kept, by its address. Throws `ClientError`.
    static func kept(_ file: SentFile) throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let base =
            environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? home + "/.cache"
        let folder = base + "/freeim/files"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ClientError.unknown("\(folder) cannot be made")
        }
        let last = file.url.split(separator: "/").last.map(String.init) ?? ""
        let name = SentFile(content: last).safeName
        return folder + "/" + name
    }

    /// Shows a file or an address with `$FREEIM_OPENER`, the program named, or the desktop's own;
    /// does not wait for it.
    static func open(_ path: String, with program: String? = nil) throws {
        #if os(macOS)
        let usual = "open"
        #else
        let usual = "xdg-open"
        #endif
        let opener = ProcessInfo.processInfo.environment["FREEIM_OPENER"] ?? program ?? usual
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [opener, path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw ClientError.unknown("'\(opener)' cannot be started; the file is \(path)")
        }
    }
}
