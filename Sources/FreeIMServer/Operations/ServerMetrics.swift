import FreeIMProtocol
import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// What the server counts about itself; any thread may add, `MetricsPage` reads.
public final class ServerMetrics: Sendable {
    /// What a batch did with its sends.
    struct SendTally {
        var stored = 0
        var duplicate = 0
        var refused = 0
    }

    private let tcpConnections = Atomic<Int>(0)
    private let wsConnections = Atomic<Int>(0)
    private let tcpConnectionsTotal = Atomic<Int>(0)
    private let wsConnectionsTotal = Atomic<Int>(0)
    private let authenticated = Atomic<Int>(0)
    private let messages = Atomic<Int>(0)
    private let failures = Atomic<Int>(0)
    private let stored = Atomic<Int>(0)
    private let duplicates = Atomic<Int>(0)
    private let refusals = Atomic<Int>(0)
    private let pushes = Atomic<Int>(0)
    private let lagged = Atomic<Int>(0)
    private let pushBytes = Atomic<Int>(0)
    private let behind = Atomic<Int>(0)
    private let tailRows = Atomic<Int>(0)
    private let errors = NIOLockedValueBox<[String: Int]>([:])

    /// Microseconds of a commit, sync to disk included.
    let commitTime = MetricHistogram(MetricHistogram.times)
    /// Requests of a committed batch.
    let batchSize = MetricHistogram(MetricHistogram.sizes)
    /// Microseconds from the commit to the last write of a batch on one event loop.
    let pushLag = MetricHistogram(MetricHistogram.times)
    /// Microseconds of a page of history.
    let syncTime = MetricHistogram(MetricHistogram.times)
    let http = HTTPMetrics()

    public init() {}

    /// Microseconds of the monotonic clock.
    static func micros() -> Int64 { Int64(NIODeadline.now().uptimeNanoseconds / 1_000) }

    func connectionOpened(isWebSocket: Bool) {
        if isWebSocket {
            wsConnections.add(1, ordering: .relaxed)
            wsConnectionsTotal.add(1, ordering: .relaxed)
        } else {
            tcpConnections.add(1, ordering: .relaxed)
            tcpConnectionsTotal.add(1, ordering: .relaxed)
        }
    }

    func connectionClosed(isWebSocket: Bool) {
        if isWebSocket {
            wsConnections.subtract(1, ordering: .relaxed)
        } else {
            tcpConnections.subtract(1, ordering: .relaxed)
        }
    }

    func deviceBound() { authenticated.add(1, ordering: .relaxed) }
    func deviceUnbound() { authenticated.subtract(1, ordering: .relaxed) }
    func pushed(_ count: Int) { pushes.add(count, ordering: .relaxed) }
    func fellBehind() { lagged.add(1, ordering: .relaxed) }
    func pageServed(micros: Int64) { syncTime.observe(micros) }
    func batchFailed() { failures.add(1, ordering: .relaxed) }

    /// How what waits on one event loop has changed.
    func waitingChanged(bytes: Int, conversations: Int) {
        pushBytes.add(bytes, ordering: .relaxed)
        behind.add(conversations, ordering: .relaxed)
    }

    func committed(
        messages count: Int, requests: Int, sends: SendTally, micros: Int64, tail: Int
    ) {
        messages.add(count, ordering: .relaxed)
        stored.add(sends.stored, ordering: .relaxed)
        duplicates.add(sends.duplicate, ordering: .relaxed)
        refusals.add(sends.refused, ordering: .relaxed)
        tailRows.store(tail, ordering: .relaxed)
        commitTime.observe(micros)
        batchSize.observe(Int64(requests))
    }

    func refused(_ code: ErrorCode) {
        errors.withLockedValue { $0[code.rawValue, default: 0] += 1 }
    }

    /// Devices that are authenticated and connected now.
    public var devicesOnline: Int { authenticated.load(ordering: .relaxed) }
    /// Connections open now, authenticated or not.
    public var connectionsOpen: Int {
        tcpConnections.load(ordering: .relaxed) + wsConnections.load(ordering: .relaxed)
    }

    /// Writes what is counted here.
    func write(to page: inout MetricText) {
        writeConnections(to: &page)
        writeStore(to: &page)
        page.single(
            "pushes_total", .counter, "Messages pushed to a device.",
            pushes.load(ordering: .relaxed))
        page.single(
            "pushes_deferred_total", .counter,
            "Times a conversation of a slow device was left to catch-up from the log.",
            lagged.load(ordering: .relaxed))
        page.single(
            "push_bytes_waiting", .gauge, "Bytes written to connections that did not take them.",
            pushBytes.load(ordering: .relaxed))
        page.single(
            "conversations_behind", .gauge, "Conversations of devices that catch up from the log.",
            behind.load(ordering: .relaxed))
        page.family(
            "push_lag_seconds", .histogram, "From a commit to the last write on one event loop.")
        page.histogram("push_lag_seconds", pushLag, perUnit: 1_000_000)
        page.family("sync_read_seconds", .histogram, "Time to read a page of history.")
        page.histogram("sync_read_seconds", syncTime, perUnit: 1_000_000)
        page.family("errors_total", .counter, "Requests refused, by code.")
        for (code, count) in errors.withLockedValue({ $0 }).sorted(by: { $0.key < $1.key }) {
            page.sample("errors_total", ["code": code], count)
        }
        http.write(to: &page)
    }

    private func writeConnections(to page: inout MetricText) {
        page.family("connections", .gauge, "Connections open, by transport.")
        page.sample(
            "connections", ["transport": "tcp"], tcpConnections.load(ordering: .relaxed))
        page.sample("connections", ["transport": "ws"], wsConnections.load(ordering: .relaxed))
        page.family("connections_total", .counter, "Connections accepted, by transport.")
        page.sample(
            "connections_total", ["transport": "tcp"],
            tcpConnectionsTotal.load(ordering: .relaxed))
        page.sample(
            "connections_total", ["transport": "ws"],
            wsConnectionsTotal.load(ordering: .relaxed))
        page.single("devices_online", .gauge, "Authenticated devices connected.", devicesOnline)
    }

    private func writeStore(to page: inout MetricText) {
        page.family("sends_total", .counter, "Sends by what became of them.")
        page.sample("sends_total", ["outcome": "stored"], stored.load(ordering: .relaxed))
        page.sample("sends_total", ["outcome": "duplicate"], duplicates.load(ordering: .relaxed))
        page.sample("sends_total", ["outcome": "refused"], refusals.load(ordering: .relaxed))
        page.single(
            "messages_committed_total", .counter, "Log entries committed and synced.",
            messages.load(ordering: .relaxed))
        page.family("commit_seconds", .histogram, "Time of a commit, sync to disk included.")
        page.histogram("commit_seconds", commitTime, perUnit: 1_000_000)
        page.family("commit_batch_size", .histogram, "Requests committed in one transaction.")
        page.histogram("commit_batch_size", batchSize, perUnit: 1)
        page.single(
            "commit_failures_total", .counter, "Transactions that could not be committed.",
            failures.load(ordering: .relaxed))
        page.single(
            "tail_rows", .gauge, "Log entries that the indexes on disk do not hold yet.",
            tailRows.load(ordering: .relaxed))
    }
}
