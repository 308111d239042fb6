/// Rows and columns of a piece of the screen.
struct GridSize: Equatable, Sendable {
    var rows: Int
    var columns: Int

    init(rows: Int, columns: Int) {
        self.rows = max(rows, 0)
        self.columns = max(columns, 0)
    }
}

/// What an overlay wants done about an event.
enum OverlayOutcome: Equatable, Sendable {
    case stay
    case close
    case perform([ScreenEffect], closes: Bool)
    /// The emoji that was picked; the overlay closes.
    case chose(String)
}

/// Something that lies over the screen and takes its keys.
///
/// It is given the whole area it may take, and finds its own box in it. The row and column of a
/// mouse event count from that area's corner.
protocol OverlayPart: Equatable, Sendable {
    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome
    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int)
}
