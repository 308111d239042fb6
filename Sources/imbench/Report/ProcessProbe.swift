import Foundation

/// What the kernel says of a process.
struct ProcessProbe: Sendable, Equatable {
    /// Seconds of CPU in the program and in the kernel.
    var user = 0.0
    var system = 0.0
    /// Bytes resident.
    var resident = 0

    var cpu: Double { user + system }

    /// Reads /proc; all zero when there is no such process.
    init(pid: Int32) {
        guard pid > 0,
            let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 21 else { return }
        let tick = Double(sysconf(Int32(_SC_CLK_TCK)))
        user = (Double(fields[11]) ?? 0) / tick
        system = (Double(fields[12]) ?? 0) / tick
        resident = (Int(fields[21]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
