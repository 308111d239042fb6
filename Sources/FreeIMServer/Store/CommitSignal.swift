import NIOConcurrencyHelpers

/// Tells whoever follows the log that it has grown.
final class CommitSignal: Sendable {
    private struct Waiter {
        let number: Int
        let after: Int64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var row: Int64 = 0
        var isClosed = false
        var waiting: [Waiter] = []
        var nextWaiter = 0
    }

    private let state = NIOLockedValueBox(State())

    /// The newest row of the log that is committed.
    var newest: Int64 { state.withLockedValue { $0.row } }

    /// Called on the writer's thread once rows up to `row` are committed.
    func advance(to row: Int64) {
        let ready = state.withLockedValue { state in
            state.row = max(state.row, row)
            return CommitSignal.take(&state)
        }
        for continuation in ready { continuation.resume(returning: true) }
    }

    /// Waits until there is a row behind `row`; false: nothing will come any more, or the task
    /// was cancelled.
    func growth(after row: Int64) async -> Bool {
        let number = state.withLockedValue { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLockedValue { state in
                    if state.isClosed { return false }
                    if state.row > row { return true }
                    state.waiting.append(
                        Waiter(number: number, after: row, continuation: continuation))
                    return nil
                }
                if let answer { return continuation.resume(returning: answer) }
                if Task.isCancelled { cancel(number) }
            }
        } onCancel: {
            cancel(number)
        }
    }

    private func cancel(_ number: Int) {
        let waiter = state.withLockedValue { state in
            let index = state.waiting.firstIndex { $0.number == number }
            return index.map { state.waiting.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }

    /// Ends all waiting.
    func close() {
        let all = state.withLockedValue { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in all { waiter.continuation.resume(returning: false) }
    }

    /// Those who waited for less than there is now.
    private static func take(_ state: inout State) -> [CheckedContinuation<Bool, Never>] {
        if state.waiting.isEmpty { return [] }
        let row = state.row
        let ready = state.waiting.filter { $0.after < row }
        state.waiting.removeAll { $0.after < row }
        return ready.map(\.continuation)
    }
}
