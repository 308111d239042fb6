import NIOConcurrencyHelpers

/// What waits for the store's writer: bounded, filled by any thread, drained by one.
///
/// When it is full, `offer` says no and the request is refused with `busy`.
final class StoreMailbox<Request: Sendable>: Sendable {
    private struct State {
        var waiting: [Request] = []
        var isClosed = false
    }

    private let lock: ConditionLock<Bool>  // true: something waits, or the mailbox is closed
    private let state: NIOLockedValueBox<State>
    private let requestsMax: Int

    init(requestsMax: Int) {
        precondition(requestsMax > 0)
        self.requestsMax = requestsMax
        lock = ConditionLock(value: false)
        state = NIOLockedValueBox(State())
    }

    /// Takes a request; false when the mailbox is full or closed.
    func offer(_ request: Request) -> Bool {
        let (taken, wasEmpty) = state.withLockedValue { state -> (Bool, Bool) in
            guard !state.isClosed, state.waiting.count < requestsMax else { return (false, false) }
            state.waiting.append(request)
            return (true, state.waiting.count == 1)
        }
        if wasEmpty { wake() }
        return taken
    }

    /// All that waits, up to `most`; blocks until there is something; nil once closed and empty.
    func drain(most: Int) -> [Request]? {
        while true {
            lock.lock(whenValue: true)
            let (batch, more, isClosed) = state.withLockedValue { state in
                take(most, &state)
            }
            lock.unlock(withValue: more || isClosed)
            if !batch.isEmpty { return batch }
            if isClosed { return nil }
        }
    }

    /// Requests waiting now.
    var count: Int { state.withLockedValue { $0.waiting.count } }

    /// Refuses what comes from now on; what waits is still drained.
    func close() {
        state.withLockedValue { $0.isClosed = true }
        wake()
    }

    private func take(_ most: Int, _ state: inout State) -> ([Request], Bool, Bool) {
        if state.waiting.count <= most {
            let batch = state.waiting
            state.waiting = []
            return (batch, false, state.isClosed)
        }
        let batch = Array(state.waiting.prefix(most))
        state.waiting.removeFirst(most)
        return (batch, true, state.isClosed)
    }

    private func wake() {
        lock.lock()
        lock.unlock(withValue: true)
    }
}
