import FreeIMProtocol
import Testing

@Suite struct MessageIDTests {
    @Test func textIsSixteenCharactersOfTheAlphabet() {
        #expect(MessageID(stamp: 0, place: 0).text == "2222222222222222")
        let last = MessageID(stamp: 1 << 54 - 1, place: 1 << 26 - 1)
        #expect(last.text == "ZZZZZZZZZZZZZZZZ")
        // 2^42 - 1 ms, then a counter, type and room of 0: 42 ones, 38 zeros.
        #expect(MessageID(stamp: ((1 << 42) - 1) << 12, place: 0).text == "ZZZZZZZZS2222222")
    }

    @Test func placeHoldsTypeAndLowBitsOfTheRoom() {
        let id = MessageID(stamp: 5, chatroomType: .group, chatroomID: 0x1_2345_6789)
        #expect(id.place == 2 << 22 | 0x05_6789)
        #expect(MessageID(stamp: 0xabc_def << 12, place: 0).milliseconds == 0xabc_def)
    }

    @Test func roundTripAndTextOrder() throws {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        var ids: [MessageID] = []
        for _ in 0..<2_000 {
            let stamp =
                UInt64.random(in: 0..<(1 << 54), using: &random)
                >> UInt64.random(in: 0...50, using: &random)
            let place = UInt32.random(in: 0..<(1 << 26), using: &random)
            ids.append(MessageID(stamp: stamp, place: place))
        }
        for id in ids { #expect(MessageID(id.text) == id) }
        let byValue = ids.sorted()
        let byText = ids.sorted { Array($0.text.utf8).lexicographicallyPrecedes($1.text.utf8) }
        #expect(byValue == byText)
        for (left, right) in zip(ids, ids.dropFirst()) {
            #expect((left < right) == (left.text < right.text))
        }
    }

    @Test(arguments: [
        "", "2", "222222222222222", "22222222222222222", "222222222222222I", "222222222222222O",
        "2222222222222220", "2222222222222221", "222222222222222a", "２２２２２２２２２２２２２２２２",
        "22222222 2222222", "222222222222222\u{0}", "222222222222222é",
    ])
    func textsThatAreNone(text: String) {
        #expect(MessageID(text) == nil)
    }
}
