import NIOCore

/// The proxies whose `X-Forwarded-For` is believed, and whom a request comes from.
struct TrustedProxies: Sendable {
    /// Addresses of one header that are looked at, from its end.
    static let hopsMax = 32

    private let addresses: Set<String>

    /// Addresses separated by commas; nil: one of them is none.
    init?(_ text: String) {
        var found: Set<String> = []
        for part in text.split(separator: ",") {
            guard let address = TrustedProxies.plain(part.trimmingBlanks()) else { return nil }
            found.insert(address)
        }
        addresses = found
    }

    /// Whether a peer is one of them.
    func contains(_ peer: String) -> Bool {
        !addresses.isEmpty && addresses.contains(TrustedProxies.plain(peer) ?? peer)
    }

    /// Whom a request is from: the peer, or, when that is a trusted proxy, the last address of the
    /// chain that is none. What does not read as an address ends the chain.
    func client(peer: String, forwarded: [String]) -> String {
        var client = TrustedProxies.plain(peer) ?? peer
        let chain = forwarded.joined(separator: ",").split(separator: ",")
        for part in chain.suffix(TrustedProxies.hopsMax).reversed() {
            guard addresses.contains(client) else { break }
            guard let address = TrustedProxies.plain(part.trimmingBlanks()) else { break }
            client = address
        }
        return client
    }

    /// An IP address in one form: no port, no brackets, an IPv4 address as such.
    static func plain(_ text: some StringProtocol) -> String? {
        var text = String(text)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            text = String(text[text.index(after: text.startIndex)..<end])
        } else if text.split(separator: ":", omittingEmptySubsequences: false).count == 2 {
            text = String(text.prefix { $0 != ":" })
        }
        guard let address = try? SocketAddress(ipAddress: text, port: 0),
            let plain = address.ipAddress
        else { return nil }
        let mapped = "::ffff:"
        return plain.hasPrefix(mapped) && plain.contains(".")
            ? String(plain.dropFirst(mapped.count)) : plain
    }

    /// What an address is limited by: itself, or, of IPv6, the network of 64 bits it is in, all of
    /// which one person has.
    static func network(_ address: String) -> String {
        guard address.contains(":"), let socket = try? SocketAddress(ipAddress: address, port: 0),
            case .v6(let v6) = socket
        else { return address }
        return withUnsafeBytes(of: v6.address.sin6_addr) { bytes in
            bytes.prefix(8).hex + "/64"
        }
    }
}

extension StringProtocol {
    /// Without spaces and tabs at its ends.
    fileprivate func trimmingBlanks() -> String { String(self).trimmingWhitespace() }
}
