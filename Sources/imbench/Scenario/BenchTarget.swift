import Foundation
import NIOConcurrencyHelpers

/// The server that a run is made against: one of its own, or one that runs already.
struct BenchTarget: Sendable {
    let host: String
    let tcpPort: Int
    let httpHost: String
    let httpPort: Int
    let adminToken: String
    /// The harness's own server; nil: somebody else's.
    let spawned: SpawnedServer?

    var pid: Int32 { spawned?.pid ?? 0 }

    /// Starts a server of that executable. Throws `BenchError`.
    static func spawn(_ executable: String, _ arguments: [String]) throws -> BenchTarget {
        let server = try SpawnedServer(executable: executable, arguments: arguments)
        do {
            try server.start()
            return BenchTarget(
                host: "127.0.0.1", tcpPort: server.tcpPort, httpHost: "127.0.0.1",
                httpPort: server.httpPort, adminToken: try server.adminToken(), spawned: server)
        } catch {
            server.remove()
            throw error
        }
    }

    /// The server beside this program.
    static var besideThis: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return ((own ?? CommandLine.arguments[0]) as NSString).deletingLastPathComponent
            + "/freeim-server"
    }
}
