import Foundation
import FreeIMHTTPClient
import NIOCore

/// The server that a run is made against: one of its own, or one that runs already.
struct BenchTarget: Sendable {
    /// How devices reach it.
    let transport: DeviceTransport
    let httpHost: String
    let httpPort: Int
    /// Of its HTTP listener; nil: none.
    let httpTLS: ClientTLS?
    let adminToken: String
    /// The harness's own server; nil: somebody else's.
    let spawned: SpawnedServer?

    /// 0: not known.
    var pid: Int32 { spawned?.pid ?? 0 }

    /// Calls its routes.
    func caller(group: any EventLoopGroup) -> HTTPCaller {
        HTTPCaller(host: httpHost, port: httpPort, tls: httpTLS, group: group)
    }

    /// Starts that server, or takes the one that runs. Throws `BenchError`.
    static func open(
        _ plan: ServerPlan, transport: TransportPlan = TransportPlan(),
        environment: [String: String] = [:]
    ) throws -> BenchTarget {
        guard let address = plan.address else {
            return try start(plan, transport, environment)
        }
        guard let http = plan.http, let file = plan.adminTokenFile else {
            throw BenchError(.usage, "a server's address needs http and admin_token_file too")
        }
        guard let token = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw BenchError(.usage, "\(file) cannot be read; it has the server's admin token")
        }
        let (host, port) = try parse(address)
        let (httpHost, httpPort) = try parse(http)
        let tls = try tls(transport, own: nil)
        return BenchTarget(
            transport: DeviceTransport(plan: transport, host: host, port: port, tls: tls),
            httpHost: httpHost, httpPort: httpPort,
            httpTLS: http.hasPrefix("http://") ? nil : tls,
            adminToken: token.trimmingCharacters(in: .whitespacesAndNewlines), spawned: nil)
    }

    private static func start(
        _ plan: ServerPlan, _ transport: TransportPlan, _ environment: [String: String]
    ) throws -> BenchTarget {
        let server = try SpawnedServer(
            plan: plan, transport: transport, extraEnvironment: environment)
        do {
            try server.start()
            let tls = try tls(transport, own: server.command.certificate)
            let port =
                switch transport.carrier {
                case .tcp: server.tcpPort
                case .ws: server.wsPort
                }
            return BenchTarget(
                transport: DeviceTransport(
                    plan: transport, host: "127.0.0.1", port: port, tls: tls),
                httpHost: "127.0.0.1", httpPort: server.httpPort, httpTLS: tls,
                adminToken: try server.adminToken(), spawned: server)
        } catch {
            server.remove()
            throw error
        }
    }

    /// Whom devices trust: the file that was named, else a started server's own certificate, else
    /// the system.
    private static func tls(_ plan: TransportPlan, own: String?) throws -> ClientTLS? {
        guard plan.isTLS else { return nil }
        do {
            return try ClientTLS((plan.ca ?? own).map { .file($0) } ?? .system)
        } catch {
            throw BenchError(.usage, "\(error)")
        }
    }

    /// HOST:PORT, with or without `http://` or `https://`. Throws `BenchError`.
    static func parse(_ text: String) throws -> (String, Int) {
        var bare = Substring(text)
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            bare = text.dropFirst(scheme.count)
        }
        guard let colon = bare.lastIndex(of: ":"),
            let port = Int(bare[bare.index(after: colon)...]), (1...65_535).contains(port),
            colon > bare.startIndex
        else { throw BenchError(.usage, "an address is HOST:PORT, not '\(text)'") }
        return (String(bare[..<colon]), port)
    }
}
