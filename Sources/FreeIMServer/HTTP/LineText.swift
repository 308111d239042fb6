/// Which characters a name may hold: what looks like another name, or like nothing, may not.
enum LineText {
    /// Whether a free text may not hold it: control characters but tab, new line and return.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a, 0x0d: false
        case 0x00...0x1f, 0x7f...0x9f: true
        default: false
        }
    }

    /// Whether one line may not hold it: control characters, line ends, what has no width, what
    /// turns the direction of the text. The joiners that scripts and emoji need are let pass.
    static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f, 0xad, 0x61c, 0x180e, 0x200b, 0x200e...0x200f,
            0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f:
            true
        default: false
        }
    }

    /// The characters of `isControl` as a class of a regular expression.
    static let controlClass = #"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"#
    /// The characters of `isRefused` in the basic plane, likewise.
    static let refusedClass =
        #"\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f"#
        + #"\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"#

    /// Scripts whose letters look like one another's.
    private enum Script {
        case latin, greek, cyrillic, armenian, cherokee
    }

    /// Whether letters of scripts that look alike stand together, as in `pаypal` with a
    /// Cyrillic `а`: such a name passes for another.
    static func mixesScripts(_ text: String) -> Bool {
        Set(text.unicodeScalars.compactMap(script)).count > 1
    }

    private static func script(_ scalar: Unicode.Scalar) -> Script? {
        guard scalar.properties.isAlphabetic else { return nil }
        switch scalar.value {
        case 0x41...0x24f, 0x1e00...0x1eff: return .latin
        case 0x370...0x3ff, 0x1f00...0x1fff: return .greek
        case 0x400...0x52f, 0x1c80...0x1c8f, 0x2de0...0x2dff, 0xa640...0xa69f: return .cyrillic
        case 0x531...0x58f: return .armenian
        case 0x13a0...0x13ff, 0xab70...0xabbf: return .cherokee
        default: return nil
        }
    }
}
