import Foundation
import FreeIMProtocol
import Synchronization

/// Standard output, a line at a time; ends quietly when nobody reads any more.
enum Output {
    /// One line is out before the next begins.
    private static let lock = Mutex(())

    /// Writes a line. Ends the program when it cannot be written: with 0 when nobody reads it.
    static func line(_ text: String) { write(text + "\n") }

    /// Writes text as it is; ends the program as `line` does.
    static func write(_ text: String) {
        let failure = lock.withLock { _ in write(Array(text.utf8), to: STDOUT_FILENO) }
        guard let failure else { return }
        if failure == EPIPE { exit(ExitStatus.success) }
        complaint("standard output: \(String(cString: strerror(failure)))")
        exit(ExitStatus.failed)
    }

    /// An object on a line of its own.
    static func json(_ object: JSONValue) {
        line(String(decoding: (try? object.bytes()) ?? [], as: UTF8.self))
    }

    static func complaint(_ text: String) {
        let bytes = Array(("imtui: " + SafeText.escaped(text, keepsNewlines: true) + "\n").utf8)
        _ = write(bytes, to: STDERR_FILENO)
    }

    /// Writes all of it; what failed, as `errno` says, or nil.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { rest in
                Foundation.write(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0, errno == EAGAIN {
                var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&polled, 1, -1)
            } else if count < 0, errno != EINTR {
                return errno
            }
            done += max(count, 0)
        }
        return nil
    }
}
