/// Text from others, made safe for a terminal.
enum SafeText {
    /// The text with every control character shown as a picture and bidi controls left out, so
    /// that nothing in it can move the cursor or change colours; newlines stay when asked for.
    static func escaped(_ text: String, keepsNewlines: Bool = false) -> String {
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0a where keepsNewlines: safe.append(scalar)
            case 0x09: safe.append(contentsOf: "    ".unicodeScalars)
            case 0...0x1f:
                safe.append(Unicode.Scalar(0x2400 + scalar.value) ?? "?")
            case 0x7f: safe.append("\u{2421}")
            case 0x80...0x9f, 0x202a...0x202e, 0x2066...0x2069, 0xfff9...0xfffb, 0x200e,
                0x200f, 0xfeff:
                safe.append("\u{fffd}")
            default: safe.append(scalar)
            }
        }
        return String(safe)
    }
}
