import Foundation

/// Options as the command line has them, checked.
enum Checked {
    static func range(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws -> Int {
        guard range.contains(value) else {
            throw BenchError(
                .usage, "\(name) takes \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        return value
    }

    /// '90', '90s', '500ms', '2m', '1h' in seconds.
    static func seconds(_ text: String, _ name: String) throws -> Double {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600)]
        let unit = units.first { text.hasSuffix($0.0) } ?? ("", 1)
        let number = text.dropLast(unit.0.count)
        guard let value = Double(number), value >= 0, value * unit.1 <= 7 * 86_400 else {
            throw BenchError(.usage, "\(name) takes a time such as 500ms, 90s or 2h, not '\(text)'")
        }
        return value * unit.1
    }
}
