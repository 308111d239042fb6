/// The chosen row of a list, and which part of it is on screen.
struct ListCursor: Equatable, Sendable {
    private(set) var chosen = 0
    private var top = 0

    /// The first row on screen, so that the chosen one is among `rows`.
    func first(count: Int, rows: Int) -> Int {
        let rows = max(rows, 1)
        let at = min(max(chosen, 0), max(count - 1, 0))
        return max(min(min(max(top, at - rows + 1), at), count - rows), 0)
    }

    /// Chooses a row, or the nearest there is.
    mutating func choose(_ row: Int, count: Int, rows: Int) {
        chosen = min(max(row, 0), max(count - 1, 0))
        top = first(count: count, rows: rows)
    }

    mutating func move(_ step: Int, count: Int, rows: Int) {
        choose(chosen + step, count: count, rows: rows)
    }

    mutating func reset() { self = ListCursor() }

    /// Up, Down, PgUp, PgDn and the wheel; false: another event.
    mutating func handle(_ event: InputEvent, count: Int, rows: Int) -> Bool {
        switch event {
        case .key(.up), .key(.control("p")): move(-1, count: count, rows: rows)
        case .key(.down), .key(.control("n")): move(1, count: count, rows: rows)
        case .key(.pageUp): move(-max(rows - 1, 1), count: count, rows: rows)
        case .key(.pageDown): move(max(rows - 1, 1), count: count, rows: rows)
        case .mouse(let mouse):
            switch mouse.kind {
            case .wheelUp: move(-3, count: count, rows: rows)
            case .wheelDown: move(3, count: count, rows: rows)
            case .press, .release, .drag: return false
            }
        default: return false
        }
        return true
    }
}
