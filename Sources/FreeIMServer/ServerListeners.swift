import Foundation
import NIOCore

/// What accepts a server's connections.
struct ServerListeners: Sendable {
    private(set) var tcp: GatewayListener?
    private(set) var ws: GatewayListener?
    private(set) var http: HTTPListener?

    /// Starts those that the configuration asks for, or none of them.
    static func start(
        _ config: ServerConfig, _ services: HTTPServices, _ recipe: GatewayListener.Recipe,
        group: any EventLoopGroup
    ) async throws -> ServerListeners {
        var listeners = ServerListeners()
        do {
            listeners.http = try await named(config.http) {
                try await HTTPListener.start(
                    services, address: $0, certificates: recipe.certificates,
                    handshakeSecondsMax: config.authenticationSeconds)
            }
            listeners.tcp = try await named(config.tcp) {
                try await GatewayListener.bind($0, group: group, recipe)
            }
            var webRecipe = recipe
            webRecipe.origins = OriginPolicy(config.wsOrigins)
            listeners.ws = try await named(config.ws) {
                try await GatewayListener.bind($0, group: group, webRecipe)
            }
        } catch {
            await listeners.stop()
            throw error
        }
        return listeners
    }

    /// Binds where there is an address; what goes wrong names it.
    private static func named<T>(
        _ address: ListenAddress?, _ bind: (ListenAddress) async throws -> T
    ) async throws -> T? {
        guard let address else { return nil }
        do {
            return try await bind(address)
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw StoreError("cannot listen on \(address): \(reason); choose another HOST:PORT")
        } catch {
            throw StoreError("cannot listen on \(address): \(error)")
        }
    }

    /// Takes no more connections, and lets HTTP calls under way end.
    func stop() async {
        try? await tcp?.channel.close()
        try? await ws?.channel.close()
        await http?.stop()
    }
}
