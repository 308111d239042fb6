import Foundation
import GRDB

/// What a person is told when the database cannot do something.
enum CacheFailure {
    static func told(_ error: any Error, _ path: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        return ClientError.cache("\(path): \(words(error, path))")
    }

    private static func words(_ error: DatabaseError, _ path: String) -> String {
        let said = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_FULL:
            return "the disk is full; make room, then try again. Nothing of it was written"
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return """
                it is damaged or no database (\(said)). Set it aside, for example as \
                \(asideName(path)), and start again: messages come back from the server, drafts \
                and unsent messages stay in the file set aside
                """
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            return "it cannot be written (\(said)); make the file and its folder writable"
        case .SQLITE_CANTOPEN:
            return
                "it cannot be opened (\(said)); make the file and its folder readable and writable"
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return "another program has been writing to it for long; end that one, or try again"
        case .SQLITE_IOERR:
            return "the disk failed or is full (\(said)); look after the disk, then try again"
        default: return said
        }
    }

    /// What a broken file is called when it is set aside now.
    static func asideName(_ path: String) -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            in: TimeZone(identifier: "UTC") ?? .current, from: Date())
        let numbers = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second]
        let digits = numbers.map { number in
            let text = "\(number ?? 0)"
            return text.count < 2 ? "0" + text : text
        }
        return "\(path).broken-" + digits[0...2].joined() + "-" + digits[3...5].joined()
    }
}

extension Cache {
    /// Moves a file that cannot be used out of the way, with what belongs to it, and keeps it.
    ///
    /// Returns its new name. Only when a person asks for it: drafts and unsent messages are in
    /// there. Throws `ClientError.cache`.
    public static func setAside(path: String) throws -> String {
        let aside = CacheFailure.asideName(path)
        do {
            for suffix in ["-wal", "-shm", ""]
            where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.moveItem(atPath: path + suffix, toPath: aside + suffix)
            }
        } catch {
            throw ClientError.cache("\(path) cannot be moved to \(aside): \(error)")
        }
        return aside
    }
}
