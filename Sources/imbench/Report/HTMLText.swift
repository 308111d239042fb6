/// Markup made of text that may hold anything.
enum HTMLText {
    /// For content and for quoted attributes; control characters become the replacement mark.
    static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default:
                let isCharacter =
                    scalar.value >= 0x20 && scalar.value & 0xfffe != 0xfffe
                    && !(0x7f...0x9f).contains(scalar.value)
                result.unicodeScalars.append(isCharacter ? scalar : "\u{fffd}")
            }
        }
        return result
    }

    /// An element; the attributes' values and the content are markup already.
    static func element(
        _ name: String, _ attributes: [(String, String)] = [], _ content: String
    ) -> String {
        let head = attributes.map { " \($0.0)=\"\($0.1)\"" }.joined()
        return "<\(name)\(head)>\(content)</\(name)>"
    }
}
