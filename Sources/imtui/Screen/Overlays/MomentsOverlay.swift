import FreeIMProtocol

/// The feed: read, like, comment, publish.
struct MomentsOverlay: OverlayPart {
    /// Posts that are held; the oldest pages are not loaded beyond.
    static let postsMax = 500
    private static let columnsMax = 84
    /// Rows of the text of a post that is being written.
    private static let publishRows = 6

    /// What is asked for first, and on `r`.
    static let firstCall = CommandCall("moment.list")

    /// What the keys are for.
    private enum Mode: Equatable, Sendable {
        case reading
        case commenting(Int64, Composer)
        case publishing(Composer, isPublic: Bool)
        case deleting(Int64)
    }

    private let ownID: Int64
    private(set) var posts: [Moment] = []
    private(set) var notice = ""
    /// Where the next page begins; nil: there is none.
    private var cursor: String?
    private var isLoading = true
    private var mode = Mode.reading
    private var chosen = 0
    private var scroll = LineScroll()

    /// Shows nothing until `took` brings the answer to `firstCall`, which the caller performs.
    init(ownID: Int64) {
        self.ownID = ownID
    }

    // MARK: Answers

    /// Takes a command's answer; what to do next.
    @discardableResult
    mutating func took(data: JSONValue, for call: CommandCall) -> [ScreenEffect] {
        switch call.name {
        case "moment.list":
            isLoading = false
            let page = data["list"].items.compactMap(Moment.init)
            let isFirst = call.arguments["before"] == nil
            let held = isFirst ? [] : posts
            let known = Set(held.map(\.id))
            let chosenID = posts.indices.contains(chosen) ? posts[chosen].id : nil
            posts = Array(
                (held + page.filter { !known.contains($0.id) }).prefix(MomentsOverlay.postsMax))
            let isLast = page.isEmpty || posts.count == MomentsOverlay.postsMax
            cursor = isLast ? nil : data["next_cursor"].text.flatMap { $0.isEmpty ? nil : $0 }
            chosen = posts.firstIndex { $0.id == chosenID } ?? 0
            if isFirst, chosen == 0 { scroll = LineScroll() }
            return []
        case "moment.comment", "moment.publish", "moment.delete":
            isLoading = true
            return [.call(MomentsOverlay.firstCall, chatroomID: nil)]
        default: return []
        }
    }

    /// A command was refused: says why, and takes back what was shown as done.
    mutating func failed(_ reason: String, for call: CommandCall) {
        guard call.name.hasPrefix("moment.") else { return }
        notice = reason
        isLoading = false
        let isLike = call.name == "moment.like"
        guard isLike || call.name == "moment.unlike", let id = call.arguments["id"]?.integer else {
            return
        }
        setLike(id, !isLike)
    }

    private mutating func setLike(_ id: Int64, _ isLiked: Bool) {
        guard let at = posts.firstIndex(where: { $0.id == id }), posts[at].isLiked != isLiked
        else { return }
        posts[at].isLiked = isLiked
        posts[at].likeCount = max(0, posts[at].likeCount + (isLiked ? 1 : -1))
    }

    // MARK: Keys

    private func box(_ size: GridSize) -> OverlayBox {
        OverlayBox(in: size, rows: size.rows - 2, columns: MomentsOverlay.columnsMax)
    }

    /// Rows below the feed for what is being written or asked.
    private func footRows(_ box: OverlayBox) -> Int {
        switch mode {
        case .reading: notice.isEmpty ? 0 : 1
        case .commenting, .deleting: 1
        case .publishing: min(MomentsOverlay.publishRows + 1, max(box.rows, 1))
        }
    }

    private func feedRows(_ box: OverlayBox) -> Int { max(box.rows - footRows(box), 0) }

    mutating func handle(_ event: InputEvent, in size: GridSize) -> OverlayOutcome {
        let box = box(size)
        switch mode {
        case .reading: return read(event, box)
        case .commenting(let id, let line): return comment(event, id, line)
        case .publishing(let text, let isPublic): return publish(event, text, isPublic, box)
        case .deleting(let id):
            guard case .key(let key) = event else { return .stay }
            if key == .character("y") || key == .character("Y") {
                mode = .reading
                return perform("moment.delete", ["id": .int(id)])
            }
            if [.character("n"), .character("N"), .escape, .control("c")].contains(key) {
                mode = .reading
            }
            return .stay
        }
    }

    private mutating func read(_ event: InputEvent, _ box: OverlayBox) -> OverlayOutcome {
        if case .mouse(let mouse) = event { return handle(mouse, box) }
        guard case .key(let key) = event else { return .stay }
        notice = ""
        let page = max(feedRows(box) - 1, 1)
        switch key {
        case .escape, .control("c"), .character("q"): return .close
        case .down, .character("j"): return step(1, box)
        case .up, .character("k"): return step(-1, box)
        case .pageDown, .character(" "): return move(page, box)
        case .pageUp: return move(-page, box)
        case .home, .character("g"):
            chosen = 0
            scroll = LineScroll()
        case .end, .character("G"): return step(posts.count, box)
        case .character("n"): return more()
        case .character("r"):
            isLoading = true
            return .perform([.call(MomentsOverlay.firstCall, chatroomID: nil)], closes: false)
        case .character("p"): mode = .publishing(Composer(), isPublic: false)
        default: return act(key)
        }
        return .stay
    }

    /// What is done to the chosen post.
    private mutating func act(_ key: Key) -> OverlayOutcome {
        guard posts.indices.contains(chosen) else { return .stay }
        let post = posts[chosen]
        switch key {
        case .character("l"):
            setLike(post.id, !post.isLiked)
            let name = post.isLiked ? "moment.unlike" : "moment.like"
            return perform(name, ["id": .int(post.id)])
        case .character("c"): mode = .commenting(post.id, Composer())
        case .character("D"):
            if post.userID == ownID {
                mode = .deleting(post.id)
            } else {
                notice = "only your own can be deleted"
            }
        default: break
        }
        return .stay
    }

    private func perform(_ name: String, _ arguments: [String: JSONValue]) -> OverlayOutcome {
        .perform([.call(CommandCall(name, arguments), chatroomID: nil)], closes: false)
    }

    /// The next page, unless it is on its way or there is none.
    private mutating func more() -> OverlayOutcome {
        if isLoading { return .stay }
        guard let cursor else {
            notice = "there is no more"
            return .stay
        }
        isLoading = true
        return perform("moment.list", ["before": .string(cursor)])
    }

    private mutating func handle(_ mouse: MouseEvent, _ box: OverlayBox) -> OverlayOutcome {
        switch mouse.kind {
        case .wheelUp: return move(-3, box)
        case .wheelDown: return move(3, box)
        case .release, .drag: return .stay
        case .press:
            if !box.holds(mouse) { return .close }
            guard let row = box.innerRow(mouse), row < feedRows(box) else { return .stay }
            let all = lines(box.columns)
            let at = scroll.first(total: all.count, rows: feedRows(box)) + row
            if all.indices.contains(at) { chosen = all[at].post }
            return .stay
        }
    }

    /// Chooses another post; of one that is higher than the screen its rest comes first.
    private mutating func step(_ by: Int, _ box: OverlayBox) -> OverlayOutcome {
        let all = lines(box.columns)
        let rows = feedRows(box)
        guard let range = range(of: chosen, all) else { return .stay }
        let top = scroll.first(total: all.count, rows: rows)
        if by == 1, range.contains(top), range.upperBound > top + rows { return move(1, box) }
        if by == -1, range.contains(top), range.lowerBound < top { return move(-1, box) }
        if by > 0, chosen == posts.count - 1 { return cursor == nil ? .stay : more() }
        chosen = min(max(chosen + by, 0), posts.count - 1)
        if let range = self.range(of: chosen, all) {
            scroll.show(range, total: all.count, rows: rows)
        }
        return .stay
    }

    /// Scrolls by lines; the post at the top is chosen. At the end the next page is loaded.
    private mutating func move(_ by: Int, _ box: OverlayBox) -> OverlayOutcome {
        let all = lines(box.columns)
        let rows = feedRows(box)
        let before = scroll.first(total: all.count, rows: rows)
        scroll.move(by, total: all.count, rows: rows)
        let top = scroll.first(total: all.count, rows: rows)
        if all.indices.contains(top) { chosen = all[top].post }
        if by > 0, top == before {
            chosen = max(posts.count - 1, 0)
            return cursor == nil ? .stay : more()
        }
        return .stay
    }

    private mutating func comment(
        _ event: InputEvent, _ id: Int64, _ line: Composer
    ) -> OverlayOutcome {
        switch event {
        case .key(.escape), .key(.control("c")): mode = .reading
        case .key(.enter):
            mode = .reading
            let text = line.text.trimmingBlanks
            if text.isEmpty { return .stay }
            return perform("moment.comment", ["id": .int(id), "text": .string(text)])
        default:
            var line = line
            _ = EditKeys.field(event, &line)
            mode = .commenting(id, line)
        }
        return .stay
    }

    private mutating func publish(
        _ event: InputEvent, _ text: Composer, _ isPublic: Bool, _ box: OverlayBox
    ) -> OverlayOutcome {
        var text = text
        var isPublic = isPublic
        switch event {
        case .key(.escape), .key(.control("c")):
            mode = .reading
            return .stay
        case .key(.enter):
            mode = .reading
            let words = text.text.trimmingBlanks
            if words.isEmpty { return .stay }
            let visibility = isPublic ? "public" : "friends"
            return perform(
                "moment.publish", ["text": .string(words), "visibility": .string(visibility)])
        case .key(.tab): isPublic.toggle()
        case .paste(let pasted): text.paste(pasted)
        case .key(let key):
            if !EditKeys.type(key, into: &text),
                let action = KeyBindings.standard.action(for: key, in: .compose)
            {
                _ = EditKeys.apply(action, to: &text, width: box.columns)
            }
        default: break
        }
        mode = .publishing(text, isPublic: isPublic)
        return .stay
    }

    // MARK: The picture

    /// A line of the feed and the post that it belongs to.
    private struct FeedLine: Equatable {
        var post: Int
        var isFirst: Bool
        var line: Moment.Line
    }

    private func lines(_ columns: Int) -> [FeedLine] {
        posts.enumerated().flatMap { index, post in
            let card = post.lines(max(columns - 2, 2))
            let gap = Moment.Line(text: "", style: .plain)
            return (card + [gap]).enumerated().map {
                FeedLine(post: index, isFirst: $0.offset == 0, line: $0.element)
            }
        }
    }

    private func range(of post: Int, _ all: [FeedLine]) -> Range<Int>? {
        guard let first = all.firstIndex(where: { $0.post == post }),
            let last = all.lastIndex(where: { $0.post == post })
        else { return nil }
        return first..<last
    }

    private var hint: String {
        switch mode {
        case .reading: "Esc closes · l like · c comment · p publish · n more · r anew · D delete"
        case .commenting: "Enter comments · Esc leaves it"
        case .publishing(_, let isPublic):
            "Enter publishes to \(isPublic ? "everyone" : "friends") · Tab changes that · Esc"
        case .deleting: "y deletes · n keeps"
        }
    }

    func draw(into grid: inout Grid, row: Int, column: Int, rows: Int, columns: Int) {
        let box = box(GridSize(rows: rows, columns: columns))
        let title = isLoading ? "Moments · loading…" : "Moments"
        box.draw(title: title, hint: hint, into: &grid, row: row, column: column)
        let left = column + box.innerLeft
        let end = left + box.columns
        let top = row + box.innerTop
        let all = lines(box.columns)
        let feed = feedRows(box)
        if all.isEmpty, feed > 0 {
            let words = isLoading ? "" : "nothing yet; p publishes the first one"
            grid.put(words, row: top, column: left, end: end, style: .quiet)
        }
        let first = scroll.first(total: all.count, rows: feed)
        for (index, entry) in all.dropFirst(first).prefix(feed).enumerated() {
            if entry.post == chosen {
                let mark = entry.isFirst ? "›" : entry.line.text.isEmpty ? " " : "│"
                grid.put(mark, row: top + index, column: left, end: end, style: Style(ink: .accent))
            }
            grid.put(
                entry.line.text, row: top + index, column: left + 2, end: end,
                style: entry.line.style)
        }
        drawFoot(into: &grid, row: top + feed, rows: box.rows - feed, left: left, end: end)
    }

    private func drawFoot(into grid: inout Grid, row: Int, rows: Int, left: Int, end: Int) {
        if rows <= 0 { return }
        switch mode {
        case .reading:
            grid.put(
                TextWidth.fit(SafeText.escaped(notice), end - left), row: row, column: left,
                end: end, style: Style(ink: .warning))
        case .commenting(_, let line):
            let at = grid.put("comment: ", row: row, column: left, end: end, style: .bold)
            FieldView(line).draw(into: &grid, row: row, column: at, end: end, isFocused: true)
        case .deleting:
            grid.put("delete this post? y n", row: row, column: left, end: end, style: .bold)
        case .publishing(let text, let isPublic):
            let head = "to \(isPublic ? "everyone" : "friends"), Tab changes that"
            grid.put(head, row: row, column: left, end: end, style: .bold)
            let layout = text.layout(width: end - left)
            let room = rows - 1
            if room < 1 { return }
            let first = max(0, layout.cursorRow - room + 1)
            for (index, line) in layout.rows.dropFirst(first).prefix(room).enumerated() {
                grid.put(line, row: row + 1 + index, column: left, end: end)
            }
            grid.cursor = (row + 1 + layout.cursorRow - first, left + layout.cursorColumn)
        }
    }
}
