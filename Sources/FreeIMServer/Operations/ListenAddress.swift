/// Where a listener binds: a host and a port.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address; IPv6 addresses without their brackets.
    public var host: String
    /// 0 ... 65,535; 0 takes a free port.
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The address in `HOST:PORT` or `[IPV6]:PORT`; nil when the text is neither.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let port = Int(digits), port <= 65_535
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "[" || $0 == "]" })
        else { return nil }
        self.init(host: String(host), port: port)
    }

    /// `HOST:PORT`, as it is written in the configuration and on the ready line.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
