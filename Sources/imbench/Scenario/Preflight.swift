import Foundation

/// Whether this machine can hold a run, before anything is begun.
enum Preflight {
    /// Files beside the devices' sockets.
    static let filesReserve = 256
    /// Ports that one source address has for one destination.
    static let portsMax = 28_000

    /// Raises the limit of open files and checks it. Throws `BenchError`.
    static func check(_ plan: RunPlan) throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let needed = plan.devices + filesReserve
        if UInt64(needed) > UInt64(limit.rlim_cur) {
            throw BenchError(
                .invalid,
                "\(plan.devices) devices need \(needed) open files; this process may have "
                    + "\(limit.rlim_cur) (raise it with ulimit -n)")
        }
        if plan.devices > portsMax {
            throw BenchError(
                .invalid, "\(plan.devices) devices need more ports than \(portsMax)")
        }
    }
}
