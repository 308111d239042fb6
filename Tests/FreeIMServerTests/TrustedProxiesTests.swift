import Testing

@testable import FreeIMServer

@Suite struct TrustedProxiesTests {
    private func client(_ proxies: String, peer: String, _ forwarded: String...) -> String? {
        TrustedProxies(proxies)?.client(peer: peer, forwarded: forwarded)
    }

    @Test func withoutProxiesThePeerCounts() {
        #expect(client("", peer: "192.0.2.1", "198.51.100.7") == "192.0.2.1")
        #expect(client("10.0.0.1", peer: "192.0.2.1", "198.51.100.7") == "192.0.2.1")
    }

    @Test func theLastAddressThatIsNoProxyCounts() {
        let proxies = "10.0.0.1, 10.0.0.2,::1"
        #expect(client(proxies, peer: "10.0.0.1", "192.0.2.1") == "192.0.2.1")
        #expect(client(proxies, peer: "10.0.0.1", "6.6.6.6, 192.0.2.1, 10.0.0.2") == "192.0.2.1")
        #expect(client(proxies, peer: "10.0.0.1", "6.6.6.6", "192.0.2.1") == "192.0.2.1")
        #expect(client(proxies, peer: "::1", "2001:db8::5") == "2001:db8::5")
        #expect(client(proxies, peer: "10.0.0.1", "10.0.0.2") == "10.0.0.2")
    }

    @Test func whatIsNoAddressEndsTheChain() {
        for odd in ["", "unknown", "192.0.2.1, ", "192.0.2.1, nobody", "192.0.2.1;x"] {
            #expect(client("10.0.0.1", peer: "10.0.0.1", odd) == "10.0.0.1", "\(odd)")
        }
        let long = Array(repeating: "10.0.0.1", count: 10_000).joined(separator: ",")
        #expect(client("10.0.0.1", peer: "10.0.0.1", "192.0.2.1," + long) == "10.0.0.1")
    }

    @Test func addressesHaveOneForm() {
        #expect(TrustedProxies.plain("192.0.2.1:8080") == "192.0.2.1")
        #expect(TrustedProxies.plain("[2001:db8::1]:443") == "2001:db8::1")
        #expect(TrustedProxies.plain("2001:0db8:0::1") == "2001:db8::1")
        #expect(TrustedProxies.plain("::ffff:192.0.2.1") == "192.0.2.1")
        for odd in ["", "x", "1.2.3", "[::1", "proxy.example"] {
            #expect(TrustedProxies.plain(odd) == nil, "\(odd)")
        }
        #expect(TrustedProxies("10.0.0.1, proxy.example") == nil)
    }

    @Test func anIPv6NetworkIsOne() {
        let one = TrustedProxies.network("2001:db8:1:2::1")
        #expect(one == TrustedProxies.network("2001:db8:1:2:ffff::9"))
        #expect(one != TrustedProxies.network("2001:db8:1:3::1"))
        #expect(TrustedProxies.network("192.0.2.1") == "192.0.2.1")
        #expect(TrustedProxies.network("") == "")
    }
}
