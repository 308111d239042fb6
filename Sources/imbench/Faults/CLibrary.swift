import Foundation

/// Calls that are in the C library and not in the headers that Swift imports.
enum CLibrary {
    private typealias Prlimit =
        @convention(c) (
            pid_t, Int32, UnsafePointer<rlimit>?, UnsafeMutablePointer<rlimit>?
        ) -> Int32
    private typealias AddCloseFrom =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    private static func symbol<T>(_ name: String, as type: T.Type) throws -> T {
        guard let library = dlopen(nil, RTLD_NOW), let symbol = dlsym(library, name) else {
            throw BenchError(.unreachable, "this system has no \(name)")
        }
        return unsafeBitCast(symbol, to: type)
    }

    /// How far files of another process may grow (`prlimit(2)` with RLIMIT_FSIZE): not by one
    /// byte, which is a full disk without a disk; or as far as before.
    static func setDiskFull(_ isFull: Bool, pid: Int32) throws {
        let prlimit = try symbol("prlimit", as: Prlimit.self)
        let resource = Int32(RLIMIT_FSIZE.rawValue)
        var limit = rlimit()
        guard prlimit(pid, resource, nil, &limit) == 0 else { throw failure("prlimit") }
        limit.rlim_cur = isFull ? 0 : limit.rlim_max
        guard prlimit(pid, resource, &limit, nil) == 0 else { throw failure("prlimit") }
    }

    /// Has a process that is about to be spawned close every descriptor from `first` on.
    static func addCloseFrom(
        _ actions: inout posix_spawn_file_actions_t, _ first: Int32
    ) throws {
        let call = try symbol(
            "posix_spawn_file_actions_addclosefrom_np", as: AddCloseFrom.self)
        guard call(&actions, first) == 0 else { throw failure("addclosefrom") }
    }

    private static func failure(_ call: String) -> BenchError {
        BenchError(.unreachable, "\(call): \(String(cString: strerror(errno)))")
    }
}
