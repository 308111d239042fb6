import Foundation

/// Dates and times of day in the time zone of this machine.
enum CalendarText {
    /// "Tue 24 Nov 2026".
    static func day(_ time: Int64) -> String { format(time, "%a %d %b %Y") }

    /// "14:05", or " 2:05" of a twelve-hour clock.
    static func clock(_ time: Int64, is24Hours: Bool = true) -> String {
        format(time, is24Hours ? "%H:%M" : "%l:%M")
    }

    /// "2026-11-24 14:05".
    static func moment(_ time: Int64) -> String { format(time, "%Y-%m-%d %H:%M") }

    private static func format(_ time: Int64, _ pattern: String) -> String {
        var seconds = time_t(time / 1_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var bytes = [CChar](repeating: 0, count: 64)
        let count = strftime(&bytes, bytes.count, pattern, &parts)
        return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
