/// Whose pages may open a WebSocket here: the setting `ws-origins`.
///
/// A request without an Origin comes from no page and always may.
struct OriginPolicy: Sendable, Equatable {
    private enum Rule: Sendable, Equatable {
        /// Pages of the host that the request went to, on any port.
        case sameHost
        case listed(Set<String>)
        case any
    }

    private let rule: Rule

    /// What the setting says; nil: not a list of origins.
    init?(_ setting: String) {
        let named = setting.split(separator: ",").map { $0.withoutBlankEnds().lowercased() }
            .filter { !$0.isEmpty }
        if named.isEmpty {
            rule = .sameHost
        } else if named == ["*"] {
            rule = .any
        } else {
            guard named.allSatisfy({ OriginPolicy.host(of: $0) != nil }) else { return nil }
            rule = .listed(Set(named.map(OriginPolicy.normalized)))
        }
    }

    /// Whether a page of `origin` may; `host` as the request's Host header has it.
    func allows(_ origin: String?, host: String) -> Bool {
        guard let origin else { return true }
        switch rule {
        case .any: return true
        case .listed(let origins):
            return origins.contains(OriginPolicy.normalized(origin.lowercased()))
        case .sameHost:
            guard let page = OriginPolicy.host(of: origin.lowercased()) else { return false }
            return page == OriginPolicy.withoutPort(host.lowercased()[...])
        }
    }

    /// The host name in `http://HOST` or `https://HOST:PORT`; nil: not an origin.
    private static func host(of origin: String) -> Substring? {
        guard let scheme = ["http://", "https://"].first(where: origin.hasPrefix) else {
            return nil
        }
        let rest = origin.dropFirst(scheme.count)
        let host = withoutPort(rest)
        let isName = host.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-._[]:".contains($0))
        }
        let port = rest.dropFirst(host.count)
        let isPort =
            port.isEmpty
            || (port.count > 1 && port.dropFirst().allSatisfy { "0123456789".contains($0) })
        return !host.isEmpty && isName && isPort ? host : nil
    }

    /// `HOST:PORT` without its port; an IPv6 address keeps its brackets.
    private static func withoutPort(_ host: Substring) -> Substring {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return host[...end] }
        return host.prefix { $0 != ":" }
    }

    /// The port left out where it is the scheme's own.
    private static func normalized(_ origin: String) -> String {
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            return String(origin.dropLast(port.count))
        }
        return origin
    }
}
