/// What may come into a composer, and how much of it.
enum ComposerText {
    /// The text with its line ends as `\n` and each tab as spaces, without anything else that a
    /// terminal would obey or that turns the reading direction round.
    static func clean(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
        var safe = String.UnicodeScalarView()
        var wasReturn = false
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0a: if !wasReturn { safe.append("\n") }
            case 0x0d, 0x2028, 0x2029: safe.append("\n")
            case 0x09: safe.append(contentsOf: "    ".unicodeScalars)
            case 0...0x1f, 0x7f...0x9f, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069,
                0xfeff, 0xfff9...0xfffb:
                break
            default: safe.append(scalar)
            }
            wasReturn = scalar.value == 0x0d
        }
        return String(safe)
    }

    /// The beginning that fits, and how many characters were left out.
    static func fitting(
        _ text: String, characters: Int, bytes: Int
    ) -> (text: String, left: Int) {
        if text.utf8.count <= min(characters, bytes) { return (text, 0) }
        var count = 0
        var used = 0
        var end = text.startIndex
        for index in text.indices {
            used += text[index].utf8.count
            count += 1
            if count > characters || used > bytes { break }
            end = text.index(after: index)
        }
        return (String(text[..<end]), text[end...].count)
    }

    /// The stretch with what could merge with it at both sides.
    static func surroundings(of range: Range<Int>, in characters: [Character]) -> Range<Int> {
        var lower = range.lowerBound
        while lower > 0 {
            lower -= 1
            if isSolid(characters[lower]) { break }
        }
        var upper = range.upperBound
        while upper < characters.count {
            upper += 1
            if isSolid(characters[upper - 1]) { break }
        }
        return lower..<upper
    }

    /// A character that keeps what is before it apart from what is behind it.
    private static func isSolid(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first else { return false }
        return scalar.value < 0x300 || (0x3000...0x9fff).contains(scalar.value)
    }
}
