import FreeIMHTTPClient
import Logging
import NIOConcurrencyHelpers

/// Makes the calls of one kind as they are due, a few at a time.
final class HookSender: Sendable {
    /// Calls of one kind under way.
    static let callsInFlightMax = 16
    /// Milliseconds that calls under way may take to end when the server does; what is cut off is
    /// made again at the next start.
    static let stopMsMax: Int64 = 1_000
    /// Milliseconds of a wait after the queue itself failed.
    static let troubleMs: Int64 = 1_000

    private let feed: any HookFeed
    private let queue: HookQueue
    private let caller: WebhookCaller
    private let secondsMax: Int64
    private let log: Logger
    private let inFlight = NIOLockedValueBox(0)
    private let freed = Wakeup()
    private let loop = NIOLockedValueBox<Task<Void, Never>?>(nil)

    init(
        _ feed: any HookFeed, _ queue: HookQueue, _ caller: WebhookCaller, secondsMax: Int,
        log: Logger
    ) {
        self.feed = feed
        self.queue = queue
        self.caller = caller
        self.secondsMax = Int64(secondsMax)
        self.log = log
    }

    func start() {
        // Owned by the sender, which ends it in `stop`.
        let task = Task { await run() }
        loop.withLockedValue { $0 = task }
    }

    /// Takes no more calls, and waits a moment for those under way.
    func stop() async {
        let task = loop.withLockedValue { $0 }
        task?.cancel()
        await task?.value
        let deadline = ContinuousClock.now + .milliseconds(HookSender.stopMsMax)
        while inFlight.withLockedValue({ $0 }) > 0, .now < deadline {
            await freed.wait(milliseconds: HookSender.stopMsMax)
        }
    }

    private func run() async {
        while !Task.isCancelled {
            let free = HookSender.callsInFlightMax - inFlight.withLockedValue { $0 }
            if free <= 0 {
                await freed.wait(milliseconds: HookQueue.retryMsMost)
                continue
            }
            do {
                let calls = try await queue.take(
                    feed.kind, most: free, now: WallClock.milliseconds())
                for call in calls {
                    inFlight.withLockedValue { $0 += 1 }
                    // Owned by the sender: `stop` waits for it, and the call has a time limit.
                    Task {
                        await make(call)
                        inFlight.withLockedValue { $0 -= 1 }
                        freed.raise()
                    }
                }
                if calls.isEmpty {
                    await queue.waitForDue(feed.kind, now: WallClock.milliseconds())
                }
            } catch {
                if Task.isCancelled { return }
                log.error("the queue of calls failed", metadata: ["error": "\(error)"])
                await freed.wait(milliseconds: HookSender.troubleMs)
            }
        }
    }

    private func make(_ call: HookCall) async {
        do {
            guard let (url, body) = try await feed.prepared(call) else {
                return try await queue.done(
                    call, isSkipped: true, now: WallClock.milliseconds())
            }
            let outcome = await outcome(call, url: url, body: body)
            let now = WallClock.milliseconds()
            switch outcome {
            case .taken: try await queue.done(call, isSkipped: false, now: now)
            case .refused(let status):
                try await fail(call, "status \(status)", isFinal: true, now)
            case .failed(let reason, _): try await fail(call, reason, isFinal: false, now)
            }
        } catch {
            if loop.withLockedValue({ $0?.isCancelled ?? false }) { return }
            // The lease on the call runs out, and it is made again.
            log.error(
                "a call of a webhook could not be noted",
                metadata: ["call": "\(call.delivery)", "error": "\(error)"])
        }
    }

    private func outcome(
        _ call: HookCall, url: String, body: [UInt8]
    ) async -> WebhookCaller.Outcome {
        guard let address = HTTPURL(url) else { return .refused(status: 0) }
        return await caller.outcome(
            address,
            WebhookCall(kind: call.kind.rawValue, delivery: call.delivery, body: body),
            secondsMax: secondsMax)
    }

    private func fail(
        _ call: HookCall, _ reason: String, isFinal: Bool, _ now: Int64
    ) async throws {
        try await queue.failed(call, reason, isFinal: isFinal, now: now)
        log.info(
            "a call of a webhook failed",
            metadata: ["call": "\(call.delivery)", "reason": "\(reason)"])
    }
}
