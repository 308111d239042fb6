/// Where things stand on a screen of that size; rows and columns count from 0.
struct ScreenLayout: Equatable, Sendable {
    /// Columns below which the sidebar is hidden.
    static let sidebarFromColumns = 70
    /// Columns from which the sidebar is wide.
    static let wideFromColumns = 120
    /// Columns from which there is room for the pane of information.
    static let infoFromColumns = 140
    static let infoColumns = 22
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
    /// Columns of the pane on the right; 0: hidden.
    let info: Int
    /// Whether a row above the composer says what the text is to become.
    let hasIntentRow: Bool
    let composerRows: Int
    /// Rows of the timeline, from row 1 on.
    let timelineRows: Int

    init(_ state: ScreenState) {
        rows = state.rows
        columns = state.columns
        let isWide = columns >= ScreenLayout.wideFromColumns
        let wanted = state.settings.sidebarWidth ?? (isWide ? 24 : 16)
        let hasSidebar = state.showsSidebar && columns >= ScreenLayout.sidebarFromColumns
        sidebar = hasSidebar ? min(wanted, columns / 3) : 0
        left = sidebar == 0 ? 0 : sidebar + 1
        let hasInfo =
            state.showsInfo && state.selected != nil && columns >= ScreenLayout.infoFromColumns
        info = hasInfo ? ScreenLayout.infoColumns : 0
        width = max(0, columns - left - (info == 0 ? 0 : info + 1))
        let room = max(1, rows - 4)
        hasIntentRow = state.intent != .message && room > 1
        let lines = TextWidth.wrap(state.composer.text, max(2, width - 3)).count
        composerRows = min(max(1, lines), ScreenLayout.composerRowsMax, room)
        timelineRows = max(0, rows - 3 - composerRows - (hasIntentRow ? 1 : 0))
    }

    /// Columns of a line in the composer.
    var composerColumns: Int { max(2, width - 3) }
    var statusRow: Int { 1 + timelineRows }
    var intentRow: Int { statusRow + 1 }
    var composerRow: Int { statusRow + (hasIntentRow ? 2 : 1) }
    var hintRow: Int { rows - 1 }
}
