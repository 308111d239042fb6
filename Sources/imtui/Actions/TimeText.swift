import Foundation

/// Times of messages in words, by this device's time zone.
enum TimeText {
    /// `14:05:09`; milliseconds since the epoch.
    static func clock(_ milliseconds: Int64) -> String { text(milliseconds, "%H:%M:%S") }

    /// `2026-11-25 14:05`.
    static func dayAndMinute(_ milliseconds: Int64) -> String {
        text(milliseconds, "%Y-%m-%d %H:%M")
    }

    /// `14:05`, or ` 2:05` of a twelve-hour clock.
    static func minute(_ milliseconds: Int64, is24Hours: Bool = true) -> String {
        text(milliseconds, is24Hours ? "%H:%M" : "%l:%M")
    }

    /// `Wed 25 Nov 2026`.
    static func weekday(_ milliseconds: Int64) -> String {
        text(milliseconds, "%a %d %b %Y")
    }

    /// `2026-11-25`.
    static func day(_ milliseconds: Int64) -> String { text(milliseconds, "%Y-%m-%d") }

    private static func text(_ milliseconds: Int64, _ format: String) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var bytes = [CChar](repeating: 0, count: 64)
        let length = strftime(&bytes, bytes.count, format, &parts)
        return String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
