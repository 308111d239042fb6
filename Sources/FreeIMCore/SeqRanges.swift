/// A set of seqs kept as ranges: ascending, disjoint, never adjacent.
public struct SeqRanges: Sendable, Equatable {
    public private(set) var ranges: [ClosedRange<Int64>] = []

    public init() {}

    public init(_ ranges: [ClosedRange<Int64>]) {
        for range in ranges { insert(range) }
    }

    public var isEmpty: Bool { ranges.isEmpty }
    /// Seqs held.
    public var count: Int64 { ranges.reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 } }

    public func contains(_ seq: Int64) -> Bool {
        let index = firstIndex(endingAtOrAfter: seq)
        return index < ranges.count && ranges[index].lowerBound <= seq
    }

    /// Adds a range, joining what it touches.
    public mutating func insert(_ range: ClosedRange<Int64>) {
        let start = firstIndex(endingAtOrAfter: range.lowerBound - 1)
        var end = start
        var joined = range
        while end < ranges.count, ranges[end].lowerBound <= range.upperBound + 1 {
            joined =
                min(
                    joined.lowerBound, ranges[end].lowerBound)...max(
                    joined.upperBound, ranges[end].upperBound)
            end += 1
        }
        ranges.replaceSubrange(start..<end, with: [joined])
    }

    /// Adds one seq.
    public mutating func insert(_ seq: Int64) {
        if let last = ranges.last, last.upperBound + 1 == seq {
            ranges[ranges.count - 1] = last.lowerBound...seq  // the usual case, in place
        } else {
            insert(seq...seq)
        }
    }

    /// The parts of `range` that are not held, ascending.
    public func missing(in range: ClosedRange<Int64>) -> [ClosedRange<Int64>] {
        var missing: [ClosedRange<Int64>] = []
        var next = range.lowerBound
        for held in ranges[firstIndex(endingAtOrAfter: next)...] {
            if held.lowerBound > range.upperBound { break }
            if held.lowerBound > next { missing.append(next...(held.lowerBound - 1)) }
            next = max(next, held.upperBound + 1)
        }
        if next <= range.upperBound { missing.append(next...range.upperBound) }
        return missing
    }

    /// The last part of `range` that is not held; nil: all of it is.
    public func lastMissing(in range: ClosedRange<Int64>) -> ClosedRange<Int64>? {
        var end = range.upperBound
        var index = firstIndex(endingAtOrAfter: end)
        if index == ranges.count || ranges[index].lowerBound > end { index -= 1 }
        if index >= 0, ranges[index].upperBound >= end {
            end = ranges[index].lowerBound - 1
            index -= 1
        }
        guard end >= range.lowerBound else { return nil }
        let start = index >= 0 ? ranges[index].upperBound + 1 : range.lowerBound
        return max(start, range.lowerBound)...end
    }

    /// The end of the unbroken run that begins at `seq`; nil when `seq` is not held.
    public func end(from seq: Int64) -> Int64? {
        let index = firstIndex(endingAtOrAfter: seq)
        guard index < ranges.count, ranges[index].lowerBound <= seq else { return nil }
        return ranges[index].upperBound
    }

    private func firstIndex(endingAtOrAfter seq: Int64) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < seq { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
