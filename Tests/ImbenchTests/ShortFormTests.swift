import Testing

@testable import imbench

@Suite struct ShortFormTests {
    private func scenario() -> Scenario {
        var scenario = Scenario()
        scenario.population.users = 1_000
        scenario.population.friends = 20
        scenario.population.groups = [
            PopulationPlan.Group(name: "small", count: 200, members: 10),
            PopulationPlan.Group(name: "big", count: 1, members: 500),
        ]
        var send = TrafficPlan(name: "dm", action: .send)
        send.pace = .open(perSecond: 400, isPoisson: true)
        var closed = TrafficPlan(name: "closed", action: .send)
        closed.pace = .closed(window: 4)
        var churn = TrafficPlan(name: "churn", action: .steps([.offline, .wait(5...30), .online]))
        churn.pace = .open(perSecond: 1, isPoisson: false)
        scenario.traffic = [send, closed, churn]
        var load = PhasePlan(name: "crash", kind: .load(seconds: 40), use: [0, 1, 2])
        load.faults = [
            FaultPlan(at: 10, kind: .kill9(restartAfter: 2)),
            FaultPlan(at: 20, kind: .delay(milliseconds: 200, seconds: 5), times: 2, every: 10),
            FaultPlan(at: 5, kind: .storm(share: 0.5)),
        ]
        scenario.phases = [
            PhasePlan(name: "connect", kind: .connect(perSecond: 200, share: 1, timeout: 60)),
            load,
            PhasePlan(name: "drain", kind: .drain(timeout: 60, final: .all)),
        ]
        return scenario
    }

    @Test func usersRatesAndTimesShrink() {
        let short = scenario().shortened()
        #expect(short.isShort)
        #expect(short.population.users == 100)
        #expect(short.population.groups.map(\.count) == [20, 1])
        #expect(short.population.groups.map(\.members) == [4, 50])
        #expect(short.traffic[0].pace == .open(perSecond: 80, isPoisson: true))
        #expect(short.traffic[1].pace == .closed(window: 4))
        #expect(short.traffic[2].action == .steps([.offline, .wait(0.5...3), .online]))
        #expect(short.traffic[2].pace == .open(perSecond: 0.5, isPoisson: false))
        #expect(short.phases[1].kind == .load(seconds: 4))
        #expect(
            short.phases[1].faults == [
                FaultPlan(at: 1, kind: .kill9(restartAfter: 0.2)),
                FaultPlan(
                    at: 2, kind: .delay(milliseconds: 200, seconds: 0.5), times: 2, every: 1),
                FaultPlan(at: 0.5, kind: .storm(share: 0.5)),
            ])
    }

    @Test func whatEndsByItselfKeepsItsTimeLimit() {
        let short = scenario().shortened()
        #expect(short.phases[0] == scenario().phases[0])
        #expect(short.phases[2] == scenario().phases[2])
    }

    @Test func aFaultStaysBeforeItsPhasesEnd() {
        let short = scenario().shortened()
        for phase in short.phases {
            guard case .load(let seconds) = phase.kind else { continue }
            for fault in phase.faults {
                #expect(fault.at + Double(fault.times - 1) * fault.every < seconds)
            }
        }
    }

    @Test(arguments: [(2, 0), (30, 6), (5, 4), (100, 100), (4, 1)])
    func thePopulationStaysPossible(users: Int, friends: Int) {
        var scenario = scenario()
        scenario.population.users = users * 10
        scenario.population.friends = friends
        scenario.population.groups = [PopulationPlan.Group(name: "a", count: 3, members: users)]
        let short = scenario.shortened().population
        #expect(short.users >= 2)
        #expect(short.friends < short.users)
        #expect(short.friends < 2 || short.friends.isMultiple(of: 2))
        #expect(short.groups.allSatisfy { (2...short.users).contains($0.members) })
    }

    @Test func theFileSaysHowMuch() {
        var scenario = scenario()
        scenario.short = ShortForm(time: 0.5, users: 1, rate: 0.25)
        let short = scenario.shortened()
        #expect(short.population.users == 1_000)
        #expect(short.phases[1].kind == .load(seconds: 20))
        #expect(short.traffic[0].pace == .open(perSecond: 100, isPoisson: true))
    }
}
