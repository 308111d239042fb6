/// What Tab offers for the word before the cursor, and how far one has gone through it.
struct Completion: Equatable, Sendable {
    /// Candidates of one completion.
    static let candidatesMax = 200
    /// Rows of the list that is drawn.
    static let rowsMax = 8

    /// One thing that the word may become.
    struct Candidate: Equatable, Sendable {
        /// What is written in its place.
        var text: String
        /// What the list shows.
        var label: String
        /// What the list says about it.
        var note: String

        init(_ text: String, label: String? = nil, note: String = "") {
            self.text = text
            self.label = label ?? text
            self.note = note
        }
    }

    let candidates: [Candidate]
    /// The candidate that stands in the text.
    private(set) var chosen = 0
    /// Where the word began, in characters.
    private let start: Int
    /// Whether the chosen candidate is other than what was typed: one step of undo.
    private var hasWritten = false
    /// The word as it was typed.
    private let typed: String

    /// Completes what is before the cursor and writes the first candidate; nil: there is nothing
    /// to complete.
    init?(_ composer: inout Composer, _ sources: CompletionSources, isBack: Bool = false) {
        guard let offer = sources.offer(for: composer), !offer.candidates.isEmpty else {
            return nil
        }
        candidates = Array(offer.candidates.prefix(Completion.candidatesMax))
        start = offer.start
        typed = String(composer.characters[offer.start..<composer.cursor])
        chosen = isBack ? candidates.count - 1 : 0
        write(to: &composer)
    }

    /// The only candidate stands in the text already: there is no list to show.
    var isDone: Bool { candidates.count == 1 }

    /// Writes the next candidate, or the one before, in the place of this one.
    mutating func step(_ step: Int, in composer: inout Composer) {
        cancel(in: &composer)
        chosen = (chosen + step % candidates.count + candidates.count) % candidates.count
        write(to: &composer)
    }

    /// Brings back what was typed; the text has to be as this completion left it.
    func cancel(in composer: inout Composer) {
        if hasWritten { composer.undo() }
    }

    private mutating func write(to composer: inout Composer) {
        let end = start + typed.count
        // A blank that is there already is not written twice.
        var text = candidates[chosen].text
        if text.last == " ", end < composer.characters.count, composer.characters[end] == " " {
            text.removeLast()
        }
        hasWritten = text != typed
        composer.replace(start..<end, with: text)
    }

    /// Rows that the list takes; 0: there is none.
    var rows: Int { isDone ? 0 : min(candidates.count, Completion.rowsMax) }

    /// Draws the list from a row on, with as many rows as there are.
    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        let count = min(rows, self.rows)
        guard count > 0, columns > 4 else { return }
        let first = min(max(chosen - count / 2, 0), candidates.count - count)
        let shown = candidates[first..<first + count]
        let widest = shown.map { TextWidth.of($0.label) }.max() ?? 0
        let labels = min(widest, max(columns * 3 / 5, 8))
        let notes = shown.map { TextWidth.of($0.note) }.max() ?? 0
        let width = min(columns, labels + (notes == 0 ? 3 : notes + 5))
        for (line, candidate) in shown.enumerated() {
            let isChosen = first + line == chosen
            let style = isChosen ? Style(paper: .chosen, isBold: true) : Style(paper: .chosen)
            let quiet = Style(ink: .quiet, paper: .chosen)
            let end = column + width
            grid.fill(row: row + line, from: column, to: end, style: style)
            grid.put(isChosen ? "›" : " ", row: row + line, column: column, end: end, style: style)
            grid.put(
                TextWidth.fit(SafeText.escaped(candidate.label), labels), row: row + line,
                column: column + 2, end: end, style: style)
            if width > labels + 5 {
                grid.put(
                    TextWidth.fit(SafeText.escaped(candidate.note), width - labels - 5),
                    row: row + line, column: column + 4 + labels, end: end,
                    style: isChosen ? style : quiet)
            }
        }
    }
}
