import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import Logging
import NIOPosix

/// How an operator's command reaches a data folder: through the server that runs on it, or, when
/// none does, by itself under the folder's lock. Both ways take the same routes.
enum OperatorLink {
    case running(HTTPCaller, token: String)
    case alone(HTTPServices, DataFolderLock)

    /// Seconds that a call may take; a backup of a large folder takes long.
    static let callSecondsMax: Int64 = 24 * 3_600

    /// Finds the way. Throws `StoreError`.
    static func open(_ config: ServerConfig, log: Logger) async throws -> OperatorLink {
        let path = "\(config.data)/\(StoreOpening.fileName)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError(
                "there is no database in \(config.data); start a server on it once, or name "
                    + "another folder with --data")
        }
        do {
            let lock = try DataFolderLock(config.data)
            let version = try StoreOpening.version(path)
            if version < StoreOpening.newestVersion {
                throw StoreError(
                    "the database \(path) has schema version \(version); back the folder up, "
                        + "then run freeim-server migrate")
            }
            return .alone(try await ServerInstance.alone(config, log: log), lock)
        } catch is DataFolderLock.Held {
            return try running(config)
        }
    }

    private static func running(_ config: ServerConfig) throws -> OperatorLink {
        guard let server = RunningServer(config.data), kill(server.pid, 0) == 0 || errno == EPERM
        else {
            throw StoreError(
                "a server on \(config.data) starts or ends, or another command works on it; "
                    + "try again")
        }
        guard let http = server.http else {
            throw StoreError(
                "the server on \(config.data) (pid \(server.pid)) has no HTTP listener, which "
                    + "this command goes through; give it one, or stop it first")
        }
        let token = try AdminToken.load(config.data)
        return .running(try caller(http, server), token: token)
    }

    private static func caller(
        _ address: ListenAddress, _ server: RunningServer
    ) throws -> HTTPCaller {
        let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][address.host] ?? address.host
        return HTTPCaller(
            host: host, port: address.port,
            tls: try server.certificate.map { try ClientTLS(.exactly($0)) },
            group: MultiThreadedEventLoopGroup.singleton)
    }

    /// The `data` of a route's answer. Throws `StoreError` with what the route says.
    func call(_ path: String, _ fields: [String: JSONValue] = [:]) async throws -> JSONValue {
        switch self {
        case .running(let caller, let token):
            let reply: HTTPReply
            do {
                reply = try await caller.call(
                    "POST", path,
                    headers: [
                        ("authorization", "Bearer \(token)"),
                        ("client_type", Audit.commandLine),
                    ], body: try JSONValue.object(fields).bytes(),
                    secondsMax: OperatorLink.callSecondsMax)
            } catch {
                throw StoreError("the running server does not answer: \(error)")
            }
            let json = JSONValue(parsing: reply.body) ?? .null
            if json["code"].integer == 0 { return json["data"] }
            throw StoreError(json["msg"].text ?? "the running server answered \(reply.status)")
        case .alone(let services, _):
            return try await OperatorLink.call(path, fields, services)
        }
    }

    private static func call(
        _ path: String, _ fields: [String: JSONValue], _ services: HTTPServices
    ) async throws -> JSONValue {
        guard let route = RouteTable.all.first(where: { $0.path == path }) else {
            throw StoreError("there is no route \(path)")
        }
        do {
            let call = RouteCall(
                services: services, owner: TokenOwner(userID: 0, deviceID: nil, hash: []),
                deviceID: nil, clientType: Audit.commandLine, address: "",
                values: try RouteField.check(route.fields, fields), rawBody: nil)
            guard case .data(let data) = try await route.handler(call) else { return .null }
            return data
        } catch let refusal as Refusal {
            throw StoreError(refusal.message)
        }
    }

    /// Gives the folder up.
    func close() async {
        switch self {
        case .running: break
        case .alone(let services, let lock):
            await services.store.close()
            _ = lock
        }
    }
}
