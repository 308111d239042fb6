import FreeIMCore

/// Reads the config line by line: `name = value`, `bind KEY = action [context]`, `unbind KEY`.
struct SettingsParser {
    /// The names of the settings, in the order the documentation has them.
    static let names = [
        "notify", "mouse", "colours", "background", "editor", "picture", "clock",
        "sidebar-width", "open-command",
    ]

    private(set) var settings = Settings()
    private(set) var problems: [SettingsProblem] = []
    private let file: String
    private var number = 0
    /// The lines that say something, by what they say it about.
    private var said: [String: Int] = [:]

    init(file: String) {
        self.file = file
    }

    mutating func take(_ line: Substring, number: Int) {
        self.number = number
        let line = line.trimmed
        if line.isEmpty || line.hasPrefix("#") { return }
        let word = line.prefix { !$0.isWhitespace && $0 != "=" }
        let rest = line.dropFirst(word.count).trimmed
        switch word {
        case "bind": bind(rest)
        case "unbind": unbind(rest)
        default:
            guard rest.hasPrefix("=") else {
                let bare = SettingsParser.names.contains(String(word))
                return wrong(
                    bare
                        ? "'\(word)' has no value; write '\(word) = …'"
                        : "'\(line)' is none of 'name = value', 'bind KEY = action', 'unbind KEY'")
            }
            set(String(word), String(rest.dropFirst().trimmed))
        }
    }

    private mutating func wrong(_ text: String) {
        problems.append(SettingsProblem(file: file, line: number, text: text))
    }

    /// Notes that a line says something about `what`; a second one is a mistake.
    private mutating func isFirst(_ what: String) -> Bool {
        if let before = said[what] {
            wrong("\(what) is there already, in line \(before); this line is left out")
            return false
        }
        said[what] = number
        return true
    }

    private mutating func set(_ name: String, _ value: String) {
        guard SettingsParser.names.contains(name) else {
            return wrong(
                "there is no setting '\(name)'; "
                    + Nearest.words(name, SettingsParser.names, "the settings are"))
        }
        guard isFirst("'\(name)'") else { return }
        switch name {
        case "notify": choose(name, value, \.notify)
        case "colours": choose(name, value, \.colours)
        case "background": choose(name, value, \.background)
        case "picture": choose(name, value, \.picture)
        case "clock": choose(name, value, \.clock)
        case "mouse":
            guard value == "on" || value == "off" else {
                return refuse(name, value, "on or off")
            }
            settings.hasMouse = value == "on"
        case "sidebar-width":
            let range = Settings.sidebarColumns
            if value == "auto" { return settings.sidebarWidth = nil }
            guard let columns = Int(value), range.contains(columns) else {
                return refuse(name, value, "auto, or \(range.lowerBound) to \(range.upperBound)")
            }
            settings.sidebarWidth = columns
        case "editor": settings.editor = value
        default:
            if value.isEmpty { return refuse(name, value, "a command, as xdg-open") }
            settings.openCommand = value
        }
    }

    private mutating func choose<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ value: String, _ path: WritableKeyPath<Settings, Choice>
    ) where Choice.RawValue == String {
        guard let choice = Choice(rawValue: value) else {
            let all = Choice.allCases.map(\.rawValue)
            let last = all.last ?? ""
            return refuse(name, value, all.dropLast().joined(separator: ", ") + " or " + last)
        }
        settings[keyPath: path] = choice
    }

    private mutating func refuse(_ name: String, _ value: String, _ right: String) {
        wrong("'\(name) = \(value)' is not understood; it is \(right)")
    }

    private mutating func bind(_ rest: Substring) {
        // The key may be `=` itself: what is bound comes behind the last one.
        guard let sign = rest.lastIndex(of: "="), sign > rest.startIndex else {
            return wrong("'bind \(rest)' binds nothing; write 'bind KEY = action'")
        }
        let name = rest[..<sign].trimmed
        let words = rest[rest.index(after: sign)...].split(whereSeparator: \.isWhitespace)
        guard let key = key(name) else { return }
        guard let word = words.first, words.count <= 2 else {
            return wrong("'bind \(rest)' is not understood; write 'bind KEY = action [context]'")
        }
        guard let action = UIAction(rawValue: String(word)) else {
            return wrong(
                "there is no action '\(word)'; "
                    + Nearest.words(
                        String(word), UIAction.allCases.map(\.rawValue), "F1 lists them, as"))
        }
        guard let context = words.count == 2 ? context(words[1]) : action.context else { return }
        if context == .compose, key.isWriting {
            return wrong(
                "'\(key.name)' alone is for writing; bind it with Ctrl or Alt, or in browse")
        }
        guard isFirst("'\(key.name)' in \(context.rawValue)") else { return }
        settings.keys.bind(key, to: action, in: context)
    }

    private mutating func unbind(_ rest: Substring) {
        let words = rest.split(whereSeparator: \.isWhitespace)
        guard let first = words.first, words.count <= 2 else {
            return wrong("'unbind \(rest)' is not understood; write 'unbind KEY [context]'")
        }
        guard let key = key(first) else { return }
        if words.count == 2 {
            guard let context = context(words[1]) else { return }
            if !settings.keys.unbind(key, in: context) {
                wrong("'\(key.name)' is not bound in \(context.rawValue)")
            }
            return
        }
        let were = UIAction.Context.allCases.filter { settings.keys.unbind(key, in: $0) }
        if were.isEmpty { wrong("'\(key.name)' is not bound") }
    }

    private mutating func key(_ name: Substring) -> Key? {
        guard let key = Key(name: String(name)) else {
            wrong("there is no key '\(name)'; keys are as Ctrl-J, Alt-Up, Alt-/, F7, PgUp, Space")
            return nil
        }
        return key
    }

    private mutating func context(_ word: Substring) -> UIAction.Context? {
        guard let context = UIAction.Context(rawValue: String(word)) else {
            wrong("there is no context '\(word)'; it is compose or browse")
            return nil
        }
        return context
    }
}

extension Key {
    /// Typed without Ctrl or Alt it puts a character into the text.
    var isWriting: Bool {
        guard case .character = code else { return false }
        return modifiers.isDisjoint(with: [.alt, .control])
    }
}

extension Substring {
    /// Without blanks at both ends.
    fileprivate var trimmed: Substring {
        var text = drop { $0.isWhitespace }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}

/// The name that a mistyped one was meant to be.
enum Nearest {
    /// "did you mean 'x'?", or the whole list behind `otherwise` when nothing is near.
    static func words(_ name: String, _ names: [String], _ otherwise: String) -> String {
        if let near = EditDistance.nearest(to: name, among: names) {
            return "did you mean '\(near)'?"
        }
        return otherwise + " " + names.prefix(9).joined(separator: ", ")
    }
}
