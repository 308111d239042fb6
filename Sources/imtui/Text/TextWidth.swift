/// Columns that text takes in a terminal, by grapheme cluster.
///
/// A cluster takes the columns of its scalars together, two at most: so a conjunct of two letters
/// takes two, and a family, a flag or a skin tone as many as one emoji. U+FE0F behind an emoji
/// makes it wide; U+FE0E does not make one narrow, since few terminals do that.
enum TextWidth {
    /// Columns of one cluster: 0, 1 or 2.
    static func of(_ character: Character) -> Int {
        var columns = 0
        var previous: Unicode.Scalar = "\0"
        for scalar in character.unicodeScalars {
            if scalar.value == 0xfe0f, previous.properties.isEmoji { return 2 }
            columns += of(scalar)
            if columns >= 2 { return 2 }
            previous = scalar
        }
        return columns
    }

    /// Columns of a whole text; what is plain is counted by its bytes.
    static func of(_ text: some StringProtocol) -> Int {
        let counted = text.utf8.withContiguousStorageIfAvailable { of(utf8: $0) }
        return counted ?? text.reduce(0) { $0 + of($1) }
    }

    private static func of(utf8 bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var columns = 0
        var at = 0
        while at < bytes.count {
            let step = plain(bytes, at)
            if step.bytes > 0 {
                columns += step.columns
                at += step.bytes
                continue
            }
            // What joins, and what it joins to: the next plain cluster with it, since a sign that
            // encloses a number joins to what follows.
            var end = at + 1
            while end < bytes.count, bytes[end] & 0xc0 == 0x80 || plain(bytes, end).bytes == 0 {
                end += 1
            }
            if end < bytes.count { end += plain(bytes, end).bytes }
            let part = UnsafeBufferPointer(rebasing: bytes[at..<end])
            columns += String(decoding: part, as: UTF8.self).reduce(0) { $0 + of($1) }
            at = end
        }
        return columns
    }

    /// The cluster at a place in UTF-8, if it is one of the plain ones that nothing joins: a
    /// letter, an ideograph, a kana, a syllable; 0 bytes: it has to be looked at closely.
    private static func plain(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int
    ) -> (bytes: Int, columns: Int) {
        let (count, columns) = plainScalar(bytes, at)
        let next = at + count
        if count > 0, next < bytes.count, bytes[next] >= 0x80, plainScalar(bytes, next).bytes == 0 {
            return (0, 0)
        }
        return (count, columns)
    }

    /// The scalar at a place, if it extends nothing and nothing but a mark joins it.
    private static func plainScalar(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int
    ) -> (bytes: Int, columns: Int) {
        let byte = bytes[at]
        switch byte {
        case 0..<0x80: return (1, byte >= 0x20 && byte != 0x7f ? 1 : 0)
        // U+00A0 … U+02FF, Greek, Cyrillic up to U+047F.
        case 0xc2...0xcb, 0xce...0xd1:
            return at + 1 < bytes.count && (byte > 0xc2 || bytes[at + 1] >= 0xa0) ? (2, 1) : (0, 0)
        case 0xe2...0xef: break
        default: return (0, 0)
        }
        guard at + 2 < bytes.count else { return (0, 0) }
        let (second, third) = (bytes[at + 1], bytes[at + 2])
        switch byte {
        // U+4000 … U+9FFF, and Hangul from U+B000 to U+CFFF.
        case 0xe4...0xe9, 0xeb, 0xec: return (3, 2)
        // Full-width punctuation, digits and capitals.
        case 0xef: return second == 0xbc && third > 0x80 ? (3, 2) : (0, 0)
        // Dashes, quotes and the ellipsis.
        case 0xe2: return second == 0x80 && (0x90...0xa6).contains(third) ? (3, 1) : (0, 0)
        // CJK punctuation and kana, but for the tone and voicing marks.
        case 0xe3:
            let isKana =
                switch second {
                case 0x80: third < 0xaa
                case 0x81: third > 0x80
                case 0x82: !(0x97...0x9a).contains(third)
                case 0x83: true
                default: false
                }
            return isKana ? (3, 2) : (0, 0)
        default: return (0, 0)
        }
    }

    /// Columns of one scalar by itself.
    static func of(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value < 0x20 || (0x7f..<0xa0).contains(value) ? 0 : 1 }
        if (0x4e00...0x9fff).contains(value) || (0xac00...0xd7a3).contains(value) { return 2 }
        var low = 0
        var high = steps.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if steps[middle] >> 2 <= value { low = middle } else { high = middle }
        }
        return Int(steps[low] & 3)
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
