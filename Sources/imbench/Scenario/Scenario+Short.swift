extension Scenario {
    /// The short form: smaller and shorter; what is right is judged, what is fast is not.
    func shortened() -> Scenario {
        var short = self
        let (time, users, rate) = (self.short.time, self.short.users, self.short.rate)
        short.isShort = true
        short.population.users = max(2, Int((Double(population.users) * users).rounded()))
        let most = short.population.users
        if population.friends > 1 {
            // An even number below the users that are left; or pairs.
            short.population.friends = min(population.friends, (most - 1) / 2 * 2)
            if short.population.friends == 0 { short.population.friends = 1 }
        }
        for index in short.population.groups.indices {
            let group = population.groups[index]
            short.population.groups[index].count = max(
                1, Int((Double(group.count) * users).rounded()))
            short.population.groups[index].members = min(
                most, max(min(group.members, 4), Int((Double(group.members) * users).rounded())))
        }
        for index in short.traffic.indices {
            if case .open(let perSecond, let isPoisson) = traffic[index].pace {
                short.traffic[index].pace = .open(
                    perSecond: max(perSecond * rate, 0.5), isPoisson: isPoisson)
            }
            short.traffic[index].action = traffic[index].action.shortened(time)
        }
        for index in short.phases.indices {
            short.phases[index] = phases[index].shortened(time)
        }
        return short
    }
}

extension ClosedRange<Double> {
    fileprivate func scaled(_ factor: Double) -> ClosedRange<Double> {
        lowerBound * factor...upperBound * factor
    }
}

extension TrafficPlan.Action {
    fileprivate func shortened(_ time: Double) -> TrafficPlan.Action {
        switch self {
        case .member(let wait): .member(wait: wait.scaled(time))
        case .steps(let steps):
            .steps(
                steps.map { step in
                    switch step {
                    case .wait(let seconds): .wait(seconds.scaled(time))
                    case .slow(let seconds): .slow(seconds.scaled(time))
                    case .offline, .drop, .halfOpen, .online, .sync: step
                    }
                })
        case .send, .httpSend, .read, .typing, .recall, .edit, .react, .sync, .httpRead, .signIn,
            .malformed:
            self
        }
    }
}

extension PhasePlan {
    fileprivate func shortened(_ time: Double) -> PhasePlan {
        var short = self
        if case .load(let seconds) = kind { short.kind = .load(seconds: seconds * time) }
        for index in faults.indices {
            short.faults[index].at *= time
            short.faults[index].every *= time
            switch faults[index].kind {
            case .stop(let seconds): short.faults[index].kind = .stop(seconds: seconds * time)
            case .diskFull(let seconds):
                short.faults[index].kind = .diskFull(seconds: seconds * time)
            case .delay(let milliseconds, let seconds):
                short.faults[index].kind = .delay(
                    milliseconds: milliseconds, seconds: seconds * time)
            case .freeze(let share, let seconds):
                short.faults[index].kind = .freeze(share: share, seconds: seconds * time)
            case .kill9(let after): short.faults[index].kind = .kill9(restartAfter: after * time)
            case .drain(let after): short.faults[index].kind = .drain(restartAfter: after * time)
            case .cut, .reset, .storm, .halfOpen, .malformed, .clockStep: break
            }
        }
        return short
    }
}
