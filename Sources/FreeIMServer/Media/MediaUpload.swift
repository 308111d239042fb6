import Crypto
import Foundation
import NIOCore

/// A file on its way in: a hidden file that gets its name once all of it is on disk.
///
/// A value that is handed from piece to piece; every call blocks, so none is for an event loop.
struct MediaUpload: Sendable {
    /// What names of files under way begin with.
    static let prefix = ".upload-"

    private let folder: String
    private let path: String
    private let descriptor: Int32
    private var hash = SHA256()
    private var head: [UInt8] = []
    /// Bytes taken so far.
    private(set) var size = 0

    /// Makes the hidden file, and its folder when it is not there. Throws `MediaError`.
    init(folder: String) throws {
        self.folder = folder
        if mkdir(folder, 0o700) == 0 {
            try MediaUpload.sync((folder as NSString).deletingLastPathComponent)
        } else if errno != EEXIST {
            throw MediaError("make", folder)
        }
        path = "\(folder)/\(MediaUpload.prefix)\(UUID().uuidString)"
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw MediaError("make", path) }
    }

    /// The type so far, from the first bytes.
    var type: MediaType { MediaType(sniffing: head) }

    /// Appends a piece. Throws `MediaError`.
    mutating func append(_ piece: ByteBuffer) throws {
        try piece.withUnsafeReadableBytes { bytes in
            hash.update(bufferPointer: bytes)
            head += bytes.prefix(MediaType.headBytes - head.count)
            size += bytes.count
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress,
                    rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw MediaError("write", path)
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Syncs the file; the name that it is to have. Throws `MediaError`.
    func seal() throws -> MediaName {
        guard fsync(descriptor) == 0 else { throw MediaError("sync", path) }
        return MediaName(hash: Array(hash.finalize()).hex, type: type)
    }

    /// Gives a sealed file its name and syncs the folder. Throws `MediaError`.
    func finish(as name: MediaName) throws {
        guard rename(path, "\(folder)/\(name.text)") == 0 else { throw MediaError("name", path) }
        try MediaUpload.sync(folder)
        close(descriptor)
    }

    /// Leaves nothing behind; to be called when anything threw.
    func discard() {
        close(descriptor)
        unlink(path)
    }

    private static func sync(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw MediaError("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw MediaError("sync", folder) }
    }
}

/// What the disk said.
struct MediaError: Error, CustomStringConvertible {
    let description: String

    /// Reads `errno`.
    init(_ what: String, _ path: String) {
        description = "cannot \(what) \(path): \(String(cString: strerror(errno)))"
    }
}
