import Foundation

/// What the machine says of itself, from /proc.
enum MachineProbe {
    static func facts() -> BenchReport.MachineFacts {
        var facts = BenchReport.MachineFacts()
        facts.system = system
        facts.processor = processor(of: text("/proc/cpuinfo"))
        facts.cores = ProcessInfo.processInfo.activeProcessorCount
        facts.memoryBytes = memory(of: text("/proc/meminfo"))
        facts.openFilesMax = openFilesMax
        facts.build = build
        facts.load = Double(text("/proc/loadavg").prefix { $0 != " " }) ?? 0
        return facts
    }

    /// "debug" or "release": of imbench itself.
    static var build: String {
        #if DEBUG
        "debug"
        #else
        "release"
        #endif
    }

    /// The soft limit of this process; Int.max: none.
    static var openFilesMax: Int {
        let limits = text("/proc/self/limits").split(separator: "\n")
        guard let line = limits.first(where: { $0.hasPrefix("Max open files") }),
            let soft = line.dropFirst("Max open files".count).split(separator: " ").first
        else { return 0 }
        return soft == "unlimited" ? .max : Int(soft) ?? 0
    }

    /// The model's name; without one, the architecture.
    static func processor(of cpuinfo: String) -> String {
        for key in ["model name", "Model", "Hardware", "cpu model"] {
            for line in cpuinfo.split(separator: "\n") where line.hasPrefix(key) {
                if let value = line.split(separator: ":", maxSplits: 1).last {
                    return value.split(separator: " ").joined(separator: " ")
                }
            }
        }
        return architecture
    }

    /// Bytes of MemTotal; 0: not said.
    static func memory(of meminfo: String) -> Int {
        for line in meminfo.split(separator: "\n") where line.hasPrefix("MemTotal:") {
            return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
        }
        return 0
    }

    private static var system: String {
        let kernel = text("/proc/sys/kernel/osrelease").trimmingCharacters(in: .newlines)
        let type = text("/proc/sys/kernel/ostype").trimmingCharacters(in: .newlines)
        return [type, kernel, architecture].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static var architecture: String {
        #if arch(x86_64)
        "x86_64"
        #elseif arch(arm64)
        "arm64"
        #else
        "other architecture"
        #endif
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
