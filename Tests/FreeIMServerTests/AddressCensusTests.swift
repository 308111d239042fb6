import NIOCore
import Testing

@testable import FreeIMServer

@Suite struct AddressCensusTests {
    private func address(_ text: String) throws -> AddressCensus.Address? {
        AddressCensus.Address(try SocketAddress(ipAddress: text, port: 1))
    }

    @Test func countsEachAddressAlone() throws {
        let census = AddressCensus(connectionsMax: 2)
        let (one, other) = (try address("10.0.0.1"), try address("10.0.0.2"))
        #expect(census.enter(one) && census.enter(one) && !census.enter(one))
        #expect(census.enter(other))
        census.leave(one)
        #expect(census.enter(one) && !census.enter(one))
    }

    @Test func aNetworkOf64BitsIsOneAddress() throws {
        #expect(try address("2001:db8:1:2::1") == address("2001:db8:1:2:ffff::9"))
        #expect(try address("2001:db8:1:2::1") != address("2001:db8:1:3::1"))
        #expect(try address("::ffff:10.0.0.1") == address("10.0.0.1"))
        #expect(try address("10.0.0.1") != address("10.0.0.2"))
    }

    @Test func withoutALimitEverybodyEnters() throws {
        let census = AddressCensus(connectionsMax: 0)
        let one = try address("10.0.0.1")
        for _ in 0..<100 { #expect(census.enter(one)) }
        #expect(census.enter(nil))
    }
}
