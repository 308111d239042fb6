import NIOConcurrencyHelpers
import NIOCore

/// How many connections are open from each address, over all event loops and listeners.
final class AddressCensus: Sendable {
    /// Who is counted as one: an IPv4 address, or the network of 64 bits that an IPv6 address is
    /// of, all of which is one customer's.
    struct Address: Hashable, Sendable {
        let isIPv4: Bool
        let bits: UInt64
    }

    private let connectionsMax: Int
    private let counts = NIOLockedValueBox<[Address: Int]>([:])

    /// `connectionsMax`: of one address; 0: no limit, and nothing is counted.
    init(connectionsMax: Int) {
        self.connectionsMax = connectionsMax
    }

    /// Counts a connection; false: its address has as many as it may.
    func enter(_ address: Address?) -> Bool {
        guard connectionsMax > 0, let address else { return true }
        return counts.withLockedValue { counts in
            let count = counts[address] ?? 0
            guard count < connectionsMax else { return false }
            counts[address] = count + 1
            return true
        }
    }

    /// Forgets a connection that `enter` let in.
    func leave(_ address: Address?) {
        guard connectionsMax > 0, let address else { return }
        counts.withLockedValue { counts in
            let count = (counts[address] ?? 1) - 1
            counts[address] = count > 0 ? count : nil
        }
    }
}

extension AddressCensus.Address {
    /// The address of a peer; nil: it has none that could be counted.
    init?(_ address: SocketAddress?) {
        switch address {
        case .v4(let peer):
            self.init(isIPv4: true, bits: UInt64(peer.address.sin_addr.s_addr))
        case .v6(let peer):
            let bytes = withUnsafeBytes(of: peer.address.sin6_addr) { Array($0) }
            self.init(ipv6: bytes)
        case .unixDomainSocket, nil: return nil
        }
    }

    /// The address that a text says; nil: none.
    init?(_ text: String) {
        self.init(try? SocketAddress(ipAddress: text, port: 0))
    }

    /// From the 16 bytes of an IPv6 address; one that stands for an IPv4 address is that.
    init(ipv6 bytes: [UInt8]) {
        func bits(_ part: ArraySlice<UInt8>) -> UInt64 {
            part.reduce(0) { $0 << 8 | UInt64($1) }
        }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
        if isMapped {
            let address = UInt32(truncatingIfNeeded: bits(bytes[12...])).bigEndian
            self.init(isIPv4: true, bits: UInt64(address))
        } else {
            self.init(isIPv4: false, bits: bits(bytes[..<8]))
        }
    }
}
