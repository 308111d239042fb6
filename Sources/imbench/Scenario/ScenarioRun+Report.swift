import Foundation

extension ScenarioRun {
    /// Share of what was due, in percent, below which the generator was saturated.
    static let achievedMin = 95.0
    /// Milliseconds of scheduling lag at p99 beyond which an open-loop run proves nothing, unless
    /// the scenario says otherwise.
    static let lagMsMax = 10.0

    /// What the judge has to say in the end.
    private struct Judged: Sendable {
        let tallies: [[Judge.Tally]]
        let seconds: [JudgeSecond]
        let histograms: String
        let counts: [Violation: Int]
        let violations: [BenchReport.ViolationResult]
        let deliveries: Int
        let repeats: Int
        let gaps: Int
        let unanswered: Int
    }

    /// Puts it all together.
    func conclude(_ parts: Parts) async throws -> Outcome {
        let isLogRead = isLogRead
        let fleet = parts.fleet
        // What the workers observed last is judged first.
        let last = Worker.now() + 20_000_000
        _ = try await watch(parts, seconds: ScenarioRun.checkerLagMax) {
            try await parts.judge.on { $0.judgedThrough >= last }
        }
        // What never arrived is only known once everybody was waited for.
        let isWaitedFor = isDrained && !isInterrupted() && !isGivenUp
        let judged = try await parts.judge.on { judge in
            judge.finish(isLogRead: isLogRead && isWaitedFor, isWaitedFor: isWaitedFor)
            return Judged(
                tallies: judge.tallies, seconds: judge.seconds,
                histograms: judge.histograms?.text ?? "", counts: judge.ledger.counts,
                violations: judge.violations(), deliveries: judge.ledger.deliveries,
                repeats: judge.ledger.repeats, gaps: judge.gaps,
                unanswered: judge.ledger.unansweredCount)
        }
        var report = BenchReport()
        report.seconds = elapsed
        report.startedAt = startedAt.ISO8601Format()
        report.isPartial = isInterrupted()
        report.machine = MachineProbe.facts()
        report.scenario = facts(parts)
        report.refusals = try await refusals(fleet)
        report.closes = try await closes(fleet)
        report.faults = faults
        report.loops = loopLags.enumerated().map { index, lag in
            BenchReport.LoopResult(
                devices: parts.population.devices.indices.count { $0 % loopLags.count == index },
                lagP50: lag.milliseconds(50), lagP99: lag.milliseconds(99),
                lagMax: lag.milliseconds(100))
        }
        report.phases = marks.map { phase($0, judged) }
        report.traffic = recorded(judged)
        report.series = series(judged)
        fill(&report, judged)
        report.metrics = metrics(report, judged, parts)
        judge(&report)
        return Outcome(report: report, histograms: judged.histograms)
    }

    private func facts(_ parts: Parts) -> BenchReport.ScenarioFacts {
        var facts = BenchReport.ScenarioFacts()
        facts.name = scenario.name
        facts.about = scenario.about
        facts.text = scenario.text
        facts.hash = scenario.hash
        facts.seed = scenario.seed
        facts.isShort = scenario.isShort
        facts.users = parts.population.users.count
        facts.devices = parts.population.devices.count
        facts.conversations = parts.population.conversations.count
        facts.groups = parts.population.conversations.count { $0.isGroup }
        facts.loops = scenario.generator.loops
        facts.body = scenario.generator.body.rawValue
        facts.transport = parts.target.transport.plan.words
        facts.arguments = options.arguments
        facts.server =
            scenario.server.address
            ?? (scenario.server.command.isEmpty
                ? "freeim-server" : scenario.server.command.joined(separator: " "))
        return facts
    }

    private func phase(_ mark: PhaseMark, _ judged: Judged) -> BenchReport.PhaseResult {
        var result = BenchReport.PhaseResult()
        let plan = scenario.phases[mark.index]
        result.name = plan.name
        result.start = mark.start
        result.end = mark.end
        result.isRecorded = plan.isRecorded
        for (traffic, tally) in zip(scenario.traffic, judged.tallies[mark.index]) {
            if traffic.action.isMessage {
                result.sent += tally.sent
                result.acked += tally.acked
                result.delivered += tally.delivered
            }
            if tally.sent == 0, tally.delivered == 0 { continue }
            result.traffic.append(ScenarioRun.traffic(traffic.name, tally))
        }
        return result
    }

    /// Every kind of traffic over the phases that count.
    private func recorded(_ judged: Judged) -> [BenchReport.TrafficResult] {
        var sums = ScopeSums()
        for mark in marks where counts(mark) { sums.add(mark, judged.tallies[mark.index]) }
        return zip(scenario.traffic, sums.tallies).compactMap { traffic, tally in
            tally.sent == 0 && tally.delivered == 0
                ? nil : ScenarioRun.traffic(traffic.name, tally)
        }
    }

    private func counts(_ mark: PhaseMark) -> Bool {
        let plan = scenario.phases[mark.index]
        return plan.isRecorded && !plan.use.isEmpty
    }

    private static func traffic(
        _ name: String, _ tally: Judge.Tally
    ) -> BenchReport.TrafficResult {
        var traffic = BenchReport.TrafficResult()
        traffic.name = name
        traffic.sent = tally.sent
        traffic.acked = tally.acked
        traffic.delivered = tally.delivered
        traffic.refused = tally.refused
        traffic.ack = facts(tally.ack)
        traffic.ackSent = facts(tally.ackSent)
        traffic.deliver = facts(tally.deliver)
        traffic.deliverSent = facts(tally.deliverSent)
        return traffic
    }

    private static func facts(_ latency: Latency?) -> BenchReport.LatencyFacts {
        var facts = BenchReport.LatencyFacts()
        guard let latency, latency.count > 0 else { return facts }
        facts.count = latency.count
        facts.mean = latency.mean
        for (name, percentile) in Metric.percentiles {
            facts.percentiles[name] = latency.milliseconds(percentile)
        }
        facts.curve = latency.curve()
        return facts
    }

    private func series(_ judged: Judged) -> [BenchReport.SeriesPoint] {
        var sampled: [Int: ResourceSampler.Sample] = [:]
        for sample in samples { sampled[Int(sample.time)] = sample }
        var last = ResourceSampler.Sample()
        return judged.seconds.map { second in
            last = sampled[second.number] ?? last
            var point = BenchReport.SeriesPoint()
            point.time = Double(second.number)
            point.online = last.online
            point.sent = second.sent
            point.acked = second.acked
            point.delivered = second.delivered
            point.refused = second.refused
            point.connects = second.connects
            point.disconnects = second.disconnects
            point.ackP50 = second.ack?.p50
            point.ackP99 = second.ack?.p99
            point.ackMax = second.ack?.max
            point.deliverP50 = second.deliver?.p50
            point.deliverP99 = second.deliver?.p99
            point.deliverMax = second.deliver?.max
            point.lagP99 = last.lagP99
            point.lagMax = last.lagMax
            point.checkerLag = last.checkerLag
            point.serverCPU = last.serverCPU
            point.generatorCPU = last.generatorCPU
            point.serverRSS = last.serverRSS
            point.generatorRSS = last.generatorRSS
            point.serverFiles = last.serverFiles
            point.violations = second.violations
            return point
        }
    }

    private func fill(_ report: inout BenchReport, _ judged: Judged) {
        var counts = judged.counts
        report.violations = judged.violations
        if let serverDeath {
            counts[.crash] = 1
            var result = BenchReport.ViolationResult()
            result.check = Violation.crash.rawValue
            result.words = serverDeath
            result.time = elapsed
            result.trace = (parts?.target.spawned?.log(lines: 10) ?? []).map {
                BenchReport.TraceLine(time: elapsed, words: $0)
            }
            report.violations.append(result)
        }
        report.checks = Violation.allCases.map {
            BenchReport.CheckResult(name: $0.rawValue, count: counts[$0] ?? 0)
        }
        report.invalid = invalid
    }

    // MARK: Metrics

    private func metrics(
        _ report: BenchReport, _ judged: Judged, _ parts: Parts
    ) -> [String: Double] {
        var all: [String: Double] = [:]
        for check in report.checks { all["all.\(check.name)"] = Double(check.count) }
        all["all.unanswered"] = Double(judged.unanswered)
        all["all.repeats"] = Double(judged.repeats)
        all["all.gaps"] = Double(judged.gaps)
        all["all.connect_seconds"] = connectSeconds
        if let deviceBytes { all["all.device_bytes"] = deviceBytes }
        for (name, percentile) in Metric.percentiles {
            let lag = lag.milliseconds(percentile)
            all["harness.sched_lag.\(name)"] = lag
            all["all.sched_lag.\(name)"] = lag
            let checker = samples.map(\.checkerLag).sorted()
            let at = min(checker.count - 1, Int(Double(checker.count) * percentile / 100))
            let behind = checker.isEmpty ? 0 : checker[max(0, at)] * 1_000
            all["harness.checker_lag.\(name)"] = behind
            all["all.checker_lag.\(name)"] = behind
        }
        var total = ScopeSums()
        for (mark, phase) in zip(marks, report.phases) {
            let scope = phase.name
            var sums = ScopeSums()
            sums.add(mark, judged.tallies[mark.index])
            if counts(mark) { total.add(mark, judged.tallies[mark.index]) }
            sums.write(to: &all, scope: scope, traffic: scenario.traffic)
            resources(&all, scope: scope, from: mark.start, to: mark.end)
            for (name, percentile) in Metric.percentiles {
                all["\(scope).sched_lag.\(name)"] =
                    phaseLags[mark.index].milliseconds(percentile)
            }
            all["\(scope).reconnects"] = Double(mark.reconnects)
        }
        total.write(to: &all, scope: "all", traffic: scenario.traffic)
        all["all.refused"] = Double(report.refusals.values.reduce(0, +))
        all["all.reconnects"] = Double(report.series.reduce(0) { $0 + $1.disconnects })
        resources(&all, scope: "all", from: 0, to: report.seconds)
        // Of somebody else's server nothing is known: no figure is better than a good-looking 0.
        if parts.target.spawned == nil {
            all = all.filter { !$0.key.contains(".server_") }
        }
        for name in ["generator_cpu", "generator_rss", "device_bytes", "achieved_rate"] {
            if let value = all["all.\(name)"] { all["harness.\(name)"] = value }
        }
        return all
    }

    private func resources(
        _ all: inout [String: Double], scope: String, from start: Double, to end: Double
    ) {
        let within = samples.filter { $0.time >= start && $0.time <= end }
        guard let last = within.last else { return }
        let count = Double(within.count)
        all["\(scope).online"] = Double(last.online)
        all["\(scope).server_cpu"] = within.reduce(0) { $0 + $1.serverCPU } / count
        all["\(scope).generator_cpu"] = within.reduce(0) { $0 + $1.generatorCPU } / count
        all["\(scope).server_rss"] = Double(within.map(\.serverRSS).max() ?? 0)
        all["\(scope).generator_rss"] = Double(within.map(\.generatorRSS).max() ?? 0)
        all["\(scope).server_files"] = Double(within.map(\.serverFiles).max() ?? 0)
    }

    // MARK: Verdict

    private func judge(_ report: inout BenchReport) {
        report.assertions = Verdict.assertions(scenario, report.metrics)
        // A short run proves what is right, not what is fast.
        for (mark, phase) in zip(marks, report.phases) where mark.missed > 0 && !scenario.isShort {
            let achieved = Double(mark.made) / Double(mark.made + mark.missed) * 100
            if achieved < ScenarioRun.achievedMin {
                report.invalid.append(
                    "in \(phase.name) the generator made \(mark.made) of "
                        + "\(mark.made + mark.missed) operations that were due")
            }
        }
        let saysLag = scenario.assertions.contains { $0.scope == .harness }
        if !saysLag, !scenario.isShort, lag.milliseconds(99) > ScenarioRun.lagMsMax,
            scenario.traffic.contains(where: \.isOpen)
        {
            report.invalid.append(
                "the generator lagged \(lag.milliseconds(99)) ms at p99, over "
                    + "\(ScenarioRun.lagMsMax) ms")
        }
        if !scenario.isShort, !report.isPartial {
            for result in report.assertions where result.outcome == .notJudged {
                report.invalid.append(
                    "\(result.scope): \(result.text): there was nothing to judge it by")
            }
        }
        for result in report.assertions where result.scope == "harness" {
            if result.outcome == .missed { report.invalid.append("harness: \(result.text)") }
        }
        Verdict.decide(&report)
    }
}

extension TrafficPlan {
    /// Whether it is made whatever the answers do.
    var isOpen: Bool {
        switch pace {
        case .open: true
        case .closed: false
        }
    }
}
