import Foundation

/// A program that has the terminal for a while, in this process's own group, so that it may read.
enum ChildProgram {
    /// Runs it to its end; blocks its thread. The exit code, 128 and the signal that ended it, or
    /// 127 when it could not be started.
    static func run(_ command: [String]) -> Int32 {
        guard let program = command.first else { return 127 }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this process ignores or handles is the child's to decide anew.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGINT, SIGQUIT, SIGTSTP, SIGPIPE, SIGTERM, SIGHUP] {
            sigaddset(&signals, number)
        }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        defer { words.forEach { free($0) } }
        words.append(nil)
        var child = pid_t()
        guard posix_spawnp(&child, program, nil, &attributes, words, environ) == 0 else {
            return 127
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            if errno != EINTR { return 127 }
        }
        let ending = status & 0x7f
        return ending == 0 ? status >> 8 & 0xff : 128 + ending
    }
}

/// The file that an editor works on: mode 0600, in the folder for temporary files.
struct EditorFile {
    let path: String

    /// - Throws: `CocoaError` when it cannot be written.
    init(_ text: String, environment: [String: String]) throws {
        let folder = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let ending = ".txt"
        var name = Array("\(folder)/imtui-XXXXXX\(ending)".utf8CString)
        let file = mkstemps(&name, Int32(ending.utf8.count))
        guard file >= 0 else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        } catch {
            unlink(path)
            throw error
        }
    }

    /// What stands in it now, without the line end that editors put behind the last line.
    ///
    /// - Throws: `CocoaError` when it cannot be read.
    func text(bytesMax: Int) throws -> String {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        var text = String(decoding: try handle.read(upToCount: bytesMax) ?? Data(), as: UTF8.self)
        if text.hasSuffix("\n") { text.removeLast() }
        return text
    }

    func remove() {
        unlink(path)
    }
}
