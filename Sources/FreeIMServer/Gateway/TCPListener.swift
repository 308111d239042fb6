import NIOCore
import NIOPosix

/// Accepts TCP connections and gives each to its event loop's hub.
struct TCPListener {
    /// Connections that the kernel holds before they are accepted.
    static let backlog: Int32 = 4_096

    let channel: any Channel

    /// Binds and accepts; throws what the system says (the port is taken, no such address).
    static func bind(
        host: String, port: Int, group: any EventLoopGroup, network: DeliveryNetwork,
        store: Store, limits: GatewayLimits, signInCheck: @escaping SignInCheck
    ) async throws -> TCPListener {
        let budget = limits.outboundBytesMax
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
                channel.eventLoop.makeCompletedFuture {
                    guard let hub = network.hub(on: channel.eventLoop) else {
                        throw ChannelError.operationUnsupported
                    }
                    let connection = Connection(
                        hub: hub, store: store, signInCheck: signInCheck)
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .bind(host: host, port: port).get()
        return TCPListener(channel: channel)
    }
}
