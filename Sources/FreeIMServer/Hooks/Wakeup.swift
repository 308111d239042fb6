import NIOConcurrencyHelpers

/// Wakes one waiting task; raised while nobody waits, it ends the next wait at once.
final class Wakeup: Sendable {
    private struct State {
        var isRaised = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = NIOLockedValueBox(State())

    /// Ends the wait under way, or the next one.
    func raise() {
        let waiter = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.isRaised = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Waits for `raise`, for so many milliseconds at most, or until the task is cancelled. One
    /// task at a time.
    func wait(milliseconds: Int64) async {
        // Owned by this call, which ends it.
        let timer = Task {
            try await Task.sleep(for: .milliseconds(milliseconds))
            raise()
        }
        defer { timer.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLockedValue { state in
                    if state.isRaised {
                        state.isRaised = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            raise()
        }
    }
}
