import Foundation

/// A file that is read once, from its beginning; closed with its last owner.
final class FileSource: Sendable {
    /// Its size when it was opened.
    let bytes: Int64
    private let descriptor: Int32

    /// Opens a regular file. Throws `HTTPCallError.file`.
    init(_ path: String) throws(HTTPCallError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .file("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        var facts = stat()
        let isKnown = fstat(descriptor, &facts) == 0
        bytes = Int64(facts.st_size)
        if !isKnown || facts.st_mode & S_IFMT != S_IFREG {
            throw .file("\(path) is not a file")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The next bytes, `most` at most; empty at the end. Throws `HTTPCallError.file`.
    func read(most: Int) throws(HTTPCallError) -> [UInt8] {
        var failure: Int32 = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            var got = -1
            repeat {
                got = Foundation.read(descriptor, buffer.baseAddress, most)
            } while got < 0 && errno == EINTR
            if got < 0 { failure = errno }
            count = max(got, 0)
        }
        if failure != 0 { throw .file(String(cString: strerror(failure))) }
        return chunk
    }

    /// All of it, when it has no more than `most` bytes. Throws `HTTPCallError.file`.
    func all(most: Int) throws(HTTPCallError) -> [UInt8] {
        var whole: [UInt8] = []
        while true {
            let chunk = try read(most: HTTPCaller.chunkBytes)
            if chunk.isEmpty { return whole }
            whole += chunk
            if whole.count > most { throw .file("it has more than \(most) bytes") }
        }
    }
}
