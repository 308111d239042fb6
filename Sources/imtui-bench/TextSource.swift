import FreeIMCore

/// Makes lines as people write them: English, Chinese, mixed, emoji, links; short and long.
struct TextSource {
    static let commonWords = """
        the to and a of in is it you that for on this with be are have not was but we can if what
        so just there will all about when one from they at or an do like get how would up out me
        some then think more now who go time see know also make people want today tomorrow good
        meeting message server deploy build test review merge release branch fix error question
        answer thanks please sorry maybe sure okay great right work home lunch coffee later soon
        Monday weekend customer report invoice version update client network database cache query
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    static let commonCharacters = Array(
        """
        的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学\
        对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经\
        头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿\
        者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听\
        世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马\
        命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解\
        各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元\
        社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半
        """)
    static let emoji = ["😂", "👍", "❤️", "🙏", "🎉", "😅", "👨‍👩‍👧", "🇨🇳", "🔥", "✅", "🤔", "🚀"]

    private let rareWords: [String]
    private let rareCharacters: [Character]

    init() {
        var random = SplitMix64(seed: 7)
        let syllables = [
            "ka", "lo", "mi", "ter", "san", "vo", "ri", "ne", "qua", "zel", "pro", "du",
        ]
        rareWords = (0..<20_000).map { _ in
            (0...(1 + random.below(3))).map { _ in syllables[random.below(syllables.count)] }
                .joined()
        }
        rareCharacters = (0..<3_000).compactMap { _ in
            Unicode.Scalar(UInt32(0x4e00 + random.below(0x4fff))).map(Character.init)
        }
    }

    /// A line of a conversation.
    func line(_ random: inout SplitMix64) -> String {
        switch random.below(100) {
        case 0..<50: english(1 + random.skewed(40), &random)
        case 50..<85: chinese(2 + random.skewed(60), &random)
        case 85..<92: english(2, &random) + chinese(6, &random) + english(3, &random)
        case 92..<97: TextSource.emoji[random.below(TextSource.emoji.count)]
        case 97..<99:
            "https://example.com/\(word(&random))/\(word(&random))?id=\(random.below(1 << 30))"
        default: english(200 + random.below(200), &random)
        }
    }

    private func word(_ random: inout SplitMix64) -> String {
        random.happens(800)
            ? TextSource.commonWords[random.skewed(TextSource.commonWords.count)]
            : rareWords[random.skewed(rareWords.count)]
    }

    private func english(_ count: Int, _ random: inout SplitMix64) -> String {
        var line = ""
        for index in 0..<count {
            if index > 0 { line += random.happens(80) ? ", " : " " }
            line += word(&random)
        }
        if random.happens(60) { line += " " + TextSource.emoji[random.below(12)] }
        return line
    }

    private func chinese(_ count: Int, _ random: inout SplitMix64) -> String {
        var line = ""
        for _ in 0..<count {
            let common = TextSource.commonCharacters
            line.append(
                random.happens(900)
                    ? common[random.skewed(common.count)]
                    : rareCharacters[random.below(rareCharacters.count)])
            if random.happens(100) { line += "，" }
        }
        return line
    }
}
