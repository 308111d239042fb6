/// Where things stand on a screen of that size.
struct ScreenLayout: Equatable, Sendable {
    /// Columns below which the sidebar is hidden.
    static let sidebarFromColumns = 70
    /// Columns of text in a line of the timeline at most.
    static let textColumnsMax = 100
    /// Rows of the composer at most.
    static let composerRowsMax = 5

    let rows: Int
    let columns: Int
    /// Columns of the sidebar; 0: hidden.
    let sidebar: Int
    /// The first column of the timeline.
    let left: Int
    /// Columns of the timeline.
    let width: Int
    let composerRows: Int
    /// Rows of the timeline, from row 1 on.
    let timelineRows: Int

    init(_ state: ScreenState) {
        rows = state.rows
        columns = state.columns
        sidebar =
            columns < ScreenLayout.sidebarFromColumns ? 0 : columns >= 120 ? 26 : 20
        left = sidebar == 0 ? 0 : sidebar + 1
        width = max(0, columns - left)
        let lines = TextWidth.wrap(state.composer.text, max(2, width - 3)).count
        let room = max(1, rows - 4)
        composerRows = min(max(1, lines), ScreenLayout.composerRowsMax, room)
        timelineRows = max(0, rows - 3 - composerRows)
    }

    var statusRow: Int { 1 + timelineRows }
    var composerRow: Int { statusRow + 1 }
    var hintRow: Int { rows - 1 }
}
