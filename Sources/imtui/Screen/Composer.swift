/// The text being written, by grapheme cluster: readline's movements, a kill ring, undo and redo.
struct Composer: Equatable, Sendable {
    /// Characters of a text being written; what is beyond is not taken.
    static let charactersMax = 16_384
    /// UTF-8 bytes of a text being written; what is beyond is not taken.
    static let bytesMax = 61_440
    /// Cut texts that can be put back; the oldest goes first.
    static let killsMax = 16
    /// Steps that can be undone; the oldest goes first.
    static let undoStepsMax = 200
    /// Characters that the steps hold together; the oldest step goes first.
    static let undoCharactersMax = 262_144
    /// Keys that make up one step of undo.
    static let typingMax = 32

    /// A stretch of the text that became another one.
    private struct Edit: Equatable, Sendable {
        var at: Int
        var old: [Character]
        var new: [Character]
        var cursorBefore: Int
        var cursorAfter: Int

        var size: Int { old.count + new.count }
    }

    /// What the last key did, for whatever goes on with it.
    private enum Last: Equatable, Sendable {
        case other
        case typed(count: Int, isBlank: Bool)
        case deleted(count: Int)
        case killed
        /// What was put back stands there; `back` kills before the newest one.
        case yanked(Range<Int>, back: Int)
    }

    private(set) var characters: [Character] = []
    private(set) var cursor = 0
    private var bytes = 0
    private var kills: [[Character]] = []
    private var past: [[Edit]] = []
    private var future: [[Edit]] = []
    private var last = Last.other
    /// The screen column that going up and down aims for.
    private var goal: Int?

    init(_ text: String = "") {
        replace(0..<0, with: text, step: .other)
        past = []
    }

    var text: String { String(characters) }
    var isEmpty: Bool { characters.isEmpty }
    var canUndo: Bool { !past.isEmpty }
    var canRedo: Bool { !future.isEmpty }
    /// The cut texts, the newest last.
    var killRing: [String] { kills.map { String($0) } }

    // MARK: Text in and out

    /// Writes at the cursor, control characters left out; the characters that had no room.
    @discardableResult
    mutating func insert(_ text: String) -> Int {
        let blank = text.allSatisfy(\.isWhitespace)
        guard text.count == 1 else { return replace(cursor..<cursor, with: text, step: .other) }
        var count = 1
        if case .typed(let before, let wasBlank) = last, before < Composer.typingMax,
            !wasBlank || blank
        {
            count = before + 1
        }
        return replace(cursor..<cursor, with: text, step: .typed(count: count, isBlank: blank))
    }

    /// Writes a pasted text as one step of undo; the characters that had no room.
    @discardableResult
    mutating func paste(_ text: String) -> Int {
        replace(cursor..<cursor, with: text, step: .other)
    }

    /// Puts another text in the place of this one, as a step that can be undone.
    mutating func set(_ text: String) {
        replace(0..<characters.count, with: text, step: .other)
    }

    /// Puts a text in the place of a stretch, the cursor behind it, as a step that can be undone.
    mutating func replace(_ range: Range<Int>, with text: String) {
        replace(range.clamped(to: 0..<characters.count), with: text, step: .other)
    }

    /// Another text altogether, a chat's draft: nothing of this one can be undone, but what was
    /// cut can still be put back.
    mutating func reset(_ text: String = "") {
        let kept = kills
        self = Composer(text)
        kills = kept
    }

    /// Takes the text out and begins anew.
    mutating func take() -> String {
        defer { reset() }
        return text
    }

    // MARK: Movement

    mutating func left() { move(to: cursor - 1) }
    mutating func right() { move(to: cursor + 1) }
    mutating func lineStart() { move(to: lineBounds.lowerBound) }
    mutating func lineEnd() { move(to: lineBounds.upperBound) }
    mutating func wordLeft() { move(to: wordStart) }
    mutating func wordRight() { move(to: wordEnd) }

    /// Puts the cursor before a character, or as near to it as there is one.
    mutating func move(to place: Int) {
        cursor = min(max(place, 0), characters.count)
        last = .other
        goal = nil
    }

    /// Rows up or down as the text is wrapped; false at the first or the last.
    mutating func vertical(_ step: Int, width: Int) -> Bool {
        let layout = ComposerLayout(characters, cursor: cursor, width: width)
        let row = layout.cursorRow + step
        guard layout.ranges.indices.contains(row) else { return false }
        let column = goal ?? layout.cursorColumn
        move(to: layout.place(row: row, column: column))
        goal = column
        return true
    }

    /// The text as rows of a box of `width` columns, with the cursor's place among them.
    func layout(width: Int) -> ComposerLayout {
        ComposerLayout(characters, cursor: cursor, width: width)
    }

    // MARK: Deletion

    mutating func backspace() { delete(cursor - 1..<cursor) }
    mutating func deleteForward() { delete(cursor..<cursor + 1) }
    mutating func killToEnd() {
        let end = lineBounds.upperBound
        // At a line's end its newline goes, as Emacs has it.
        kill(cursor..<(end == cursor ? min(end + 1, characters.count) : end), isForward: true)
    }
    mutating func killToStart() { kill(lineBounds.lowerBound..<cursor, isForward: false) }
    /// Back to a blank.
    mutating func killWordLeft() { kill(blankStart..<cursor, isForward: false) }
    /// Back to where the word of letters begins.
    mutating func deleteWordLeft() { kill(wordStart..<cursor, isForward: false) }
    mutating func deleteWordRight() { kill(cursor..<wordEnd, isForward: true) }

    /// Puts back what was cut last.
    mutating func yank() {
        guard let newest = kills.last else { return }
        yank(newest, over: cursor..<cursor, back: 0)
    }

    /// Right behind a yank: what was cut before that takes its place.
    mutating func yankPop() {
        guard case .yanked(let range, let back) = last, !kills.isEmpty else { return }
        let next = (back + 1) % kills.count
        yank(kills[kills.count - 1 - next], over: range, back: next)
    }

    /// Exchanges the characters around the cursor.
    mutating func transpose() {
        let at = cursor == characters.count ? cursor - 1 : cursor
        guard at > 0, characters[at] != "\n", characters[at - 1] != "\n" else { return }
        let turned = String(characters[at]) + String(characters[at - 1])
        replace(at - 1..<at + 1, with: turned, step: .other)
    }

    // MARK: Undo

    mutating func undo() {
        guard let step = past.popLast() else { return }
        for edit in step.reversed() {
            swap(edit.at, edit.new.count, edit.old)
            cursor = edit.cursorBefore
        }
        future.append(step)
        last = .other
        goal = nil
    }

    mutating func redo() {
        guard let step = future.popLast() else { return }
        for edit in step {
            swap(edit.at, edit.old.count, edit.new)
            cursor = edit.cursorAfter
        }
        past.append(step)
        last = .other
        goal = nil
    }

    // MARK: Places

    /// The line that the cursor is in, without its newline.
    var lineBounds: Range<Int> {
        let start = characters[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0
        let end = characters[cursor...].firstIndex(of: "\n") ?? characters.count
        return start..<end
    }

    private var blankStart: Int {
        var at = cursor
        while at > 0, characters[at - 1].isWhitespace { at -= 1 }
        while at > 0, !characters[at - 1].isWhitespace { at -= 1 }
        return at
    }

    private var wordStart: Int {
        var at = cursor
        while at > 0, !characters[at - 1].isWord { at -= 1 }
        while at > 0, characters[at - 1].isWord { at -= 1 }
        return at
    }

    private var wordEnd: Int {
        var at = cursor
        while at < characters.count, !characters[at].isWord { at += 1 }
        while at < characters.count, characters[at].isWord { at += 1 }
        return at
    }

    // MARK: Changes

    private mutating func delete(_ range: Range<Int>) {
        guard range.lowerBound >= 0, range.upperBound <= characters.count else { return }
        var count = 1
        if case .deleted(let before) = last, before < Composer.typingMax { count = before + 1 }
        replace(range, with: "", step: .deleted(count: count))
    }

    private mutating func kill(_ range: Range<Int>, isForward: Bool) {
        if range.isEmpty { return }
        let cut = Array(characters[range])
        if case .killed = last, let newest = kills.popLast() {
            kills.append(isForward ? newest + cut : cut + newest)
        } else {
            kills.append(cut)
            if kills.count > Composer.killsMax { kills.removeFirst() }
        }
        replace(range, with: "", step: .killed)
    }

    private mutating func yank(_ cut: [Character], over range: Range<Int>, back: Int) {
        let start = range.lowerBound
        replace(range, with: String(cut), step: .other)
        last = .yanked(min(start, cursor)..<cursor, back: back)
    }

    /// Every change comes through here: the characters that had no room.
    @discardableResult
    private mutating func replace(_ range: Range<Int>, with text: String, step: Last) -> Int {
        let room = Composer.charactersMax - characters.count + range.count
        let freed = characters[range].reduce(0) { $0 + $1.utf8.count }
        let (added, left) = ComposerText.fitting(
            ComposerText.clean(text), characters: room, bytes: Composer.bytesMax - bytes + freed)
        if added.isEmpty, range.isEmpty { return left }
        // Marks, flags and joiners may merge with what stands beside them.
        let around = ComposerText.surroundings(of: range, in: characters)
        let head = String(characters[around.lowerBound..<range.lowerBound]) + added
        let tail = String(characters[range.upperBound..<around.upperBound])
        var edit = Edit(
            at: around.lowerBound, old: Array(characters[around]), new: Array(head + tail),
            cursorBefore: cursor, cursorAfter: 0)
        edit.cursorAfter = min(edit.at + head.count, edit.at + edit.new.count)
        trim(&edit)
        let isChange = edit.size > 0
        if isChange { remember(edit, step) }
        swap(edit.at, edit.old.count, edit.new)
        cursor = edit.cursorAfter
        last = isChange ? step : .other
        goal = nil
        return left
    }

    /// Leaves out what is the same before and after.
    private func trim(_ edit: inout Edit) {
        let most = min(edit.old.count, edit.new.count)
        var same = 0
        while same < most, edit.old[same] == edit.new[same] { same += 1 }
        var behind = 0
        while behind < most - same,
            edit.old[edit.old.count - 1 - behind] == edit.new[edit.new.count - 1 - behind]
        {
            behind += 1
        }
        edit.at += same
        edit.old = Array(edit.old[same..<edit.old.count - behind])
        edit.new = Array(edit.new[same..<edit.new.count - behind])
    }

    private mutating func swap(_ at: Int, _ count: Int, _ new: [Character]) {
        let range = at..<at + count
        bytes -= characters[range].reduce(0) { $0 + $1.utf8.count }
        bytes += new.reduce(0) { $0 + $1.utf8.count }
        characters.replaceSubrange(range, with: new)
    }

    private mutating func remember(_ edit: Edit, _ step: Last) {
        future = []
        switch step {
        case .typed(let count, _) where count > 1, .deleted(let count) where count > 1:
            if past.isEmpty { past.append([]) }
            past[past.count - 1].append(edit)
        case .other, .typed, .deleted, .killed, .yanked: past.append([edit])
        }
        var held = past.reduce(0) { $0 + $1.reduce(0) { $0 + $1.size } }
        while past.count > Composer.undoStepsMax
            || (held > Composer.undoCharactersMax && past.count > 1)
        {
            held -= past.removeFirst().reduce(0) { $0 + $1.size }
        }
    }
}

extension Character {
    /// What a word is made of, for moving by words.
    fileprivate var isWord: Bool { isLetter || isNumber || self == "_" }
}
