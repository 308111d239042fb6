import Testing

@testable import imtui

@Suite struct TerminalPainterTests {
    private static func traits(_ change: (inout TerminalTraits) -> Void = { _ in })
        -> TerminalTraits
    {
        var traits = TerminalTraits()
        traits.colours = .every
        change(&traits)
        return traits
    }

    static let clusters = [
        "a", "b", " ", "é", "你", "好", "👋", "👨‍👩‍👧", "🇩🇪", "❤️", "1️⃣", "👍🏽", "─", "…", "क्ष", "ก็", "한",
        "e\u{301}\u{302}", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", "\u{1b}",
        "🏽", "⌚", "🇩",
    ]

    private static func randomGrid(_ random: inout SeededBytes, _ before: Grid) -> Grid {
        var grid = random.next(below: 4) == 0 ? Grid(rows: 6, columns: 30) : before
        let inks: [Style.Ink] = [.plain, .quiet, .person(3), .link, .rgb(0x102030)]
        let papers: [Style.Paper] = [.plain, .chosen, .mention]
        for _ in 0..<random.next(below: 12) {
            let text = (0..<random.next(below: 9)).map { _ in
                clusters[random.next(below: clusters.count)]
            }.joined()
            let style = Style(
                ink: inks[random.next(below: inks.count)],
                paper: papers[random.next(below: papers.count)],
                isBold: random.next(below: 2) == 0)
            let link = random.next(below: 4) == 0 ? "https://x.org/\(random.next(below: 3))" : nil
            grid.put(
                text, row: random.next(below: 6), column: random.next(below: 30), style: style,
                link: link)
        }
        grid.cursor = random.next(below: 2) == 0 ? nil : (random.next(below: 6), 3)
        return grid
    }

    /// Step by step or at once, the screen shows what the grid says, each cell at its columns.
    @Test(arguments: 0..<60) func randomGridsAreShown(seed: UInt64) {
        var random = SeededBytes(seed)
        let traits = Self.traits { $0.isUTF8 = seed % 5 != 0 }
        var painter = TerminalPainter(traits: traits)
        var screen = ScreenModel(rows: 6, columns: 30)
        var grid = Grid(rows: 6, columns: 30)
        for _ in 0..<25 {
            grid = Self.randomGrid(&random, grid)
            screen.feed(painter.paint(grid))
            #expect(screen.unknown.isEmpty, "\(screen.unknown)")
            #expect(screen.isCursorShown == (grid.cursor != nil))
            var whole = TerminalPainter(traits: traits)
            var fresh = ScreenModel(rows: 6, columns: 30)
            fresh.feed(whole.paint(grid))
            #expect(fresh.text == screen.text)
            for row in 0..<6 {
                for column in 0..<30 {
                    let cell = grid.cells[row][column]
                    if cell.text.isEmpty { continue }
                    let isWide = column < 29 && grid.cells[row][column + 1].text.isEmpty
                    let drawn = traits.drawn(cell.text, columns: isWide ? 2 : 1)
                    let shown = screen.cells[row][column]
                    #expect(
                        shown.text.unicodeScalars.first == drawn.unicodeScalars.first,
                        "\(seed) \(row) \(column)")
                    #expect(shown.link == grid.link(at: row, column) ?? "")
                    #expect(
                        "\u{1b}[\(shown.style)m" == traits.sequence(cell.style)
                            || cell == .blank && shown.style == "0")
                }
            }
        }
    }

    @Test func nothingChangedSendsNothing() {
        var painter = TerminalPainter(traits: Self.traits())
        var grid = Grid(rows: 3, columns: 10)
        grid.put("hello", row: 1, column: 2, link: "https://a.b")
        let first = painter.paint(grid)
        let second = painter.paint(grid)
        #expect(!first.isEmpty && second.isEmpty)
        var again = Grid(rows: 3, columns: 10)
        again.put("x", row: 0, column: 0, link: "https://other")
        again.put(" ", row: 0, column: 0)
        again.put("hello", row: 1, column: 2, link: "https://a.b")
        let third = painter.paint(again)
        #expect(third.isEmpty, "the links' numbers do not count")
        painter.invalidate()
        let fourth = painter.paint(again)
        #expect(!fourth.isEmpty)
    }

    @Test func onlyWhatChangedIsSent() {
        var painter = TerminalPainter(traits: Self.traits())
        var screen = ScreenModel(rows: 24, columns: 80)
        var grid = Grid(rows: 24, columns: 80)
        for row in 0..<24 { grid.put(String(repeating: "x", count: 80), row: row, column: 0) }
        screen.feed(painter.paint(grid))
        let before = screen.writtenCount
        grid.put("ab", row: 5, column: 10)
        grid.put("c", row: 5, column: 14)
        grid.put("d", row: 5, column: 70)
        let bytes = painter.paint(grid)
        screen.feed(bytes)
        #expect(screen.writtenCount - before == 6)
        #expect(bytes.count < 80)
        #expect(screen.text == grid.text)
    }

    @Test func controlBytesFromTextNeverArrive() {
        var painter = TerminalPainter(traits: Self.traits())
        var grid = Grid(rows: 2, columns: 60)
        grid.put(
            "a\u{1b}]52;c;aGk=\u{7}\u{9b}31m\u{202e}b\r\n", row: 0, column: 0,
            link: "https://a.b/\u{1b}\\\u{7}ü")
        let bytes = painter.paint(grid)
        var screen = ScreenModel(rows: 2, columns: 60)
        screen.feed(bytes)
        #expect(screen.unknown.isEmpty)
        #expect(screen.strings.isEmpty)
        #expect(screen.cells[0][0].link == "https://a.b/%1B\\%07%C3%BC")
    }

    @Test func clustersThatATerminalDrawsOtherwise() {
        let plain = Self.traits()
        #expect(plain.drawn("👨‍👩‍👧", columns: 2) == "👨")
        #expect(plain.drawn("👍🏽", columns: 2) == "👍")
        #expect(plain.drawn("❤️", columns: 2) == "❤ ")
        #expect(plain.drawn("❤️‍🔥", columns: 2) == "❤ ")
        #expect(plain.drawn("1️⃣", columns: 2) == "1 ")
        #expect(plain.drawn("🇩🇪", columns: 2) == "DE")
        #expect(plain.drawn("🇩", columns: 2) == "D ")
        #expect(plain.drawn("👋", columns: 2) == "👋")
        #expect(plain.drawn("क्ष", columns: 2) == "क्ष")
        let able = Self.traits {
            $0.joinsEmoji = true
            $0.widensVS16 = true
            $0.joinsFlags = true
        }
        for cluster in ["👨‍👩‍👧", "👍🏽", "❤️", "❤️‍🔥", "1️⃣", "🇩🇪"] {
            #expect(able.drawn(cluster, columns: 2) == cluster)
        }
        let wide = Self.traits { $0.ambiguousIsWide = true }
        #expect(wide.drawn("─", columns: 1) == "-")
        #expect(wide.drawn("ж", columns: 1) == "ж")
        let ascii = Self.traits { $0.isUTF8 = false }
        #expect(ascii.drawn("─", columns: 1) == "-")
        #expect(ascii.drawn("…", columns: 1) == ".")
        #expect(ascii.drawn("é", columns: 1) == "e")
        #expect(ascii.drawn("你", columns: 2) == "??")
        #expect(ascii.drawn("👨‍👩‍👧", columns: 2) == "??")
        #expect(ascii.drawn("ж", columns: 1) == "?")
    }

    @Test func withoutColoursTheMeaningStays() {
        let none = Self.traits { $0.colours = .none }
        #expect(none.sequence(Style(ink: .person(4), isBold: true)) == "\u{1b}[0;1m")
        #expect(none.sequence(Style(paper: .chosen)) == "\u{1b}[0;7m")
        #expect(none.sequence(Style(paper: .mention)) == "\u{1b}[0;1m")
        #expect(none.sequence(Style(ink: .link)) == "\u{1b}[0;4m")
        let few = Self.traits { $0.colours = .sixteen }
        #expect(few.sequence(Style(ink: .accent, isUnderlined: true)) == "\u{1b}[0;4;36m")
    }

    @Test func aRowIsRestored() {
        var painter = TerminalPainter(traits: Self.traits())
        var screen = ScreenModel(rows: 3, columns: 20)
        var grid = Grid(rows: 3, columns: 20)
        grid.put("hint 你好", row: 2, column: 1, style: .quiet)
        grid.cursor = (1, 4)
        screen.feed(painter.paint(grid))
        let before = screen.cells
        screen.feed(Array("\u{1b}[3;1Hxxxxxxxx".utf8))
        screen.feed(painter.repaint(row: 2))
        #expect(screen.cells == before)
        #expect(screen.row == 1 && screen.column == 4)
    }

    @Test func halvesOfWideClustersBecomeBlank() {
        var grid = Grid(rows: 1, columns: 6)
        grid.put("你好", row: 0, column: 0)
        grid.put("x", row: 0, column: 1)
        #expect(grid.text == [" x好"])
        grid.put("y", row: 0, column: 2)
        #expect(grid.text == [" xy"])
        #expect(grid.cells[0].map(\.text) == [" ", "x", "y", " ", " ", " "])
    }
}
