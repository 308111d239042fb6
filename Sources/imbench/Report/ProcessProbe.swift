import Foundation

/// What the kernel says of a process.
struct ProcessProbe: Sendable, Equatable {
    /// Seconds of CPU in the program and in the kernel.
    var user = 0.0
    var system = 0.0
    /// Bytes resident.
    var resident = 0
    /// Descriptors it has open.
    var openFiles = 0

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
        openFiles = Self.entries(of: "/proc/\(pid)/fd")
    }

    /// Entries of a folder of descriptors.
    private static func entries(of folder: String) -> Int {
        // Kernels from 6.2 on say the number as the folder's size; before, it is 0.
        var facts = stat()
        if stat(folder, &facts) == 0, facts.st_size > 0 { return Int(facts.st_size) }
        guard let open = opendir(folder) else { return 0 }
        defer { closedir(open) }
        var count = 0
        while readdir(open) != nil { count += 1 }
        return max(0, count - 2)
    }
}
