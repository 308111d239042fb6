/// How well a query fits a text that has its characters in order, with others between them.
struct FuzzyMatch: Equatable, Sendable {
    /// Characters of a text that are looked at.
    static let textMax = 200
    /// Characters of a query that are looked at.
    static let queryMax = 50

    /// More is better.
    let score: Int
    /// The characters of the text that were hit, ascending.
    let places: [Int]

    private static let hit = 16
    private static let textStart = 14
    private static let wordStart = 10
    private static let follows = 9
    private static let sameCase = 1
    private static let gap = 3

    /// The best match; nil: the query is no part of the text. Blanks of the query count for
    /// nothing, and an empty query fits everything alike.
    init?(_ query: String, _ text: String) {
        self.init(FuzzyQuery(query), text)
    }

    init?(_ query: FuzzyQuery, _ text: String) {
        if query.isEmpty {
            score = 0
            places = []
            return
        }
        guard query.isWithin(text) else { return nil }
        let characters = Array(text.prefix(FuzzyMatch.textMax))
        guard let best = FuzzyMatch.best(query, characters) else { return nil }
        // Of two equal hits the shorter text is meant.
        score = best.score - characters.count / 8
        places = best.places
    }

    /// The texts that fit, best first, equal ones in the order they came in.
    static func rank(
        _ query: String, _ texts: some Sequence<String>
    ) -> [(index: Int, match: FuzzyMatch)] {
        let query = FuzzyQuery(query)
        var found: [(index: Int, match: FuzzyMatch)] = []
        for (index, text) in texts.enumerated() {
            if let match = FuzzyMatch(query, text) { found.append((index, match)) }
        }
        return found.sorted {
            ($1.match.score, $0.index) < ($0.match.score, $1.index)
        }
    }

    /// The placing of the query's characters that scores most.
    private static func best(
        _ query: FuzzyQuery, _ text: [Character]
    ) -> (score: Int, places: [Int])? {
        let folded = text.map(FuzzyQuery.fold)
        let bonuses = text.indices.map { bonus(text, $0) }
        let none = Int.min / 2
        var before = [Int](repeating: none, count: text.count)
        var came = [[Int]](
            repeating: [Int](repeating: -1, count: text.count), count: query.folded.count)
        for (line, wanted) in query.folded.enumerated() {
            var now = [Int](repeating: none, count: text.count)
            // The best end of what came before, each column further away costing one.
            var run = none
            var runAt = -1
            for at in text.indices {
                if folded[at] == wanted {
                    let isSame = text[at] == query.characters[line]
                    let own = hit + bonuses[at] + (isSame ? sameCase : 0)
                    if line == 0 {
                        now[at] = own - min(at, 6)
                    } else {
                        let next = at > 0 ? before[at - 1] + follows : none
                        let far = run - gap
                        if max(next, far) > none / 2 {
                            now[at] = own + max(next, far)
                            came[line][at] = next >= far ? at - 1 : runAt
                        }
                    }
                }
                run -= 1
                if at > 0, before[at - 1] > run {
                    run = before[at - 1]
                    runAt = at - 1
                }
            }
            before = now
        }
        guard let score = before.max(), score > none / 2,
            var at = before.firstIndex(of: score)
        else { return nil }
        var places: [Int] = []
        for line in came.indices.reversed() {
            places.append(at)
            at = came[line][at]
        }
        return (score, places.reversed())
    }

    /// What a hit at a place is worth beyond itself.
    private static func bonus(_ text: [Character], _ at: Int) -> Int {
        if at == 0 { return textStart }
        let before = text[at - 1]
        if !(before.isLetter || before.isNumber) { return wordStart }
        if text[at].isUppercase, before.isLowercase { return wordStart }
        return 0
    }
}

/// A query made ready to be held against many texts.
struct FuzzyQuery: Equatable, Sendable {
    let characters: [Character]
    let folded: [UInt32]

    init(_ text: String) {
        characters = Array(text.filter { !$0.isWhitespace }.prefix(FuzzyMatch.queryMax))
        folded = characters.map(FuzzyQuery.fold)
    }

    var isEmpty: Bool { characters.isEmpty }

    /// Whether a text has all of it in order.
    func isWithin(_ text: String) -> Bool {
        var next = 0
        for character in text {
            if FuzzyQuery.fold(character) == folded[next] {
                next += 1
                if next == folded.count { return true }
            }
        }
        return false
    }

    /// A number that is the same for both cases of a letter.
    static func fold(_ character: Character) -> UInt32 {
        guard let first = character.unicodeScalars.first else { return 0 }
        switch first.value {
        case 0x41...0x5a: return first.value + 32
        case 0..<0xc0, 0x2e80...0xffff: return first.value
        default: return first.properties.lowercaseMapping.unicodeScalars.first?.value ?? 0
        }
    }
}
