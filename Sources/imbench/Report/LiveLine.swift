/// One line of a terminal in pieces with a style each, cut to a width.
struct LiveLine {
    enum Style: String {
        case plain = ""
        case strong = "\u{1b}[1m"
        case faint = "\u{1b}[2m"
        case good = "\u{1b}[32m"
        case bad = "\u{1b}[1;31m"
        case warning = "\u{1b}[33m"
        case accent = "\u{1b}[36m"
    }

    private static let reset = "\u{1b}[0m"

    private var pieces: [(text: String, style: Style)] = []

    mutating func add(_ text: String, _ style: Style = .plain) {
        pieces.append((text, style))
    }

    /// Columns of all of it.
    var width: Int { pieces.reduce(0) { $0 + Self.width($1.text) } }

    /// As it is written: at most so many columns, no control characters, ASCII if need be.
    func text(columns: Int, colours: Bool, isUTF8: Bool) -> String {
        var left = columns
        var result = ""
        for piece in pieces where left > 0 {
            let plain = isUTF8 ? Self.printable(piece.text) : Self.ascii(piece.text)
            let cut = Self.cut(plain, columns: left)
            left -= Self.width(cut)
            let isStyled = colours && piece.style != .plain && !cut.isEmpty
            result += isStyled ? piece.style.rawValue + cut + Self.reset : cut
            if cut.count < plain.count { break }
        }
        while !colours, result.last == " " { result.removeLast() }
        return result
    }

    static func cut(_ text: String, columns: Int) -> String {
        var left = columns
        return String(
            text.prefix { character in
                left -= width(character)
                return left >= 0
            })
    }

    static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width($1) }
    }

    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first?.value else { return 0 }
        return switch first {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
            0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff,
            0x20000...0x3fffd:
            2
        default: 1
        }
    }

    private static func printable(_ text: String) -> String {
        String(
            text.map { character in
                let isPlain = character.unicodeScalars.allSatisfy {
                    $0.properties.generalCategory != .control
                        && $0.properties.generalCategory != .format
                }
                return isPlain ? character : "?"
            })
    }

    private static func ascii(_ text: String) -> String {
        String(
            text.map { character in
                switch character {
                case "·": return "-"
                case "–", "—": return "-"
                case "µ": return "u"
                case " "..."~": return character
                default: return "?"
                }
            })
    }
}
