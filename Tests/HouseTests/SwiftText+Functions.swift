extension SwiftText {
    /// A function, initialiser or subscript with its body.
    struct Function: Equatable {
        /// Counted from 1.
        let firstLine: Int
        /// Lines from the keyword to the closing brace.
        let lineCount: Int
    }

    /// The functions in the file, those inside others too.
    var functions: [Function] {
        let keywords: Set<String> = ["func", "init", "deinit", "subscript"]
        var found: [Function] = []
        var line = 1
        var word = ""
        var wordIsMember = false
        var previous: UInt8 = 0
        for (index, byte) in code.enumerated() {
            let isWord = Self.isWord(byte)
            if isWord {
                if word.isEmpty { wordIsMember = previous == UInt8(ascii: ".") }
                word.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                if keywords.contains(word), !wordIsMember, let end = bodyEnd(from: index) {
                    let lines = code[index..<end].count { $0 == UInt8(ascii: "\n") } + 1
                    found.append(Function(firstLine: line, lineCount: lines))
                }
                word = ""
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            previous = byte
        }
        return found
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    /// Where the body behind a declaration that begins before `start` ends; nil: it has none.
    private func bodyEnd(from start: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        var word = ""
        for index in start..<code.count {
            let byte = code[index]
            if braces == 0 && parentheses == 0 {
                if Self.isWord(byte) {
                    word.unicodeScalars.append(Unicode.Scalar(byte))
                } else {
                    if ["func", "var", "let", "init", "case", "struct"].contains(word) {
                        return nil
                    }
                    word = ""
                }
            }
            switch byte {
            case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
            case UInt8(ascii: "{"): if parentheses == 0 { braces += 1 }
            case UInt8(ascii: "}"):
                if parentheses != 0 { continue }
                braces -= 1
                if braces == 0 { return index }
                if braces < 0 { return nil }
            default: break
            }
        }
        return nil
    }
}
