import Hummingbird
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Serves HTTP until it is stopped.
final class HTTPListener: Sendable {
    /// Where it listens.
    let port: Int
    private let task: Task<Void, any Error>

    private init(port: Int, task: Task<Void, any Error>) {
        self.port = port
        self.task = task
    }

    /// Binds and accepts; throws what the system says (the port is taken, no such address).
    static func start(
        _ services: HTTPServices, address: ListenAddress
    ) async throws -> HTTPListener {
        let (bound, continuation) = AsyncThrowingStream.makeStream(of: Int.self)
        var log = services.log
        log.logLevel = max(log.logLevel, .warning)
        let application = Application(
            responder: RouteResponder(services: services, routes: RouteTable.all),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: "freeim"),
            onServerRunning: { channel in
                continuation.yield(channel.localAddress?.port ?? 0)
                continuation.finish()
            },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: log)
        // Owned by the listener, which cancels it in `stop`.
        let task = Task {
            do {
                try await application.run()
            } catch {
                continuation.finish(throwing: error)
                throw error
            }
        }
        for try await port in bound { return HTTPListener(port: port, task: task) }
        throw StoreError("the HTTP listener ended before it began")
    }

    /// Stops accepting and ends.
    func stop() async {
        task.cancel()
        _ = await task.result
    }
}
