import Foundation

/// The frame of an overlay within the area it is given, and the room inside it.
struct OverlayBox: Equatable, Sendable {
    /// The box's own corner, from the area's.
    let top: Int
    let left: Int
    let height: Int
    let width: Int
    /// Without room for it there is no frame.
    let isFramed: Bool

    /// A box in the middle that holds so many rows and columns, or as many as there are.
    init(in size: GridSize, rows: Int, columns: Int) {
        isFramed = size.rows >= 4 && size.columns >= 12
        let border = isFramed ? 2 : 0
        height = min(max(rows, 1) + border, size.rows)
        width = min(max(columns, 1) + border * 2, size.columns)
        top = (size.rows - height) / 2
        left = (size.columns - width) / 2
    }

    /// Rows inside.
    var rows: Int { max(height - (isFramed ? 2 : 0), 0) }
    /// Columns inside.
    var columns: Int { max(width - (isFramed ? 4 : 0), 0) }
    /// The first row inside, from the area's corner.
    var innerTop: Int { top + (isFramed ? 1 : 0) }
    /// The first column inside, from the area's corner.
    var innerLeft: Int { left + (isFramed ? 2 : 0) }

    /// The row inside that a mouse event is on; nil: outside.
    func innerRow(_ event: MouseEvent) -> Int? {
        let row = event.row - innerTop
        let isBeside = event.column < left || event.column >= left + width
        return (0..<rows).contains(row) && !isBeside ? row : nil
    }

    /// Whether a mouse event is on the box at all.
    func holds(_ event: MouseEvent) -> Bool {
        (top..<top + height).contains(event.row) && (left..<left + width).contains(event.column)
    }

    /// Clears the box and draws its frame with a title above and a hint below; the area's corner
    /// is at `row` and `column`.
    func draw(title: String, hint: String, into grid: inout Grid, row: Int, column: Int) {
        let from = column + left
        let to = from + width
        for line in 0..<height {
            grid.fill(row: row + top + line, from: from, to: to, style: .plain)
        }
        grid.cursor = nil
        guard isFramed else { return }
        let bar = String(repeating: "─", count: max(width - 2, 0))
        let last = row + top + height - 1
        grid.put("┌" + bar + "┐", row: row + top, column: from, end: to, style: .quiet)
        grid.put("└" + bar + "┘", row: last, column: from, end: to, style: .quiet)
        for line in 1..<height - 1 {
            grid.put("│", row: row + top + line, column: from, end: to, style: .quiet)
            grid.put("│", row: row + top + line, column: to - 1, end: to, style: .quiet)
        }
        let room = width - 6
        if !title.isEmpty {
            let text = TextWidth.fit(SafeText.escaped(title), room)
            grid.put(" \(text) ", row: row + top, column: from + 2, end: to - 1, style: .bold)
        }
        if !hint.isEmpty {
            let text = OverlayBox.hint(hint, room)
            grid.put(" \(text) ", row: last, column: from + 2, end: to - 1, style: .quiet)
        }
    }

    /// As many of the hint's parts as there is room for.
    private static func hint(_ text: String, _ columns: Int) -> String {
        if TextWidth.of(text) <= columns { return text }
        var parts = text.components(separatedBy: " · ")
        while parts.count > 1 {
            parts.removeLast()
            let shorter = parts.joined(separator: " · ")
            if TextWidth.of(shorter) <= columns { return shorter }
        }
        return TextWidth.fit(text, columns)
    }
}

extension Style {
    /// A row of an overlay that is chosen; `›` marks it too.
    static let chosen = Style(paper: .chosen, isBold: true)
}
