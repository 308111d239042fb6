import FreeIMClient

/// A picture over the screen: as the terminal's own graphics, or as half-block cells.
struct PictureOverlay: OverlayPart {
    let name: String
    /// Tells pictures apart on the terminal.
    let id: UInt32
    let picture: Picture

    static func == (one: PictureOverlay, other: PictureOverlay) -> Bool {
        one.id == other.id && one.name == other.name
    }

    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        switch event {
        case .key: return .close
        case .mouse(let mouse): return mouse.kind == .press(1) ? .close : .stay
        case .paste, .resized, .focus, .reply, .resumed, .suspendAsked, .endAsked, .ended:
            return .stay
        }
    }

    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        for line in row..<(row + rows) {
            grid.fill(row: line, from: column, to: column + columns, style: .plain)
        }
        guard rows > 2, columns > 4 else { return }
        let size = picture.fitting(columns: columns - 2, rows: rows - 2)
        let hint = "\(name) · \(picture.width)×\(picture.height) · any key goes back"
        grid.put(
            TextWidth.fit(SafeText.escaped(hint), columns - 2), row: row + rows - 1,
            column: column + 1, style: .quiet)
        grid.place(
            picture, id: id, row: row + (rows - 1 - size.rows) / 2,
            column: column + (columns - size.columns) / 2, rows: size.rows, columns: size.columns)
    }
}
