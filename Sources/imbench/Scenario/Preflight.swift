import Foundation

/// Whether this machine can hold a run, before anything is begun.
enum Preflight {
    /// Files beside the devices' sockets.
    static let filesReserve = 256
    /// Ports that one source address has for one destination, when the system does not say.
    static let portsDefault = 28_000
    /// Bytes of memory for each device, its part of the server's included; and with TLS more.
    static let bytesPerDevice = 24_576
    static let bytesOfTLS = 65_536
    /// Event loops, the judge's and the proxy's aside.
    static let loopsMax = 16

    /// Raises the limit of open files and checks files, ports and memory. Throws `BenchError`.
    static func check(_ scenario: Scenario, isProxied: Bool) throws {
        let devices = scenario.devicesOnLine
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let needed = devices * (isProxied ? 3 : 1) + filesReserve
        if UInt64(needed) > UInt64(limit.rlim_cur) {
            throw BenchError(
                .invalid,
                "\(devices) devices\(isProxied ? " through the proxy" : "") need \(needed) open "
                    + "files; this process may have \(limit.rlim_cur) (raise it: ulimit -n)")
        }
        let sources = max(1, scenario.generator.sources.count)
        let ports = portsPerSource() * sources
        if devices > ports {
            throw BenchError(
                .invalid,
                "\(devices) devices need more ports than the \(ports) that \(sources) source "
                    + "address(es) have; name more: generator.sources 127.0.0.1-127.0.0.4")
        }
        let each = bytesPerDevice + (scenario.generator.transport.isTLS ? bytesOfTLS : 0)
        if let free = memoryAvailable(), devices * each > free {
            throw BenchError(
                .invalid,
                "\(devices) devices need about \(devices * each >> 20) MiB; "
                    + "\(free >> 20) MiB are available")
        }
    }

    private static func portsPerSource() -> Int {
        let path = "/proc/sys/net/ipv4/ip_local_port_range"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            return portsDefault
        }
        let ends = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        return ends.count == 2 && ends[1] > ends[0] ? ends[1] - ends[0] : portsDefault
    }

    private static func memoryAvailable() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else {
            return nil
        }
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
        return kilobytes.flatMap { Int($0) }.map { $0 * 1_024 }
    }
}
