import Foundation

/// Keeps a second server away from a data folder; released when the process ends, however it ends.
final class DataFolderLock: Sendable {
    private let descriptor: Int32

    /// Locks `directory`. Throws `StoreError` when another server holds it.
    init(_ directory: String) throws(StoreError) {
        let path = directory + "/freeim.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            close(descriptor)
            throw StoreError(
                "another freeim-server uses the data folder \(directory); stop it, or name another"
            )
        }
    }

    deinit {
        close(descriptor)
    }
}
