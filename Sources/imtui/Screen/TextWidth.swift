/// Columns that text takes in a terminal, by grapheme cluster.
enum TextWidth {
    /// Columns of one cluster: 0, 1 or 2.
    static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return 0 }
        if scalars.count == 1 { return of(first) }
        // An emoji sequence (ZWJ, flags, keycaps, skin tones, VS16) is one wide cell.
        var hasEmojiStyle = false
        var widest = 0
        for scalar in scalars {
            if scalar.value == 0xfe0f || scalar.value == 0x20e3 { hasEmojiStyle = true }
            widest = max(widest, of(scalar))
        }
        if hasEmojiStyle { return 2 }
        if isRegionalIndicator(first) { return 2 }
        return widest
    }

    /// Columns of a whole text.
    static func of(_ text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + of($1) }
    }

    private static func isRegionalIndicator(_ scalar: Unicode.Scalar) -> Bool {
        (0x1f1e6...0x1f1ff).contains(scalar.value)
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value < 0x20 || (0x7f..<0xa0).contains(value) ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if (0x1160...0x11ff).contains(value) { return 0 }
        return isWide(value) || (scalar.properties.isEmojiPresentation) ? 2 : 1
    }

    /// East Asian wide and full-width blocks.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x33ff,
            0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf, 0xa960...0xa97f,
            0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18cff, 0x1b000...0x1b2ff,
            0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x1fa70...0x1faff,
            0x20000...0x3fffd:
            return true
        default: return false
        }
    }

    /// The beginning of a text that fits into `columns`, with an ellipsis when it was cut.
    static func fit(_ text: String, _ columns: Int) -> String {
        if columns <= 0 { return "" }
        if of(text) <= columns { return text }
        var used = 0
        var cut = ""
        for character in text {
            let width = of(character)
            if used + width > columns - 1 { break }
            used += width
            cut.append(character)
        }
        return cut + "…"
    }

    /// The text in lines of at most `columns`, broken at spaces where there are any.
    static func wrap(_ text: String, _ columns: Int) -> [String] {
        let most = max(columns, 2)
        var lines: [String] = []
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            var width = 0
            var breakAt: (index: String.Index, width: Int)?
            for character in part {
                let own = of(character)
                if width + own > most {
                    if let place = breakAt, place.index > line.startIndex {
                        lines.append(String(line[..<place.index]))
                        line = String(line[place.index...])
                        width = of(line)
                    } else {
                        lines.append(line)
                        line = ""
                        width = 0
                    }
                    breakAt = nil
                }
                line.append(character)
                width += own
                if character == " " { breakAt = (line.endIndex, width) }
            }
            lines.append(line)
        }
        return lines
    }
}
