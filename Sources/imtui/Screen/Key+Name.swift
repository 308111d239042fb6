/// Keys by name, as the config and the help write them: `Ctrl-J`, `Alt-Up`, `F7`, `PgUp`, `Alt-/`.
extension Key {
    /// Function keys that have a name.
    static let functionKeys = 1...24

    private static let names: [(name: String, code: Code)] = [
        ("Enter", .enter), ("Tab", .tab), ("Backspace", .backspace), ("Delete", .delete),
        ("Insert", .insert), ("Esc", .escape), ("Up", .up), ("Down", .down), ("Left", .left),
        ("Right", .right), ("Home", .home), ("End", .end), ("PgUp", .pageUp),
        ("PgDn", .pageDown), ("Space", .character(" ")),
    ]
    /// Other ways to write the same.
    private static let otherNames: [String: Code] = [
        "return": .enter, "escape": .escape, "pageup": .pageUp, "pagedown": .pageDown,
        "del": .delete, "ins": .insert,
    ]

    private static let prefixes: [(name: String, modifier: Modifiers)] = [
        ("Ctrl-", .control), ("Alt-", .alt), ("Shift-", .shift),
    ]

    /// The key's name; `init(name:)` of it gives the key again.
    var name: String {
        var modifiers = modifiers
        var base: String
        switch code {
        case .function(let number): base = "F\(number)"
        case .character(let character):
            base = Key.names.first { $0.code == code }?.name ?? String(character)
            let isModified = !modifiers.isDisjoint(with: [.alt, .control])
            if isModified, character.isLetter, character.isASCII {
                if character.isUppercase { modifiers.insert(.shift) }
                base = base.uppercased()
            }
        case .enter, .tab, .backspace, .delete, .insert, .escape, .up, .down, .left, .right,
            .home, .end, .pageUp, .pageDown:
            base = Key.names.first { $0.code == code }?.name ?? ""
        }
        return Key.prefixes.filter { modifiers.contains($0.modifier) }.map(\.name).joined() + base
    }

    /// The key of a name, its case of no account but for a single letter without Ctrl or Alt;
    /// nil: there is none.
    init?(name: String) {
        var rest = Substring(name)
        var modifiers: Modifiers = []
        while let prefix = Key.prefixes.first(where: {
            rest.count > $0.name.count && rest.lowercased().hasPrefix($0.name.lowercased())
        }) {
            modifiers.insert(prefix.modifier)
            rest = rest.dropFirst(prefix.name.count)
        }
        guard let first = rest.first else { return nil }
        if rest.count == 1 {
            guard let code = Key.code(of: first, &modifiers) else { return nil }
            self.init(code, modifiers)
            return
        }
        let lower = rest.lowercased()
        if first == "F" || first == "f", let number = Int(rest.dropFirst()) {
            guard Key.functionKeys.contains(number) else { return nil }
            self.init(.function(number), modifiers)
            return
        }
        let named = Key.names.first { $0.name.lowercased() == lower }?.code
        guard let code = named ?? Key.otherNames[lower] else { return nil }
        self.init(code, modifiers)
    }

    /// A single character with its modifiers as the terminal gives them: Ctrl in lower case, Shift
    /// in the letter's own case.
    private static func code(of character: Character, _ modifiers: inout Modifiers) -> Code? {
        if character.isWhitespace { return nil }
        guard character.isASCII, character.isLetter else { return .character(character) }
        if modifiers.contains(.control) {
            return .character(Character(character.lowercased()))
        }
        if modifiers.remove(.shift) != nil {
            return .character(Character(character.uppercased()))
        }
        let isModified = modifiers.contains(.alt)
        return .character(isModified ? Character(character.lowercased()) : character)
    }
}
