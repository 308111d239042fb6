extension TerminalReply {
    /// The answer in a string from the terminal: `]11;rgb:…`, `_Gi=…;OK`; nil: none that is known.
    init?(string bytes: ArraySlice<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        if text.hasPrefix("]11;"), let colour = Self.colour(text.dropFirst(4)) {
            self = .background(red: colour[0], green: colour[1], blue: colour[2])
        } else if text.hasPrefix("_G"), let mark = text.firstIndex(of: ";") {
            self = .kittyGraphics(text[text.index(after: mark)...] == "OK")
        } else {
            return nil
        }
    }

    /// `rgb:RRRR/GGGG/BBBB`, `rgba:…` (1 … 4 digits each) or `#RRGGBB`, each part as 0 … 255.
    private static func colour(_ text: Substring) -> [Int]? {
        var parts: [Substring] = []
        if text.hasPrefix("rgb:") || text.hasPrefix("rgba:") {
            guard let colon = text.firstIndex(of: ":") else { return nil }
            parts = text[text.index(after: colon)...].split(separator: "/")
        } else if text.hasPrefix("#"), text.utf8.count == 7 || text.utf8.count == 13 {
            let each = (text.utf8.count - 1) / 3
            var rest = text.dropFirst()
            while !rest.isEmpty {
                parts.append(rest.prefix(each))
                rest = rest.dropFirst(each)
            }
        }
        guard parts.count == 3 || parts.count == 4 else { return nil }
        var colour: [Int] = []
        for part in parts.prefix(3) {
            guard (1...4).contains(part.utf8.count), let value = Int(part, radix: 16), value >= 0
            else { return nil }
            let most = 1 << (4 * part.utf8.count) - 1
            colour.append((value * 255 + most / 2) / most)
        }
        return colour
    }
}
