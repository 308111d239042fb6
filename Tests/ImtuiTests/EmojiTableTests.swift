import Testing

@testable import imtui

@Suite struct EmojiTableTests {
    @Test func everyEntryIsOneClusterWithItsOwnName() {
        let all = EmojiTable.all
        #expect(all.count >= 400)
        #expect(Set(all.map(\.name)).count == all.count)
        #expect(Set(all.map(\.text)).count == all.count)
        for emoji in all {
            #expect(emoji.text.count == 1, "\(emoji.name)")
            #expect(TextWidth.of(emoji.text) == 2, "\(emoji.name)")
            #expect(
                emoji.name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }
            )
        }
    }

    @Test func findsByBeginningThenByWordThenByPart() {
        let names = EmojiTable.find("smile").map(\.name)
        #expect(names.first == "smile")
        #expect(names.contains("sweat_smile"))
        let hearts = EmojiTable.find("heart", limit: 5).map(\.name)
        #expect(hearts.count == 5)
        #expect(hearts.allSatisfy { $0.hasPrefix("heart") })
        let arts = EmojiTable.find("art").map(\.name)
        #expect(arts.first == "art")
        #expect(arts.contains("heart"))
        #expect(EmojiTable.find("").count == EmojiTable.all.count)
        #expect(EmojiTable.find("qqq").isEmpty)
        #expect(EmojiTable.named("ROCKET")?.text == "🚀")
        #expect(EmojiTable.named("nothing") == nil)
    }
}
