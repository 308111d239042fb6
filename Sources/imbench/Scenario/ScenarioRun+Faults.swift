import Foundation

extension ScenarioRun {
    /// Has it go wrong, as often as the plan says. Ends early, between two times, when its phase
    /// is over; what was begun is finished.
    func inject(_ fault: FaultPlan, _ parts: Parts, since start: Double) async throws {
        for time in 0..<fault.times {
            let due = start + fault.at + Double(time) * fault.every
            while elapsed < due {
                if Task.isCancelled || isInterrupted() { return }
                try? await Task.sleep(for: .milliseconds(10))
            }
            if isInterrupted() || isGivenUp { return }
            try await inject(fault.kind, parts)
        }
    }

    private func inject(_ kind: FaultPlan.Kind, _ parts: Parts) async throws {
        let index = faults.count
        faults.append(
            BenchReport.FaultEvent(name: kind.name, start: elapsed, end: elapsed))
        lastFault = "\(kind.name) at \(Int(elapsed)) s"
        view.note("fault \(kind.name)")
        let name = kind.name
        let number = try await parts.judge.on { $0.name(fault: name) }
        _ = try await parts.fleet.on(0) { $0.observe(.fault(number)) }
        try await perform(kind, parts)
        faults[index].end = elapsed
    }

    private func perform(_ kind: FaultPlan.Kind, _ parts: Parts) async throws {
        let seed = scenario.seed &+ UInt64(faults.count)
        let fleet = parts.fleet
        switch kind {
        case .kill9(let after): try await restart(parts, after) { $0.kill() }
        case .drain(let after): try await restart(parts, after) { _ = $0.terminate() }
        case .stop(let seconds):
            parts.target.spawned?.stop()
            await pause(seconds)
            parts.target.spawned?.resume()
        case .diskFull(let seconds):
            try parts.target.spawned?.setDiskFull(true)
            await pause(seconds)
            try parts.target.spawned?.setDiskFull(false)
        case .clockStep(let seconds):
            try parts.target.spawned?.stepClock(by: Int64(seconds * 1_000))
        case .cut(let share): parts.proxy?.cut(share: share, seed: seed)
        case .reset(let share): parts.proxy?.reset(share: share, seed: seed)
        case .delay(let milliseconds, let seconds):
            parts.proxy?.delay(milliseconds: milliseconds, seconds: seconds)
            await pause(seconds)
        case .freeze(let share, let seconds):
            parts.proxy?.freeze(share: share, seconds: seconds, seed: seed)
            await pause(seconds)
        case .storm(let share): _ = try await fleet.each { $0.storm(share: share) }
        case .halfOpen(let share): _ = try await fleet.each { $0.halfOpenAll(share: share) }
        case .malformed(let connections):
            _ = try await fleet.each { worker in
                for number in 0..<connections where number % worker.count == worker.index {
                    worker.hostile(seed: seed &* 131 &+ UInt64(number)) { _ in }
                }
            }
        }
    }

    private func restart(
        _ parts: Parts, _ after: Double, _ end: @escaping @Sendable (SpawnedServer) -> Void
    ) async throws {
        guard let server = parts.target.spawned else { return }
        isServerDown = true
        try await ScenarioRun.blocking { end(server) }
        await pause(after)
        // Also when the run is over: what was acknowledged has to be there.
        try await ScenarioRun.blocking { try server.start() }
        isServerDown = false
    }

    /// Waits, also when the phase ends meanwhile; not when the run was interrupted.
    private func pause(_ seconds: Double) async {
        let end = elapsed + seconds
        while elapsed < end, !isInterrupted() {
            // In a cancelled task a sleep returns at once; a yield keeps the wait fair.
            if Task.isCancelled {
                _ = try? await ScenarioRun.blocking { usleep(10_000) }
            } else {
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}

extension FaultPlan.Kind {
    /// As it is written in a scenario, with what it does.
    var name: String {
        switch self {
        case .kill9: "kill9"
        case .stop(let seconds): "stop \(seconds) s"
        case .drain: "drain"
        case .diskFull(let seconds): "disk_full \(seconds) s"
        case .cut(let share): "cut \(Int(share * 100)) %"
        case .reset(let share): "reset \(Int(share * 100)) %"
        case .delay(let milliseconds, let seconds): "delay \(milliseconds) ms for \(seconds) s"
        case .freeze(let share, let seconds): "freeze \(Int(share * 100)) % for \(seconds) s"
        case .storm(let share): "storm \(Int(share * 100)) %"
        case .halfOpen(let share): "half_open \(Int(share * 100)) %"
        case .malformed(let connections): "malformed × \(connections)"
        case .clockStep(let seconds): "clock_step \(seconds) s"
        }
    }
}
