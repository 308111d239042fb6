import Synchronization

/// The one queue of everything that happens to the screen; taken whole, so that a burst is one
/// batch and one draw.
///
/// At most `actionsMax` actions wait. Beyond that a change in the cache is dropped, since the next
/// one reads the same cache, and so is a turn of the wheel; keys stay.
final class ActionQueue: Sendable {
    /// Actions that may wait.
    static let actionsMax = 16_384

    private struct State {
        var actions: [ScreenAction] = []
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Puts an action behind the others.
    func push(_ action: ScreenAction) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.actions.count >= ActionQueue.actionsMax, ActionQueue.isSparable(action) {
                return nil
            }
            state.actions.append(action)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    private static func isSparable(_ action: ScreenAction) -> Bool {
        switch action {
        case .event(.messages), .event(.receipt), .event(.outbox), .event(.conversationsChanged),
            .event(.typing), .event(.received), .transfer, .input(.mouse):
            true
        default: false
        }
    }

    /// What waits now, in order; empty: nothing.
    func takeNow() -> [ScreenAction] {
        state.withLock { state in
            defer { state.actions = [] }
            return state.actions
        }
    }

    /// What waits, in order; waits itself until there is something. One reader at a time.
    func take() async -> [ScreenAction] {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state -> Bool in
                if !state.actions.isEmpty { return true }
                state.waiter = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
        return takeNow()
    }
}
