import Foundation

/// Says which process connects for a cache; released when the process ends, however it ends.
final class ProfileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; nil: another process has it. Throws `ClientError.cache`.
    static func take(_ path: String) throws(ClientError) -> ProfileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .cache("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let reason = errno
            if reason == EINTR { continue }
            close(descriptor)
            if reason == EWOULDBLOCK { return nil }
            throw .cache("\(path) cannot be locked: \(String(cString: strerror(reason)))")
        }
        return ProfileLock(descriptor)
    }

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
