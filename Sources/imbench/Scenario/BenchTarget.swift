import Foundation

/// The server that a run is made against: one of its own, or one that runs already.
struct BenchTarget: Sendable {
    let host: String
    let tcpPort: Int
    let httpHost: String
    let httpPort: Int
    let adminToken: String
    /// The harness's own server; nil: somebody else's.
    let spawned: SpawnedServer?

    /// 0: not known.
    var pid: Int32 { spawned?.pid ?? 0 }

    /// Starts that server, or takes the one that runs. Throws `BenchError`.
    static func open(
        _ plan: ServerPlan, environment: [String: String] = [:]
    ) throws -> BenchTarget {
        guard let address = plan.address else {
            let server = try SpawnedServer(plan: plan, extraEnvironment: environment)
            do {
                try server.start()
                return BenchTarget(
                    host: "127.0.0.1", tcpPort: server.tcpPort, httpHost: "127.0.0.1",
                    httpPort: server.httpPort, adminToken: try server.adminToken(),
                    spawned: server)
            } catch {
                server.remove()
                throw error
            }
        }
        guard let http = plan.http, let file = plan.adminTokenFile else {
            throw BenchError(.usage, "a server's address needs http and admin_token_file too")
        }
        guard let token = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw BenchError(.usage, "\(file) cannot be read; it has the server's admin token")
        }
        let (host, port) = try parse(address)
        let (httpHost, httpPort) = try parse(http)
        return BenchTarget(
            host: host, tcpPort: port, httpHost: httpHost, httpPort: httpPort,
            adminToken: token.trimmingCharacters(in: .whitespacesAndNewlines), spawned: nil)
    }

    /// HOST:PORT, with or without `http://`. Throws `BenchError`.
    static func parse(_ text: String) throws -> (String, Int) {
        let bare = text.replacingOccurrences(of: "http://", with: "")
        guard let colon = bare.lastIndex(of: ":"),
            let port = Int(bare[bare.index(after: colon)...]), (1...65_535).contains(port),
            colon > bare.startIndex
        else { throw BenchError(.usage, "an address is HOST:PORT, not '\(text)'") }
        return (String(bare[..<colon]), port)
    }
}
