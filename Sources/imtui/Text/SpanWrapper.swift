/// Breaks spans into lines, cluster by cluster.
struct SpanWrapper {
    /// One cluster of the line that is being filled, and the span that it comes from.
    private struct Piece {
        var text: Character
        var span: Int
        var columns: Int
    }

    private let columns: Int
    private var sources: [Span] = []
    private var lines: [[Span]] = []
    private var line: [Piece] = []
    private var width = 0
    /// Clusters of the line before its last place to break; nil: none.
    private var breakAt: Int?

    init(columns: Int) {
        self.columns = columns
    }

    mutating func add(_ span: Span) {
        sources.append(span)
        for character in span.text {
            if character == "\n" || character == "\r\n" {
                end(at: line.count)
                continue
            }
            add(Piece(text: character, span: sources.count - 1, columns: TextWidth.of(character)))
        }
    }

    private mutating func add(_ piece: Piece) {
        if let last = line.last, LineBreaking.allows(between: last.text, and: piece.text) {
            breakAt = line.count
        }
        while width + piece.columns > columns, piece.text != " ", !line.isEmpty {
            end(at: breakAt ?? line.count)
        }
        line.append(piece)
        width += piece.columns
    }

    /// Ends the line before one of its clusters; what stands behind begins the next one.
    private mutating func end(at place: Int) {
        lines.append(spans(line[..<place]))
        line.removeFirst(place)
        width = line.reduce(0) { $0 + $1.columns }
        breakAt = nil
    }

    private func spans(_ pieces: ArraySlice<Piece>) -> [Span] {
        var spans: [Span] = []
        var previous = -1
        for piece in pieces {
            if piece.span != previous {
                let source = sources[piece.span]
                spans.append(Span("", source.style, link: source.link))
                previous = piece.span
            }
            spans[spans.count - 1].text.append(piece.text)
        }
        return spans
    }

    /// The lines; one at least.
    mutating func finished() -> [[Span]] {
        end(at: line.count)
        return lines
    }
}

/// Where a line may break between two clusters.
enum LineBreaking {
    /// Characters that do not begin a line.
    private static let closing = Set<Character>(
        "、。，．：；？！）］｝〕〉》」』】〙〗〟’”»…‥·・ー々ゝゞヽヾ％℃),.:;?!]}>%'\"”’～—｡､｣")
    /// Characters that do not end a line.
    private static let opening = Set<Character>("（［｛〔〈《「『【〘〖〝‘“«([{<｢￥＄")

    static func allows(between one: Character, and other: Character) -> Bool {
        if one == " " || one == "\t" || one == "\u{200b}" { return other != " " }
        if other == " " { return false }
        guard isFree(one) || isFree(other) else { return false }
        return !closing.contains(other) && !opening.contains(one) && one != "\u{a0}"
            && other != "\u{a0}" && one != "\u{2060}" && other != "\u{2060}"
    }

    /// Characters on either side of which a line may break: ideographs, kana, syllables, emoji.
    private static func isFree(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first, first.value >= 0x1100 else {
            return false
        }
        return TextWidth.of(character) == 2
    }
}
