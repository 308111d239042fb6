import Testing

@testable import imbench

@Suite struct LoadStreamTests {
    private static let second: Int64 = 1_000_000_000

    private func stream(_ perSecond: Double, isPoisson: Bool, seed: UInt64 = 1) -> LoadStream {
        LoadStream(
            traffic: 0, plan: TrafficPlan(name: "dm", action: .send), candidates: [0],
            perSecond: perSecond, isPoisson: isPoisson, start: 0, seed: seed)
    }

    private func dues(_ stream: inout LoadStream, through end: Int64) -> [Int64] {
        var dues: [Int64] = []
        while let due = stream.take(by: end) { dues.append(due) }
        return dues
    }

    @Test func aConstantRateIsEven() {
        var stream = stream(100, isPoisson: false)
        let dues = dues(&stream, through: Self.second)
        #expect(dues.count == 100 && stream.made == 100)
        #expect(zip(dues, dues.dropFirst()).allSatisfy { $1 - $0 == 10_000_000 })
    }

    @Test func lateIsMadeLateAndNothingIsSkipped() {
        var stream = stream(100, isPoisson: false)
        #expect(stream.take(by: 5_000_000) == nil)
        // A loop that was held up for half a second finds fifty due, each with its own time.
        let late = dues(&stream, through: Self.second / 2)
        #expect(late.count == 50 && late.first == 10_000_000)
        #expect(stream.missed(by: Self.second) == 50)
        #expect(stream.missed(by: Self.second / 2) == 0)
    }

    @Test func poissonHasTheRateAndItsSpread() {
        var stream = stream(1_000, isPoisson: true)
        let dues = dues(&stream, through: 20 * Self.second)
        // Twenty thousand in the mean; four standard deviations are 566.
        #expect(abs(dues.count - 20_000) < 566)
        let gaps = zip(dues, dues.dropFirst()).map { Double($1 - $0) }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        // An exponential's standard deviation is its mean.
        #expect(abs(variance.squareRoot() / mean - 1) < 0.05)
    }

    @Test func aSeedMakesTheSameAgain() {
        var one = stream(50, isPoisson: true, seed: 9)
        var again = stream(50, isPoisson: true, seed: 9)
        var other = stream(50, isPoisson: true, seed: 10)
        let first = dues(&one, through: Self.second)
        let second = dues(&again, through: Self.second)
        let third = dues(&other, through: Self.second)
        #expect(first == second && first != third)
    }

    @Test func sizesComeInTheirShares() {
        var plan = TrafficPlan(name: "dm", action: .send)
        plan.bytes = [(128, 0.8), (2_048, 0.2)]
        var stream = LoadStream(
            traffic: 0, plan: plan, candidates: [], perSecond: 1, isPoisson: false, start: 0,
            seed: 3)
        var large = 0
        for _ in 0..<10_000 where stream.bytes() == 2_048 { large += 1 }
        #expect((1_800...2_200).contains(large))
    }
}
