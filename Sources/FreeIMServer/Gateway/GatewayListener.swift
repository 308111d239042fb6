import NIOCore
import NIOPosix
import NIOSSL

/// Accepts connections, of TCP or of WebSocket, and gives each to its event loop's hub.
struct GatewayListener {
    /// Connections that the kernel holds before they are accepted.
    static let backlog: Int32 = 4_096

    /// What the connections of a listener are made of.
    struct Recipe: Sendable {
        let network: DeliveryNetwork
        let store: Store
        let limits: GatewayLimits
        let signInCheck: SignInCheck
        /// nil: without TLS.
        let certificates: ServerCertificates?
        /// nil: TCP.
        var origins: OriginPolicy? = nil
    }

    let channel: any Channel

    /// Binds and accepts; throws what the system says (the port is taken, no such address).
    static func bind(
        _ address: ListenAddress, group: any EventLoopGroup, _ recipe: Recipe
    ) async throws -> GatewayListener {
        let budget = recipe.limits.outboundBytesMax
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(
                    low: budget / 2, high: budget)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel, recipe) }
            }
            .bind(host: address.host, port: address.port).get()
        return GatewayListener(channel: channel)
    }

    private static func prepare(_ channel: any Channel, _ recipe: Recipe) throws {
        guard let hub = recipe.network.hub(on: channel.eventLoop) else {
            throw ChannelError.operationUnsupported
        }
        let frameBytesMax = recipe.limits.frameBytesMax
        let transport: any Transport =
            if let origins = recipe.origins {
                WebSocketTransport(frameBytesMax: frameBytesMax, origins: origins)
            } else {
                StreamTransport(frameBytesMax: frameBytesMax)
            }
        let connection = Connection(
            hub: hub, store: recipe.store, transport: transport,
            isSecure: recipe.certificates != nil, signInCheck: recipe.signInCheck)
        if let certificates = recipe.certificates {
            try channel.pipeline.syncOperations.addHandler(certificates.makeHandler())
        }
        try channel.pipeline.syncOperations.addHandler(connection)
    }
}
