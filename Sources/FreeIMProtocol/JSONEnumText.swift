/// Enums that a JSON client wrote as strings: `"Code":"1"` is `"Code":1`.
///
/// The generated decoder knows enum strings as names and drops what it does not know, so a number
/// in quotes would silently be 0. This takes the quotes away first.
enum JSONEnumText {
    private static let keys: [[UInt8]] = [
        Array("Code".utf8), Array("ChatroomType".utf8), Array("code".utf8),
        Array("chatroom_type".utf8),
    ]

    /// `json` with the quotes around the object's own enum numbers blanked; nil: there were none.
    ///
    /// A string that is no number is no value of an enum.
    static func unquoted(_ json: [UInt8]) throws(MalformedBody) -> [UInt8]? {
        var result: [UInt8]?
        var depth = 0
        var index = 0
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                guard let end = stringEnd(json, from: index) else { return result }
                let text = json[(index + 1)..<end]
                index = end
                guard depth == 1, let value = valueStart(json, after: end),
                    json[value] == UInt8(ascii: "\""), keys.contains(where: text.elementsEqual)
                else { break }
                guard let valueEnd = stringEnd(json, from: value),
                    isNumber(json[(value + 1)..<valueEnd])
                else { throw MalformedBody() }
                var blanked = result ?? json
                blanked[value] = UInt8(ascii: " ")
                blanked[valueEnd] = UInt8(ascii: " ")
                result = blanked
                index = valueEnd
            default: break
            }
            index += 1
        }
        return result
    }

    /// Index of the quote that closes the string opened at `start`.
    private static func stringEnd(_ json: [UInt8], from start: Int) -> Int? {
        var index = start + 1
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "\""): return index
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// Index of the value behind a key that ends at `end`; nil: no colon follows.
    private static func valueStart(_ json: [UInt8], after end: Int) -> Int? {
        var index = end + 1
        var sawColon = false
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                index += 1
            case UInt8(ascii: ":") where !sawColon:
                sawColon = true
                index += 1
            default: return sawColon ? index : nil
            }
        }
        return nil
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { "0123456789-+.eE".utf8.contains($0) }
    }
}
