/// Which lines of a long text are on screen.
struct LineScroll: Equatable, Sendable {
    private(set) var top = 0

    /// The first line on screen.
    func first(total: Int, rows: Int) -> Int { min(max(top, 0), max(total - rows, 0)) }

    mutating func move(_ step: Int, total: Int, rows: Int) {
        top = first(total: total, rows: rows) + step
        top = first(total: total, rows: rows)
    }

    /// Scrolls as little as brings the lines on screen; of more than there is room for, the
    /// beginning.
    mutating func show(_ lines: Range<Int>, total: Int, rows: Int) {
        top = first(total: total, rows: rows)
        if lines.upperBound > top + rows { top = lines.upperBound - rows }
        if lines.lowerBound < top { top = lines.lowerBound }
        top = first(total: total, rows: rows)
    }
}
