import Foundation
import FreeIMProtocol
import NIOConcurrencyHelpers

/// Takes orders for backups of one data folder, one at a time, on a thread of its own.
final class BackupDesk: Sendable {
    /// Where backups ordered over HTTP go, in the data folder.
    static let folder = "backups"
    /// Characters of a backup's name.
    static let nameMax = 64

    private let data: String
    private let thread = DispatchQueue(label: "backup")
    private let isRunning = NIOLockedValueBox(false)

    init(data: String) {
        self.data = data
    }

    /// The name of a backup made now: `20260131-235959`.
    static func name(now: Int64) -> String {
        var seconds = time_t(now / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ value: Int32, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return digits(parts.tm_year + 1_900, 4) + digits(parts.tm_mon + 1, 2)
            + digits(parts.tm_mday, 2) + "-" + digits(parts.tm_hour, 2)
            + digits(parts.tm_min, 2) + digits(parts.tm_sec, 2)
    }

    /// Letters, digits, dot, hyphen and underscore, not beginning with a dot: never a path.
    static func isName(_ text: String) -> Bool {
        let good = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [45, 46, 95].contains(byte)
        }
        return good && !text.isEmpty && text.utf8.count <= nameMax && text.utf8.first != 46
            && !text.hasSuffix(".part")
    }

    /// Makes a backup in a folder that is not there yet. Throws `conflict`, `busy`.
    func make(_ target: String, now: Int64) async throws -> BackupManifest {
        let isTaken = isRunning.withLockedValue { running in
            if running { return false }
            running = true
            return true
        }
        guard isTaken else {
            throw Refusal(.conflict, "A backup is being made; wait for its end.")
        }
        defer { isRunning.withLockedValue { $0 = false } }
        let (data, thread) = (data, thread)
        return try await withCheckedThrowingContinuation { continuation in
            thread.async {
                continuation.resume(
                    with: Result { try BackupWriter(data: data, target: target).run(now: now) })
            }
        }
    }

    /// Makes a backup with that name under `DIR/backups`. Throws `conflict`, `busy`.
    func make(named name: String, now: Int64) async throws -> BackupManifest {
        let target = "\(data)/\(BackupDesk.folder)/\(name)"
        if FileManager.default.fileExists(atPath: target) {
            throw Refusal(.conflict, "name: there is a backup of that name; choose another.")
        }
        do {
            return try await make(target, now: now)
        } catch let error as StoreError {
            throw Refusal(.busy, "The backup was not made: \(error).")
        }
    }
}
