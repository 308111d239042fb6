import Foundation

/// Puts a grid on the terminal: only the rows that changed, each cell at its own column.
///
/// ncurses has the terminal's modes and keys. The cells are written directly, because a cluster
/// of several scalars (a family, a flag) has no place in one of ncurses' own cells; the cursor is
/// set anew behind every wide cluster, so a terminal that draws one otherwise shifts nothing.
struct TerminalPainter {
    /// Which colours the terminal has.
    enum Colours: Sendable {
        case none, sixteen, many
    }

    private let colours: Colours
    private var shown: Grid?

    init(colours: Colours) {
        self.colours = colours
    }

    /// Forgets what is on screen: the next grid is drawn whole.
    mutating func invalidate() {
        shown = nil
    }

    /// The bytes that turn what is shown into `grid`.
    mutating func paint(_ grid: Grid) -> String {
        var out = "\u{1b}[?2026h\u{1b}[?25l"
        let before = shown?.rows == grid.rows && shown?.columns == grid.columns ? shown : nil
        if before == nil { out += "\u{1b}[0m\u{1b}[2J" }
        for row in 0..<grid.rows where before?.cells[row] != grid.cells[row] {
            out += paint(row: row, grid.cells[row])
        }
        if let cursor = grid.cursor {
            out += "\u{1b}[\(cursor.row + 1);\(cursor.column + 1)H\u{1b}[?25h"
        }
        shown = grid
        return out + "\u{1b}[?2026l"
    }

    private func paint(row: Int, _ cells: [Grid.Cell]) -> String {
        var out = "\u{1b}[\(row + 1);1H\u{1b}[0m"
        var style = Style.plain
        for (column, cell) in cells.enumerated() {
            if cell.text.isEmpty { continue }
            if cell.style != style {
                style = cell.style
                out += sequence(style)
            }
            out += cell.text
            let isPlain = cell.text.utf8.count == 1
            if !isPlain, column + TextWidth.of(cell.text) < cells.count {
                out += "\u{1b}[\(column + 1 + TextWidth.of(cell.text))G"
            }
        }
        return out + "\u{1b}[0m"
    }

    private func sequence(_ style: Style) -> String {
        var codes = ["0"]
        if style.isBold { codes.append("1") }
        if style.isUnderlined { codes.append("4") }
        if style.isReversed { codes.append("7") }
        switch colours {
        case .none: if style.ink == .quiet { codes.append("2") }
        case .sixteen, .many: codes += ink(style.ink)
        }
        return "\u{1b}[\(codes.joined(separator: ";"))m"
    }

    private func ink(_ ink: Style.Ink) -> [String] {
        switch ink {
        case .plain: return []
        case .quiet: return ["2"]
        case .accent: return ["36"]
        case .good: return ["32"]
        case .warning: return ["33"]
        case .person(let number):
            let many = ["38;5;167", "38;5;71", "38;5;136", "38;5;68", "38;5;133", "38;5;37"]
            let few = ["31", "32", "33", "34", "35", "36"]
            return [(colours == .many ? many : few)[abs(number) % 6]]
        }
    }
}
