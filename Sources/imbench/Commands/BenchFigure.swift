import FreeIMProtocol

/// A figure of the table, with its aim, or with what it is compared with.
struct BenchFigure {
    private static let nameColumns = 60

    let name: String
    let number: Double
    let unit: String
    /// nil: there is none.
    var aim: Double?
    /// Whether the aim is the least, not the most.
    var isFloor = false
    /// How many times the same figure of `against` it is.
    var ratio: Double?
    var against = ""

    private var isMet: Bool? { aim.map { isFloor ? number >= $0 : number <= $0 } }

    /// As it is printed.
    var line: String {
        let padding = String(repeating: " ", count: max(1, BenchFigure.nameColumns - name.count))
        var line = "\(name)\(padding)\(BenchFigure.two(number)) \(unit)"
        if let ratio { line += "   \(BenchFigure.two(ratio)) × \(against)" }
        if let aim, let isMet {
            line += "   aim \(isFloor ? "≥" : "≤") \(BenchFigure.two(aim))   "
            line += isMet ? "met" : "MISSED"
        }
        return line
    }

    /// As it is written with `--json`.
    var value: JSONValue {
        [
            "name": .string(name), "value": .double(number), "unit": .string(unit),
            "aim": aim.map { .double($0) } ?? .null, "met": isMet.map { .bool($0) } ?? .null,
            "ratio": ratio.map { .double($0) } ?? .null, "against": .string(against),
        ]
    }

    private static func two(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
