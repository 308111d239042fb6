import Foundation
import FreeIMCore
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A TCP proxy between the devices and the server, so that the network can be a bad one.
///
/// All of it lives on one event loop; its calls may come from any thread. Bytes pass unchanged
/// and in order. A side is read only when the other takes what it says (`ProxyLane.heldBytesMax`
/// beside what the kernel holds). Each connection costs two open files.
final class Proxy: Sendable {
    /// Connections that wait to be accepted.
    static let backlog: Int32 = 4_096

    /// Confined to the event loop.
    private final class State {
        var listener: (any Channel)?
        var links: [Int: ProxyLink] = [:]
        var linkCount = 0
        var delay: TimeAmount = .zero
        var delayEnds = NIODeadline.distantPast
        var target: @Sendable () -> (host: String, port: Int) = { ("127.0.0.1", 0) }
    }

    private let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>
    private let count = NIOLockedValueBox(0)

    init(group: any EventLoopGroup) {
        loop = group.next()
        state = NIOLoopBoundBox.makeBoxSendingValue(State(), eventLoop: loop)
    }

    /// Connections that pass through at the moment.
    var connections: Int { count.withLockedValue { $0 } }

    /// Listens on 127.0.0.1; its port. `target` is asked for each connection, on the event loop.
    func start(
        target: @escaping @Sendable () -> (host: String, port: Int)
    ) async throws -> Int {
        let listener = try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: Proxy.backlog)
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        try await loop.submit {
            self.state.value.listener = listener
            self.state.value.target = target
        }.get()
        return listener.localAddress?.port ?? 0
    }

    private func accept(_ channel: any Channel) throws {
        let state = state.value
        state.linkCount += 1
        let link = ProxyLink(
            number: state.linkCount, client: channel,
            delay: { NIODeadline.now() < state.delayEnds ? state.delay : nil },
            whenClosed: { [count] link in
                state.links[link.number] = nil
                count.withLockedValue { $0 -= 1 }
            })
        try channel.pipeline.syncOperations.addHandler(ProxyEnd(link: link, side: .client))
        state.links[link.number] = link
        count.withLockedValue { $0 += 1 }
        let (host, port) = state.target()
        link.connect(host: host, port: port)
    }

    /// Ends the listener and every connection.
    func stop() async {
        let closed = loop.flatSubmit {
            let state = self.state.value
            for link in Array(state.links.values) { link.close() }
            return state.listener?.close() ?? self.loop.makeSucceededVoidFuture()
        }
        try? await closed.get()
    }

    // MARK: Faults

    /// Closes that share of the connections in the middle of what they say: each after 0 ... 64
    /// further bytes, or after `ProxyLink.cutWaitMs` when nothing flows.
    func cut(share: Double, seed: UInt64) {
        disturb(share: share, seed: seed) { link, random in
            link.cut(after: Int.random(in: 0...64, using: &random))
        }
    }

    /// Closes that share of the connections with RST.
    func reset(share: Double, seed: UInt64) {
        disturb(share: share, seed: seed) { link, _ in link.reset() }
    }

    /// Passes nothing on for so long, for that share of the connections; nothing is lost.
    func freeze(share: Double, seconds: Double, seed: UInt64) {
        disturb(share: share, seed: seed) { link, _ in
            link.freeze(for: .nanoseconds(Int64(seconds * 1e9)))
        }
    }

    /// Holds back whatever comes within the next `seconds`, in both directions, for so long.
    func delay(milliseconds: Double, seconds: Double) {
        loop.execute {
            let state = self.state.value
            state.delay = .nanoseconds(Int64(milliseconds * 1e6))
            state.delayEnds = .now() + .nanoseconds(Int64(seconds * 1e9))
        }
    }

    /// Does something to a share of the links; the same ones for the same seed and links.
    private func disturb(
        share: Double, seed: UInt64,
        _ body: @escaping @Sendable (ProxyLink, inout SplitMix64) -> Void
    ) {
        loop.execute {
            var random = SplitMix64(seed: seed)
            let links = self.state.value.links.values.sorted { $0.number < $1.number }
            for link in links where Double.random(in: 0..<1, using: &random) < share {
                body(link, &random)
            }
        }
    }
}
