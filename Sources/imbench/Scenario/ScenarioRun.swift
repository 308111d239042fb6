import Foundation
import FreeIMHTTPClient
import NIOCore
import NIOPosix

/// One run of a scenario, from the server's start to the report.
actor ScenarioRun {
    /// What a command decides about a run.
    struct Options: Sendable {
        /// For the report: how it was asked for.
        var arguments: [String] = []
        /// Environment added for the server (faults of its own).
        var environment: [String: String] = [:]
        /// What keeps its accounts apart; nil: made at random.
        var salt: String?
        /// Whether every second's latencies are kept, for `--hlog`.
        var keepsHistograms = false
        /// A server that is there already and stays; nil: the scenario's.
        var target: BenchTarget?
    }

    /// What came of it.
    struct Outcome: Sendable {
        var report: BenchReport
        /// HdrHistogram log 1.3; empty unless it was asked for.
        let histograms: String
    }

    /// Milliseconds between two looks at the state of things.
    static let lookMs = 50
    /// Seconds behind which a checker makes the run invalid.
    static let checkerLagMax = 30.0

    let scenario: Scenario
    let options: Options
    let view: LiveView
    let isInterrupted: @Sendable () -> Bool
    let begun = Worker.now()
    let startedAt = Date()
    let loops: MultiThreadedEventLoopGroup
    let judgeLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var parts: Parts?
    var sampler = ResourceSampler()
    var samples: [ResourceSampler.Sample] = []
    var lag = Latency()
    var phaseLags: [Latency]
    var loopLags: [Latency]
    var marks: [PhaseMark] = []
    var faults: [BenchReport.FaultEvent] = []
    var invalid: [String] = []
    var isServerDown = false
    var serverDeath: String?
    /// More was observed than the judge could take.
    var isOverwhelmed = false
    /// There is no sense in going on.
    var isGivenUp: Bool { serverDeath != nil || isOverwhelmed }
    var isLogRead = false
    /// Whether everything sent so far was waited for.
    var isDrained = false
    var connectSeconds = 0.0
    var deviceBytes: Double?
    var connectedThrough = 0
    var lastFault = ""
    var live = LiveState()
    var phaseNumber = 0
    var sampledAt = -1.0

    /// What is there once the population is made.
    struct Parts: Sendable {
        let target: BenchTarget
        let population: Population
        let judge: JudgePort
        let fleet: Fleet
        let proxy: Proxy?
    }

    /// A phase as it went.
    struct PhaseMark: Sendable {
        let index: Int
        let start: Double
        var end = 0.0
        var made = 0
        var missed = 0
        var serverCPU = 0.0
        var generatorCPU = 0.0
        var reconnects = 0
    }

    init(
        scenario: Scenario, options: Options = Options(), view: LiveView,
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) {
        self.scenario = scenario
        self.options = options
        self.view = view
        self.isInterrupted = isInterrupted
        loops = MultiThreadedEventLoopGroup(numberOfThreads: scenario.generator.loops)
        loopLags = Array(repeating: Latency(), count: scenario.generator.loops)
        phaseLags = Array(repeating: Latency(), count: scenario.phases.count)
    }

    /// Runs it. Throws `BenchError` for what keeps it from being made.
    func run() async throws -> Outcome {
        do {
            let outcome = try await make()
            await tearDown()
            return outcome
        } catch {
            await tearDown()
            throw error
        }
    }

    private func tearDown() async {
        if let parts {
            try? await parts.fleet.close()
            await parts.proxy?.stop()
            if options.target == nil, let server = parts.target.spawned {
                _ = try? await ScenarioRun.blocking { server.remove() }
            }
        }
        view.end()
        try? await loops.shutdownGracefully()
        try? await judgeLoop.shutdownGracefully()
    }

    /// Work that blocks, on a thread for that.
    @discardableResult
    static func blocking<T: Sendable>(
        _ work: @escaping @Sendable () throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
        }
    }

    var elapsed: Double { Double(Worker.now() - begun) / 1e9 }

    private func make() async throws -> Outcome {
        try Preflight.check(scenario, isProxied: needsProxy)
        view.note(
            "\(scenario.name): starting the server, making \(scenario.population.users) users")
        let parts = try await prepare()
        self.parts = parts
        for (number, phase) in scenario.phases.enumerated() {
            if isInterrupted() || isGivenUp { break }
            try await run(phase, number, parts)
        }
        return try await conclude(parts)
    }

    private var needsProxy: Bool {
        scenario.generator.isProxied
            || scenario.phases.contains { phase in
                phase.faults.contains { fault in
                    switch fault.kind {
                    case .cut, .reset, .delay, .freeze: true
                    case .kill9, .stop, .drain, .diskFull, .storm, .halfOpen, .malformed,
                        .clockStep:
                        false
                    }
                }
            }
    }

    private func prepare() async throws -> Parts {
        let (plan, transport) = (scenario.server, scenario.generator.transport)
        let environment = options.environment
        let target: BenchTarget
        if let given = options.target {
            target = given
        } else {
            target = try await ScenarioRun.blocking {
                try BenchTarget.open(plan, transport: transport, environment: environment)
            }
        }
        do {
            return try await prepare(target)
        } catch {
            if options.target == nil { target.spawned?.remove() }
            throw error
        }
    }

    private func prepare(_ target: BenchTarget) async throws -> Parts {
        var random = SystemRandomNumberGenerator()
        let salt = options.salt ?? String(random.next() >> 16, radix: 36)
        let caller = target.caller(group: loops)
        let population = try await Provisioner(
            plan: scenario.population, caller: caller, adminToken: target.adminToken, salt: salt,
            signsIn: scenario.traffic.contains { $0.action == .signIn }
        ).make()
        let ledger = Ledger(population, quotas: Quotas(of: target.spawned))
        let (scenario, begun) = (scenario, begun)
        let startedAt = options.keepsHistograms ? startedAt.timeIntervalSince1970 : nil
        let judge = try await JudgePort.make(on: judgeLoop.next()) {
            Judge(
                scenario: scenario, ledger: ledger, workers: scenario.generator.loops,
                begun: begun, startedAt: startedAt)
        }
        var proxy: Proxy?
        let transport = target.transport
        var address: @Sendable () -> (host: String, port: Int) = {
            (transport.host, transport.port)
        }
        if needsProxy {
            let made = Proxy(group: judgeLoop)
            let port = try await made.start(target: address)
            proxy = made
            address = { ("127.0.0.1", port) }
        }
        let context = RunContext(
            scenario: scenario, population: population, salt: salt, judge: judge, caller: caller,
            transport: transport, address: address)
        return Parts(
            target: target, population: population, judge: judge,
            fleet: try await Fleet.make(context, on: loops), proxy: proxy)
    }
}
