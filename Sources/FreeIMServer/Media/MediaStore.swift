import Foundation
import FreeIMProtocol
import Hummingbird
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Uploaded files: each stored once under `DIR/media`, named by its content.
final class MediaStore: Sendable {
    /// Bytes of an upload that are gathered before they are written.
    static let gatherBytesMax = 262_144
    /// Uploads at once; more are `busy`.
    static let uploadsMax = 64

    /// Bytes of one file.
    let fileBytesMax: Int
    /// What upload tokens are signed with.
    let key: String
    private let folder: String
    private let log: Logger
    private let threads = NIOThreadPool.singleton
    private let uploads = NIOLockedValueBox(0)

    /// Makes the key in `directory`, and removes what a crash left half-way; the folder is made
    /// with the first upload. Throws `StoreError`.
    init(_ directory: String, fileBytesMax: Int, log: Logger) throws(StoreError) {
        self.fileBytesMax = fileBytesMax
        self.log = log
        folder = directory + "/media"
        key = try SecretFile.load(directory + "/upload.key")
        do {
            guard FileManager.default.fileExists(atPath: folder) else { return }
            for name in try FileManager.default.contentsOfDirectory(atPath: folder)
            where name.hasPrefix(MediaUpload.prefix) {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        } catch {
            throw StoreError("\(folder) cannot be used: \(error.localizedDescription)")
        }
    }

    /// Stores an upload; it is on disk when this returns, or there is nothing of it.
    ///
    /// `charge` is asked, once all of it is here and before it gets its name, whether its owner may
    /// have it. Throws what that throws, `content_too_large`, `malformed_body` (empty, cut short),
    /// `busy`.
    func store(
        _ body: RawBody, charge: @Sendable (MediaName, Int) async throws -> Void
    ) async throws -> (name: MediaName, size: Int) {
        if let declared = body.declaredBytes, declared > fileBytesMax { throw tooLarge }
        try begin()
        defer { uploads.withLockedValue { $0 -= 1 } }
        do {
            let folder = folder
            var upload = try await threads.runIfActive { try MediaUpload(folder: folder) }
            do {
                upload = try await take(body.pieces, into: upload)
                try check(upload, declared: body.declaredBytes)
                let whole = upload
                let name = try await threads.runIfActive { try whole.seal() }
                try await charge(name, whole.size)
                try await threads.runIfActive { try whole.finish(as: name) }
                return (name, whole.size)
            } catch {
                let half = upload
                threads.submit { _ in half.discard() }
                throw error
            }
        } catch let error as MediaError {
            log.error("an upload was not stored", metadata: ["error": "\(error)"])
            throw Refusal(
                .busy, "The server cannot store files now; nothing was stored. Try again.",
                retryAfterMs: 1_000)
        }
    }

    private func begin() throws {
        let isTaken = uploads.withLockedValue { uploads in
            if uploads >= MediaStore.uploadsMax { return false }
            uploads += 1
            return true
        }
        if !isTaken {
            throw Refusal(.busy, "Too many uploads at once; try again.", retryAfterMs: 1_000)
        }
    }

    private func take(_ body: RequestBody, into start: MediaUpload) async throws -> MediaUpload {
        var upload = start
        var gathered = ByteBuffer()
        var size = 0
        do {
            for try await piece in body {
                size += piece.readableBytes
                if size > fileBytesMax { throw tooLarge }
                gathered.writeImmutableBuffer(piece)
                if gathered.readableBytes >= MediaStore.gatherBytesMax {
                    upload = try await append(gathered, to: upload)
                    gathered.clear()
                }
            }
        } catch let error where !(error is Refusal || error is MediaError) {
            throw MediaStore.cutShort
        }
        return try await append(gathered, to: upload)
    }

    private func append(_ bytes: ByteBuffer, to upload: MediaUpload) async throws -> MediaUpload {
        try await threads.runIfActive {
            var next = upload
            try next.append(bytes)
            return next
        }
    }

    private func check(_ upload: MediaUpload, declared: Int?) throws {
        if let declared, upload.size != declared { throw MediaStore.cutShort }
        if upload.size == 0 { throw Refusal(.malformedBody, "The file is empty.") }
    }

    /// Opens a stored file. Throws `not_found`.
    func open(_ name: String) async throws -> MediaFile {
        let folder = folder
        if let name = MediaName(name) {
            let file = try await threads.runIfActive { MediaFile(folder: folder, name: name) }
            if let file { return file }
        }
        throw Refusal(.notFound, "There is no such file.")
    }

    /// Whether that URL names a stored file of that kind.
    func has(_ url: String, kind: MediaType.Kind) async -> Bool {
        guard let name = MediaName(url: url), name.type.kind == kind else { return false }
        return (try? await open(name.text)) != nil
    }

    /// Whether the file is there now; one look at the folder.
    func isStored(_ name: MediaName) -> Bool {
        access("\(folder)/\(name.text)", F_OK) == 0
    }

    /// Takes the name from a file, so that nobody gets it any more; what `discard` removes. nil:
    /// there is no such file.
    func setAside(_ name: MediaName) -> String? {
        let aside = "\(MediaUpload.prefix)gone-\(UUID().uuidString)"
        return rename("\(folder)/\(name.text)", "\(folder)/\(aside)") == 0 ? aside : nil
    }

    /// Removes a file that was set aside.
    func discard(_ aside: String) async {
        let path = "\(folder)/\(aside)"
        _ = try? await threads.runIfActive { unlink(path) }
    }

    /// Calls `take` with the names and sizes of the stored files, `most` at a time.
    func forEachFile(
        most: Int, _ take: @Sendable ([(MediaName, Int)]) async throws -> Void
    ) async throws {
        let folder = folder
        let names = try await threads.runIfActive {
            try FileManager.default.fileExists(atPath: folder)
                ? FileManager.default.contentsOfDirectory(atPath: folder) : []
        }
        for start in stride(from: 0, to: names.count, by: most) {
            let part = names[start..<min(start + most, names.count)].compactMap { MediaName($0) }
            let found = try await threads.runIfActive {
                part.compactMap { name in
                    MediaFile(folder: folder, name: name).map { (name, $0.size) }
                }
            }
            try await take(found)
        }
    }

    /// The bytes of a part of a file, read as the receiver takes them.
    func content(_ file: MediaFile, first: Int, count: Int) -> ResponseBody {
        let threads = threads
        return ResponseBody(contentLength: count) { writer in
            var offset = first
            while offset < first + count {
                let piece = try await file.read(
                    at: offset, count: first + count - offset, threads: threads)
                offset += piece.readableBytes
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
    }

    private var tooLarge: Refusal {
        Refusal(.contentTooLarge, "A file has at most \(fileBytesMax) bytes.")
    }

    private static let cutShort = Refusal(
        .malformedBody, "The upload ended before all of it was here; nothing was stored.")
}
