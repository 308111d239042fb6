import Testing

@testable import imtui

@Suite struct ComposerTests {
    private func moves(_ composer: inout Composer, _ step: Int, _ width: Int) -> Bool {
        composer.vertical(step, width: width)
    }

    /// Characters of a paste that had no room.
    private func left(_ composer: inout Composer, _ text: String) -> Int {
        composer.paste(text)
    }

    @Test func takesTextOutAndBeginsAnew() {
        var composer = Composer("hello")
        #expect(composer.cursor == 5)
        composer.insert("!")
        let taken = composer.take()
        #expect(taken == "hello!")
        #expect(composer.isEmpty)
        #expect(!composer.canUndo)
        #expect(composer == Composer())
    }

    @Test func movesByWordsAndLines() {
        var composer = Composer("one two, 你好 four\nsecond line")
        composer.lineStart()
        #expect(composer.cursor == 17)
        composer.left()
        composer.wordLeft()
        #expect(composer.cursor == 12)
        composer.wordLeft()
        #expect(composer.cursor == 9)
        composer.wordRight()
        #expect(composer.cursor == 11)
        composer.lineEnd()
        #expect(composer.cursor == 16)
        composer.move(to: 400)
        #expect(composer.cursor == composer.characters.count)
        composer.move(to: -3)
        composer.left()
        #expect(composer.cursor == 0)
    }

    @Test func goesUpAndDownByScreenRowsAndKeepsItsColumn() {
        var composer = Composer("0123456789abcdef\nxy\n0123456789")
        let width = 9  // Eight columns of text, one for the cursor.
        #expect(
            composer.layout(width: width).rows == ["01234567", "89abcdef", "xy", "01234567", "89"])
        composer.move(to: 6)
        #expect(moves(&composer, 1, width))
        #expect(composer.cursor == 14)
        #expect(moves(&composer, 1, width))
        #expect(composer.cursor == 19)
        #expect(moves(&composer, 1, width))
        #expect(composer.cursor == 26)
        #expect(moves(&composer, 1, width))
        #expect(!moves(&composer, 1, width))
        #expect(moves(&composer, -1, width))
        #expect(composer.cursor == 26)
        composer.move(to: 0)
        #expect(!moves(&composer, -1, width))
    }

    @Test func theCursorAlwaysHasAPlaceInTheBox() {
        let text = "a line that wraps, 你好世界你好世界 and 👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧 end\n\nlast  "
        for width in 1...40 {
            var composer = Composer(text)
            for place in 0...composer.characters.count {
                composer.move(to: place)
                let layout = composer.layout(width: width)
                #expect(layout.ranges.indices.contains(layout.cursorRow))
                #expect(layout.cursorColumn < width)
                if width > 2 {
                    #expect(
                        layout.place(row: layout.cursorRow, column: layout.cursorColumn) == place)
                }
            }
            let joined = composer.layout(width: width).rows.joined()
            #expect(joined == text.replacing("\n", with: ""))
        }
    }

    @Test func cutTextsJoinAndComeBackInTurn() {
        var composer = Composer("alpha beta gamma delta")
        composer.killWordLeft()
        composer.killWordLeft()
        #expect(composer.text == "alpha beta ")
        #expect(composer.killRing == ["gamma delta"])
        composer.lineStart()
        composer.deleteWordRight()
        #expect(composer.killRing == ["gamma delta", "alpha"])
        composer.yank()
        #expect(composer.text == "alpha beta ")
        composer.yankPop()
        #expect(composer.text == "gamma delta beta ")
        #expect(composer.cursor == 11)
        composer.yankPop()
        #expect(composer.text == "alpha beta ")
        composer.left()
        composer.yankPop()
        #expect(composer.text == "alpha beta ", "a movement ends the turning")
        composer.undo()
        composer.undo()
        #expect(composer.text == "alpha beta ")
    }

    @Test func cutsForwardsAndBackwardsInOrder() {
        var composer = Composer("one two three\nnext")
        composer.move(to: 4)
        composer.killToEnd()
        composer.killToEnd()
        composer.killToStart()
        #expect(composer.text == "next")
        composer.yank()
        #expect(composer.text == "one two three\nnext")
        for _ in 0..<Composer.killsMax * 2 {
            composer.left()
            composer.killToStart()
            composer.yank()
        }
        #expect(composer.killRing.count <= Composer.killsMax)
    }

    @Test func theKillRingOutlivesASentText() {
        var composer = Composer("keep this")
        composer.killWordLeft()
        _ = composer.take()
        composer.yank()
        #expect(composer.text == "this")
    }

    @Test func undoesTypingByWordsAndRedoes() {
        var composer = Composer()
        for character in "hello brave world" { composer.insert(String(character)) }
        composer.undo()
        #expect(composer.text == "hello brave ")
        composer.undo()
        #expect(composer.text == "hello ")
        composer.redo()
        #expect(composer.text == "hello brave ")
        #expect(composer.cursor == 12)
        composer.insert("x")
        #expect(!composer.canRedo)
        for _ in 0..<9 { composer.undo() }
        #expect(composer.isEmpty)
        for _ in 0..<9 { composer.redo() }
        #expect(composer.text == "hello brave x")
        for _ in 0..<7 { composer.backspace() }
        composer.undo()
        #expect(composer.text == "hello brave x")
        composer.set("another")
        composer.undo()
        #expect(composer.text == "hello brave x")
    }

    @Test func aPasteIsHarmlessAndOneStep() {
        var composer = Composer("before ")
        #expect(left(&composer, "a\u{1b}[2J\tb\r\nc\rd\u{202e}\u{9b}\u{0}") == 0)
        #expect(composer.text == "before a[2J    b\nc\nd")
        composer.undo()
        #expect(composer.text == "before ")
    }

    @Test func whatHasNoRoomIsReported() {
        var composer = Composer("xyz")
        #expect(left(&composer, String(repeating: "a", count: Composer.charactersMax)) == 3)
        #expect(composer.characters.count == Composer.charactersMax)
        #expect(left(&composer, "b") == 1)
        composer.undo()
        #expect(composer.text == "xyz")
        #expect(left(&composer, String(repeating: "👨‍👩‍👧", count: 10_000)) > 0)
        #expect(composer.text.utf8.count <= Composer.bytesMax)
        composer.reset()
        composer.insert("e" + String(repeating: "\u{301}", count: 100_000))
        #expect(composer.isEmpty)
        composer.insert("ok")
        #expect(composer.text == "ok")
    }

    @Test func aLargePasteIsInstant() {
        var composer = Composer("start ")
        let text = String(repeating: "你好 world ", count: 1_800)
        let spent = ContinuousClock().measure {
            composer.paste(text)
            for _ in 0..<20 { composer.insert("x") }
            _ = composer.layout(width: 80)
        }
        #expect(spent < .seconds(2), "\(spent)")
        #expect(composer.characters.count > 16_000)
    }

    @Test func undoHoldsABoundedAmount() {
        var composer = Composer()
        let text = String(repeating: "a", count: 16_000)
        for _ in 0..<60 {
            composer.set(text)
            composer.set("")
        }
        var steps = 0
        while composer.canUndo {
            composer.undo()
            steps += 1
        }
        #expect(steps * 16_000 <= Composer.undoCharactersMax)
        #expect(steps > 10)
        for _ in 0..<Composer.undoStepsMax * 2 {
            composer.insert("ab")
        }
        steps = 0
        while composer.canUndo {
            composer.undo()
            steps += 1
        }
        #expect(steps == Composer.undoStepsMax)
    }

    @Test func clustersMergeAndPartAsTheyAreWritten() {
        var composer = Composer("e")
        composer.insert("\u{301}")
        #expect(composer.characters.count == 1)
        #expect(composer.cursor == 1)
        composer.reset("🇩🇪🇫🇷")
        composer.move(to: 0)
        composer.insert("\u{1f1e6}")
        #expect(String(composer.characters) == "\u{1f1e6}🇩🇪🇫🇷")
        #expect(composer.characters == Array(composer.text))
        composer.undo()
        #expect(composer.characters == ["🇩🇪", "🇫🇷"])
    }

    @Test func transposes() {
        var composer = Composer("teh")
        composer.transpose()
        #expect(composer.text == "the")
        composer.move(to: 0)
        composer.transpose()
        #expect(composer.text == "the")
    }

    /// A thousand random acts: the places stay right, and undo comes back to where it began.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func randomEditingKeepsItsPlaces(seed: UInt64) {
        var random = Seeded(state: seed &* 0x9e37_79b9_7f4a_7c15 | 1)
        var composer = Composer()
        let pieces = [
            "a", " ", "\n", "你", "👨‍👩‍👧", "\u{301}", "🇩", "\u{200d}", "word word", "🇪🇫", "é",
        ]
        for _ in 0..<1_000 {
            let action = UIAction.allCases[Int(random.next() % UInt64(UIAction.allCases.count))]
            if random.next() % 2 == 0 {
                composer.insert(pieces[Int(random.next() % UInt64(pieces.count))])
            } else {
                _ = EditKeys.apply(action, to: &composer, width: Int(random.next() % 30))
            }
            #expect((0...composer.characters.count).contains(composer.cursor))
            #expect(composer.characters == Array(composer.text))
        }
    }
}

/// Numbers that are the same for each seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
