import Foundation
import FreeIMCore

/// When one worker's share of a kind of traffic is due: an open loop, constant or Poisson.
struct LoadStream {
    let traffic: Int
    let plan: TrafficPlan
    /// Devices of this worker that can do it.
    let candidates: [Int32]
    private(set) var nextDue: Int64
    /// Made in this phase.
    private(set) var made = 0
    var random: SplitMix64
    /// Nanoseconds between two, in the mean.
    private let interval: Double
    private let isPoisson: Bool

    /// `share`: of all the traffic's rate, what this worker makes.
    init(
        traffic: Int, plan: TrafficPlan, candidates: [Int32], perSecond: Double, isPoisson: Bool,
        start: Int64, seed: UInt64
    ) {
        self.traffic = traffic
        self.plan = plan
        self.candidates = candidates
        self.isPoisson = isPoisson
        interval = 1_000_000_000 / max(perSecond, 1e-6)
        random = SplitMix64(seed: seed)
        nextDue = start
        nextDue += gap()
    }

    private mutating func gap() -> Int64 {
        guard isPoisson else { return max(1, Int64(interval)) }
        return max(1, Int64(-log(1 - random.fraction()) * interval))
    }

    /// The next one that is due by `now`, and moves on; nil: none is.
    mutating func take(by now: Int64) -> Int64? {
        guard nextDue <= now else { return nil }
        defer {
            nextDue += gap()
            made += 1
        }
        return nextDue
    }

    /// How many were due by `now` and have not been made; counted, not made.
    func missed(by now: Int64) -> Int {
        nextDue > now ? 0 : Int(Double(now - nextDue) / interval) + 1
    }

    /// One of a list, at random.
    mutating func pick<T>(_ list: [T]) -> T? {
        list.isEmpty ? nil : list[Int(random.next() % UInt64(list.count))]
    }

    /// The bytes of the next text.
    mutating func bytes() -> Int32 {
        var at = random.fraction()
        for (bytes, share) in plan.bytes {
            at -= share
            if at < 0 { return Int32(bytes) }
        }
        return Int32(plan.bytes.last?.bytes ?? 200)
    }

    /// Whether something of that probability happens.
    mutating func happens(_ probability: Double) -> Bool {
        probability > 0 && random.fraction() < probability
    }
}
