import Foundation

/// Keeps a second server away from a data folder; released when the process ends, however it ends.
final class DataFolderLock: Sendable {
    private let descriptor: Int32

    /// Another process holds the lock.
    struct Held: Error, CustomStringConvertible {
        let directory: String

        var description: String {
            "another freeim-server uses the data folder \(directory); stop it, or name another"
        }
    }

    /// Locks `directory`. Throws `Held` when another process holds it, and `StoreError`.
    init(_ directory: String) throws {
        let path = directory + "/freeim.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            close(descriptor)
            throw Held(directory: directory)
        }
    }

    deinit {
        close(descriptor)
    }
}
