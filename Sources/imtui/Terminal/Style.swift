/// How a cell looks; nothing is meant by colour alone.
struct Style: Hashable, Sendable {
    /// What a colour is for; the painter knows which one the terminal has.
    enum Ink: Hashable, Sendable {
        case plain
        case quiet
        case accent
        case good
        case warning
        case link
        /// One of the stable colours of people, by `personCount`.
        case person(Int)
        /// A picture's colour, 0xRRGGBB.
        case rgb(UInt32)
    }

    /// What lies behind the text.
    enum Paper: Hashable, Sendable {
        case plain
        /// The row that is chosen.
        case chosen
        /// A message that mentions the reader.
        case mention
        /// A picture's colour, 0xRRGGBB.
        case rgb(UInt32)
    }

    /// Colours that people have.
    static let personCount = 12

    var ink = Ink.plain
    var paper = Paper.plain
    var isBold = false
    var isReversed = false
    var isUnderlined = false
    var isItalic = false

    static let plain = Style()
    static let quiet = Style(ink: .quiet)
    static let bold = Style(isBold: true)
    static let bar = Style(isReversed: true)
}
