/// Finds addresses in text: http, https, mailto, freeim, and the server's own `/media/…`.
enum LinkFinder {
    /// Characters of an address; what is longer is no link.
    static let addressCharactersMax = 2_048
    /// Addresses found in one text; the rest stays text.
    static let linksMax = 256

    struct Link: Equatable {
        var range: Range<String.Index>
        var address: String
    }

    private static let starts = ["https://", "http://", "mailto:", "freeim:", "/media/"]

    static func links(in text: String) -> [Link] {
        // Each start has a colon or a slash: a text without them is not looked at further.
        guard text.utf8.contains(where: { $0 == 0x3a || $0 == 0x2f }) else { return [] }
        var links: [Link] = []
        var at = text.startIndex
        var previous: Character = " "
        while at < text.endIndex, links.count < linksMax {
            if canStand(behind: previous), let found = link(in: text, at: at) {
                if found.isLink {
                    let address = String(text[at..<found.end])
                    links.append(Link(range: at..<found.end, address: address))
                }
                at = found.end
                previous = "x"
                continue
            }
            previous = text[at]
            at = text.index(after: at)
        }
        return links
    }

    /// An address does not begin within a word.
    private static func canStand(behind character: Character) -> Bool {
        !(character.isASCII && (character.isLetter || character.isNumber))
            && character != "/" && character != "_"
    }

    /// What begins here like an address, and whether it is one; nil: nothing does.
    private static func link(
        in text: String, at start: String.Index
    ) -> (end: String.Index, isLink: Bool)? {
        guard let first = text[start].asciiValue, "hHmMfF/".utf8.contains(first),
            let scheme = starts.first(where: { begins(text[start...], with: $0) })
        else { return nil }
        let body = text.index(start, offsetBy: scheme.count)
        guard let taken = address(text[body...]) else {
            // Too long: all of what was looked at is text, so that nothing is looked at twice.
            return (text.index(body, offsetBy: addressCharactersMax), false)
        }
        let end = withoutTail(text, body..<taken)
        return isWhole(text[body..<end], scheme) ? (end, true) : nil
    }

    private static func begins(_ text: Substring, with start: String) -> Bool {
        var own = text.utf8.makeIterator()
        for wanted in start.utf8 {
            guard var byte = own.next() else { return false }
            if (0x41...0x5a).contains(byte) { byte |= 0x20 }
            if byte != wanted { return false }
        }
        return true
    }

    private static func isWhole(_ body: Substring, _ scheme: String) -> Bool {
        switch scheme {
        case "mailto:":
            guard let at = body.firstIndex(of: "@") else { return false }
            return at > body.startIndex && body.index(after: at) < body.endIndex
        case "/media/": return isMedia(body)
        case "freeim:": return body.contains { $0.isLetter || $0.isNumber }
        default: return body.first.map { $0.isLetter || $0.isNumber || $0 == "[" } ?? false
        }
    }

    /// A file's name on the server: 64 hexadecimal digits and an ending.
    private static func isMedia(_ body: Substring) -> Bool {
        let parts = body.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].utf8.count == 64
            && parts[0].allSatisfy { $0.isASCII && $0.isHexDigit }
            && (1...8).contains(parts[1].count)
            && parts[1].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    /// Where the characters of an address end; nil: beyond `addressCharactersMax`.
    ///
    /// Letters of other scripts are part of it (international names, paths that were not encoded).
    /// Chinese, Japanese and Korean is written without spaces: behind a part that began in ASCII
    /// it is taken for the sentence that goes on.
    private static func address(_ text: Substring) -> String.Index? {
        var at = text.startIndex
        var begins = true
        var isAsciiPart = false
        var count = 0
        while at < text.endIndex {
            if count == addressCharactersMax { return nil }
            count += 1
            let character = text[at]
            if character.isASCII {
                guard let byte = character.asciiValue, byte > 0x20, byte != 0x7f,
                    !"<>\"`\\^{|}".utf8.contains(byte)
                else { break }
                let isWord = character.isLetter || character.isNumber || character == "%"
                if isWord, begins { isAsciiPart = true }
                begins = !isWord
            } else {
                guard character.isLetter || character.isNumber || isMark(character) else { break }
                if isFree(character) {
                    if isAsciiPart && !begins { break }
                    isAsciiPart = false
                }
                begins = false
            }
            at = text.index(after: at)
        }
        return at
    }

    /// Marks that stand by themselves in some scripts' words.
    private static func isMark(_ character: Character) -> Bool {
        switch character.unicodeScalars.first?.properties.generalCategory {
        case .nonspacingMark, .spacingMark: true
        default: false
        }
    }

    private static func isFree(_ character: Character) -> Bool { TextWidth.of(character) == 2 }

    /// Leaves out what belongs to the sentence: punctuation at the end, and closing brackets
    /// that were not opened within.
    private static func withoutTail(_ text: String, _ range: Range<String.Index>) -> String.Index {
        var end = range.upperBound
        while end > range.lowerBound {
            let before = text.index(before: end)
            let last = text[before]
            if ".,;:!?'*~_".contains(last) {
                end = before
                continue
            }
            guard let opening = [")": "(", "]": "["][String(last)] else { break }
            let own = text[range.lowerBound..<end]
            let opened = own.count { String($0) == opening }
            let closed = own.count { $0 == last }
            if closed <= opened { break }
            end = before
        }
        return end
    }
}
