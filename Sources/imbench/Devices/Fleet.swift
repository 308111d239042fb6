import FreeIMProtocol
import NIOCore
import NIOPosix

/// All workers with their devices, on event loops of their own.
struct Fleet: Sendable {
    /// Connections closed at a time in the end, by each worker.
    static let closesMax = 250

    let run: RunContext
    private let workers: [NIOLoopBound<Worker>]

    var count: Int { workers.count }

    static func make(_ run: RunContext, on group: MultiThreadedEventLoopGroup) async throws -> Fleet
    {
        let loops = Array(group.makeIterator())
        var workers: [NIOLoopBound<Worker>] = []
        for (index, loop) in loops.enumerated() {
            workers.append(
                try await loop.submit {
                    let worker = Worker(index: index, count: loops.count, loop: loop, run: run)
                    worker.start()
                    return NIOLoopBound(worker, eventLoop: loop)
                }.get())
        }
        return Fleet(run: run, workers: workers)
    }

    private init(run: RunContext, workers: [NIOLoopBound<Worker>]) {
        self.run = run
        self.workers = workers
    }

    /// Does the same on every worker's loop; what each says.
    func each<T: Sendable>(_ work: @escaping @Sendable (Worker) -> T) async throws -> [T] {
        try await withThrowingTaskGroup(of: (Int, T).self) { group in
            for (index, worker) in workers.enumerated() {
                group.addTask {
                    (index, try await worker.eventLoop.submit { work(worker.value) }.get())
                }
            }
            var results: [(Int, T)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The sum of what every worker says.
    func sum(_ work: @escaping @Sendable (Worker) -> Int) async throws -> Int {
        try await each(work).reduce(0, +)
    }

    /// Does something on the worker that has this device.
    func on<T: Sendable>(
        _ device: Int32, _ work: @escaping @Sendable (Worker) -> T
    ) async throws -> T {
        let worker = workers[Int(device) % workers.count]
        return try await worker.eventLoop.submit { work(worker.value) }.get()
    }

    // MARK: Connecting

    /// Connects the devices of that range, so many a second; returns when all were begun.
    func connect(
        _ range: Range<Int>, perSecond: Double, isInterrupted: @Sendable () -> Bool
    ) async throws {
        let begun = Worker.now()
        var next = range.lowerBound
        while next < range.upperBound, !isInterrupted() {
            let due = Int(Double(Worker.now() - begun) / 1e9 * perSecond) + 1
            let end = min(range.upperBound, range.lowerBound + due)
            if end > next {
                let part = next..<end
                _ = try await each { worker in
                    for index in part where index % worker.count == worker.index {
                        worker.want(worker.device(Int32(index)))
                    }
                }
                next = end
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    // MARK: Load

    /// Devices that can do that traffic.
    func candidates(_ plan: TrafficPlan) -> [Int32] {
        let population = run.population
        let needsConversation =
            switch plan.action {
            case .send, .httpSend, .typing, .sync, .httpRead, .member: true
            case .read, .recall, .edit, .react, .signIn, .malformed, .steps: false
            }
        var target = plan.target
        if case .member = plan.action, target == .friend { target = .anyGroup }
        let able = population.devices.indices.filter { device in
            !needsConversation
                || population.conversationsOfUser[Int(population.devices[device].user)].contains {
                    population.matches($0, target)
                }
        }.map { Int32($0) }
        return plan.isSingleSender ? Array(able.prefix(1)) : able
    }

    /// Starts the traffic of a phase on all workers.
    func begin(_ phase: PhasePlan, number: Int) async throws {
        let scenario = run.scenario
        let all = phase.use.map { ($0, candidates(scenario.traffic[$0])) }
        let start = Worker.now()
        _ = try await each { worker in
            var streams: [LoadStream] = []
            var windows: [Int: Int] = [:]
            for (traffic, candidates) in all {
                let own = candidates.filter { Int($0) % worker.count == worker.index }
                if own.isEmpty { continue }
                let plan = scenario.traffic[traffic]
                var (rate, isPoisson) = (1e-6, false)
                switch plan.pace {
                case .open(let perSecond, let poisson):
                    rate = perSecond * Double(own.count) / Double(candidates.count)
                    isPoisson = poisson
                case .closed(let window): windows[traffic] = window
                }
                let seed =
                    scenario.seed &+ UInt64(number) &* 1_000_003 &+ UInt64(traffic) &* 7_919
                    &+ UInt64(worker.index)
                streams.append(
                    LoadStream(
                        traffic: traffic, plan: plan, candidates: own, perSecond: rate,
                        isPoisson: isPoisson, start: start, seed: seed))
            }
            worker.begin(streams, windows: windows)
        }
    }

    /// Ends it; sends made, and sends that were due and were not made.
    func endPhase() async throws -> (made: Int, missed: Int) {
        try await each { $0.endPhase() }.reduce((0, 0)) { ($0.0 + $1.made, $0.1 + $1.missed) }
    }

    // MARK: The end

    /// Starts the final reading of the logs.
    func beginFinal(_ final: PhasePlan.FinalSync) async throws {
        let population = run.population
        _ = try await each { worker in
            var list: [(Int32, Int32)] = []
            for device in worker.devices where device.isOnline {
                let user = population.devices[Int(device.index)].user
                for conversation in population.conversationsOfUser[Int(user)] {
                    let first = population.conversations[Int(conversation)].members.first ?? 0
                    let isFirst =
                        first == user
                        && population.users[Int(user)].devices.lowerBound == Int(device.index)
                    if final == .all || isFirst { list.append((device.index, conversation)) }
                }
            }
            worker.beginFinal(list)
        }
    }

    /// Closes all connections, a part at a time.
    func close() async throws {
        while try await each({ $0.close(most: Fleet.closesMax) }).contains(false) {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
