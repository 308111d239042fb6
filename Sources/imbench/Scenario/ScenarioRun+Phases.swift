import Foundation

extension ScenarioRun {
    /// Places that are looked at for what they lack, while draining.
    private static let missingMax = 1_000

    func run(_ phase: PhasePlan, _ number: Int, _ parts: Parts) async throws {
        phaseNumber = number
        view.note("phase \(phase.name)")
        let (judge, time) = (parts.judge, Worker.now())
        try await judge.on { $0.begin(phase: number, at: time) }
        var mark = PhaseMark(index: number, start: elapsed)
        await look(parts, progress: 0, isForced: true)
        let cpu = (sampler.serverSeconds, sampler.generatorSeconds)
        let connects = try await parts.fleet.sum { $0.connects }
        // Owned by this phase, which waits for them: a fault under way is finished, so that the
        // next phase has its server.
        let start = mark.start
        let injected = phase.faults.map { fault in
            Task { try await self.inject(fault, parts, since: start) }
        }
        do {
            switch phase.kind {
            case .connect(let perSecond, let share, let timeout):
                try await connect(perSecond, share, timeout, parts)
            case .load(let seconds): try await load(phase, seconds, number, &mark, parts)
            case .drain(let timeout, let final): try await drain(timeout, final, parts)
            }
        } catch {
            for task in injected { task.cancel() }
            for task in injected { _ = await task.result }
            throw error
        }
        for task in injected { task.cancel() }
        for task in injected { try await task.value }
        await look(parts, progress: isInterrupted() ? live.progress : 1, isForced: true)
        mark.end = elapsed
        mark.serverCPU = sampler.serverSeconds - cpu.0
        mark.generatorCPU = sampler.generatorSeconds - cpu.1
        mark.reconnects = max(0, try await parts.fleet.sum { $0.connects } - connects)
        marks.append(mark)
    }

    // MARK: Connecting

    private func connect(
        _ perSecond: Double, _ share: Double, _ timeout: Double, _ parts: Parts
    ) async throws {
        let all = parts.population.devices.count
        let through = min(all, max(connectedThrough, Int((Double(all) * share).rounded(.up))))
        let range = connectedThrough..<through
        connectedThrough = through
        let (fleet, isInterrupted) = (parts.fleet, isInterrupted)
        let before = ProcessProbe(pid: getpid()).resident
        let start = elapsed
        async let ramp: Void = fleet.connect(
            range, perSecond: perSecond, isInterrupted: isInterrupted)
        let isThere = try await watch(parts, seconds: timeout) {
            try await fleet.sum { $0.online } >= through
        }
        try await ramp
        connectSeconds += elapsed - start
        if isInterrupted() || isGivenUp { return }
        guard isThere else {
            let online = try await fleet.sum { $0.online }
            throw BenchError(
                .unreachable,
                "only \(online) of \(through) devices came on line in \(Int(timeout)) s"
                    + " (\(try await words(ofRefusals: fleet)))")
        }
        if deviceBytes == nil, !range.isEmpty {
            let grown = ProcessProbe(pid: getpid()).resident - before
            deviceBytes = max(0, Double(grown) / Double(range.count))
        }
    }

    private func words(ofRefusals fleet: Fleet) async throws -> String {
        let refusals = try await refusals(fleet)
        if refusals.isEmpty { return "no refusals: the server does not answer" }
        return "refusals: "
            + refusals.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
            .joined(separator: ", ")
    }

    func refusals(_ fleet: Fleet) async throws -> [String: Int] {
        try await fleet.each { $0.refusals }.reduce(into: [:]) { all, one in
            all.merge(one, uniquingKeysWith: +)
        }
    }

    /// Close frames that WebSockets got, by code; nil: there was no WebSocket.
    func closes(_ fleet: Fleet) async throws -> [String: Int]? {
        switch fleet.run.transport.plan.carrier {
        case .tcp: return nil
        case .ws: break
        }
        return try await fleet.each { $0.closes }.reduce(into: [:]) { all, one in
            for (code, count) in one { all["\(code)", default: 0] += count }
        }
    }

    // MARK: Load

    private func load(
        _ phase: PhasePlan, _ seconds: Double, _ number: Int, _ mark: inout PhaseMark,
        _ parts: Parts
    ) async throws {
        isDrained = false
        try await parts.fleet.begin(phase, number: number)
        _ = try await watch(parts, seconds: seconds) { false }
        (mark.made, mark.missed) = try await parts.fleet.endPhase()
    }

    // MARK: Draining

    private func drain(
        _ timeout: Double, _ final: PhasePlan.FinalSync, _ parts: Parts
    ) async throws {
        let (fleet, judge) = (parts.fleet, parts.judge)
        let deadline = elapsed + timeout
        var checkedAt = 0.0
        // Everybody has everything, and nothing is under way.
        let isComplete = try await watch(parts, seconds: timeout) {
            let idle = try await fleet.each { worker in
                worker.tasks == 0 && worker.underWay == 0 && worker.online == worker.wanted
            }
            guard !idle.contains(false), self.elapsed - checkedAt > 0.2 else { return false }
            checkedAt = self.elapsed
            let now = Worker.now()
            return try await judge.on { judge in
                // What was observed up to now has to be judged first.
                judge.judgedThrough >= now - 100_000_000
                    && judge.ledger.missingCount(limit: 1) == 0
            }
        }
        if isInterrupted() || isGivenUp { return }
        if !isComplete {
            let missing = try await judge.on {
                $0.ledger.missingCount(limit: ScenarioRun.missingMax)
            }
            view.note(
                "not everything arrived in \(Int(timeout)) s: \(missing) places lack something")
        }
        isDrained = true
        if final == .none { return }
        try await fleet.beginFinal(final)
        let left = max(deadline - elapsed, timeout / 2)
        isLogRead = try await watch(parts, seconds: left) {
            !(try await fleet.each { $0.isFinalDone }.contains(false))
        }
        if !isLogRead, !isInterrupted() {
            invalid.append("the final logs were not read within \(Int(left)) s")
        }
    }

    // MARK: Watching

    /// Looks every so often until `condition` or the time is over; whether it came true.
    func watch(
        _ parts: Parts, seconds: Double, until condition: () async throws -> Bool
    ) async throws -> Bool {
        let start = elapsed
        while elapsed - start < seconds, !isInterrupted(), !isGivenUp {
            if try await condition() { return true }
            await look(
                parts, progress: progress((elapsed - start) / max(seconds, 0.001)))
            try await Task.sleep(for: .milliseconds(ScenarioRun.lookMs))
        }
        return try await condition()
    }

    /// How far the phase is, when so much of its time is over; nil: it ends when it is done.
    private func progress(_ time: Double) -> Double? {
        switch scenario.phases[phaseNumber].kind {
        case .connect: Double(live.online) / Double(max(connectedThrough, 1))
        case .load: time
        case .drain: nil
        }
    }

    /// Samples once a second, and shows.
    private func look(_ parts: Parts, progress: Double?, isForced: Bool = false) async {
        if let server = parts.target.spawned, !isServerDown, let status = server.exit {
            serverDeath = "the server ended by itself with status \(status)"
        }
        if parts.judge.backlog > JudgePort.observationsMax, !isOverwhelmed {
            isOverwhelmed = true
            invalid.append("the checker could not keep up with what was observed")
        }
        if isForced || elapsed - sampledAt >= 1 { await sample(parts) }
        live.progress = progress
        live.seconds = elapsed
        live.phaseSeconds = elapsed - (marks.last?.end ?? 0)
        view.show(live)
    }

    private func sample(_ parts: Parts) async {
        sampledAt = elapsed
        var sample = sampler.sample(server: parts.target.pid, time: elapsed)
        let fleet = parts.fleet
        var second = Latency()
        for (loop, lag) in ((try? await fleet.each { $0.takeLag() }) ?? []).enumerated() {
            second.merge(lag)
            loopLags[loop].merge(lag)
        }
        lag.merge(second)
        phaseLags[phaseNumber].merge(second)
        sample.lagP99 = second.milliseconds(99)
        sample.lagMax = second.milliseconds(100)
        sample.online = (try? await fleet.sum { $0.online }) ?? 0
        let now = Worker.now()
        let judged = try? await parts.judge.on { judge in
            (
                judge.judgedThrough, Array(judge.seconds.suffix(60)), judge.ledger.counts,
                judge.ledger.deliveries, judge.ledger.acknowledged,
                judge.ledger.unansweredCount, judge.ledger.findings.last?.words ?? "",
                judge.sent
            )
        }
        if let judged {
            sample.checkerLag = max(0, Double(now - judged.0) / 1e9 - 0.02)
            live.checks = judged.2
            live.checked = judged.3
            live.acked = judged.4
            live.unanswered = judged.5
            live.lastViolation = judged.6
            live.sent = judged.7
            show(judged.1)
        }
        samples.append(sample)
        show(sample, devices: parts.population.devices.count)
    }

    private func show(_ seconds: [JudgeSecond]) {
        guard let last = seconds.last else { return }
        live.sentRate = Double(last.sent)
        live.ackedRate = Double(last.acked)
        live.deliveredRate = Double(last.delivered)
        live.ack = last.ack.map { ($0.p50, $0.p99, $0.max) }
        live.deliver = last.deliver.map { ($0.p50, $0.p99, $0.max) }
        live.ackHistory = seconds.map { $0.ack?.p99 ?? 0 }
        live.deliverHistory = seconds.map { $0.deliver?.p99 ?? 0 }
    }

    private func show(_ sample: ResourceSampler.Sample, devices: Int) {
        live.scenario = scenario.name
        live.phase = scenario.phases[phaseNumber].name
        live.phaseNumber = phaseNumber + 1
        live.phaseCount = scenario.phases.count
        live.devices = devices
        live.online = sample.online
        live.delivered = live.checked
        live.serverCPU = sample.serverCPU
        live.serverRSS = sample.serverRSS
        live.serverFiles = sample.serverFiles
        live.generatorCPU = sample.generatorCPU
        live.generatorRSS = sample.generatorRSS
        live.lag = sample.lagP99
        live.checkerLag = sample.checkerLag
        live.lastFault = lastFault
    }
}
