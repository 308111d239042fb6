import Foundation

/// A file whose 8 bytes (Int64, little-endian) are milliseconds to add to the wall clock, so that
/// a test can step the clock of a running server.
///
/// Only the environment variable `FREEIM_TEST_CLOCK` names one; it is made with 0 when it is
/// missing.
enum TestClock {
    /// The file named by the environment, mapped once; nil: none is named.
    static let named = Result<TestClockMemory?, StoreError> { () throws(StoreError) in
        guard let path = ProcessInfo.processInfo.environment["FREEIM_TEST_CLOCK"],
            !path.isEmpty
        else { return nil }
        return try map(path)
    }

    /// Maps a file for as long as the process lives. Errors: `StoreError`.
    static func map(_ path: String) throws(StoreError) -> TestClockMemory {
        func failure() -> StoreError {
            StoreError("FREEIM_TEST_CLOCK: \(path): \(String(cString: strerror(errno)))")
        }
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw failure() }
        // Behind a file's last byte a mapping cannot be read.
        if facts.st_size < 8, ftruncate(file, 8) != 0 { throw failure() }
        guard let memory = mmap(nil, 8, PROT_READ, MAP_SHARED, file, 0), memory != MAP_FAILED
        else { throw failure() }
        return TestClockMemory(address: Int(bitPattern: memory))
    }
}

/// The mapped bytes of a test clock; another process writes them.
struct TestClockMemory: Sendable {
    fileprivate let address: Int

    /// Milliseconds to add: one aligned load, so an old value or a new one.
    var milliseconds: Int64 {
        UnsafeRawPointer(bitPattern: address)?.load(as: Int64.self).littleEndian ?? 0
    }
}
