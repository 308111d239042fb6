/// A line cut into words; what is in quotes is one word, and the line's rest stays as written.
struct CommandWords: Sendable {
    struct Word: Equatable, Sendable {
        var text: String
        /// Quotes stood around it: it is nobody's name.
        var isQuoted = false
        /// Its quote is not closed.
        var isOpen = false
        /// Where it begins in the line.
        var start: String.Index
    }

    let words: [Word]
    private let line: String
    private let given: [String]?

    /// The words of a line. A quote counts at the beginning of a word, and behind `name=`; a
    /// backslash in double quotes takes the next character as it is.
    init(line: String) {
        self.line = line
        given = nil
        var words: [Word] = []
        var place = line.startIndex
        while let start = line[place...].firstIndex(where: { !$0.isWhitespace }) {
            words.append(CommandWords.word(line, start, &place))
        }
        self.words = words
    }

    /// Words that a shell has cut already.
    init(words: [String]) {
        line = ""
        given = words
        let start = "".startIndex
        self.words = words.map { Word(text: $0, start: start) }
    }

    /// The line from that word on, as it was written.
    func rest(from index: Int) -> String {
        if let given { return given[index...].joined(separator: " ") }
        var rest = line[words[index].start...]
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }

    private static func word(
        _ line: String, _ start: String.Index, _ place: inout String.Index
    ) -> Word {
        var word = Word(text: "", start: start)
        place = start
        if "\"'".contains(line[start]) { word.isQuoted = true }
        while place < line.endIndex, !line[place].isWhitespace {
            let character = line[place]
            let mayOpen = place == start || (word.text.last == "=" && !word.isQuoted)
            if "\"'".contains(character), mayOpen {
                word.isOpen = !quoted(line, character, &place, &word.text)
                if word.isQuoted { break }
            } else {
                word.text.append(character)
                place = line.index(after: place)
            }
        }
        return word
    }

    /// Takes what stands in quotes; false: the line ends before they do.
    private static func quoted(
        _ line: String, _ quote: Character, _ place: inout String.Index, _ text: inout String
    ) -> Bool {
        place = line.index(after: place)
        while place < line.endIndex {
            var character = line[place]
            place = line.index(after: place)
            if character == quote { return true }
            if character == "\\", quote == "\"", place < line.endIndex {
                character = line[place]
                place = line.index(after: place)
            }
            text.append(character)
        }
        return false
    }
}
