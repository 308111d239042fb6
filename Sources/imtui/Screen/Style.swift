/// How a cell looks; nothing is meant by colour alone.
struct Style: Equatable, Sendable {
    /// What a colour is for; the painter knows which one the terminal has.
    enum Ink: Equatable, Sendable {
        case plain
        case quiet
        case accent
        case good
        case warning
        /// One of the stable colours of people.
        case person(Int)
    }

    var ink = Ink.plain
    var isBold = false
    var isReversed = false
    var isUnderlined = false

    static let plain = Style()
    static let quiet = Style(ink: .quiet)
    static let bold = Style(isBold: true)
    static let bar = Style(isReversed: true)
}
