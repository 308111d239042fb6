import Testing

@testable import imbench

@Suite struct PopulationPlanTests {
    @Test func devicesComeInTheirShares() {
        var plan = PopulationPlan()
        plan.users = 10_000
        plan.devicesPerUser = [(1, 0.5), (2, 0.3), (3, 0.2)]
        var counts: [Int: Int] = [:]
        for user in 0..<plan.users { counts[plan.devices(ofUser: user), default: 0] += 1 }
        #expect(abs((counts[1] ?? 0) - 5_000) < 50)
        #expect(abs((counts[2] ?? 0) - 3_000) < 50)
        #expect(abs((counts[3] ?? 0) - 2_000) < 50)
        #expect(plan.devices == counts.reduce(0) { $0 + $1.key * $1.value })
    }

    @Test func friendsArePairsOrARing() {
        func pairs(_ users: Int, _ friends: Int) -> [[Int]] {
            var plan = PopulationPlan()
            plan.users = users
            plan.friends = friends
            return Provisioner.pairs(plan)
        }
        #expect(pairs(5, 1) == [[0, 1], [2, 3]])
        #expect(pairs(4, 2) == [[0, 1], [0, 3], [1, 2], [2, 3]])
        #expect(pairs(6, 0).isEmpty)
        var few = PopulationPlan()
        few.users = 10
        few.friendUsers = 4
        #expect(Provisioner.pairs(few) == [[0, 1], [2, 3]])
        let ring = pairs(10, 4)
        for user in 0..<10 {
            #expect(ring.count { $0.contains(user) } == 4, "user \(user)")
        }
    }
}
