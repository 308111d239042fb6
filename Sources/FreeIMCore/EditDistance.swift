/// How far a mistyped word is from the one that was meant.
public enum EditDistance {
    /// Elements to put in, leave out or exchange.
    public static func between<Element: Equatable>(_ one: [Element], _ other: [Element]) -> Int {
        var row = Array(0...other.count)
        for (line, element) in one.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for at in other.indices {
                let change = diagonal + (other[at] == element ? 0 : 1)
                diagonal = row[at + 1]
                row[at + 1] = min(change, row[at + 1] + 1, row[at] + 1)
            }
        }
        return row[other.count]
    }

    /// The word that was likely meant; nil when none is near.
    public static func nearest(to word: String, among words: [String]) -> String? {
        let wanted = Array(word)
        let near = words.map { (word: $0, distance: between(wanted, Array($0))) }
            .min { $0.distance < $1.distance }
        guard let near, near.distance <= max(2, wanted.count / 3) else { return nil }
        return near.word
    }
}
