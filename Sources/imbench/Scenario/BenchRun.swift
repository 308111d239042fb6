import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// One run from provisioning to verdict.
struct BenchRun {
    /// Milliseconds between two looks at the state of things.
    static let lookMs = 50
    /// Milliseconds of scheduling lag at p99 beyond which an open-loop run proves nothing.
    static let lagMsMax = 10.0

    let plan: RunPlan
    let target: BenchTarget
    let view: LiveView
    let isInterrupted: @Sendable () -> Bool
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(
        plan: RunPlan, target: BenchTarget, view: LiveView,
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) {
        self.plan = plan
        self.target = target
        self.view = view
        self.isInterrupted = isInterrupted
    }

    /// Runs it. Throws `BenchError` for what keeps it from being made.
    func run() async throws -> RunReport {
        do {
            let report = try await make()
            try? await group.shutdownGracefully()
            return report
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func make() async throws -> RunReport {
        try Preflight.check(plan)
        view.phase("provisioning \(plan.users) users, \(plan.devices) devices")
        let caller = HTTPCaller(host: target.httpHost, port: target.httpPort, group: group)
        let population = try await Population.provision(
            plan, caller: caller, adminToken: target.adminToken)
        let loop = group.next()
        let (plan, target) = (plan, target)
        let world = try await loop.submit {
            NIOLoopBound(
                BenchWorld(plan: plan, population: population, loop: loop) {
                    (target.host, target.tcpPort)
                }, eventLoop: loop)
        }.get()
        var report = RunReport(plan: plan)
        try await connect(world, &report)
        try await load(world, &report)
        try await drain(world, &report)
        try await verify(world, &report)
        try await loop.submit { world.value.end() }.get()
        judge(&report)
        return report
    }

    private func on<T: Sendable>(
        _ world: NIOLoopBound<BenchWorld>, _ work: @escaping @Sendable (BenchWorld) -> T
    ) async throws -> T {
        try await world.eventLoop.submit { work(world.value) }.get()
    }

    // MARK: Phases

    private func connect(
        _ world: NIOLoopBound<BenchWorld>, _ report: inout RunReport
    ) async throws {
        view.phase("connecting \(plan.devices) devices")
        let begun = Date()
        let before = ProcessProbe(pid: target.pid)
        try await on(world) { $0.connectAll() }
        let limit = 60 + Double(plan.devices) / plan.connectRate * 3
        let isThere = try await wait(seconds: limit) {
            let online = try await on(world) { $0.online }
            view.show("\(online) of \(plan.devices) on line")
            return online == plan.devices
        }
        guard isThere || isInterrupted() else {
            let refusals = try await on(world) { $0.refusals }
            throw BenchError(
                .unreachable, "not all devices came on line (refusals: \(refusals))")
        }
        report.connectSeconds = Date().timeIntervalSince(begun)
        report.connectServerCPU = ProcessProbe(pid: target.pid).cpu - before.cpu
        report.serverResident = ProcessProbe(pid: target.pid).resident
    }

    private func load(
        _ world: NIOLoopBound<BenchWorld>, _ report: inout RunReport
    ) async throws {
        view.phase("warming up for \(plan.warmup) s")
        try await on(world) { $0.startSending() }
        _ = try await wait(seconds: plan.warmup) { false }
        view.phase("measuring for \(plan.duration) s")
        try await on(world) { $0.isMeasuring = true }
        let begun = Date()
        var server = ProcessProbe(pid: target.pid)
        let own = ProcessProbe(pid: getpid())
        var spent = ProcessProbe(pid: 0)
        var crashesLeft = plan.crashAfter == nil ? 0 : plan.crashes
        var nextCrash = plan.crashAfter ?? 0
        _ = try await wait(seconds: plan.duration) {
            let seconds = Date().timeIntervalSince(begun)
            if crashesLeft > 0, seconds >= nextCrash, let spawned = target.spawned {
                let now = ProcessProbe(pid: target.pid)
                spent.user += now.user - server.user
                spent.system += now.system - server.system
                view.phase("kill -9 of the server")
                spawned.kill()
                try await Task.sleep(for: .milliseconds(Int(plan.restartAfter * 1_000)))
                try spawned.start()
                server = ProcessProbe(pid: 0)
                crashesLeft -= 1
                nextCrash = seconds + plan.restartAfter + max(1, plan.crashAfter ?? 1)
            }
            try await look(world, seconds)
            return false
        }
        report.seconds = Date().timeIntervalSince(begun)
        let now = ProcessProbe(pid: target.pid)
        report.serverCPU.user = spent.user + now.user - server.user
        report.serverCPU.system = spent.system + now.system - server.system
        report.serverResident = now.resident
        report.generatorCPU = ProcessProbe(pid: getpid()).cpu - own.cpu
        try await on(world) { world in
            world.isMeasuring = false
            world.stopSending()
        }
        if crashesLeft > 0, !isInterrupted() {
            report.invalid = "\(crashesLeft) of the kills did not fit into the duration"
        }
    }

    private func look(_ world: NIOLoopBound<BenchWorld>, _ seconds: Double) async throws {
        let line = try await on(world) { world in
            let counts = world.ledger
            return "\(world.online) on line · \(counts.acknowledged) acked · "
                + "\(counts.deliveries) delivered · ack p99 "
                + "\(world.measured.ackFromDue.milliseconds(99)) ms · deliver p99 "
                + "\(world.measured.deliverFromDue.milliseconds(99)) ms · "
                + "lag p99 \(world.measured.lag.milliseconds(99)) ms · "
                + "\(counts.violations) violations"
        }
        let server = ProcessProbe(pid: target.pid)
        view.show(
            "\(Int(seconds))/\(Int(plan.duration)) s · \(line) · "
                + "server \(server.resident / 1_048_576) MiB")
    }

    private func drain(
        _ world: NIOLoopBound<BenchWorld>, _ report: inout RunReport
    ) async throws {
        view.phase("waiting for every delivery")
        let devices = plan.devices
        _ = try await wait(seconds: plan.drainSeconds) {
            try await on(world) { world in
                world.online == devices && world.unansweredCount == 0
                    && world.ledger.isComplete()
            }
        }
    }

    private func verify(
        _ world: NIOLoopBound<BenchWorld>, _ report: inout RunReport
    ) async throws {
        view.phase("comparing every log with what was acknowledged")
        try await on(world) { $0.beginFinalSync() }
        let isRead = try await wait(seconds: plan.drainSeconds) {
            try await on(world) { $0.isFinalSyncDone }
        }
        let result = try await on(world) { world in
            world.conclude()
            return (
                world.ledger, world.measured, world.refusals, world.reconnects,
                world.unansweredCount
            )
        }
        if !isRead, !isInterrupted() { report.invalid = "the final logs were not read in time" }
        report.violations = result.0.counts
        report.examples = result.0.examples
        report.acknowledgedInAll = result.0.acknowledged
        report.deliveriesChecked = result.0.deliveries
        report.repeats = result.0.repeats
        report.sent = result.1.sent
        report.acked = result.1.acked
        report.delivered = result.1.delivered
        report.ackFromDue = result.1.ackFromDue
        report.ackFromSend = result.1.ackFromSend
        report.deliverFromDue = result.1.deliverFromDue
        report.lag = result.1.lag
        report.refusals = result.2
        report.reconnects = result.3
        report.unanswered = result.4
        report.isPartial = isInterrupted()
        view.clear()
    }

    private func judge(_ report: inout RunReport) {
        if report.unanswered > 0, report.invalid == nil, !report.isPartial {
            report.invalid = "\(report.unanswered) sends were never answered"
        }
        guard case .open(let rate) = plan.load, plan.crashAfter == nil, report.invalid == nil
        else { return }
        if report.lag.milliseconds(99) > BenchRun.lagMsMax {
            report.invalid =
                "the generator lagged \(report.lag.milliseconds(99)) ms at p99, over "
                + "\(BenchRun.lagMsMax) ms"
        }
        let achieved = Double(report.sent) / max(report.seconds, 0.001)
        if achieved < rate * 0.95, !report.isPartial {
            report.invalid = "only \(Int(achieved)) of \(Int(rate)) sends/s were made"
        }
    }

    /// Looks every so often until `condition` or the time is over; whether it came true.
    private func wait(
        seconds: Double, until condition: () async throws -> Bool
    ) async throws -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end, !isInterrupted() {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(BenchRun.lookMs))
        }
        return try await condition()
    }
}
