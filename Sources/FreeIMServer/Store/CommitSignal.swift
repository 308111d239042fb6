import NIOConcurrencyHelpers

/// Tells whoever follows the log that it has grown.
final class CommitSignal: Sendable {
    private struct State {
        var row: Int64 = 0
        var isClosed = false
        var waiting: [(after: Int64, continuation: CheckedContinuation<Bool, Never>)] = []
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

    /// Waits until there is a row behind `row`; false: nothing will come any more.
    func growth(after row: Int64) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLockedValue { state in
                if state.isClosed { return false }
                if state.row > row { return true }
                state.waiting.append((row, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Ends all waiting.
    func close() {
        let all = state.withLockedValue { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for (_, continuation) in all { continuation.resume(returning: false) }
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
