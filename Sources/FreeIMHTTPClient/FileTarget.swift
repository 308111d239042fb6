import Foundation

/// A file that takes its name once it is whole; until then, and for ever when it never is, there
/// is nothing under that name.
final class FileTarget {
    /// Bytes written.
    private(set) var bytes: Int64 = 0
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private var isFinished = false

    /// Begins a file in the folder of `path`. Throws `HTTPCallError.file`.
    init(_ path: String) throws(HTTPCallError) {
        self.path = path
        partial = "\(path).\(UInt32.random(in: 0...UInt32.max)).part"
        descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .file("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            if !isFinished { unlink(partial) }
        }
    }

    /// Adds bytes. Throws `HTTPCallError.file`.
    func write(_ chunk: some Collection<UInt8>) throws(HTTPCallError) {
        let block = Array(chunk)
        var from = 0
        while from < block.count {
            let wrote = block.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress?.advanced(by: from), block.count - from)
            }
            if wrote < 0, errno == EINTR { continue }
            if wrote <= 0 { throw refused() }
            from += wrote
        }
        bytes += Int64(block.count)
    }

    /// Gives the file its name. Throws `HTTPCallError.file`.
    func finish() throws(HTTPCallError) {
        if fsync(descriptor) != 0 || rename(partial, path) != 0 { throw refused() }
        isFinished = true
    }

    private func refused() -> HTTPCallError {
        .file("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
