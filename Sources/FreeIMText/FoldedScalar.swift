import Foundation

/// A Unicode scalar as search compares it: without case, accents and width, and what it is to a
/// text that is cut into words.
struct FoldedScalar {
    enum Kind: UInt8 {
        case separator
        /// A letter or digit of a script that puts spaces between words.
        case word
        /// A character of a script that does not.
        case dense
        /// An emoji or another sign that stands for itself.
        case symbol
        /// A mark or a joiner; it neither counts nor separates.
        case nothing
    }

    let value: UInt32
    let kind: Kind

    init(_ scalar: Unicode.Scalar) {
        let value = scalar.value
        if value < 0x80 {
            self.init(ascii: value)
        } else if (0x4e00...0x9fff).contains(value) {
            self.init(value: value, kind: .dense)
        } else if (0xff01...0xff5e).contains(value) {
            self.init(ascii: value - 0xfee0)  // full-width forms of ASCII
        } else {
            self.init(value: FoldedScalar.bare(value), kind: FoldedScalar.kind(of: scalar))
        }
    }

    private init(value: UInt32, kind: Kind) {
        (self.value, self.kind) = (value, kind)
    }

    private init(ascii value: UInt32) {
        switch value {
        case 0x41...0x5a: self.init(value: value + 32, kind: .word)
        case 0x30...0x39, 0x61...0x7a: self.init(value: value, kind: .word)
        case 0x09...0x0d: self.init(value: 0x20, kind: .separator)
        default: self.init(value: value, kind: .separator)
        }
    }

    /// Latin, Greek and Cyrillic.
    private static let lettersEnd: UInt32 = 0x530
    private static let letters = table(0..<lettersEnd)
    /// Vietnamese, and Greek with breathings.
    private static let moreLettersStart: UInt32 = 0x1e00
    private static let moreLetters = table(moreLettersStart..<0x2000)

    private static func bare(_ value: UInt32) -> UInt32 {
        if value < lettersEnd { return letters[Int(value)] }
        if value >= moreLettersStart, value < 0x2000 {
            return moreLetters[Int(value - moreLettersStart)]
        }
        return value
    }

    /// The letter without case and accents, for each scalar of a range.
    private static func table(_ range: Range<UInt32>) -> [UInt32] {
        range.map { value in
            guard value >= 0xa0, let scalar = Unicode.Scalar(value),
                scalar.properties.isAlphabetic
            else { return value }
            let bare = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.first
            let lower = (bare ?? scalar).properties.lowercaseMapping.unicodeScalars.first
            return lower == "ς" ? 0x3c3 : (lower ?? scalar).value
        }
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0x0e00...0x0eff, 0x0f40...0x0fbc, 0x1000...0x109f, 0x1780...0x17d3,  // Thai to Khmer
            0x1100...0x11ff, 0x3005...0x3007, 0x3041...0x3096, 0x309d...0x309f,
            0x30a1...0x30fa, 0x30fc...0x30ff, 0x3105...0x312f, 0x3131...0x318e,
            0x31f0...0x31ff, 0x3400...0x4dbf, 0xac00...0xd7a3, 0xf900...0xfaff,
            0xff66...0xff9f, 0x20000...0x3ffff:
            return isMark(scalar) ? .nothing : .dense
        case 0x1f3fb...0x1f3ff: return .nothing  // skin tones
        case 0x1f000...0x1faff: return .symbol
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber, .spacingMark:
            return .word
        case .nonspacingMark, .enclosingMark, .format: return .nothing
        case .otherSymbol, .mathSymbol, .currencySymbol: return .symbol
        case .modifierSymbol, .connectorPunctuation, .dashPunctuation, .openPunctuation,
            .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation,
            .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .surrogate,
            .privateUse, .unassigned:
            return .separator
        @unknown default: return .separator
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .nonspacingMark
    }
}
