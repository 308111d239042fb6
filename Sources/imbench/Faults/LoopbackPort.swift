import Foundation

/// Free TCP ports of 127.0.0.1 that the system gives to nobody by itself.
///
/// A server that is killed needs its port again. One out of the system's own range would be taken
/// meanwhile by one of thousands of devices that try to reconnect, or a device would find itself
/// at the other end: whoever connects from the very port that nobody listens on is connected.
enum LoopbackPort {
    /// Ports that are tried.
    static let attemptsMax = 64
    private static let lowest = 10_000

    /// One that was free a moment ago; 0, the system's choice, when none was found.
    static func pick() -> Int {
        let text = try? String(
            contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
        let range = text?.split { $0.isWhitespace }.compactMap { Int($0) } ?? []
        let end = range.first ?? 32_768
        guard end > lowest + 1_000 else { return 0 }
        for _ in 0..<attemptsMax {
            let port = Int.random(in: lowest..<end)
            if isFree(port) { return port }
        }
        return 0
    }

    /// Whether nobody has that port of 127.0.0.1 now.
    static func isFree(_ port: Int) -> Bool {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard file >= 0 else { return false }
        defer { close(file) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, size) }
        } == 0
    }
}
