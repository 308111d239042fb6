/// The text being written: a cursor, readline's movements, a kill ring of one, undo.
struct Composer: Equatable, Sendable {
    /// Characters of a text being written.
    static let charactersMax = 16_384
    /// Steps that can be undone.
    static let undoMax = 100

    private(set) var characters: [Character] = []
    private(set) var cursor = 0
    private var killed: [Character] = []
    private var past: [[Character]] = []

    init(_ text: String = "") {
        characters = Array(text)
        cursor = characters.count
    }

    var text: String { String(characters) }
    var isEmpty: Bool { characters.isEmpty }

    mutating func insert(_ text: String) {
        let room = Composer.charactersMax - characters.count
        let added = Array(text.prefix(max(room, 0)))
        remember()
        // Joining marks may merge with what stands before: the cursor counts clusters.
        let before = String(characters[..<cursor]) + String(added)
        let after = String(characters[cursor...])
        characters = Array(before + after)
        cursor = min(Array(before).count, characters.count)
    }

    mutating func backspace() { delete(cursor - 1..<cursor) }
    mutating func deleteForward() { delete(cursor..<cursor + 1) }
    mutating func left() { cursor = max(0, cursor - 1) }
    mutating func right() { cursor = min(characters.count, cursor + 1) }
    mutating func lineStart() { cursor = lineBounds.lowerBound }
    mutating func lineEnd() { cursor = lineBounds.upperBound }
    mutating func wordLeft() { cursor = wordStart }
    mutating func wordRight() { cursor = wordEnd }
    mutating func killToEnd() { kill(cursor..<max(lineBounds.upperBound, cursor)) }
    mutating func killToStart() { kill(lineBounds.lowerBound..<cursor) }
    mutating func killWordLeft() { kill(wordStart..<cursor) }
    mutating func yank() { insert(String(killed)) }

    /// A line up or down; false at the first or last.
    mutating func vertical(_ step: Int) -> Bool {
        let bounds = lineBounds
        let column = cursor - bounds.lowerBound
        if step < 0 {
            guard bounds.lowerBound > 0 else { return false }
            cursor = bounds.lowerBound - 1
        } else {
            guard bounds.upperBound < characters.count else { return false }
            cursor = bounds.upperBound + 1
        }
        let line = lineBounds
        cursor = min(line.lowerBound + column, line.upperBound)
        return true
    }

    mutating func undo() {
        guard let before = past.popLast() else { return }
        characters = before
        cursor = min(cursor, characters.count)
    }

    /// Takes the text out and begins anew.
    mutating func take() -> String {
        defer { self = Composer() }
        return text
    }

    private var lineBounds: Range<Int> {
        let start = characters[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0
        let end = characters[cursor...].firstIndex(of: "\n") ?? characters.count
        return start..<end
    }

    private var wordStart: Int {
        var at = cursor
        while at > 0, characters[at - 1].isWhitespace { at -= 1 }
        while at > 0, !characters[at - 1].isWhitespace { at -= 1 }
        return at
    }

    private var wordEnd: Int {
        var at = cursor
        while at < characters.count, characters[at].isWhitespace { at += 1 }
        while at < characters.count, !characters[at].isWhitespace { at += 1 }
        return at
    }

    private mutating func delete(_ range: Range<Int>) {
        guard range.lowerBound >= 0, range.upperBound <= characters.count, !range.isEmpty else {
            return
        }
        remember()
        characters.removeSubrange(range)
        cursor = range.lowerBound
    }

    private mutating func kill(_ range: Range<Int>) {
        if range.isEmpty { return }
        killed = Array(characters[range])
        delete(range)
    }

    private mutating func remember() {
        past.append(characters)
        if past.count > Composer.undoMax { past.removeFirst() }
    }
}
