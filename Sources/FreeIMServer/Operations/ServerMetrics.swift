import FreeIMProtocol
import NIOConcurrencyHelpers
import Synchronization

/// What the server counts about itself; any thread may add, `exposition` reads.
public final class ServerMetrics: Sendable {
    private let connections = Atomic<Int>(0)
    private let connectionsTotal = Atomic<Int>(0)
    private let authenticated = Atomic<Int>(0)
    private let messages = Atomic<Int>(0)
    private let commits = Atomic<Int>(0)
    private let failures = Atomic<Int>(0)
    private let pushes = Atomic<Int>(0)
    private let lagged = Atomic<Int>(0)
    private let pages = Atomic<Int>(0)
    private let errors = NIOLockedValueBox<[String: Int]>([:])

    public init() {}

    func connectionOpened() {
        connections.add(1, ordering: .relaxed)
        connectionsTotal.add(1, ordering: .relaxed)
    }

    func connectionClosed() { connections.subtract(1, ordering: .relaxed) }
    func deviceBound() { authenticated.add(1, ordering: .relaxed) }
    func deviceUnbound() { authenticated.subtract(1, ordering: .relaxed) }
    func pushed(_ count: Int) { pushes.add(count, ordering: .relaxed) }
    func fellBehind() { lagged.add(1, ordering: .relaxed) }
    func pageServed() { pages.add(1, ordering: .relaxed) }
    func batchFailed() { failures.add(1, ordering: .relaxed) }

    func committed(messages count: Int) {
        messages.add(count, ordering: .relaxed)
        commits.add(1, ordering: .relaxed)
    }

    func refused(_ code: ErrorCode) {
        errors.withLockedValue { $0[code.rawValue, default: 0] += 1 }
    }

    /// Devices that are authenticated and connected now.
    public var devicesOnline: Int { authenticated.load(ordering: .relaxed) }
    /// Connections open now, authenticated or not.
    public var connectionsOpen: Int { connections.load(ordering: .relaxed) }

    /// The counters in Prometheus' text format.
    public func exposition() -> String {
        var text = ""
        func add(_ name: String, _ type: String, _ help: String, _ value: Int) {
            text += "# HELP freeim_\(name) \(help)\n# TYPE freeim_\(name) \(type)\n"
            text += "freeim_\(name) \(value)\n"
        }
        add("connections", "gauge", "Connections open.", connectionsOpen)
        add(
            "connections_total", "counter", "Connections accepted.",
            connectionsTotal.load(ordering: .relaxed))
        add("devices_online", "gauge", "Authenticated devices connected.", devicesOnline)
        add(
            "messages_committed_total", "counter", "Log entries committed and synced.",
            messages.load(ordering: .relaxed))
        add(
            "commits_total", "counter", "Transactions committed.",
            commits.load(ordering: .relaxed))
        add(
            "commit_failures_total", "counter", "Transactions that could not be committed.",
            failures.load(ordering: .relaxed))
        add(
            "pushes_total", "counter", "Messages pushed to a device.",
            pushes.load(ordering: .relaxed))
        add(
            "pushes_deferred_total", "counter",
            "Times a conversation of a slow device was left to catch-up from the log.",
            lagged.load(ordering: .relaxed))
        add(
            "sync_pages_total", "counter", "Pages of history served.",
            pages.load(ordering: .relaxed))
        text += "# HELP freeim_errors_total Requests refused, by code.\n"
        text += "# TYPE freeim_errors_total counter\n"
        for (code, count) in errors.withLockedValue({ $0 }).sorted(by: { $0.key < $1.key }) {
            text += "freeim_errors_total{code=\"\(code)\"} \(count)\n"
        }
        return text
    }
}
