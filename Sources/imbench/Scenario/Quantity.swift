import Foundation

/// Numbers with units, as scenarios write them. Each returns nil for what is none.
enum Quantity {
    /// Seconds of the longest time: a week.
    static let secondsMax = 604_800.0
    static let perSecondMax = 1_000_000.0

    static let timeWords = "a time such as 500ms, 15s, 2m or 1h, a week at most"
    static let timesWords = "a time such as 5s, or two such as 5s..30s"
    static let rateWords = "a rate such as 400/s or 10/m"
    static let shareWords = "a share such as 50%"
    static let bytesWords = "bytes, such as 200, 2KB or 1MB"

    /// `500ms`, `15s`, `2m`, `1h` in seconds; `isSigned`: also with a minus.
    static func time(_ text: String, isSigned: Bool = false) -> Double? {
        let units: [(String, Double)] = [
            ("ms", 0.001), ("us", 0.000_001), ("s", 1), ("m", 60), ("h", 3_600),
        ]
        guard let value = number(text, units), abs(value) <= secondsMax, value >= 0 || isSigned
        else { return nil }
        return value
    }

    /// `5s..30s`, or one time, in seconds.
    static func times(_ text: String) -> ClosedRange<Double>? {
        let ends = text.components(separatedBy: "..")
        guard ends.count <= 2, let low = time(ends[0]), let high = time(ends[ends.count - 1]),
            low <= high
        else { return nil }
        return low...high
    }

    /// `400/s`, `10/m`, a second.
    static func rate(_ text: String) -> Double? {
        guard let value = number(text, [("/s", 1), ("/m", 1 / 60.0), ("/h", 1 / 3_600.0)]),
            value > 0, value <= perSecondMax
        else { return nil }
        return value
    }

    /// `50%` as 0.5; 0 to 100 %, or more with `isFree`.
    static func share(_ text: String, isFree: Bool = false) -> Double? {
        guard let value = number(text, [("%", 0.01)]), value >= 0, value <= 1 || isFree else {
            return nil
        }
        return value
    }

    /// Bytes; KB and MB count by 1,024.
    static func bytes(_ text: String) -> Int? {
        if let plain = Int(text) { return plain >= 0 && !text.hasPrefix("+") ? plain : nil }
        guard let value = number(text, [("KB", 1_024), ("MB", 1_048_576)]), value >= 0,
            value < 1e15
        else { return nil }
        return Int(value)
    }

    /// A bound of an assertion in that metric's base unit; nil: the unit does not fit.
    static func bound(_ text: String, _ unit: Metric.Unit) -> Double? {
        switch unit {
        case .count: return plain(text[...]).flatMap { $0 >= 0 ? $0 : nil }
        case .milliseconds: return time(text).map { $0 * 1_000 }
        case .microseconds: return time(text).map { $0 * 1_000_000 }
        case .seconds: return time(text)
        case .percent: return number(text, [("%", 1)]).flatMap { $0 >= 0 ? $0 : nil }
        case .bytes: return bytes(text).map(Double.init)
        case .perSecond: return rate(text)
        }
    }

    /// What a bound of that unit looks like.
    static func words(_ unit: Metric.Unit) -> String {
        switch unit {
        case .count: "a number without unit"
        case .milliseconds, .microseconds, .seconds: timeWords
        case .percent: "percent, such as 99%"
        case .bytes: bytesWords
        case .perSecond: rateWords
        }
    }

    private static func number(_ text: String, _ units: [(String, Double)]) -> Double? {
        for (unit, factor) in units where text.hasSuffix(unit) {
            return plain(text.dropLast(unit.count)).map { $0 * factor }
        }
        return nil
    }

    /// Digits, with a point between them and a minus before them or not: no exponent, no `nan`.
    private static func plain(_ text: Substring) -> Double? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text
        guard let first = digits.first, let last = digits.last, first.isNumber, last.isNumber,
            digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") })
        else { return nil }
        return Double(text)
    }
}
