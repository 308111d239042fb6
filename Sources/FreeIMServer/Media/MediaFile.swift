import Foundation
import NIOCore
import NIOPosix

/// A stored file, open for reading; closed when nobody holds it any more.
final class MediaFile: Sendable {
    /// Bytes read at once.
    static let readBytesMax = 131_072

    let name: MediaName
    /// Bytes; a stored file never changes.
    let size: Int
    private let descriptor: Int32

    /// Opens the file; nil when there is none. Blocks.
    init?(folder: String, name: MediaName) {
        descriptor = open("\(folder)/\(name.text)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            return nil
        }
        self.name = name
        size = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// The bytes from `offset`, at most `count` of them and at least one. Throws `MediaError`.
    func read(at offset: Int, count: Int, threads: NIOThreadPool) async throws -> ByteBuffer {
        try await threads.runIfActive { [self] in
            let wanted = min(count, MediaFile.readBytesMax)
            var buffer = ByteBufferAllocator().buffer(capacity: wanted)
            let found = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { bytes in
                max(0, pread(descriptor, bytes.baseAddress, wanted, off_t(offset)))
            }
            if found == 0 { throw MediaError("read", name.text) }
            return buffer
        }
    }
}
