import FreeIMClient

/// What there is to complete with; made anew when it changes, and searched on Tab.
struct CompletionSources: Equatable, Sendable {
    /// Characters of a name that are looked back over for its `@`.
    static let nameCharactersMax = 64

    /// Who can be named, the likeliest first.
    var people: [Person] = []
    /// Whether `@all` means something here.
    var hasAll = false
    /// The titles of chats, the newest first.
    var chats: [String] = []
    var commands = SlashCommand.all

    /// A word, what stands for it in the list, and where it begins.
    typealias Offer = (start: Int, candidates: [Completion.Candidate])

    /// What the word before the cursor may become; nil: nothing.
    func offer(for composer: Composer) -> Offer? {
        let before = Array(composer.characters[..<composer.cursor])
        if before.first == "/", before.dropFirst().first != "/", !before.contains("\n") {
            return command(before)
        }
        return word(before)
    }

    // MARK: Words of a text

    /// `@name` or `:emoji:`.
    private func word(_ before: [Character]) -> Offer? {
        var at = before.count - 1
        // A name may have blanks in it: an @ further back counts while some name goes on so.
        while at >= 0, before[at] != "\n", before.count - at <= CompletionSources.nameCharactersMax
        {
            let typed = String(before[(at + 1)...])
            if before[at] == "@", at == 0 || !before[at - 1].isNameLike {
                let found = mentions(typed)
                return found.isEmpty ? nil : (at, found)
            }
            if before[at] == ":", !typed.contains(where: \.isWhitespace) {
                if let found = emoji(typed, before[..<at]) { return found }
            }
            at -= 1
        }
        return nil
    }

    private func mentions(_ typed: String) -> [Completion.Candidate] {
        var found = named(typed).map { person in
            let word = word(for: person)
            return Completion.Candidate(
                "@\(word) ", label: "@\(word)", note: word == person.account ? "" : person.account)
        }
        if hasAll, "all".hasPrefix(typed.lowercased()) {
            found.append(Completion.Candidate("@all ", label: "@all", note: "everyone here"))
        }
        return found
    }

    /// What is written behind the `@` for somebody: the nickname where nobody else has it.
    private func word(for person: Person) -> String {
        let nickname = person.nickname
        if person.account.isEmpty { return nickname }
        let isShared = people.contains {
            $0.userID != person.userID
                && [$0.nickname, $0.account].contains { $0.lowercased() == nickname.lowercased() }
        }
        return nickname.isEmpty || isShared ? person.account : nickname
    }

    /// The people whose nickname or account begins with a text; without any, those it fits.
    private func named(_ typed: String) -> [Person] {
        let known = people.filter { !$0.nickname.isEmpty || !$0.account.isEmpty }
        if typed.isEmpty { return known }
        let wanted = typed.lowercased()
        let begun = known.filter {
            $0.nickname.lowercased().hasPrefix(wanted) || $0.account.lowercased().hasPrefix(wanted)
        }
        if !begun.isEmpty || typed.contains(" ") { return begun }
        return FuzzyMatch.rank(typed, known.map { "\($0.nickname) \($0.account)" })
            .map { known[$0.index] }
    }

    /// A name that is closed by a second colon becomes its emoji at once.
    private func emoji(_ typed: String, _ before: ArraySlice<Character>) -> Offer? {
        if typed.isEmpty {
            guard let open = before.lastIndex(of: ":"),
                let emoji = EmojiTable.named(String(before[(open + 1)...]))
            else { return nil }
            return (open, [Completion.Candidate(emoji.text + " ")])
        }
        // The colon of 12:30 or https: begins no name.
        if let last = before.last, last.isNameLike { return nil }
        let found = emoji(typed)
        return found.isEmpty ? nil : (before.count, found)
    }

    private func emoji(_ typed: String) -> [Completion.Candidate] {
        EmojiTable.find(typed, limit: Completion.candidatesMax).map {
            Completion.Candidate($0.text + " ", label: "\($0.text) :\($0.name):")
        }
    }

    // MARK: Commands

    private func command(_ before: [Character]) -> Offer? {
        let line = String(before).lowercased()
        let command = commands.filter { line.hasPrefix($0.slash + " ") }
            .max { $0.slash.count < $1.slash.count }
        // `/chat ` may still become `/chat pin`.
        let longer = commands.filter { $0.slash.hasPrefix(line) }.map(\.candidate)
        guard let command else {
            if !longer.isEmpty { return (0, longer) }
            let fitting = FuzzyMatch.rank(line, commands.map(\.slash))
            return (0, fitting.map { commands[$0.index].candidate })
        }
        guard let offer = parameter(of: command, before) else {
            return longer.isEmpty ? nil : (0, longer)
        }
        if longer.isEmpty { return offer }
        let head = String(before[..<offer.start])
        return (
            0,
            longer
                + offer.candidates.map {
                    Completion.Candidate(head + $0.text, label: $0.label, note: $0.note)
                }
        )
    }

    /// The word of a command that is being typed.
    private func parameter(of command: SlashCommand, _ before: [Character]) -> Offer? {
        let from = command.slash.count
        let rest = String(before[from...])
        let words = CommandWords(line: rest).words
        var done = words[...]
        var start = before.count
        var typed = ""
        if let last = words.last, last.isOpen || rest.last?.isWhitespace == false {
            done = words.dropLast()
            start = from + rest.distance(from: rest.startIndex, to: last.start)
            typed = last.text
        }
        let isQuoted = words.last?.isQuoted == true && done.count < words.count
        if !isQuoted, let sign = typed.firstIndex(of: "="),
            let named = command.parameters.first(where: { $0.isNamed && $0.name == typed[..<sign] })
        {
            let head = named.name + "="
            let found = candidates(named.kind, String(typed[sign...].dropFirst()))
            return found.isEmpty
                ? nil
                : (
                    start,
                    found.map {
                        Completion.Candidate(head + $0.text, label: $0.label, note: $0.note)
                    }
                )
        }
        let places = command.parameters.filter { !$0.isNamed }
        let index = done.filter { word in
            !command.parameters.contains { $0.isNamed && $0.owns(word) }
        }.count
        // The last one goes on when it takes several words.
        let place =
            index < places.count ? places[index] : places.last.flatMap { $0.isLong ? $0 : nil }
        if place?.kind == .rest, let found = word(before), found.start >= start { return found }
        var found = place.map { candidates($0.kind, typed) } ?? []
        found += command.parameters.filter {
            $0.isNamed && $0.name.hasPrefix(typed) && !isQuoted
        }.map { Completion.Candidate($0.kind == .flag ? $0.name + " " : $0.name + "=") }
        return found.isEmpty ? nil : (start, found)
    }

    /// What a parameter may be; each with the blank behind it.
    private func candidates(
        _ kind: CommandDefinition.Parameter.Kind, _ typed: String
    ) -> [Completion.Candidate] {
        switch kind {
        case .user, .users:
            let plain = typed.hasPrefix("@") ? String(typed.dropFirst()) : typed
            return named(plain).filter { !$0.account.isEmpty }.map {
                Completion.Candidate(
                    "@\($0.account) ", label: "@\($0.account)", note: $0.nickname)
            }
        case .chat:
            return FuzzyMatch.rank(typed, chats).map { index, _ in
                Completion.Candidate(
                    CompletionSources.quoted(chats[index]) + " ", label: chats[index])
            }
        case .choice(let choices):
            return choices.filter { $0.hasPrefix(typed.lowercased()) }
                .map { Completion.Candidate($0 + " ", label: $0) }
        case .emoji: return emoji(typed.filter { $0 != ":" })
        case .text, .rest, .path, .number, .flag: return []
        }
    }

    /// A word as `CommandWords` reads it back: in quotes when it has to be.
    static func quoted(_ word: String) -> String {
        let isPlain = !word.contains { $0.isWhitespace || "\"'\\=".contains($0) }
        if isPlain, !word.isEmpty { return word }
        let escaped = word.map { "\"\\".contains($0) ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }
}

/// A command as far as completing it needs.
struct SlashCommand: Equatable, Sendable {
    /// As it is written: `/friend add`.
    var slash: String
    var summary: String
    var parameters: [CommandDefinition.Parameter]

    /// Every command of the table, and the short forms behind them.
    static let all: [SlashCommand] = {
        let long = CommandTable.all.map {
            SlashCommand(slash: $0.slash, summary: $0.summary, parameters: $0.parameters)
        }
        let short = CommandTable.aliases.compactMap { alias -> SlashCommand? in
            let full = long.filter { (alias.long + " ").hasPrefix($0.slash + " ") }
                .max { $0.slash.count < $1.slash.count }
            guard let full else { return nil }
            // What the short form says already is not asked for again.
            let said = alias.long.dropFirst(full.slash.count).split(separator: " ").count
            let named = full.parameters.filter(\.isNamed)
            let placed = full.parameters.filter { !$0.isNamed }.dropFirst(said)
            return SlashCommand(
                slash: alias.short, summary: full.summary, parameters: named + placed)
        }
        return long + short
    }()

    fileprivate var candidate: Completion.Candidate {
        let end = parameters.isEmpty ? "" : " "
        return Completion.Candidate(slash + end, label: slash, note: summary)
    }
}

extension CommandDefinition.Parameter {
    /// It takes every word behind it too.
    fileprivate var isLong: Bool { kind == .rest || kind == .users }

    /// Whether a word is for this one by its name.
    fileprivate func owns(_ word: CommandWords.Word) -> Bool {
        if word.isQuoted { return false }
        return word.text.hasPrefix(name + "=") || (kind == .flag && word.text == name)
    }
}

extension Character {
    /// Part of an ASCII word: what stands before an `@` or a `:` that begins nothing.
    fileprivate var isNameLike: Bool { isASCII && (isLetter || isNumber || self == "_") }
}
