import Foundation

/// What is sent for a cluster, so that it takes the columns that the grid gave it.
extension TerminalTraits {
    /// The cluster as this terminal draws it in so many columns; never with a control character.
    func drawn(_ cluster: String, columns: Int) -> String {
        if cluster.utf8.count == 1, let byte = cluster.utf8.first {
            return byte < 0x20 || byte == 0x7f ? "?" : cluster
        }
        if cluster.unicodeScalars.contains(where: { Self.isControl($0.value) }) {
            return String(repeating: "?", count: columns)
        }
        if !isUTF8 { return Self.ascii(cluster, columns: columns) }
        if ambiguousIsWide, columns == 1, let character = cluster.first,
            let other = Self.standIns[character]
        {
            return other
        }
        // Everything below U+2000 that is not emoji is drawn as it is.
        guard columns == 2 else { return cluster }
        return emoji(Array(cluster.unicodeScalars)) ?? cluster
    }

    private static func isControl(_ value: UInt32) -> Bool {
        value < 0x20 || (0x7f...0x9f).contains(value)
    }

    /// Another way to draw an emoji; nil: as it is.
    private func emoji(_ scalars: [Unicode.Scalar]) -> String? {
        guard let first = scalars.first else { return nil }
        if Self.isFlagLetter(first) {
            if joinsFlags, scalars.count == 2 { return nil }
            let letters = scalars.prefix(2).map { scalar in
                Self.isFlagLetter(scalar)
                    ? Character(Unicode.Scalar(UInt8(scalar.value - 0x1f1e6 + 0x41))) : " "
            }
            return (String(letters) + " ").prefix(2).description
        }
        if !first.properties.isEmoji { return Self.cut(scalars) }
        var rest = scalars
        if !joinsEmoji, first.properties.isEmoji {
            let cut = rest.firstIndex { $0.value == 0x200d || Self.isTag($0.value) }
            let parts = rest[1..<max(cut ?? rest.count, 1)]
            rest = [first] + parts.filter { !$0.properties.isEmojiModifier }
        }
        if !widensVS16, rest.count >= 2, rest[1].value == 0xfe0f {
            let isWide = TextWidth.of(rest[0]) == 2
            return String(Character(rest[0])) + (isWide ? "" : " ")
        }
        if rest.count == scalars.count { return nil }
        return String(String.UnicodeScalarView(rest))
            + (TextWidth.of(rest[0]) == 2 || rest.count > 1 ? "" : " ")
    }

    /// The beginning of a cluster whose scalars take more than two columns; nil: they do not.
    private static func cut(_ scalars: [Unicode.Scalar]) -> String? {
        var columns = 0
        for (index, scalar) in scalars.enumerated() {
            columns += TextWidth.of(scalar)
            if columns > 2 {
                let text = String(String.UnicodeScalarView(scalars[..<index]))
                return TextWidth.of(text) < 2 ? text + " " : text
            }
        }
        return nil
    }

    private static func isFlagLetter(_ scalar: Unicode.Scalar) -> Bool {
        (0x1f1e6...0x1f1ff).contains(scalar.value)
    }

    private static func isTag(_ value: UInt32) -> Bool { (0xe0020...0xe007f).contains(value) }

    // MARK: Without UTF-8

    private static func ascii(_ cluster: String, columns: Int) -> String {
        if columns == 1, let character = cluster.first, let other = standIns[character] {
            return other
        }
        if columns == 1,
            let base = cluster.decomposedStringWithCanonicalMapping.unicodeScalars.first,
            base.isASCII, base.value >= 0x20
        {
            return String(Character(base))
        }
        return String(repeating: "?", count: columns)
    }

    /// One column of ASCII for the characters that the screen is made of.
    private static let standIns: [Character: String] = {
        let table: [(String, String)] = [
            ("─━┄┅┈┉╌╍═–—‐‑‒―−", "-"), ("│┃┆┇┊┋╎╏║▏▕", "|"),
            ("┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼╀╁╂╃╄╅╆╇╈╉╊╋", "+"),
            ("╭╮╯╰╔╗╚╝╠╣╦╩╬", "+"), ("•●◆■▪★◉⏺", "*"), ("○◦◇□▫☆◌", "o"), ("·․‧", "."),
            ("…⋯", "."), ("✓✔√☑", "v"), ("✗✘✕×☒", "x"), ("›»→▶▸❯⟩⇒", ">"), ("‹«←◀◂❮⟨⇐", "<"),
            ("↑▲▴⇑⤒", "^"), ("↓▼▾⇓⤓", "v"), ("↔↕⇔", "-"), ("↩↪↵⏎␤", "<"), ("⟳↻↺⟲", "@"),
            ("‘’‚′", "'"), ("“”„″", "\""), ("▀▄█▌▐▓▔▁▂▃▅▆▇", "#"), ("░▒", ":"), ("€£¥", "$"),
            ("⚠", "!"), ("⌛⏳", "~"), ("\u{a0}\u{2002}\u{2003}\u{2007}\u{2009}\u{202f}", " "),
        ]
        var pairs: [Character: String] = [:]
        for (characters, other) in table {
            for character in characters { pairs[character] = other }
        }
        return pairs
    }()
}
