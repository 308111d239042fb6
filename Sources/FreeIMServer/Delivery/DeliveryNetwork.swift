import FreeIMProtocol
import NIOConcurrencyHelpers
import NIOCore

/// All event loops' hubs: what reaches every loop goes through here, one task a loop.
final class DeliveryNetwork: CommitPublisher {
    private let loops: [any EventLoop]
    private let hubs = NIOLockedValueBox<[NIOLoopBound<DeliveryHub>]>([])

    init(loops: [any EventLoop]) {
        self.loops = loops
    }

    var loopCount: Int { loops.count }

    /// Makes the hubs, each on its loop; before the first connection.
    func start(_ services: GatewayServices) async throws {
        var made: [NIOLoopBound<DeliveryHub>] = []
        for (index, loop) in loops.enumerated() {
            made.append(
                try await loop.submit {
                    NIOLoopBound(
                        DeliveryHub(
                            index: index, eventLoop: loop, services: services, network: self),
                        eventLoop: loop)
                }.get())
        }
        let all = made
        hubs.withLockedValue { $0 = all }
        for hub in all {
            hub.eventLoop.scheduleRepeatedTask(
                initialDelay: .seconds(1), delay: .milliseconds(500)
            ) { _ in
                hub.value.tick(now: Connection.now())
            }
        }
    }

    /// The hub of that event loop; call on it.
    func hub(on eventLoop: any EventLoop) -> DeliveryHub? {
        hubs.withLockedValue { $0.first { $0.eventLoop === eventLoop } }?.value
    }

    func publish(_ batch: CommittedBatch) {
        for (index, hub) in hubs.withLockedValue({ $0 }).enumerated() {
            if batch.changes.isEmpty && batch.replies[index].isEmpty { continue }
            hub.eventLoop.execute { hub.value.deliver(batch) }
        }
    }

    func broadcast(_ receipts: [ReceiptOutbox.Item]) {
        everywhere { $0.deliver(receipts) }
    }

    func broadcast(_ typing: IMTyping) {
        everywhere { $0.deliver(typing) }
    }

    func broadcast(_ presence: IMPresence.Item) {
        everywhere { $0.deliver(presence) }
    }

    /// Ends a connection wherever it is.
    func end(_ place: DeviceDirectory.Place, _ reason: QuitReason) {
        let hub = hubs.withLockedValue { $0[place.loop] }
        hub.eventLoop.execute { hub.value.end(place.connection, reason) }
    }

    /// Every hub, with its loop's index.
    var allHubs: [(index: Int, bound: NIOLoopBound<DeliveryHub>)] {
        hubs.withLockedValue { $0 }.enumerated().map { ($0.offset, $0.element) }
    }

    /// Says goodbye to every connection, times to come back spread over `reconnectSpreadMs`.
    func drain(reconnectSpreadMs: Int64) {
        everywhere { $0.drain(reconnectSpreadMs: reconnectSpreadMs) }
    }

    /// Connections that are still open.
    func connectionCount() async -> Int {
        var count = 0
        for hub in hubs.withLockedValue({ $0 }) {
            count += (try? await hub.eventLoop.submit { hub.value.connections.count }.get()) ?? 0
        }
        return count
    }

    private func everywhere(_ work: @escaping @Sendable (DeliveryHub) -> Void) {
        for hub in hubs.withLockedValue({ $0 }) {
            hub.eventLoop.execute { work(hub.value) }
        }
    }
}
