import Foundation

/// Numbers as people read them: three digits that count, thousands apart, a unit.
enum Figure {
    /// 1,234
    static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// 3.42 · 34.2 · 342 · 3,420
    static func plain(_ number: Double) -> String {
        guard number.isFinite else { return "–" }
        if abs(number) >= 99.95 {
            return count(Int(min(max(number.rounded(), -9e15), 9e15)))
        }
        let text = digits(number)
        let parts = text.split(separator: ".")
        return parts.last.map { $0.allSatisfy { $0 == "0" } } == true ? String(parts[0]) : text
    }

    /// As `plain`, but always with three digits: for columns.
    static func digits(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 99.95 else { return plain(number) }
        let size = abs(number)
        let places = size >= 9.995 ? 1 : size >= 0.1 || size == 0 ? 2 : 3
        return String(format: "%.\(places)f", number)
    }

    /// A moment of a run to the millisecond: 81.910 s.
    static func moment(_ seconds: Double) -> String { String(format: "%.3f s", seconds) }

    /// 3.42 ms, from a second on 1.25 s.
    static func milliseconds(_ number: Double) -> String {
        number >= 999.5 ? seconds(number / 1_000) : plain(number) + " ms"
    }

    /// 4.21 s, from two minutes on 2m 05s, from an hour on 1h 02m.
    static func seconds(_ number: Double) -> String {
        guard number.isFinite, abs(number) >= 120 else { return plain(number) + " s" }
        let whole = Int(min(number.rounded(), 9e9))
        if whole >= 3_600 {
            return String(format: "%dh %02dm", whole / 3_600, whole / 60 % 60)
        }
        return String(format: "%dm %02ds", whole / 60, whole % 60)
    }

    /// 52.3 MiB
    static func bytes(_ number: Double) -> String {
        guard abs(number) >= 1_024 else { return plain(number) + " B" }
        var rest = number
        for unit in ["KiB", "MiB", "GiB"] {
            rest /= 1_024
            if abs(rest) < 1_000 { return plain(rest) + " " + unit }
        }
        return plain(rest / 1_024) + " TiB"
    }

    static func percent(_ number: Double) -> String { plain(number) + " %" }

    /// With a sign: +12.3 %
    static func change(_ number: Double) -> String {
        number.isFinite ? String(format: "%+.1f %%", number) : "new"
    }

    /// With the unit's name as `Metric.Unit` has it.
    static func value(_ number: Double, unit: String) -> String {
        switch unit {
        case "ms": milliseconds(number)
        case "s": seconds(number)
        case "%": percent(number)
        case "bytes": bytes(number)
        case "": plain(number)
        case "/s": plain(number) + "/s"
        default: plain(number) + " " + unit
        }
    }
}
