import Testing

@testable import imbench

@Suite struct BenchFigureTests {
    @Test func aFigureStandsBesideItsAimOrWhatItIsComparedWith() {
        let aimed = BenchFigure(name: "(a) CPU", number: 20.126, unit: "µs", aim: 25)
        #expect(aimed.line.hasSuffix("20.13 µs   aim ≤ 25.0   met"))
        let floor = BenchFigure(name: "(a) rate", number: 9, unit: "/s", aim: 10, isFloor: true)
        #expect(floor.line.hasSuffix("9.0 /s   aim ≥ 10.0   MISSED"))
        let compared = BenchFigure(
            name: "(g) CPU", number: 30, unit: "µs", ratio: 1.5, against: "TCP")
        #expect(compared.line.hasSuffix("30.0 µs   1.5 × TCP"))
        #expect(compared.value["met"] == .null)
        #expect(compared.value["ratio"] == .double(1.5))
        #expect(aimed.value["met"] == true)
    }
}
