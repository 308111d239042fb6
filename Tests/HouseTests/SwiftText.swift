/// Swift source with comments and string contents blanked out, line for line.
///
/// A lexer just good enough for checks of style: nested comments, strings of one and of several
/// lines, raw strings, and code inside interpolations.
struct SwiftText {
    private(set) var code: [UInt8] = []
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        code.reserveCapacity(bytes.count)
        scanCode(untilClosingParenthesis: false)
    }

    var text: String { String(decoding: code, as: UTF8.self) }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    private func byte(_ offset: Int = 0) -> UInt8? {
        at + offset < bytes.count ? bytes[at + offset] : nil
    }

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { wanted in
            at + wanted.count <= bytes.count
                && (0..<wanted.count).allSatisfy { bytes[at + $0] == wanted[$0] }
        }
    }

    private mutating func keep() {
        code.append(bytes[at])
        at += 1
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where at < bytes.count {
            code.append(bytes[at] == UInt8(ascii: "\n") ? bytes[at] : UInt8(ascii: " "))
            at += 1
        }
    }

    private mutating func scanCode(untilClosingParenthesis: Bool) {
        var depth = 0
        while let next = byte() {
            if starts(with: "//") {
                while let next = byte(), next != UInt8(ascii: "\n") { blank() }
            } else if starts(with: "/*") {
                scanComment()
            } else if next == UInt8(ascii: "\"") {
                scanString(hashes: 0)
            } else if next == UInt8(ascii: "#"), let hashes = rawStringHashes() {
                blank(hashes)
                scanString(hashes: hashes)
            } else {
                if next == UInt8(ascii: "(") { depth += 1 }
                if next == UInt8(ascii: ")") {
                    if untilClosingParenthesis && depth == 0 { return }
                    depth -= 1
                }
                keep()
            }
        }
    }

    private func rawStringHashes() -> Int? {
        var count = 0
        while byte(count) == UInt8(ascii: "#") { count += 1 }
        return byte(count) == UInt8(ascii: "\"") ? count : nil
    }

    private mutating func scanComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                blank(2)
            } else if starts(with: "*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && at < bytes.count
    }

    private mutating func scanString(hashes: Int) {
        let isLong = starts(with: "\"\"\"")
        blank(isLong ? 3 : 1)
        while let next = byte() {
            if next == UInt8(ascii: "\\"), hashMarks(from: 1) >= hashes {
                blank(1 + hashes)
                if byte() == UInt8(ascii: "(") {
                    keep()
                    scanCode(untilClosingParenthesis: true)
                    if byte() != nil { keep() }
                } else {
                    blank()
                }
            } else if isLong ? starts(with: "\"\"\"") : next == UInt8(ascii: "\""),
                hashMarks(from: isLong ? 3 : 1) >= hashes
            {
                blank((isLong ? 3 : 1) + hashes)
                return
            } else if !isLong && next == UInt8(ascii: "\n") {
                return
            } else {
                blank()
            }
        }
    }

    private func hashMarks(from offset: Int) -> Int {
        var count = 0
        while byte(offset + count) == UInt8(ascii: "#") { count += 1 }
        return count
    }
}
