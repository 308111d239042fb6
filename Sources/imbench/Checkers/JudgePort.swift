import NIOCore
import Synchronization

/// The way to the judge from other threads.
final class JudgePort: Sendable {
    /// Observations that wait for the judge; beyond, the run is invalid (nothing is dropped).
    static let observationsMax = 4_000_000

    let loop: any EventLoop
    private let judge: NIOLoopBound<Judge>
    private let waiting = Atomic<Int>(0)

    private init(loop: any EventLoop, judge: NIOLoopBound<Judge>) {
        self.loop = loop
        self.judge = judge
    }

    /// Makes a judge that lives on that loop.
    static func make(
        on loop: any EventLoop, _ judge: @escaping @Sendable () -> Judge
    ) async throws -> JudgePort {
        try await loop.submit {
            JudgePort(loop: loop, judge: NIOLoopBound(judge(), eventLoop: loop))
        }.get()
    }

    /// What a worker observed, up to that time.
    func take(_ observations: [Observation], from worker: Int, through: Int64) {
        waiting.wrappingAdd(observations.count, ordering: .relaxed)
        loop.execute {
            self.judge.value.take(observations, from: worker, through: through)
            self.waiting.wrappingSubtract(observations.count, ordering: .relaxed)
        }
    }

    /// Observations that wait.
    var backlog: Int { waiting.load(ordering: .relaxed) }

    /// Does something with the judge, on its loop.
    func on<T: Sendable>(_ work: @escaping @Sendable (Judge) throws -> T) async throws -> T {
        try await loop.submit { try work(self.judge.value) }.get()
    }
}
