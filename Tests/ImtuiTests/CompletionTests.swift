import FreeIMClient
import Testing

@testable import imtui

@Suite struct CompletionTests {
    private static let sources = CompletionSources(
        people: [
            Person(userID: 1, account: "alice", nickname: "Alice"),
            Person(userID: 2, account: "alina", nickname: "Lina Li"),
            Person(userID: 3, account: "bob", nickname: "小明"),
            Person(userID: 4, account: "xiaoming", nickname: "小明"),
            Person(userID: 5),
        ], hasAll: true, chats: ["Deep Sea", "design", "产品"])

    private func offered(_ text: String) -> [String] {
        CompletionTests.sources.offer(for: Composer(text))?.candidates.map(\.text) ?? []
    }

    @Test func completesNames() {
        var composer = Composer("hi @al")
        let completion = Completion(&composer, CompletionTests.sources)
        #expect(composer.text == "hi @Alice ")
        #expect(completion?.candidates.map(\.label) == ["@Alice", "@Lina Li", "@all"])
        #expect(offered("@小") == ["@bob ", "@xiaoming "], "two have that nickname")
        #expect(offered("@lina l") == ["@Lina Li "])
        #expect(offered("@xmg") == ["@xiaoming "])
        #expect(offered("bob@al").isEmpty)
        #expect(offered("@").count == 5)
        #expect(offered("@nobodyatall").isEmpty)
        #expect(offered("plain words").isEmpty)
        #expect(offered("").isEmpty)
    }

    @Test func goesRoundAndBackAndCancels() {
        var composer = Composer("@al, hello")
        composer.move(to: 3)
        let first = Completion(&composer, CompletionTests.sources)
        guard var completion = first else {
            Issue.record("nothing offered")
            return
        }
        #expect(composer.text == "@Alice , hello")
        #expect(completion.rows == 3)
        completion.step(1, in: &composer)
        #expect(composer.text == "@Lina Li , hello")
        completion.step(1, in: &composer)
        completion.step(1, in: &composer)
        #expect(composer.text == "@Alice , hello")
        completion.step(-1, in: &composer)
        #expect(composer.text == "@all , hello")
        #expect(composer.cursor == 5)
        completion.cancel(in: &composer)
        #expect(composer.text == "@al, hello")
        #expect(composer.cursor == 3)
        completion.step(1, in: &composer)
        composer.undo()
        #expect(composer.text == "@al, hello", "one step of undo, however far one went")
        var back = Composer("@al")
        _ = Completion(&back, CompletionTests.sources, isBack: true)
        #expect(back.text == "@all ")
    }

    @Test func whatIsWrittenAlreadyIsNoStepOfUndo() {
        var composer = Composer()
        composer.insert("x")
        composer.insert("y")
        composer.set("/quit")
        let completion = Completion(&composer, CompletionTests.sources)
        #expect(completion?.isDone == true)
        #expect(composer.text == "/quit")
        completion?.cancel(in: &composer)
        #expect(composer.text == "/quit")
    }

    @Test func completesEmoji() {
        var composer = Composer("so :rock")
        let completion = Completion(&composer, CompletionTests.sources)
        #expect(composer.text == "so 🚀 ")
        #expect(completion?.rows == 0)
        #expect(offered("so :smile:") == ["😄 "])
        #expect(offered(":hear").contains("❤️ "))
        #expect(offered("at 12:3").isEmpty)
        #expect(offered("https:").isEmpty)
        #expect(offered("done:").isEmpty)
        #expect(offered(":qqqq").isEmpty)
    }

    @Test func completesCommands() {
        #expect(offered("/fri").contains("/friend add "))
        #expect(offered("/friend re").contains("/friend requests"))
        #expect(offered("/frnd ad").first == "/friend add ")
        #expect(offered("//fri").isEmpty)
        #expect(offered("/mem").contains("/members "))
        #expect(offered("say /fri").isEmpty)
    }

    @Test func completesParameters() {
        #expect(offered("/friend add ali") == ["@alice ", "@alina "])
        #expect(offered("/friend add @ali") == ["@alice ", "@alina "])
        #expect(offered("/send de").prefix(2) == ["design ", "\"Deep Sea\" "])
        #expect(offered("/send \"deep s") == ["\"Deep Sea\" "])
        #expect(offered("/send design hi @lin") == ["@Lina Li "])
        #expect(offered("/react 12 rock") == ["🚀 "])
        #expect(offered("/notify d") == ["desktop "])
        #expect(offered("/moment publish vis") == ["visibility="])
        #expect(offered("/moment publish visibility=p") == ["visibility=public "])
        #expect(offered("/group invite chat=produ").isEmpty)
        #expect(offered("/group invite chat=产") == ["chat=产品 "])
        #expect(offered("/group invite chat=产品 @alice bo") == ["@bob "])
        #expect(offered("/verify r").isEmpty, "a flag in its place is a word of one's own")
        let both = offered("/chat ")
        #expect(both.contains("/chat pin "))
        #expect(both.contains("/chat \"Deep Sea\" "))
        #expect(offered("/chat dee") == ["\"Deep Sea\" "])
    }

    @Test func whatIsOfferedIsReadBack() {
        for title in ["a b", "say \"hi\"", "it's", "back\\slash", "x=y", "", "plain", "产 品"] {
            let words = CommandWords(line: "send \(CompletionSources.quoted(title)) hello").words
            #expect(words.map(\.text) == ["send", title, "hello"], "\(title)")
        }
        let commands = SlashCommand.all
        #expect(Set(commands.map(\.slash)).count == commands.count)
        #expect(commands.count == CommandTable.all.count + CommandTable.aliases.count)
    }

    @Test func drawsUpToEightRows() {
        var composer = Composer("/")
        let first = Completion(&composer, CompletionTests.sources)
        guard var completion = first else {
            Issue.record("nothing offered")
            return
        }
        #expect(completion.rows == Completion.rowsMax)
        for columns in [1, 4, 5, 20, 80, 500] {
            for rows in 0...9 {
                var grid = Grid(rows: 10, columns: columns)
                completion.draw(into: &grid, row: 1, column: 0, rows: rows, columns: columns)
                #expect(grid.text[0].isEmpty)
                #expect(grid.text[9].isEmpty)
            }
        }
        for _ in 0..<12 { completion.step(1, in: &composer) }
        var grid = Grid(rows: 8, columns: 60)
        completion.draw(into: &grid, row: 0, column: 0, rows: 8, columns: 60)
        let marked = grid.text.filter { $0.hasPrefix("›") }
        #expect(marked.count == 1)
        #expect(marked.first?.contains(completion.candidates[12].label) == true)
    }
}
