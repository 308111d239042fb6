/// An `http://` or `https://` address, in its parts.
public struct HTTPURL: Sendable, Equatable {
    /// Characters of an address.
    public static let charactersMax = 2_048

    public let isTLS: Bool
    /// A name or an address; of IPv6 without its brackets.
    public let host: String
    /// 80 or 443 where the text says none.
    public let port: Int
    /// What to ask for: path and query, `/` where the text says none.
    public let path: String

    /// nil: it is no such address, or one with a user's name or odd characters in it.
    public init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard isPlain, text.utf8.count <= HTTPURL.charactersMax,
            let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://")
        else { return nil }
        switch text[..<colon].lowercased() {
        case "http": isTLS = false
        case "https": isTLS = true
        default: return nil
        }
        let rest = text[text.index(colon, offsetBy: 3)...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let tail = rest[end...].prefix { $0 != "#" }
        path = tail.hasPrefix("/") ? String(tail) : "/" + tail
        var authority = rest[..<end]
        if authority.contains("@") || authority.contains("\\") { return nil }
        var name: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            name = authority[authority.index(after: authority.startIndex)..<close]
            authority = authority[authority.index(after: close)...]
        } else {
            let sign = authority.firstIndex(of: ":") ?? authority.endIndex
            name = authority[..<sign]
            authority = authority[sign...]
        }
        guard let name, !name.isEmpty else { return nil }
        host = String(name)
        if authority.isEmpty {
            port = isTLS ? 443 : 80
            return
        }
        guard authority.hasPrefix(":"), let number = Int(authority.dropFirst()),
            (1...65_535).contains(number)
        else { return nil }
        port = number
    }
}
