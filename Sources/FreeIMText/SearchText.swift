/// Cuts a text into the words that the full-text index holds, and a query into those it asks for.
///
/// Letters are compared without case, accents and width. Scripts written without spaces go in as
/// single characters and pairs; words go in whole and as their first one, two and three letters,
/// so that a query for the beginning of a common word is one list and not a merging of many.
/// Symbols (emoji) stand for themselves. Words come apart by spaces, with only ASCII letters and
/// digits or characters beyond ASCII in them: what FTS5's tokenizer `ascii` takes as it is.
public enum SearchText {
    /// Counts up when the cut changes; an index of another version is made anew.
    public static let version = 1
    /// Characters of a word beyond which it is cut.
    public static let wordCharactersMax = 40
    /// Words that a query asks the index for; what it holds beyond is compared afterwards.
    public static let queryWordsMax = 32
    /// Scalars of a query.
    public static let queryScalarsMax = 1_024

    /// What a query asks for.
    public struct Query: Equatable, Sendable {
        /// FTS5's MATCH expression; empty: there is nothing that the index holds.
        public var match: String
        /// The parts between white space, folded; each has to occur in a text.
        public var parts: [[UInt32]]
    }

    private struct Run {
        var kind = FoldedScalar.Kind.separator
        var scalars: [UInt32] = []
    }

    /// The words of a text, spaces between them.
    public static func words(_ text: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count * 3)
        runs(of: text.unicodeScalars) { append($0, to: &out) }
        return String(decoding: out, as: UTF8.self)
    }

    /// A text as it is compared.
    public static func folded(_ text: String) -> [UInt32] {
        var out: [UInt32] = []
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            let folded = FoldedScalar(scalar)
            if folded.kind != .nothing { out.append(folded.value) }
        }
        return out
    }

    /// What to ask for to find texts that hold each part of `text` between white space.
    public static func query(_ text: String) -> Query {
        let scalars = text.unicodeScalars.prefix(queryScalarsMax)
        var words: [String] = []
        var parts: [[UInt32]] = []
        for part in scalars.split(whereSeparator: \.properties.isWhitespace) {
            var found: [Run] = []
            runs(of: part) { found.append($0) }
            for (index, run) in found.enumerated() {
                words += asked(run, isLast: index == found.count - 1)
            }
            let folded = folded(String(String.UnicodeScalarView(part)))
            if !folded.isEmpty { parts.append(folded) }
        }
        var seen: Set<String> = []
        let asked = words.filter { seen.insert($0).inserted }.prefix(queryWordsMax)
        return Query(match: asked.joined(separator: " "), parts: parts)
    }

    /// Whether a text holds each part of a query.
    public static func holds(_ text: String, _ parts: [[UInt32]]) -> Bool {
        let text = folded(text)
        return parts.allSatisfy { contains(text, $0) }
    }

    private static func contains(_ text: [UInt32], _ part: [UInt32]) -> Bool {
        guard let first = part.first, part.count <= text.count else { return part.isEmpty }
        return text.withUnsafeBufferPointer { text in
            part.withUnsafeBufferPointer { part in
                for start in 0...(text.count - part.count) where text[start] == first {
                    var index = 1
                    while index < part.count, text[start + index] == part[index] { index += 1 }
                    if index == part.count { return true }
                }
                return false
            }
        }
    }

    /// Hands out the runs of one kind, in order; separators are left out.
    private static func runs(
        of scalars: some Sequence<Unicode.Scalar>, _ take: (Run) -> Void
    ) {
        var run = Run()
        for scalar in scalars {
            let folded = FoldedScalar(scalar)
            if folded.kind == .nothing { continue }
            if folded.kind != run.kind || folded.kind == .symbol {
                if !run.scalars.isEmpty { take(run) }
                run.kind = folded.kind
                run.scalars.removeAll(keepingCapacity: true)
            }
            if folded.kind != .separator { run.scalars.append(folded.value) }
        }
        if !run.scalars.isEmpty { take(run) }
    }

    private static func append(_ run: Run, to out: inout [UInt8]) {
        let scalars = run.scalars
        switch run.kind {
        case .word:
            for length in 1...min(3, scalars.count) { append(scalars[0..<length], &out) }
            if scalars.count > 3 { append(scalars.prefix(wordCharactersMax), &out) }
        case .dense:
            for index in scalars.indices {
                append(scalars[index...index], &out)
                if index + 1 < scalars.count { append(scalars[index...(index + 1)], &out) }
            }
        case .symbol: append(scalars[...], &out)
        case .separator, .nothing: break
        }
    }

    private static func append(_ scalars: ArraySlice<UInt32>, _ out: inout [UInt8]) {
        for value in scalars {
            if value < 0x80 {
                out.append(UInt8(value))
            } else if let scalar = Unicode.Scalar(value) {
                out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        out.append(0x20)
    }

    /// The words that the index holds for what a run of a query asks for.
    private static func asked(_ run: Run, isLast: Bool) -> [String] {
        let scalars = run.scalars
        switch run.kind {
        case .word:
            let isWhole = !isLast || scalars.count <= 3
            let word = quoted(scalars.prefix(wordCharactersMax))
            return [isWhole || scalars.count >= wordCharactersMax ? word : word + "*"]
        case .dense where scalars.count == 1: return [quoted(scalars[...])]
        case .dense:
            return (1..<scalars.count).map { quoted(scalars[($0 - 1)...$0]) }
        case .symbol: return [quoted(scalars[...])]
        case .separator, .nothing: return []
        }
    }

    private static func quoted(_ scalars: ArraySlice<UInt32>) -> String {
        var bytes: [UInt8] = []
        append(scalars, &bytes)
        return "\"" + String(decoding: bytes.dropLast(), as: UTF8.self) + "\""
    }
}
