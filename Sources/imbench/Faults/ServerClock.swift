import Foundation

/// The file with the milliseconds that a server adds to its wall clock (FREEIM_TEST_CLOCK).
enum ServerClock {
    /// Makes it, or changes what it holds: 8 bytes, the native order, which is little-endian.
    static func write(_ milliseconds: Int64, path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        guard ftruncate(file, 8) == 0,
            let memory = mmap(nil, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
            memory != MAP_FAILED
        else { throw failure(path) }
        defer { munmap(memory, 8) }
        // One aligned store: a server that reads meanwhile sees the old value or the new one.
        memory.storeBytes(of: milliseconds.littleEndian, as: Int64.self)
    }

    private static func failure(_ path: String) -> BenchError {
        BenchError(.unreachable, "clock file \(path): \(String(cString: strerror(errno)))")
    }
}
