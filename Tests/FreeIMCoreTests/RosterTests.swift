import FreeIMCore
import Testing

@Suite struct RosterTests {
    final class Member: RosterMember {
        let number: Int
        var rosterIndex = -1
        var visits = 0

        init(_ number: Int) { self.number = number }
    }

    @Test func aRoundVisitsEverybodyOnce() {
        var roster = Roster<Member>()
        let members = (0..<10).map(Member.init)
        for member in members { roster.add(member) }
        for round in 1...3 {
            roster.startRound()
            while let member = roster.visitNext() { member.visits += 1 }
            #expect(members.allSatisfy { $0.visits == round })
        }
    }

    @Test func whoIsNotThereIsNotRemoved() {
        var roster = Roster<Member>()
        let (inside, outside) = (Member(0), Member(1))
        roster.add(inside)
        var removed = [roster.remove(outside)]
        outside.rosterIndex = 0
        removed.append(roster.remove(outside))
        removed.append(roster.remove(inside))
        removed.append(roster.remove(inside))
        #expect(removed == [false, false, true, false])
        #expect(roster.isEmpty && inside.rosterIndex == -1)
    }

    /// Whoever stays through a round is visited once in it, and whoever comes within it too.
    @Test(arguments: 0..<40) func comingsAndGoingsWithinARound(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var roster = Roster<Member>()
        var present: [Member] = []
        var next = 0
        func add() {
            let member = Member(next)
            next += 1
            roster.add(member)
            present.append(member)
        }
        for _ in 0..<Int.random(in: 0...60, using: &random) { add() }
        for _ in 0..<20 {
            roster.startRound()
            for member in present { member.visits = 0 }
            var gone: [Member] = []
            while true {
                switch Int.random(in: 0..<5, using: &random) {
                case 0: add()
                case 1 where !present.isEmpty:
                    let at = Int.random(in: present.indices, using: &random)
                    let member = present.remove(at: at)
                    #expect(roster.isVisited(member) == (member.visits > 0), "seed \(seed)")
                    let isRemoved = roster.remove(member)
                    #expect(isRemoved, "seed \(seed)")
                    gone.append(member)
                default: break
                }
                guard let member = roster.visitNext() else { break }
                member.visits += 1
                if present.count > 80 { break }
            }
            while let member = roster.visitNext() { member.visits += 1 }
            #expect(!roster.hasUnvisited)
            #expect(present.allSatisfy { $0.visits == 1 }, "seed \(seed)")
            #expect(gone.allSatisfy { $0.visits <= 1 }, "seed \(seed)")
            #expect(roster.count == present.count)
            for (index, member) in roster.members.enumerated() {
                #expect(member.rosterIndex == index, "seed \(seed)")
            }
        }
    }
}
