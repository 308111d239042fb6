/// A key as the screen understands it.
struct Key: Hashable, Sendable {
    enum Code: Hashable, Sendable {
        case character(Character)
        case enter, tab, backspace, delete, insert, escape
        case up, down, left, right
        case home, end, pageUp, pageDown
        case function(Int)
    }

    struct Modifiers: OptionSet, Hashable, Sendable {
        let rawValue: UInt8

        static let alt = Modifiers(rawValue: 1)
        static let control = Modifiers(rawValue: 2)
        static let shift = Modifiers(rawValue: 4)
    }

    var code: Code
    var modifiers: Modifiers = []

    init(_ code: Code, _ modifiers: Modifiers = []) {
        self.code = code
        self.modifiers = modifiers
    }

    static func character(_ character: Character) -> Key { Key(.character(character)) }
    /// Ctrl with a lower-case letter, `_`, `]` or a space.
    static func control(_ character: Character) -> Key { Key(.character(character), .control) }
    /// Alt with a character, its case kept.
    static func alt(_ character: Character) -> Key { Key(.character(character), .alt) }
    static func alt(_ code: Code) -> Key { Key(code, .alt) }

    static let enter = Key(.enter)
    static let tab = Key(.tab)
    static let backspace = Key(.backspace)
    static let delete = Key(.delete)
    static let escape = Key(.escape)
    static let up = Key(.up)
    static let down = Key(.down)
    static let left = Key(.left)
    static let right = Key(.right)
    static let home = Key(.home)
    static let end = Key(.end)
    static let pageUp = Key(.pageUp)
    static let pageDown = Key(.pageDown)
    static func function(_ number: Int) -> Key { Key(.function(number)) }
}
