import Testing

@testable import imtui

@Suite struct FuzzyMatchTests {
    private func best(_ query: String, _ texts: [String]) -> [String] {
        FuzzyMatch.rank(query, texts).map { texts[$0.index] }
    }

    @Test func wordStartsAndRunsCountMore() {
        #expect(
            best("ds", ["windows", "design", "Deep Sea", "addresses"]).first == "Deep Sea")
        #expect(best("team", ["the amazing", "steam", "team red", "t e a m"]).first == "team red")
        #expect(best("bo", ["Bob", "about", "xyz"]) == ["Bob", "about"])
        #expect(best("bob", ["Bobby and friends", "Bob"]) == ["Bob", "Bobby and friends"])
        #expect(best("fB", ["fooBar", "fxxxxb"]).first == "fooBar")
    }

    @Test func chineseTitlesGoByCharacters() {
        #expect(best("产品", ["产品讨论组", "新产品", "生产线品控", "设计"]).prefix(2) == ["产品讨论组", "新产品"])
        #expect(best("产品", ["生产线品控", "设计"]) == ["生产线品控"])
        #expect(FuzzyMatch("论组", "产品讨论组")?.places == [3, 4])
    }

    @Test func placesAreTheBestOnes() {
        #expect(FuzzyMatch("sea", "spec era sea")?.places == [9, 10, 11])
        #expect(FuzzyMatch("ab", "xa xb ab")?.places == [6, 7])
        #expect(FuzzyMatch("", "abc")?.places == [])
        #expect(FuzzyMatch("abcd", "abc") == nil)
        #expect(FuzzyMatch("d s", "Deep Sea")?.places == [0, 5])
        #expect(FuzzyMatch("ÉCOLE", "école")?.places == [0, 1, 2, 3, 4])
    }

    @Test func theOrderIsTheSameEachTime() {
        let texts = (0..<200).map { "chat \($0 % 7) room" }
        let first = FuzzyMatch.rank("cr", texts).map(\.index)
        #expect(first == FuzzyMatch.rank("cr", texts).map(\.index))
        #expect(first == first.sorted(), "equal ones keep their order")
        #expect(FuzzyMatch.rank("", texts).map(\.index) == Array(texts.indices))
    }

    @Test func longInputIsBounded() {
        let long = String(repeating: "ab", count: 100_000)
        #expect(FuzzyMatch(long, long)?.places.count == FuzzyMatch.queryMax)
        #expect(FuzzyMatch("zz", long) == nil)
        #expect(FuzzyMatch("b", String(repeating: "a", count: 300) + "b") == nil)
    }

    @Test func fiveThousandTitlesAreFast() {
        let words = ["Deep", "Sea", "研发", "Design", "team", "周末", "Football", "Über"]
        let titles = (0..<5_000).map {
            "\(words[$0 % 8]) \(words[$0 / 8 % 8]) \(words[$0 / 64 % 8]) \($0)"
        }
        var count = 0
        let spent = ContinuousClock().measure {
            count = FuzzyMatch.rank("dst1", titles).count
        }
        #expect(count > 10)
        #expect(spent < .seconds(2), "\(spent)")
    }
}
