/// Text from others, made safe for a terminal: the one gate that all of it goes through.
enum SafeText {
    /// Scalars of one cluster; what is more is left out. A family of four with skin tones has 11.
    static let clusterScalarsMax = 16

    /// The text with every control character shown as a picture, and with U+FFFD for what turns
    /// the direction, encloses or tags invisibly, so that nothing in it can move the cursor,
    /// change colours or order; newlines stay when asked for.
    static func escaped(_ text: String, keepsNewlines: Bool = false) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return text }
        var safe = String.UnicodeScalarView()
        var isTagged = false
        /// Scalars, one behind the other, that might all belong to one cluster.
        var joined = 0
        var isLong = false
        for scalar in text.unicodeScalars {
            let value = scalar.value
            joined = value < 0x300 || (0x3000...0x9fff).contains(value) ? 0 : joined + 1
            isLong = isLong || joined >= clusterScalarsMax
            // Tags belong behind the black flag, where they name a region.
            let isTag = (0xe0020...0xe007f).contains(value)
            if isTag, isTagged {
                safe.append(scalar)
                isTagged = value != 0xe007f
                continue
            }
            isTagged = value == 0x1f3f4
            switch value {
            case 0x0a, 0x2028, 0x2029:
                safe.append(keepsNewlines ? "\n" : value == 0x0a ? "\u{240a}" : "\u{2424}")
            case 0x09: safe.append(contentsOf: "    ".unicodeScalars)
            case 0...0x1f: safe.append(Unicode.Scalar(0x2400 + value) ?? "?")
            case 0x7f: safe.append("\u{2421}")
            default: safe.append(isUnsafe(value) ? "\u{fffd}" : scalar)
            }
        }
        return isLong ? shortened(String(safe)) : String(safe)
    }

    private static func isUnsafe(_ value: UInt32) -> Bool {
        switch value {
        // C1; the marks, embeddings, overrides and isolates of direction; what was once for
        // shaping; the byte order mark; interlinear notes; tags; and what is no character.
        case 0x80...0x9f, 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x206f, 0xfeff,
            0xfff0...0xfffb, 0xfdd0...0xfdef, 0xe0000...0xe007f:
            true
        default: value & 0xfffe == 0xfffe
        }
    }

    /// The text with each cluster cut to its first scalars.
    private static func shortened(_ text: String) -> String {
        var short = ""
        for character in text {
            let scalars = character.unicodeScalars
            if scalars.index(
                scalars.startIndex, offsetBy: clusterScalarsMax + 1, limitedBy: scalars.endIndex)
                == nil
            {
                short.append(character)
            } else {
                // A joiner at the end would take the next cluster in.
                var kept = Array(scalars.prefix(clusterScalarsMax))
                if kept.last == "\u{200d}" { kept.removeLast() }
                short.unicodeScalars.append(contentsOf: kept)
            }
        }
        return short
    }
}
