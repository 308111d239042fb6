import Hummingbird
import HummingbirdCore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves HTTP until it is stopped.
final class HTTPListener: Sendable {
    /// Where it listens.
    let port: Int
    private let services: ServiceGroup
    private let task: Task<Void, any Error>

    private init(port: Int, services: ServiceGroup, task: Task<Void, any Error>) {
        self.port = port
        self.services = services
        self.task = task
    }

    /// Binds and accepts; throws what the system says (the port is taken, no such address).
    static func start(
        _ services: HTTPServices, address: ListenAddress, certificates: ServerCertificates?,
        handshakeSecondsMax: Int
    ) async throws -> HTTPListener {
        let (bound, continuation) = AsyncThrowingStream.makeStream(of: Int.self)
        var log = services.log
        log.logLevel = max(log.logLevel, .warning)
        let application = Application(
            responder: RouteResponder(services: services, routes: RouteTable.all),
            server: builder(
                services.operations, certificates, handshakeSecondsMax: handshakeSecondsMax),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: "freeim"),
            onServerRunning: { channel in
                continuation.yield(channel.localAddress?.port ?? 0)
                continuation.finish()
            },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: log)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: application)], logger: log))
        // Owned by the listener, which ends it in `stop`.
        let task = Task {
            do {
                try await group.run()
            } catch {
                continuation.finish(throwing: error)
                throw error
            }
        }
        for try await port in bound {
            return HTTPListener(port: port, services: group, task: task)
        }
        throw StoreError("the HTTP listener ended before it began")
    }

    private static func builder(
        _ operations: OperationServices, _ certificates: ServerCertificates?,
        handshakeSecondsMax: Int
    ) -> HTTPServerBuilder {
        let limits = operations.guardLimits
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [HTTPGuard(limits)], idleTimeout: .seconds(idleSecondsMax),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: RequestLimits.headerBytesMax,
                maxHeaderListSize: RequestLimits.headersBytesMax,
                maxHeaderFieldCount: RequestLimits.headersMax))
        guard let certificates else { return .http1(configuration: configuration) }
        return HTTPServerBuilder { responder in
            SecureHTTPChannel(
                base: HTTP1Channel(responder: responder, configuration: configuration),
                certificates: certificates, handshakeSecondsMax: handshakeSecondsMax)
        }
    }

    /// Seconds without a byte from a client that has not said all it wants; then it is closed.
    static let idleSecondsMax: Int64 = 60
    /// Milliseconds that calls under way may take to end.
    static let stopMsMax = 2_000

    /// Stops accepting, lets calls under way end, and ends.
    func stop() async {
        await services.triggerGracefulShutdown()
        let task = task
        // Owned by this call: cut short when the listener ends in time.
        let deadline = Task {
            try await Task.sleep(for: .milliseconds(HTTPListener.stopMsMax))
            task.cancel()
        }
        _ = await task.result
        deadline.cancel()
    }
}
