/// A set of seqs that costs nothing beside itself while they come in order.
///
/// The lowest run is kept inline, the others behind it: ascending, disjoint, never adjacent.
struct HeldSeqs: Sendable, Equatable {
    struct Run: Sendable, Equatable {
        var low: Int32
        var high: Int32
    }

    /// The lowest run; empty while `high` is below `low`.
    private(set) var low: Int32 = 1
    private(set) var high: Int32 = 0
    private(set) var rest: ContiguousArray<Run> = []

    var isEmpty: Bool { high < low }
    /// The greatest seq; 0: none.
    var last: Int32 { rest.last?.high ?? (isEmpty ? 0 : high) }

    func contains(_ seq: Int32) -> Bool {
        if seq <= high { return seq >= low }
        if rest.isEmpty { return false }
        let at = firstRun(behind: seq)
        return at > 0 && rest[at - 1].high >= seq
    }

    /// Whether every seq of the range is held; an empty range is.
    func covers(_ from: Int32, through: Int32) -> Bool {
        if from > through || from >= low && through <= high { return true }
        return missing(from, through: through).isEmpty
    }

    /// Adds one seq; true when it is new.
    @discardableResult
    mutating func insert(_ seq: Int32) -> Bool {
        if isEmpty {
            low = seq
            high = seq
            return true
        }
        if seq == high + 1 {
            high = seq
            if let next = rest.first, next.low == seq + 1 {
                high = next.high
                rest.removeFirst()
            }
            return true
        }
        if seq > high { return insertBehind(seq) }
        if seq >= low { return false }
        if seq < low - 1 {
            rest.insert(Run(low: low, high: high), at: 0)
            high = seq
        }
        low = seq
        return true
    }

    private mutating func insertBehind(_ seq: Int32) -> Bool {
        let at = firstRun(behind: seq)
        if at > 0, rest[at - 1].high >= seq { return false }
        let joinsPrevious = at > 0 && rest[at - 1].high + 1 == seq
        let joinsNext = at < rest.count && rest[at].low == seq + 1
        if joinsPrevious, joinsNext {
            rest[at - 1].high = rest[at].high
            rest.remove(at: at)
        } else if joinsPrevious {
            rest[at - 1].high = seq
        } else if joinsNext {
            rest[at].low = seq
        } else {
            rest.insert(Run(low: seq, high: seq), at: at)
        }
        return true
    }

    /// Adds a range; an empty one adds nothing.
    mutating func insert(_ from: Int32, through: Int32) {
        if from > through || covers(from, through: through) { return }
        if isEmpty {
            low = from
            high = through
            return
        }
        var joined: ContiguousArray<Run> = []
        let all = (runs + [Run(low: from, high: through)]).sorted { $0.low < $1.low }
        for run in all {
            if let last = joined.last, run.low <= last.high + 1 {
                joined[joined.count - 1].high = max(last.high, run.high)
            } else {
                joined.append(run)
            }
        }
        low = joined[0].low
        high = joined[0].high
        joined.removeFirst()
        rest = joined
    }

    /// All runs, ascending.
    var runs: [Run] { isEmpty ? [] : [Run(low: low, high: high)] + rest }

    /// The parts of a range that are not held, ascending.
    func missing(_ from: Int32, through: Int32) -> [Run] {
        var missing: [Run] = []
        var next = from
        for run in runs where run.high >= next {
            if run.low > through { break }
            if run.low > next { missing.append(Run(low: next, high: run.low - 1)) }
            next = run.high + 1
        }
        if next <= through { missing.append(Run(low: next, high: through)) }
        return missing
    }

    /// Index of the first run of `rest` that begins behind `seq`.
    private func firstRun(behind seq: Int32) -> Int {
        var start = 0
        var end = rest.count
        while start < end {
            let middle = (start + end) / 2
            if rest[middle].low <= seq { start = middle + 1 } else { end = middle }
        }
        return start
    }
}
