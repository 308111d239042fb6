import FreeIMCore
import Testing

@Suite struct EditDistanceTests {
    @Test func distances() {
        func distance(_ one: String, _ other: String) -> Int {
            EditDistance.between(Array(one), Array(other))
        }
        #expect(distance("", "") == 0)
        #expect(distance("", "abc") == 3)
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("sitting", "kitten") == 3)
        #expect(distance("same", "same") == 0)
    }

    @Test func theNearestIsNear() {
        let words = ["body", "loops", "sources"]
        #expect(EditDistance.nearest(to: "bodi", among: words) == "body")
        #expect(EditDistance.nearest(to: "source", among: words) == "sources")
        #expect(EditDistance.nearest(to: "password", among: words) == nil)
        #expect(EditDistance.nearest(to: "body", among: []) == nil)
    }
}
